"""Facts of the map, the clock, the inventory and the report: which are gathered, and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.catalog.inventory import Body, Component, Inventory, Profile
from gridsvc.geography.projection import to_degrees
from gridsvc.handling import FACTS, Condition, Rule, RuleUnit
from gridsvc.responsibility import Atlas, Queries, build_atlas, columns_of, resolve
from gridsvc.responsibility.gathering.clock import day_intervals, local_instants, year_intervals
from gridsvc.responsibility.gathering.roads import ON_ROAD_MM
from gridsvc.roads import Roads
from gridsvc.zones import Zone
from gridsvc.zones.kinds import NEEDS_VALUE, VALUE_WORDS
from tests.responsibility import worlds

AT = datetime(2025, 6, 3, 10, tzinfo=worlds.ZONE)
LATER = datetime(2025, 9, 1, tzinfo=worlds.ZONE)


def moments(first: int, beyond: int, zone: tzinfo) -> st.SearchStrategy[datetime]:
    """Instants, whole seconds, from the third day of a year to before another year."""
    begin, end = (round(datetime(*day, tzinfo=UTC).timestamp()) for day in ((first, 1, 3), (beyond, 1, 1)))
    return st.integers(begin, end - 86_400).map(lambda second: datetime.fromtimestamp(second, zone))


def zone(
    number: int,
    kind: str,
    code: str,
    shape: Any,
    value: str | None = None,
    unit: str | None = None,
    **dates: Any,
) -> Zone:
    return Zone(
        id=number,
        kind=kind,
        code=code,
        name=code,
        unit_code=unit,
        unit_name=unit and worlds.UNITS[unit][0],
        effective_from=dates.get("since"),
        effective_to=dates.get("until"),
        given_as="cells" if dates.get("cells") else "polygon",
        cells=dates.get("cells", ()),
        srid=worlds.SRID,
        geom_mm=shape,
        m2=1.0,
        source="test",
        value=value,
    )


def rule(
    code: str,
    conditions: Mapping[str, Sequence[str]],
    *,
    means: str = "named",
    unit: str | None = "C-01",
    kind: str | None = None,
    classes: tuple[str, ...] = (),
    priority: int = 1,
) -> Rule:
    asked = tuple(Condition(fact, tuple(values)) for fact, values in conditions.items())
    body = RuleUnit(means, means, "lead", unit if means == "named" else None)
    number = sum(code.encode())
    return Rule(
        number, code, priority, kind, classes, asked, "assign", (body,), False, False, None, None, None, None
    )  # fmt: skip


def roads_of(*links: tuple[tuple[float, float], tuple[float, float], str | None, str | None]) -> Roads:
    """Links of (begin, end, grade, keeper's unit), places counted in cells from the south-west corner."""
    n = len(links)
    lines = np.empty(n, object)
    lines[:] = [shapely.LineString([worlds.place(*each[0]), worlds.place(*each[1])]) for each in links]

    def texts(values: Sequence[str | None]) -> Any:
        column = np.empty(n, object)
        column[:] = values
        return column

    grades, codes = texts([each[2] for each in links]), texts([each[3] for each in links])
    plain = texts([None] * n)
    return Roads(np.arange(n), plain, grades, plain, plain, plain, plain, codes, codes, lines)


def atlas_of(rules: Sequence[Rule], **parts: Any) -> Atlas:
    """The city of `worlds` whose editions all have these rules."""
    specifications = [
        replace(each, rules=tuple(rules), **parts.pop("means", {})) for each in worlds.specifications()
    ]
    return build_atlas(
        worlds.layers(), worlds.classes(), specifications, worlds.units(), worlds.settings(), **parts
    )


def situation(atlas: Atlas, place: tuple[float, float], at: datetime = AT, **fields: Any) -> Any:
    lon, lat = worlds.place(*place)
    asked = {"class_code": "0201", "kind": "event", "scheme": worlds.SCHEME} | fields
    found = resolve(atlas, Queries.one(lon=lon, lat=lat, at=at, **asked))
    assert found.problem_of(0) is None
    return found.situation_of(0)


def fact(atlas: Atlas, name: str, place: tuple[float, float], at: datetime = AT, **fields: Any) -> str | None:
    value: str | None = situation(atlas, place, at, **fields).fact(name)
    return value


def test_a_fact_that_no_rule_asks_for_is_not_gathered() -> None:
    zones = [zone(1, "surface", "s", worlds.box(0, 0, 6, 6), "sidewalk")]
    asked = atlas_of([rule("R1", {"surface": ["green"]}, classes=("0201",))], zones=zones)
    assert fact(asked, "surface", (1.5, 1.5)) == "sidewalk"
    assert situation(asked, (1.5, 1.5), class_code="0301").facts == ()


def test_a_surface_is_that_of_the_zone_and_unknown_elsewhere() -> None:
    zones = [zone(1, "surface", "s", worlds.box(0, 0, 1.25, 6), "sidewalk")]
    atlas = atlas_of([rule("R1", {"surface": ["sidewalk"]})], zones=zones)
    assert fact(atlas, "surface", (0.5, 0.5)) == "sidewalk"
    assert fact(atlas, "surface", (1.2, 0.5)) == "sidewalk"
    assert fact(atlas, "surface", (1.3, 0.5)) is None
    assert fact(atlas, "surface", (4.5, 0.5)) is None


def test_of_zones_that_overlap_the_lowest_code_has_the_place() -> None:
    zones = [
        zone(1, "surface", "a", worlds.box(0.2, 0.2, 0.8, 0.8), "green"),
        zone(2, "surface", "b", worlds.box(0, 0, 6, 6), "carriageway"),
    ]
    atlas = atlas_of([rule("R1", {"surface": ["green"]})], zones=zones)
    assert fact(atlas, "surface", (0.5, 0.5)) == "green"
    assert fact(atlas, "surface", (0.1, 0.5)) == "carriageway"
    assert fact(atlas, "surface", (5.5, 0.5)) == "carriageway"


def test_a_border_of_a_zone_inside_a_cell_is_the_zones_to_the_millimetre() -> None:
    zones = [zone(1, "surface", "a", worlds.box(0.2, 0.2, 0.8, 0.8), "green")]
    atlas = atlas_of([rule("R1", {"surface": ["green"]})], zones=zones)
    mm = 1 / worlds.SIDE
    for inside in ((0.2, 0.5), (0.8, 0.5), (0.5, 0.2), (0.5, 0.8), (0.2, 0.2)):
        assert fact(atlas, "surface", inside) == "green"
    for outside in ((0.2 - mm, 0.5), (0.8 + mm, 0.5), (0.5, 0.2 - mm), (0.5, 0.8 + mm)):
        assert fact(atlas, "surface", outside) is None


def test_a_compound_tells_inside_and_outside_and_who_manages_it() -> None:
    zones = [
        zone(1, "compound", "a", worlds.box(0, 0, 1, 1), None, "W-01"),
        zone(2, "compound", "b", worlds.box(1, 0, 2, 1), "without"),
    ]
    asks = {"compound": ["inside"], "property_management": ["with"]}
    atlas = atlas_of([rule("R1", asks, means="property_manager")], zones=zones)
    inside = situation(atlas, (0.5, 0.5))
    assert (inside.fact("compound"), inside.fact("property_management")) == ("inside", "with")
    assert [each.unit for each in inside.of("property_manager")] == ["W-01"]
    unmanaged = situation(atlas, (1.5, 0.5))
    assert (unmanaged.fact("compound"), unmanaged.fact("property_management")) == ("inside", "without")
    outside = situation(atlas, (3.5, 3.5))
    assert outside.facts == (("compound", "outside"),)
    assert outside.of("property_manager") == ()


def test_nothing_is_known_of_a_kind_of_zones_that_nobody_loaded() -> None:
    atlas = atlas_of([rule("R1", {"compound": ["outside"], "site": ["none"]})])
    assert situation(atlas, (0.5, 0.5)).facts == ()


def test_a_site_is_the_builders_until_it_is_handed_over() -> None:
    zones = [
        zone(1, "construction_site", "a", worlds.box(0, 0, 1, 1), "open", "W-01", until=LATER),
        zone(2, "construction_site", "a", worlds.box(0, 0, 1, 1), "handed_over", "W-01", since=LATER),
    ]
    atlas = atlas_of([rule("R1", {"site": ["open"]}, means="builder")], zones=zones)
    before = situation(atlas, (0.5, 0.5))
    assert before.fact("site") == "open"
    assert [each.unit for each in before.of("builder")] == ["W-01"]
    after = situation(atlas, (0.5, 0.5), LATER)
    assert after.fact("site") == "handed_over"
    assert after.of("builder") == ()
    assert fact(atlas, "site", (0.5, 0.5), LATER - timedelta(microseconds=1)) == "open"
    assert fact(atlas, "site", (3.5, 3.5)) == "none"


def test_before_the_first_zone_of_a_kind_began_nothing_is_known() -> None:
    zones = [zone(1, "compound", "a", worlds.box(0, 0, 1, 1), "with", since=LATER)]
    atlas = atlas_of([rule("R1", {"compound": ["outside"]})], zones=zones)
    assert fact(atlas, "compound", (3.5, 3.5), AT) is None
    assert fact(atlas, "compound", (3.5, 3.5), LATER) == "outside"


def test_a_zone_given_as_cells_has_each_of_them_whole() -> None:
    codes = worlds.cells(1, None).codes[:1]
    # Drawn somewhere else by an earlier edition: the list counts.
    zones = [zone(1, "land_use", "a", worlds.box(4, 4, 5, 5), "居住用地", cells=tuple(codes))]
    atlas = atlas_of([rule("R1", {"land_use": ["居住用地"]})], zones=zones)
    assert fact(atlas, "land_use", (0.5, 0.5)) == "居住用地"


def test_the_nearest_road_within_reach_tells_grade_and_keeper() -> None:
    roads = roads_of(((0, 1), (6, 1), "主干路", "C-01"), ((0, 3), (6, 3), "支路", None))
    asks = {"road_grade": ["主干路"], "road_keeper": ["known"]}
    atlas = atlas_of([rule("R1", asks, means="road_keeper")], roads=roads)
    near = situation(atlas, (2.5, 1.2))
    assert (near.fact("road_grade"), near.fact("road_keeper")) == ("主干路", "known")
    assert [each.unit for each in near.of("road_keeper")] == ["C-01"]
    unkept = situation(atlas, (2.5, 2.9))
    assert (unkept.fact("road_grade"), unkept.fact("road_keeper")) == ("支路", "unknown")
    reach = ON_ROAD_MM / worlds.SIDE
    assert fact(atlas, "road_grade", (2.5, 1 + reach - 0.001)) == "主干路"
    assert situation(atlas, (2.5, 1 + reach + 0.001)).facts == ()


def test_time_and_season_are_the_intervals_between_all_windows() -> None:
    asks = {"time": ["22:00-06:00", "08:30-12:00"], "season": ["11-15..03-15"]}
    atlas = atlas_of([rule("R1", asks)])
    for hour, minute, starts in (
        (5, 59, "00:00"),
        (6, 0, "06:00"),
        (11, 59, "08:30"),
        (12, 0, "12:00"),
        (22, 0, "22:00"),
    ):
        at = datetime(2025, 3, 15, hour, minute, tzinfo=worlds.ZONE)
        assert fact(atlas, "time", (0.5, 0.5), at) == starts
    for month, day, starts in (
        (3, 15, "01-01"),
        (3, 16, "03-16"),
        (11, 14, "03-16"),
        (11, 15, "11-15"),
        (12, 31, "11-15"),
    ):
        assert fact(atlas, "season", (0.5, 0.5), datetime(2025, month, day, 12, tzinfo=worlds.ZONE)) == starts


@settings(max_examples=200, deadline=None)
@given(
    moments(2000, 2045, UTC),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_local_clock_and_calendar_agree_with_the_zone(at: datetime, name: str) -> None:
    here = ZoneInfo(name)
    wall = at.astimezone(here)
    local = local_instants(np.array([round(at.timestamp() * 1_000_000)], np.int64), here)
    minutes = [f"{k // 60:02d}:{k % 60:02d}" for k in range(0, 1440, 15)]
    assert minutes[day_intervals(local, minutes)[0]] == f"{wall.hour:02d}:{wall.minute // 15 * 15:02d}"
    days = [(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=k)).strftime("%m-%d") for k in range(366)]
    assert days[year_intervals(local, days)[0]] == wall.strftime("%m-%d")


def test_areas_that_rules_name_are_known_where_they_hold_the_place() -> None:
    atlas = atlas_of([rule("R1", {"area": ["610103001", "610103001001", "999999999"]})])
    assert fact(atlas, "area", (0.5, 0.5)) == "610103001001/610103001"
    assert fact(atlas, "area", (4.5, 0.5)) == "-"
    assert situation(atlas, (50.0, 50.0)).facts == ()


def test_what_a_report_says_goes_before_the_map() -> None:
    zones = [
        zone(1, "surface", "s", worlds.box(0, 0, 6, 6), "carriageway"),
        zone(2, "compound", "a", worlds.box(0, 0, 6, 6), "with", "W-01"),
    ]
    asks = {"surface": ["sidewalk"], "compound": ["inside"], "property_management": ["with"]}
    atlas = atlas_of([rule("R1", asks, means="property_manager")], zones=zones)
    said = situation(atlas, (0.5, 0.5), facts={"surface": "人行道", "compound": "outside"})
    assert said.facts == (("compound", "outside"), ("surface", "sidewalk"))
    assert said.parties == ()


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"weather": "rain"}, "facts.weather"),
        ({"surface": "lawn"}, "facts.surface"),
        ({"time": "22:00"}, "facts.time"),
    ],
)
def test_an_unknown_fact_or_value_is_a_problem_with_its_place(facts: dict[str, str], column: str) -> None:
    atlas = atlas_of([])
    lon, lat = worlds.place(0.5, 0.5)
    found = resolve(atlas, Queries.one(lon=lon, lat=lat, at=AT, class_code="0201", kind="event", facts=facts))
    fault = found.problem_of(0)
    assert fault is not None
    assert (fault.code, fault.place.column) == ("bad_fact", column)
    assert fault.remedy is not None
    assert columns_of(found)["problem"][0] == "bad_fact"


