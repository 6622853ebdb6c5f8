from __future__ import annotations

import math

import pytest

from gridsvc.gazetteer import Found, Gazetteer, find_places, place_address
from tests.gazetteer.drawn import gazetteer_of, offset, point, town


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return town()


def at(gazetteer: Gazetteer, found: Found) -> tuple[float, float]:
    first = found.candidates[0]
    return offset(gazetteer, first.lon, first.lat)


# The kerb of 太乙路 is 9 m from its middle, that of 友谊东路 10 + 9; a person stands 4 m farther.
@pytest.mark.parametrize(
    ("text", "x", "y", "within"),
    [
        ("友谊东路与太乙路十字", 0, 0, 1),
        ("太乙路与友谊东路十字西北角", -13, 23, 1),
        ("友谊东路与太乙路十字东南角", 13, -23, 1),
        ("友谊东路太乙路口", 0, 0, 1),
        ("友谊东路、太乙路交叉口东北角", 13, 23, 1),
        ("友谊东路和太乙路交汇处西南侧", -13, -23, 1),
        ("太乙路与友谊东路十字向北200米", 0, 200, 2),
        ("太乙路与友谊东路十字向北200米路西", -9, 200, 2),
        ("友谊东路太乙路口以东约100米路南", 100, -19, 2),
        ("友谊东路太乙路口南50米", 0, -50, 2),
        ("太乙路友谊东路十字东口", 13, 0, 1),
        ("友谊东与太乙十字", 0, 0, 1),
        ("友谊東路與太乙路十字", 0, 0, 1),
        ("友谊路与太乙路十字", 0, 0, 1),
        ("文艺路与友谊东路丁字路口", -800, 0, 1),
        ("含光路与友谊东路十字西北角", 600 - 13, 23, 1),
        ("文艺路21号", -815, -832, 1),
        ("文艺路２２号", -785, -824, 1),
        ("文艺路二十一号", -815, -832, 1),
        ("文艺路21#", -815, -832, 1),
        ("文艺路31号", -815, -752, 1),
        ("文艺路甲68号", -785, -440, 1),
        ("文艺路71号院", -815, -432, 1),
        ("西安市碑林区文艺路街道文艺路21号", -815, -832, 1),
        ("碑林区文艺路街办友谊东路与太乙路十字", 0, 0, 1),
        ("位于友谊东路与太乙路十字西北角,有人占道经营", -13, 23, 1),
        ("青龙寺", -400, -300, 1),
        ("青龙古寺门口", -400, -300, 1),
        ("青龙寺向东100米", -300, -300, 1),
        ("阳光小区3号楼", 160, 150, 1),
        ("阳光小区南门", 160, 100, 1),
        ("草阳村公交站附近", 310, 0, 1),
        ("草阳村对面", 310, 0, 5),
        ("友谊东路(太乙路至文艺路段)", -400, 0, 11),
        ("友谊东路太乙路与文艺路之间", -400, 0, 11),
        ("文艺路南段", -800, -752, 10),
        ("文艺路中段", -800, -505, 10),
        ("含光路南段", 600, -455, 10),
    ],
)
def test_everyday_forms_are_placed_where_geometry_says(
    gazetteer: Gazetteer, text: str, x: float, y: float, within: float
) -> None:
    found = find_places(gazetteer, text)
    assert found.verdict == "certain", found
    assert math.dist(at(gazetteer, found), (x, y)) <= within, (at(gazetteer, found), found.candidates[0])
    assert found.candidates[0].because.zh.endswith("。")
    assert found.candidates[0].because.en.endswith(".")


@pytest.mark.parametrize(
    ("text", "verdict", "unknown"),
    [
        ("肯德基", "ambiguous", []),
        ("解放路", "ambiguous", []),
        ("和平门小学", "uncertain", ["小学"]),
        ("老青龙寺", "uncertain", ["老"]),
        ("北京市友谊东路与太乙路十字", "uncertain", ["北京市"]),
        ("K8县青龙寺", "uncertain", ["k8县"]),
        ("友宜东路与太乙路十字", "uncertain", []),
        ("太乙路与文艺路十字", "uncertain", []),
        ("青龙四", "uncertain", []),
        ("qinglongsi", "uncertain", []),
        ("老王面馆", "nothing", ["老王面馆"]),
        ("", "nothing", []),
        ("，。！", "nothing", []),
        ("雁塔区友谊东路与太乙路十字", "uncertain", []),
    ],
)
def test_a_guess_is_not_shown_as_a_fact(
    gazetteer: Gazetteer, text: str, verdict: str, unknown: list[str]
) -> None:
    found = find_places(gazetteer, text)
    assert (found.verdict, list(found.unknown)) == (verdict, unknown), found
    assert place_address(gazetteer, text, within_m=1e6) is None


def test_two_streets_of_one_name_are_told_apart_by_their_district(gazetteer: Gazetteer) -> None:
    both = find_places(gazetteer, "解放路")
    assert [each.name for each in both.candidates[:2]] == ["解放路", "解放路"]
    only = find_places(gazetteer, "雁塔区解放路")
    assert only.verdict == "certain"
    assert at(gazetteer, only)[0] == pytest.approx(9000, abs=1)


def test_what_else_is_said_tells_chain_shops_apart(gazetteer: Gazetteer) -> None:
    found = find_places(gazetteer, "友谊东路文艺路口肯德基门口")
    assert found.verdict == "certain"
    assert at(gazetteer, found) == pytest.approx((-1000, 40), abs=0.1)
    near = find_places(gazetteer, "肯德基", near=gazetteer.degrees(*_absolute(1300, 0)))
    assert at(gazetteer, near) == pytest.approx((1400, 40), abs=0.1)
    assert near.verdict == "ambiguous"


