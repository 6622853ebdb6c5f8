"""Boundary roads: every rule, on both sides, on the line, at the ends, where they cross, and in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.geography.projection import to_degrees
from gridsvc.responsibility import Atlas, Queries, columns_of, resolve
from gridsvc.responsibility.accuracy import sigma_mm
from tests.responsibility import worlds
from tests.responsibility.roadside import (
    AT,
    JIA,
    MIXED_CLASS,
    SQUAD_CLASS,
    STREET_CLASS,
    YI,
    city,
    section,
    whole_road,
)

METRE = 1 / 100  # of a cell's side
Answer = dict[str, Any]


def ask(atlas: Atlas, east_m: float, row: float = 2.5, /, **fields: Any) -> Answer:
    """The answer at a place so many metres east of the border."""
    lon, lat = worlds.place(3 + east_m * METRE, row)
    given: dict[str, Any] = {"class_code": STREET_CLASS, "kind": "event", "at": AT} | fields
    language = given.pop("language", "zh")
    return resolve(atlas, Queries.one(lon=lon, lat=lat, **given)).answer(0, language)


def lead(answer: Answer) -> tuple[str, str | None, float]:
    return answer["decision"], answer["unit"] and answer["unit"]["code"], answer["confidence"]


JIA_LEADS, YI_LEADS = ("determined", "S-01", 1.0), ("determined", "S-02", 1.0)
JIA_HALF, YI_HALF = ("ranked", "S-01", 0.5), ("ranked", "S-02", 0.5)
RULES = {
    "centre": section(),
    "to 甲": whole_road(JIA),
    "to 乙": whole_road(YI),
    "unit": section(rule="whole_road", unit_code="W-01"),
    "direction": section(rule="direction"),
    "numbers": section(rule="house_number", odd_code=YI),
}
UNIT_LEADS = ("determined", "W-01", 1.0)


@pytest.mark.parametrize(
    ("rule", "west", "on_line", "east"),
    [
        ("centre", JIA_LEADS, JIA_LEADS, YI_LEADS),
        ("to 甲", JIA_LEADS, JIA_LEADS, JIA_LEADS),
        ("to 乙", YI_LEADS, YI_LEADS, YI_LEADS),
        ("unit", UNIT_LEADS, UNIT_LEADS, UNIT_LEADS),
        ("direction", JIA_HALF, JIA_HALF, YI_HALF),
        ("numbers", JIA_HALF, JIA_HALF, YI_HALF),
    ],
)
def test_each_rule_on_each_side(rule: str, west: Any, on_line: Any, east: Any) -> None:
    atlas = city(RULES[rule])
    assert lead(ask(atlas, -10)) == west
    assert lead(ask(atlas, 0)) == on_line
    assert lead(ask(atlas, 10)) == east
    # Off the road nothing changes.
    assert lead(ask(atlas, -21)) == JIA_LEADS
    assert lead(ask(atlas, 21)) == YI_LEADS


@pytest.mark.parametrize("rule", RULES)
def test_the_cell_stays_what_the_geometry_says(rule: str) -> None:
    for east_m in (-15.0, 0.0, 15.0):
        mine, plain = ask(city(RULES[rule]), east_m), ask(city(), east_m)
        assert mine["cell"] == plain["cell"]
        assert mine["boundary_road"]["code"] == "R1"
        assert plain["boundary_road"] is None


def test_on_the_line_the_smaller_code_has_it_however_the_line_is_drawn() -> None:
    drawn_back = section(points=[(3, 5.5), (3, 0.5)], left_code=YI, right_code=JIA)
    assert lead(ask(city(drawn_back), 0)) == lead(ask(city(section()), 0)) == JIA_LEADS
    assert ask(city(section()), 0)["boundary_road"]["side"] == "line"
    assert lead(ask(city(drawn_back), -0.001)) == JIA_LEADS
    assert lead(ask(city(drawn_back), 0.001)) == YI_LEADS


def test_the_corridor_ends_with_its_line() -> None:
    atlas = city(whole_road(JIA))
    for row, inside in ((0.5, True), (0.5 - 0.00001, False), (5.5, True), (5.5 + 0.00001, False)):
        answer = ask(atlas, 10, row)
        assert (answer["boundary_road"] is not None) == inside
        assert lead(answer) == (JIA_LEADS if inside else YI_LEADS)
    assert ask(atlas, 20)["boundary_road"]["distance_m"] == 20.0
    assert ask(atlas, 20.002)["boundary_road"] is None


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        # The line runs north: northbound traffic has the east side, 乙's; southbound the west side, 甲's.
        (0, YI_LEADS), (79, YI_LEADS), (281, YI_LEADS), (360, YI_LEADS),
        (180, JIA_LEADS), (101, JIA_LEADS), (259, JIA_LEADS),
    ],
)  # fmt: skip
def test_the_heading_tells_the_carriageway_and_not_the_place(heading: float, expected: Any) -> None:
    atlas = city(section(rule="direction"))
    for east_m in (-10.0, 0.0, 10.0):
        assert lead(ask(atlas, east_m, heading_deg=heading)) == expected
    left_hand = city(section(rule="direction"), settings=worlds.settings(traffic_side="left"))
    other = JIA_LEADS if expected == YI_LEADS else YI_LEADS
    assert lead(ask(left_hand, 5, heading_deg=heading)) == other
    assert left_hand.version != atlas.version


@pytest.mark.parametrize("heading", [90, 270, 95])
def test_a_heading_across_the_road_settles_nothing(heading: float) -> None:
    answer = ask(city(section(rule="direction")), -5, heading_deg=heading)
    assert lead(answer) == JIA_HALF
    assert any("横穿" in reason["text"] for reason in answer["reasons"])


def test_odd_and_even_numbers() -> None:
    atlas = city(section(rule="house_number", odd_code=YI))
    for east_m in (-10.0, 10.0):
        assert lead(ask(atlas, east_m, house_number=7)) == YI_LEADS
        assert lead(ask(atlas, east_m, house_number=8)) == JIA_LEADS
    other = city(section(rule="house_number", odd_code=JIA))
    assert lead(ask(other, 10, house_number=7)) == JIA_LEADS


@pytest.mark.parametrize(("rule", "asked_for"), [("direction", "heading_deg"), ("numbers", "house_number")])
def test_a_missing_fact_is_asked_for(rule: str, asked_for: str) -> None:
    answer = ask(city(RULES[rule]), 10)
    assert answer["boundary_road"]["missing"] == asked_for
    assert answer["boundary_road"]["party"] is None
    assert [(c["unit"]["code"], c["share"]) for c in answer["candidates"]] == [("S-02", 0.5), ("S-01", 0.5)]
    assert any(asked_for in reason["text"] for reason in answer["reasons"])
    english = ask(city(RULES[rule]), 10, language="en")
    assert any(f"no {asked_for}" in reason["text"] for reason in english["reasons"])


def test_where_both_sides_lead_to_one_unit_no_fact_is_missing() -> None:
    squad = [worlds.clause(41, "event", SQUAD_CLASS, 1, [worlds.SQUAD])]
    district_only = [unit for unit in worlds.units() if unit.code != "E-01"]
    atlas = city(
        section(rule="direction"), specifications=[worlds.specification(9, squad)], units=district_only
    )
    assert lead(ask(atlas, 5, class_code=SQUAD_CLASS)) == ("determined", "E-02", 1.0)


def test_the_agreement_is_a_reason_with_its_facts() -> None:
    atlas = city(replace(whole_road(JIA), agreed_in="碑城管〔2026〕3号"))
    answer = ask(atlas, 10, heading_deg=45.0)
    reason = next(each for each in answer["reasons"] if "boundary_road" in each.get("facts", {}))
    assert reason["step"] == "rule"
    assert reason["facts"]["heading_deg"] == 45.0
    assert reason["facts"]["boundary_road"] == answer["boundary_road"]
    assert answer["boundary_road"] == {
        "code": "R1", "name": "分界路", "rule": "whole_road",
        "left": {"code": JIA, "name": "甲街道"}, "right": {"code": YI, "name": "乙街道"},
        "party": {"code": JIA, "name": "甲街道"}, "unit": None,
        "side": "right", "distance_m": 10.0, "missing": None, "agreed_in": "碑城管〔2026〕3号",
    }  # fmt: skip
    assert "碑城管〔2026〕3号" in reason["text"]
    assert "约定归甲街道" in answer["candidates"][0]["because"]


def test_named_units_are_not_touched() -> None:
    clauses = [worlds.clause(41, "event", STREET_CLASS, 1, [worlds.NAMED, worlds.STREET])]
    for rule in ("to 甲", "unit"):
        atlas = city(RULES[rule], specifications=[worlds.specification(9, clauses)])
        answer = ask(atlas, 10)
        assert answer["candidates"][0]["unit"]["code"] == "C-01"
        expected = "W-01" if rule == "unit" else "S-01"
        assert answer["candidates"][1]["unit"]["code"] == expected


def test_a_neighbour_known_by_its_units_alone() -> None:
    """A road on the rim of the district may be kept by a street whose areas nobody loaded."""
    far = "610113009"
    units = [*worlds.units(), replace(worlds.units()[-1], code="S-09", kind="street_office", area_code=far)]
    road = section(
        rule="whole_road", left_code=far, right_code=JIA, party_code=far, points=[(0, 0.5), (0, 5.5)]
    )
    atlas = city(road, units=units)
    lon, lat = worlds.place(0.1, 2.5)
    answer = resolve(
        atlas, Queries.one(lon=lon, lat=lat, class_code=STREET_CLASS, kind="event", at=AT)
    ).answer(0)
    assert lead(answer) == ("determined", "S-09", 1.0)
    assert answer["cell"]["street"]["code"] == JIA
    assert answer["boundary_road"]["left"] == {"code": far, "name": far}


def test_where_corridors_meet_the_nearer_line_has_the_place() -> None:
    across = whole_road(YI, code="R2", points=[(2, 2.5), (4, 2.5)], left_code=JIA, right_code=YI)
    along = whole_road(JIA, code="R1")
    atlas = city(along, across)
    assert ask(atlas, 12, 2.5 + 5 * METRE)["boundary_road"]["code"] == "R2"
    assert ask(atlas, 5, 2.5 + 12 * METRE)["boundary_road"]["code"] == "R1"
    assert ask(atlas, 10, 2.5 + 10 * METRE)["boundary_road"]["code"] == "R1"  # equally near: lower code
    assert ask(atlas, 5, 2.5 + 25 * METRE)["boundary_road"]["code"] == "R1"


def test_an_agreement_holds_in_its_time_only() -> None:
    begin, end = AT + timedelta(days=10), AT + timedelta(days=20)
    atlas = city(replace(whole_road(JIA), effective_from=begin, effective_to=end))
    instant = timedelta(microseconds=1)
    for at, expected in (
        (begin - instant, YI_LEADS), (begin, JIA_LEADS), (end - instant, JIA_LEADS), (end, YI_LEADS),
    ):  # fmt: skip
        answer = ask(atlas, 10, at=at)
        assert lead(answer) == expected
        assert (answer["boundary_road"] is None) == (expected == YI_LEADS)


def test_a_batch_over_several_periods_is_split() -> None:
    begin = AT + timedelta(days=10)
    atlas = city(
        replace(whole_road(JIA), effective_to=begin),
        replace(whole_road(YI), effective_from=begin, id=2),
    )
    lon, lat = worlds.place(3.1, 2.5)
    days = np.array([AT + timedelta(days=k) for k in range(20)], dtype=object)
    at = np.array([round(day.timestamp() * 1_000_000) for day in days])
    found = resolve(
        atlas, Queries.of(lon=[lon] * 20, lat=[lat] * 20, at=at, class_code=STREET_CLASS, kind="event")
    )
    assert columns_of(found)["unit_code"].tolist() == ["S-01"] * 10 + ["S-02"] * 10


def test_two_sections_change_the_atlas_version() -> None:
    versions = {city(each).version for each in RULES.values()} | {city().version}
    assert len(versions) == len(RULES) + 1
    assert city(RULES["centre"]).version == city(replace(RULES["centre"], id=77, source="another")).version
    moved = replace(RULES["centre"], geometry=section(points=[(3, 0.5), (3, 5)]).geometry)
    assert city(moved).version != city(RULES["centre"]).version


@pytest.mark.parametrize("fields", [{"heading_deg": -1.0}, {"heading_deg": 361.0}, {"house_number": 0}])
def test_facts_that_cannot_be(fields: dict[str, Any]) -> None:
    lon, lat = worlds.place(3.1, 2.5)
    found = resolve(
        city(RULES["direction"]), Queries.one(lon=lon, lat=lat, at=AT, class_code="0201", **fields)
    )
    fault = found.problem_of(0)
    assert fault is not None
    assert (fault.code, fault.place.column) == ("bad_number", next(iter(fields)))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_batch_answers_as_one_by_one(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=3, unique=True))
    roads = [
        replace(
            RULES[name],
            code=f"R{k}",
            id=k,
            geometry=section(points=[(3, 0.5 + 2 * k), (3, 2.4 + 2 * k)]).geometry,
        )
        for k, name in enumerate(names)
    ]
    atlas = city(*roads)
    n = data.draw(st.integers(1, 12))
    east = data.draw(
        st.lists(st.sampled_from([-30, -20, -7.5, -0.001, 0, 0.001, 3, 20, 30]), min_size=n, max_size=n)
    )
    row = data.draw(st.lists(st.floats(0.2, 5.8), min_size=n, max_size=n))
    heading = data.draw(st.lists(st.sampled_from([np.nan, 0.0, 90.0, 200.0]), min_size=n, max_size=n))
    number = data.draw(st.lists(st.sampled_from([-1, 1, 2]), min_size=n, max_size=n))
    accuracy = data.draw(st.lists(st.sampled_from([np.nan, 5.0, 30.0]), min_size=n, max_size=n))
    places = np.array([worlds.place(3 + x * METRE, y) for x, y in zip(east, row, strict=True)])
    code = data.draw(st.lists(st.sampled_from([STREET_CLASS, MIXED_CLASS]), min_size=n, max_size=n))

    def asked(rows: slice) -> Queries:
        return Queries.of(
            lon=places[rows, 0], lat=places[rows, 1], at=AT, class_code=code[rows], kind="event",
            heading_deg=heading[rows], house_number=number[rows], accuracy_m=accuracy[rows],
        )  # fmt: skip

    together = resolve(atlas, asked(slice(0, n)))
    for k in range(n):
        assert together.answer(k) == resolve(atlas, asked(slice(k, k + 1))).answer(0)


# --- a place with an accuracy ---------------------------------------------------------------------------------


def phi(z: float) -> float:
    from math import erf, sqrt

    return 0.5 * (1 + erf(z / sqrt(2)))


@pytest.mark.parametrize("east_m", [-25.0, -20.0, -10.0, 0.0, 10.0, 20.0, 25.0])
@pytest.mark.parametrize("accuracy", [5.0, 10.0, 20.0])
def test_shares_are_exact_beside_a_straight_road(east_m: float, accuracy: float) -> None:
    """The road is far longer than the error: the shares are those of parallel strips, in closed form."""
    sigma = sigma_mm(accuracy, "android") / 1000
    beyond = phi((-20 - east_m) / sigma), 1 - phi((20 - east_m) / sigma)  # west of the road, east of it
    left, right = phi(-east_m / sigma) - beyond[0], phi(east_m / sigma) - beyond[1]
    road = left + right
    expected = {
        "centre": beyond[0] + left,
        "to 甲": beyond[0] + road,
        "to 乙": beyond[0],
        "direction": beyond[0] + road / 2,
    }
    for rule, jia in expected.items():
        answer = ask(city(RULES[rule]), east_m, accuracy_m=accuracy, accuracy_kind="android")
        shares = {each["unit"]["code"]: each["share"] for each in answer["candidates"]}
        for unit, share in (("S-01", jia), ("S-02", 1 - jia)):
            assert shares.get(unit, 0.0) == pytest.approx(share, abs=1e-4 if unit in shares else 0.02)
        assert answer["cells"] == ask(city(), east_m, accuracy_m=accuracy, accuracy_kind="android")["cells"]


def test_shares_at_a_bend_and_a_crossing_agree_with_drawn_places() -> None:
    """100,000 places drawn from the error, each decided by the rule."""
    bend = whole_road(JIA, code="R1", points=[(3, 0.5), (3, 2.5), (3.9, 3.4)])
    across = whole_road(YI, code="R2", points=[(2.1, 2.3), (3.9, 2.2)])
    atlas = city(bend, across)
    generator = np.random.default_rng(7)
    n = 100_000
    for east_m, row in ((8.0, 2.5), (15.0, 2.9), (-6.0, 2.1), (12.0, 2.32)):
        answer = ask(atlas, east_m, row, accuracy_m=15.0, accuracy_kind="android")
        sigma = sigma_mm(15.0, "android") / 1000 * METRE
        x, y = generator.normal(3 + east_m * METRE, sigma, n), generator.normal(row, sigma, n)
        lon, lat = to_degrees(
            worlds.SRID,
            worlds.EAST + np.rint(x * worlds.SIDE).astype(np.int64),
            worlds.NORTH + np.rint(y * worlds.SIDE).astype(np.int64),
        )
        asked = Queries.of(lon=lon, lat=lat, at=AT, class_code=STREET_CLASS, kind="event")
        drawn = float((columns_of(resolve(atlas, asked))["unit_code"] == "S-01").mean())
        share = {each["unit"]["code"]: each["share"] for each in answer["candidates"]}.get("S-01", 0.0)
        # Three standard errors of the drawing, and half a percent for the division of the crossing.
        assert abs(share - drawn) < 3 * np.sqrt(drawn * (1 - drawn) / n) + 0.005


# --- a border without an agreement ------------------------------------------------------------------------------


def test_a_border_without_an_agreement_is_told() -> None:
    told = "没有登记界路约定"
    assert any(told in reason["text"] for reason in ask(city(), 0)["reasons"])
    assert any(told in r["text"] for r in ask(city(), -5, accuracy_m=10.0)["reasons"])
    assert not any(told in reason["text"] for reason in ask(city(), -5)["reasons"])
    assert not any(told in r["text"] for r in ask(city(), -60, 2.5, accuracy_m=10.0)["reasons"])
    # A border inside a street is no matter of two streets.
    assert not any(told in reason["text"] for reason in ask(city(), -100)["reasons"])
    # With an agreement near, nobody says that there is none.
    assert not any(told in r["text"] for r in ask(city(section()), -25, accuracy_m=20.0)["reasons"])


def test_an_agreement_of_other_streets_says_nothing_of_this_border() -> None:
    half = worlds.SIZE / 2
    streets = [
        ("610103001", "甲街道", "610103", worlds.box(0, 0, half, worlds.SIZE)),
        ("610103002", "乙街道", "610103", worlds.box(half, 0, worlds.SIZE, half)),
        ("610103003", "丙街道", "610103", worlds.box(half, half, worlds.SIZE, worlds.SIZE)),
    ]
    cells = [
        ("610103001001001", "甲", None, streets[0][3]),
        ("610103002001001", "乙", None, streets[1][3]),
        ("610103003001001", "丙", None, streets[2][3]),
    ]
    layers = [
        worlds.upper_layers()[0],
        worlds.layer(4, "street", streets),
        worlds.layer(1, "cell", cells),
    ]
    other = section(
        points=[(half + 0.1, half), (worlds.SIZE - 0.1, half)], right_code="610103003", left_code=YI
    )
    told = "没有登记界路约定"
    # The border of 甲 and 乙, with the road of 乙 and 丙 within the error.
    answer = ask(city(other, layers=layers), 0.5, half - 0.5, accuracy_m=15.0)
    assert any(told in reason["text"] for reason in answer["reasons"])
    mine = section(points=[(half, 0.5), (half, half - 0.1)])
    answer = ask(city(other, mine, layers=layers), 22.0, half - 0.5, accuracy_m=15.0)
    assert not any(told in reason["text"] for reason in answer["reasons"])


def test_a_place_just_outside_is_explained() -> None:
    lon, lat = worlds.place(6.1, 2.5)
    answer = resolve(city(), Queries.one(lon=lon, lat=lat, class_code="0201", kind="event", at=AT)).answer(0)
    assert answer["cell"]["snapped_outside_m"] == 10.0
    assert "10.0 米" in answer["reasons"][0]["text"]


def test_recomputing_gives_the_same_answer() -> None:
    at = datetime(2025, 6, 1, 9, tzinfo=worlds.ZONE)
    for road in RULES.values():
        first, second = city(road), city(road)
        assert first.version == second.version
        assert ask(first, 6, at=at, accuracy_m=12.0) == ask(second, 6, at=at, accuracy_m=12.0)