def test_a_value_that_nothing_names_stands_for_all_others() -> None:
    atlas = atlas_of([rule("R1", {"land_use": ["居住用地"]})])
    said = [
        fact(atlas, "land_use", (0.5, 0.5), facts={"land_use": each}) for each in ("甲", "乙", " 居住 用地")
    ]
    assert said == ["其他", "其他", "居住用地"]


def test_graded_limits_go_by_the_grade_of_the_ground() -> None:
    zones = [
        zone(1, "management_grade", "a", worlds.box(0, 0, 1, 1), "A类"),
        zone(2, "management_grade", "b", worlds.box(1, 0, 2, 1), "B"),
    ]
    first = worlds.specifications()[0]
    limit = first.clauses[0].limit
    assert limit is not None
    short = replace(limit, value=limit.value * 2, text="2紧急工作时")
    clauses = tuple(replace(each, graded=(("A", short.text, short),)) for each in first.clauses)
    specifications = [replace(first, clauses=clauses, grade_means="area")]
    atlas = build_atlas(
        worlds.layers(), worlds.classes(), specifications, worlds.units(), worlds.settings(), zones=zones
    )
    for place, text in (((0.5, 0.5), "2紧急工作时"), ((1.5, 0.5), "4work_hour"), ((4.5, 0.5), "4work_hour")):
        lon, lat = worlds.place(*place)
        found = resolve(
            atlas, Queries.one(lon=lon, lat=lat, at=AT, class_code="0201", kind="event", scheme=worlds.SCHEME)
        )
        assert columns_of(found)["limit"][0] == text