def _absolute(x: float, y: float) -> tuple[float, float]:
    from tests.gazetteer.drawn import EAST, NORTH

    return EAST + x, NORTH + y


def test_a_whole_road_has_the_accuracy_of_its_length(gazetteer: Gazetteer) -> None:
    found = find_places(gazetteer, "文艺路")
    assert found.candidates[0].accuracy_m == pytest.approx(0.34 * 990, abs=2)
    assert found.verdict == "certain"
    assert place_address(gazetteer, "文艺路") is None
    unnumbered = find_places(gazetteer, "友谊东路68号")
    assert unnumbered.candidates[0].kind == "road"
    assert "不知道" in unnumbered.candidates[0].because.zh
    assert place_address(gazetteer, "友谊东路68号") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("文艺路21号", 21),
        ("文艺路甲68号", 68),
        ("文艺路71号院", 71),
        ("文艺路21号附近", 21),
        ("文艺路21号东侧", 21),
        ("文艺路0号", None),
        ("文艺路21号对面", None),
        ("阳光小区3号楼", None),
        ("友谊东路与太乙路十字", None),
    ],
)
def test_the_house_number_that_is_said_is_answered(
    gazetteer: Gazetteer, text: str, number: int | None
) -> None:
    placed = place_address(gazetteer, text, within_m=1e6)
    assert placed is not None
    assert placed.house_number == number
    assert placed.as_dict()["house_number"] == number


def test_a_number_that_nobody_can_place_is_answered_with_its_road(gazetteer: Gazetteer) -> None:
    assert find_places(gazetteer, "友谊东路68号").candidates[0].house_number == 68
    assert find_places(gazetteer, "友谊东路68号对面").candidates[0].house_number is None


def test_interpolated_numbers_say_so_and_are_less_exact(gazetteer: Gazetteer) -> None:
    known, between, beyond = (find_places(gazetteer, f"文艺路{n}号").candidates[0] for n in (41, 71, 109))
    assert known.accuracy_m < between.accuracy_m < 100
    assert beyond.accuracy_m > known.accuracy_m + 50
    assert "推算" in between.because.zh
    assert "interpolated" in between.source
    assert "之外" in beyond.because.zh


def test_the_accuracy_grows_with_the_distance_walked(gazetteer: Gazetteer) -> None:
    short, long = (
        find_places(gazetteer, f"太乙路与友谊东路十字向北{n}米").candidates[0].accuracy_m for n in (50, 500)
    )
    assert short < 20 < 50 < long
    nowhere = place_address(gazetteer, "太乙路与友谊东路十字向北5000米")
    assert nowhere is None
    unsaid = find_places(gazetteer, "太乙路与友谊东路十字东南角50米").candidates[0]
    assert unsaid.accuracy_m > 50


def test_elevated_roads_and_side_roads_make_no_crossing_of_their_own(gazetteer: Gazetteer) -> None:
    assert find_places(gazetteer, "友谊东路高架与太乙路十字").verdict == "uncertain"
    assert (
        len([c for c in find_places(gazetteer, "友谊东路与太乙路十字").candidates if c.kind == "crossing"])
        == 1
    )


def test_polyphones_are_found_by_every_reading(gazetteer: Gazetteer) -> None:
    for asked in ("changanlu", "zhanganlu", "cal", "zal"):
        assert "长安路" in [each.name for each in find_places(gazetteer, asked).candidates], asked


def test_a_road_known_by_its_house_numbers_alone_is_found() -> None:
    from tests.gazetteer.drawn import house

    gazetteer = gazetteer_of([], [house("建设巷", f"{n}号", 0, 8 * n) for n in (1, 11)])
    placed = place_address(gazetteer, "建设巷5号")
    assert placed is not None
    assert offset(gazetteer, placed.place.lon, placed.place.lat) == pytest.approx((0, 40), abs=0.1)


def test_oblique_roads_have_their_corners_where_they_really_are() -> None:
    links = [
        ("甲路", "road", [(-500, -500), (0, 0), (500, 500)]),
        ("乙路", "road", [(-500, 500), (0, 0), (500, -500)]),
    ]
    gazetteer = gazetteer_of(links)
    corners = {
        way: offset(gazetteer, c.lon, c.lat)
        for way in ("东北", "东南", "西南", "西北")
        for c in [find_places(gazetteer, f"甲路与乙路十字{way}角").candidates[0]]
    }
    # The roads run diagonally, so the corners lie north, east, south and west: each word has its own.
    assert len({(round(x), round(y)) for x, y in corners.values()}) == 4
    for x, y in corners.values():
        assert min(abs(x), abs(y)) < 1
        assert math.hypot(x, y) == pytest.approx(13 * math.sqrt(2), abs=1)


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert find_places(gazetteer_of([]), "友谊东路").verdict == "nothing"


def test_near_places_of_one_name_are_one_in_their_middle() -> None:
    gazetteer = gazetteer_of([], [point("stop", "西门外", x, 0) for x in (0, 60)])
    found = find_places(gazetteer, "西门外")
    assert found.verdict == "certain"
    assert found.candidates[0].accuracy_m == pytest.approx(math.hypot(20, 30), abs=0.2)
    assert "2 处" in found.candidates[0].because.zh
