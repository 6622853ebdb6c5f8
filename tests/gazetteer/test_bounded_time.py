"""Any text is answered in bounded time, however often a name is repeated in the town or in the text."""

from __future__ import annotations

import time

import pytest

from gridsvc.gazetteer import Gazetteer, find_places, place_address
from tests.gazetteer.drawn import PLACES, TOWN, gazetteer_of, offset, point

EQUAL = "公共厕所"
MOST_S = 3.0  # an end, not a speed: they once took seconds to minutes


@pytest.fixture(scope="module")
def crowded() -> Gazetteer:
    """A town with 5,000 public toilets, 200 m apart, and one of them beside a well-known crossing."""
    toilets = [
        point("landmark", EQUAL, 200 * (k % 100) - 9_000, 200 * (k // 100) + 1_500) for k in range(5_000)
    ]
    return gazetteer_of(TOWN, [*PLACES, *toilets, point("landmark", EQUAL, 20, 40)])


@pytest.mark.parametrize(
    "text",
    [
        EQUAL,
        "公共",
        "厕所",
        "gonggong",
        "公共厕索",
        "gonggongcesuo",
        "ggcs",
        EQUAL * 75,
        EQUAL * 500,
        f"{EQUAL}与" * 60,
        f"{EQUAL}东侧100米，" * 30,
        "".join(f"{EQUAL}{way}侧{n}米，" for n in (10, 20, 30, 40) for way in "东南西北"),
        "友谊东路与太乙路十字" * 30,
        "友宜东路与太己路十字" * 30,
        "".join(f"友宜{c}路口" for c in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥") * 2,
        "解放路与友谊路" * 40,
        f"友谊东路{EQUAL}文艺路{EQUAL}太乙路{EQUAL}" * 10,
        "路" * 2_000,
        "厕" * 2_000,
    ],
    ids=lambda text: f"{text[:12]}-{len(text)}",
)
def test_any_text_takes_a_fraction_of_a_second(crowded: Gazetteer, text: str) -> None:
    find_places(crowded, text, limit=8)
    for limit, resembling in ((8, True), (100, True), (1, False)):
        begun = time.thread_time()
        find_places(crowded, text, limit=limit, resembling=resembling)
        assert time.thread_time() - begun < MOST_S


def test_of_many_equal_names_some_are_shown_and_the_rest_is_said(crowded: Gazetteer) -> None:
    found = find_places(crowded, EQUAL, limit=8)
    assert (found.verdict, len(found.candidates), found.more) == ("ambiguous", 8, True)
    assert found.as_dict()["more"] is True
    assert not find_places(crowded, "青龙寺").more
    assert find_places(crowded, "肯德基", limit=1).more


def test_of_many_equal_names_those_near_the_given_place_are_shown(crowded: Gazetteer) -> None:
    first = find_places(crowded, EQUAL, near=degrees_of(crowded, 10_600, 11_300)).candidates[0]
    assert offset(crowded, first.lon, first.lat) == pytest.approx((10_600, 11_300), abs=0.1)
    typing = find_places(crowded, "公共", near=degrees_of(crowded, 10_600, 11_300)).candidates[0]
    assert offset(crowded, typing.lon, typing.lat) == pytest.approx((10_600, 11_300), abs=0.1)


def test_of_many_equal_names_the_one_beside_what_else_is_said_is_meant(crowded: Gazetteer) -> None:
    placed = place_address(crowded, f"友谊东路与太乙路十字{EQUAL}")
    assert placed is not None
    assert offset(crowded, placed.place.lon, placed.place.lat) == pytest.approx((20, 40), abs=0.1)


def test_equal_names_in_one_place_do_not_hide_one_elsewhere() -> None:
    crowd = [point("landmark", EQUAL, k % 10, k // 10) for k in range(200)]
    alone = gazetteer_of([], crowd)
    assert find_places(alone, EQUAL).candidates[0].accuracy_m < 100
    found = find_places(gazetteer_of([], [*crowd, point("landmark", EQUAL, 5_000, 0)]), EQUAL)
    assert found.verdict != "certain"


def test_a_text_that_names_very_many_places_is_no_address(crowded: Gazetteer) -> None:
    many = "，".join(("友谊东路与太乙路十字", *(f"青龙寺向东{n}米" for n in range(1, 12))))
    assert place_address(crowded, many, within_m=1e6) is None


def degrees_of(gazetteer: Gazetteer, x: float, y: float) -> tuple[float, float]:
    from tests.gazetteer.drawn import EAST, NORTH

    return gazetteer.degrees(EAST + x, NORTH + y)