OWNERS = {
    "water": Profile(owner=Body(unit="W-01")),
    "city": Profile(owner=Body(unit="C-01")),
    "nobody": Profile(),
}


def inventory(*things: tuple[str, float, float, str]) -> Inventory:
    return Inventory.of(
        Component(identifier, worlds.SCHEME, "0501", shapely.Point(*worlds.place(x, y)), OWNERS[owner])
        for identifier, x, y, owner in things
    )


def owned(atlas: Atlas, place: tuple[float, float], **fields: Any) -> Any:
    lon, lat = worlds.place(*place)
    return resolve(atlas, Queries.one(lon=lon, lat=lat, at=AT, class_code="0501", kind="component", **fields))


def test_a_component_that_is_matched_tells_its_owner() -> None:
    atlas = atlas_of(
        [rule("R1", {"owner": ["known"]}, means="each_owner")], inventory=inventory(("p1", 0.5, 0.5, "water"))
    )
    found = owned(atlas, (0.52, 0.5))
    assert found.situation_of(0).fact("owner") == "known"
    assert columns_of(found)["unit_code"][0] == "W-01"
    assert columns_of(found)["component_id"][0] == "p1"
    assert owned(atlas, (4.5, 4.5)).situation_of(0).fact("component") == "unregistered"


def test_several_components_of_one_owner_are_no_doubt_about_him() -> None:
    things = [("p1", 0.48, 0.5, "water"), ("p2", 0.52, 0.5, "water")]
    atlas = atlas_of([rule("R1", {"owner": ["known"]}, means="each_owner")], inventory=inventory(*things))
    found = owned(atlas, (0.5, 0.5))
    assert (found.situation_of(0).fact("component"), found.situation_of(0).fact("owner")) == (
        "several",
        "known",
    )
    assert (columns_of(found)["decision"][0], columns_of(found)["unit_code"][0]) == ("determined", "W-01")


def test_components_of_different_owners_share_the_responsibility_by_probability() -> None:
    things = [("p1", 0.48, 0.5, "water"), ("p2", 0.53, 0.5, "city")]
    atlas = atlas_of([rule("R1", {"owner": ["known"]}, means="each_owner")], inventory=inventory(*things))
    found = owned(atlas, (0.5, 0.5))
    verdict = found.verdict_of(0)
    assert verdict is not None
    assert (verdict.decision, verdict.unit) == ("ranked", "W-01")
    assert {each.unit for each in verdict.candidates if each.share > 0} >= {"W-01", "C-01"}
    assert columns_of(found)["component_id"][0] is None
    named = owned(atlas, (0.5, 0.5), component_id="p2")
    assert columns_of(named)["unit_code"][0] == "C-01"
    assert columns_of(named)["component_id"][0] == "p2"


def test_a_crowd_of_components_is_registered_also_beyond_those_that_are_listed() -> None:
    """Twelve stand about the place, of two owners in turn: it is one of theirs, whichever five are listed."""
    around = [(0.5 + 0.04 * np.cos(k), 0.5 + 0.04 * np.sin(k)) for k in np.arange(12) * np.pi / 6]
    things = [(f"p{k:02}", x, y, ("water", "city")[k % 2]) for k, (x, y) in enumerate(around)]
    atlas = atlas_of([rule("R1", {"owner": ["known"]}, means="each_owner")], inventory=inventory(*things))
    found = owned(atlas, (0.5, 0.5))
    verdict = found.verdict_of(0)
    assert verdict is not None
    assert found.components is not None
    shares = {each.unit: each.share for each in verdict.candidates if each.role == "lead" and each.share > 0}
    unregistered = float(found.components.unregistered[0])
    assert unregistered < 0.2
    assert shares["W-01"] + shares["C-01"] == pytest.approx(1 - unregistered, abs=0.02)


def test_a_component_that_was_removed_is_taken_when_named_and_said_to_be_gone() -> None:
    gone = Component(
        "p1", worlds.SCHEME, "0501", shapely.Point(*worlds.place(0.5, 0.5)), OWNERS["water"], "removed"
    )
    atlas = atlas_of([rule("R1", {"owner": ["known"]}, means="each_owner")], inventory=Inventory.of([gone]))
    answer = owned(atlas, (0.5, 0.5), component_id="p1").answer(0)
    assert answer["unit"]["code"] == "W-01"
    assert any("已拆除" in each["text"] for each in answer["reasons"] if each["step"] == "component")
    assert owned(atlas, (0.5, 0.5)).answer(0)["component"] is None


def test_values_of_zones_are_those_of_the_facts() -> None:
    for kind, words in VALUE_WORDS.items():
        name = {"compound": "property_management", "construction_site": "site"}.get(kind, kind)
        assert FACTS[name].zone_kind == kind
        assert set(words) == set(FACTS[name].words) - {"none"}
    assert set(FACTS) >= NEEDS_VALUE


def _lonlat(x: int, y: int) -> tuple[float, float]:
    lon, lat = to_degrees(worlds.SRID, np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])


def busy_city(previous: Atlas | None = None) -> Atlas:
    """A city with zones, roads, components and rules that ask for everything."""
    zones = [
        zone(1, "compound", "a", worlds.box(0.1, 0.1, 1.4, 1.6), None, "W-01"),
        zone(2, "construction_site", "a", worlds.box(0.5, 0.5, 2.5, 2.5), "open", "W-01", until=LATER),
        zone(3, "management_grade", "a", worlds.box(0, 0, 3, 6), "A"),
        zone(4, "surface", "a", worlds.box(1.3, 0, 1.7, 6), "sidewalk"),
        zone(5, "surface", "b", worlds.box(1, 0, 2, 6), "carriageway", since=LATER),
    ]
    rules = [
        rule("R1", {"site": ["open"]}, means="builder", priority=1),
        rule(
            "R2",
            {"compound": ["inside"], "property_management": ["with"]},
            means="property_manager",
            priority=2,
        ),
        rule("R3", {"surface": ["sidewalk"], "time": ["22:00-06:00"]}, means="street_office", priority=3),
        rule("R4", {"road_grade": ["主干路"]}, means="road_keeper", priority=4),
        rule("R5", {"owner": ["known"]}, means="each_owner", kind="component", priority=5),
        rule("R6", {"season": ["11-15..03-15"], "management_grade": ["A"]}, priority=6),
        rule("R7", {"area": ["610103002"], "urgency": ["A"]}, means="territorial_enforcement", priority=7),
    ]
    things = [
        ("p1", 2.48, 0.5, "water"),
        ("p2", 2.53, 0.5, "city"),
        ("p3", 3.5, 3.5, "nobody"),
        ("p4", 4.5, 4.5, "city"),
    ]
    return atlas_of(
        rules,
        zones=zones,
        roads=roads_of(((0, 1), (6, 1), "主干路", "C-01"), ((0, 3), (6, 3), "支路", None)),
        inventory=inventory(*things),
        previous=previous,
    )


CITY = busy_city()
ANSWERED = (
    "decision",
    "unit_code",
    "limit",
    "deadline",
    "confidence",
    "clause_id",
    "component_id",
    "cell_code",
    "problem",
)

question = st.fixed_dictionaries(
    {
        "x": st.integers(-100_000, 700_000) | st.sampled_from(range(0, 700_000, 50_000)),
        "y": st.integers(-100_000, 700_000) | st.sampled_from(range(0, 700_000, 50_000)),
        "at": moments(2024, 2027, worlds.ZONE),
        "class": st.sampled_from(
            [("event", each) for each in ("0101", "0201", "0301", "9901")]
            + [("component", each) for each in ("0101", "0501")]
        ),
        "accuracy": st.none() | st.floats(3, 60),
        "component": st.none() | st.sampled_from(["p1", "p3", "p9"]),
        "facts": st.dictionaries(
            st.sampled_from(["surface", "compound", "urgency", "site"]),
            st.sampled_from(["人行道", "内", "A", "open", "none", "inside"]),
            max_size=2,
        ),
    }
)


def asked(each: dict[str, Any]) -> Queries:
    lon, lat = _lonlat(worlds.EAST + each["x"], worlds.NORTH + each["y"])
    kind, code = each["class"]
    return Queries.one(
        lon=lon, lat=lat, at=each["at"], kind=kind, class_code=code, accuracy_m=each["accuracy"],
        component_id=each["component"], facts=each["facts"] or None,
    )  # fmt: skip


def all_asked(questions: Sequence[dict[str, Any]]) -> Queries:
    places = [_lonlat(worlds.EAST + each["x"], worlds.NORTH + each["y"]) for each in questions]
    names = sorted({name for each in questions for name in each["facts"]})
    return Queries.of(
        lon=[place[0] for place in places],
        lat=[place[1] for place in places],
        at=np.array([round(each["at"].timestamp() * 1_000_000) for each in questions], np.int64),
        kind=[each["class"][0] for each in questions],
        class_code=[each["class"][1] for each in questions],
        accuracy_m=[np.nan if each["accuracy"] is None else each["accuracy"] for each in questions],
        component_id=[each["component"] for each in questions],
        facts={name: [each["facts"].get(name) for each in questions] for name in names},
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(question, min_size=1, max_size=80))
def test_one_answer_is_the_same_alone_in_a_batch_and_from_another_atlas(
    questions: list[dict[str, Any]],
) -> None:
    later = busy_city(CITY)
    assert later.version == CITY.version
    batch, again = resolve(CITY, all_asked(questions)), resolve(later, all_asked(questions))
    columns, repeated = columns_of(batch), columns_of(again)
    for row, each in enumerate(questions):
        alone = resolve(CITY, asked(each))
        single = columns_of(alone)
        for name in ANSWERED:
            assert str(columns[name][row]) == str(single[name][0]) == str(repeated[name][row])
        if batch.problem[row]:
            continue
        assert batch.answer(row) == alone.answer(0) == again.answer(row)
        assert batch.situation_of(row) == alone.situation_of(0)
        verdict = batch.verdict_of(row)
        if int(batch.clause[row]) >= 0:
            edition = CITY.clauses.edition[int(batch.clause[row])]
            assert int(columns["clause_id"][row]) in {clause.id for clause in edition.clauses}
            if verdict is not None and verdict.rule is not None:
                assert verdict.rule in edition.rules


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_zones_found_by_cells_are_those_found_by_outlines(seed: int) -> None:
    """Random overlapping zones, against each outline asked alone; none runs along a border of cells."""
    from gridsvc.responsibility.gathering.zones import FactZones

    rng = np.random.default_rng(seed)
    zones, spans = [], []
    for k in range(12):
        x, y = rng.uniform(-0.5, 5.5, 2)
        w, h = rng.uniform(0.1, 3.0, 2)
        shape = shapely.set_precision(worlds.box(x, y, x + w, y + h), 1.0)
        since, until = sorted(rng.integers(0, 100, 2).tolist())
        spans.append((since * 1_000_000, (until + 1) * 1_000_000))
        dates: dict[str, Any] = {
            "since": datetime.fromtimestamp(since, UTC),
            "until": datetime.fromtimestamp(until + 1, UTC),
        }
        zones.append(
            zone(k, "surface", f"{k:02d}", shapely.MultiPolygon(shapely.get_parts(shape)), "green", **dates)
        )
    grid = CITY.moments[0].grid
    n = 500
    x = worlds.EAST + rng.integers(-50_000, 650_000, n)
    y = worlds.NORTH + rng.integers(-50_000, 650_000, n)
    at = rng.integers(0, 101, n) * 1_000_000
    cell = grid.cells_at(x, y)
    found = FactZones(zones, worlds.SRID, grid.layers["cell"]).find(x, y, cell, at, np.arange(len(x)))
    for row in range(n):
        place = shapely.Point(int(x[row]), int(y[row]))
        holding = [
            k
            for k, each in enumerate(zones)
            if spans[k][0] <= at[row] < spans[k][1] and shapely.intersects(each.geom_mm, place)
        ]
        assert int(found[row]) == (holding[0] if holding else -1)
