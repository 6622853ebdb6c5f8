"""From columns of questions to columns of answers: the rules of the whole, on a small city in plain values."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.geography import code_profile, from_wgs84
from gridsvc.responsibility import (
    COLUMNS,
    MISSING_INSTANT,
    Atlas,
    Queries,
    Resolutions,
    build_atlas,
    columns_of,
    resolve,
)
from tests.responsibility import worlds
from tests.responsibility.worlds import NEW_GRID, NEW_RULES, OTHER, SCHEME, ZONE, place

AT = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)  # a Monday, under the new grid and rules
OLD = datetime(2025, 6, 2, 8, 0, tzinfo=ZONE)  # a Monday, under the old ones


@cache
def city() -> Atlas:
    return worlds.atlas()


def one(column: float = 0.5, row: float = 0.5, *, atlas: Atlas | None = None, **fields: Any) -> Resolutions:
    lon, lat = place(column, row)
    given = {"lon": lon, "lat": lat, "class_code": "0201", "at": AT} | fields
    return resolve(atlas or city(), Queries.one(**given))


def answer(column: float = 0.5, row: float = 0.5, **fields: Any) -> dict[str, Any]:
    result = one(column, row, **fields)
    assert result.problem_of(0) is None, result.problem_of(0)
    return result.answer(0)


def problem(**fields: Any) -> str:
    result = one(**fields)
    fault = result.problem_of(0)
    assert fault is not None
    assert fault.message.zh
    assert fault.message.en
    assert columns_of(result)["problem"][0] == fault.code
    return fault.code


# --- a batch is its rows -------------------------------------------------------------------------------------

ROW = st.fixed_dictionaries(
    {
        # Cells, borders and corners, just outside, far outside; in hundredths of a cell.
        "column": st.one_of(st.integers(-60, 660), st.sampled_from([0, 100, 300, 600])).map(lambda k: k / 100),
        "row": st.one_of(st.integers(-60, 660), st.sampled_from([0, 100, 300, 600])).map(lambda k: k / 100),
        "spoilt": st.sampled_from([None] * 8 + ["nan", "inf", "swapped", "blank", "huge"]),
        "class": st.sampled_from(["0101", "0201", "0301", "0401", "0501", "9901", "7777", None, " 0201 ", ""]),
        "kind": st.sampled_from([None, None, "event", "component", "nonsense"]),
        "scheme": st.sampled_from([None, None, SCHEME, OTHER, "nowhere"]),
        "datum": st.sampled_from(["wgs84", None, "gcj02", "bd09", "cgcs2000", "mars"]),
        "clause_id": st.sampled_from([-1, -1, 11, 14, 15, 21, 32, 999]),
        "accuracy": st.sampled_from([np.nan, np.nan, np.nan, 0.0, -5.0, 12.0, 80.0, np.inf]),
        "at": st.one_of(
            st.integers(0, 700).map(lambda days: OLD + timedelta(days=days, minutes=7 * days)),
            st.sampled_from([NEW_GRID, NEW_GRID - timedelta(microseconds=1), NEW_RULES, None]),
            st.just(datetime(1990, 1, 1, tzinfo=UTC)),
        ),
    }
)  # fmt: skip


def degrees(row: dict[str, Any]) -> tuple[float, float]:
    lon, lat = place(row["column"], row["row"])
    if row["datum"] in ("gcj02", "bd09"):
        lon, lat = (float(each[0]) for each in from_wgs84(row["datum"], np.array([lon]), np.array([lat])))
    return {
        None: (lon, lat),
        "nan": (np.nan, lat),
        "inf": (np.inf, lat),
        "swapped": (lat, lon),
        "blank": (np.nan, np.nan),
        "huge": (lon * 1e6, lat * 1e6),
    }[row["spoilt"]]


def queries(rows: list[dict[str, Any]]) -> Queries:
    at = [MISSING_INSTANT if r["at"] is None else round(r["at"].timestamp() * 1_000_000) for r in rows]
    return Queries.of(
        lon=[degrees(row)[0] for row in rows],
        lat=[degrees(row)[1] for row in rows],
        at=np.array(at, np.int64),
        class_code=[row["class"] for row in rows],
        kind=[row["kind"] for row in rows],
        scheme=[row["scheme"] for row in rows],
        datum=[row["datum"] for row in rows],
        clause_id=[row["clause_id"] for row in rows],
        accuracy_m=[row["accuracy"] for row in rows],
    )


def whole(result: Resolutions, row: int) -> tuple[Any, ...]:
    """Everything that is said of a row."""
    columns = columns_of(result)
    fault = result.problem_of(row)
    return (
        tuple(str(columns[name][row]) for name in COLUMNS),
        None if fault is None else fault.code,
        None if fault else json.dumps(result.answer(row), ensure_ascii=False),
        None if fault else json.dumps(result.answer(row, "en")),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=25), st.integers(1, 4))
def test_a_batch_is_its_rows_one_by_one(rows: list[dict[str, Any]], times: int) -> None:
    rows = rows * times  # beyond 64 rows other paths are taken
    together = resolve(city(), queries(rows))
    for k in range(len(rows) // times):
        alone = resolve(city(), queries([rows[k]]))
        assert whole(together, k) == whole(alone, 0), rows[k]


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=2, max_size=80), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_answer(rows: list[dict[str, Any]], random: Any) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    straight, shuffled = columns_of(resolve(city(), queries(rows))), None
    shuffled = columns_of(resolve(city(), queries([rows[k] for k in order])))
    for name in COLUMNS:
        assert [str(straight[name][k]) for k in order] == [str(value) for value in shuffled[name]], name


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_every_answer_keeps_the_contract(rows: list[dict[str, Any]]) -> None:
    result = resolve(city(), queries(rows))
    for row in range(len(rows)):
        if result.problem_of(row) is None:
            keeps_contract(result.answer(row))


def test_more_rows_than_a_chunk() -> None:
    random = np.random.default_rng(8)
    n = 140_000
    west, south = place(-0.4, -0.4)
    east, north = place(6.4, 6.4)
    at = np.where(random.random(n) < 0.5, round(OLD.timestamp()), round(AT.timestamp())) * 1_000_000
    many = Queries.of(
        lon=random.uniform(west, east, n),
        lat=random.uniform(south, north, n),
        at=at,
        class_code="0201",
        kind="event",
    )
    found = columns_of(resolve(city(), many))
    for row in random.integers(0, n, 60).tolist():
        alone = Queries.of(
            lon=many.lon[row], lat=many.lat[row], at=at[row : row + 1], class_code="0201", kind="event"
        )
        expected = columns_of(resolve(city(), alone))
        assert [str(found[name][row]) for name in COLUMNS] == [str(expected[name][0]) for name in COLUMNS]


def test_threads_share_an_atlas_that_is_new_to_all_of_them() -> None:
    """What an atlas works out when first asked may be asked for by all at once."""
    for layers in (worlds.layers(), worlds.upper_layers()):
        atlas = worlds.atlas(layers=layers)
        places = [place(k % 7 - 0.3, k // 7 % 7 - 0.3) for k in range(200)]
        asked = Queries.of(
            lon=[lon for lon, _ in places],
            lat=[lat for _, lat in places],
            at=OLD,
            class_code=["0201", "0301", "0501", "9901"] * 50,
        )
        with ThreadPoolExecutor(8) as threads:
            answers = [threads.submit(resolve, atlas, asked) for _ in range(40)]
            found = [columns_of(each.result()) for each in answers]
        for each in found[1:]:
            assert all([str(a) for a in each[name]] == [str(b) for b in found[0][name]] for name in COLUMNS)


def test_an_empty_batch() -> None:
    for atlas in (city(), worlds.atlas(layers=[], specifications=[], classes=[])):
        result = resolve(atlas, Queries.of(lon=[], lat=[], at=np.zeros(0, np.int64), class_code=[]))
        assert len(result) == 0
        assert {name: len(values) for name, values in columns_of(result).items()} == dict.fromkeys(COLUMNS, 0)


# --- the contract of design.md section 5 ----------------------------------------------------------------------

FIELDS = {
    "cell", "cells", "boundary_road", "component", "class", "clause", "clauses", "decision", "unit", "candidates", "confidence",
    "limit", "deadline", "stages", "provisional_calendar", "reasons", "atlas",
}  # fmt: skip


def keeps_contract(found: dict[str, Any]) -> None:
    assert json.loads(json.dumps(found, ensure_ascii=False, allow_nan=False)) == found
    assert set(found) == FIELDS
    if found["cell"] is not None:
        assert set(found["cell"]) == {
            "code", "on_boundary", "on_outer_boundary", "snapped_outside_m", "community", "street", "district",
        }  # fmt: skip
        for level in ("community", "street", "district"):
            assert found["cell"][level] is None or set(found["cell"][level]) == {"code", "name"}
    assert all(set(each) == {"code", "share"} for each in found["cells"])
    assert sum(each["share"] for each in found["cells"]) <= 1 + 1e-4
    assert found["component"] is None
    assert found["class"] is None or set(found["class"]) == {"scheme", "kind", "code", "name", "major"}
    assert found["clause"] is None or set(found["clause"]) == {
        "id", "edition", "filing_condition", "closing_condition",
    }  # fmt: skip
    assert all(set(each) == {"id", "filing_condition", "limit"} for each in found["clauses"])
    if found["clause"]:
        assert found["clause"]["id"] > 0
    assert found["decision"] in ("determined", "ranked", "fallback", "needs_decision")
    assert found["unit"] is None or set(found["unit"]) == {"code", "name"}
    assert (found["unit"] is None) == (found["decision"] == "needs_decision")
    for each in found["candidates"]:
        assert set(each) == {"unit", "share", "role", "because", "refused"}
        assert each["role"] in ("lead", "assist")
        assert each["because"]
        assert set(each["unit"]) == {"code", "name"}
        assert (each["unit"]["code"] is None) == (each["refused"] is not None)
    assert 0 <= found["confidence"] <= 1
    assert sum(each["share"] for each in found["candidates"]) <= 1 + 1e-4
    if found["unit"]:
        lead = next(each for each in found["candidates"] if each["unit"]["code"] == found["unit"]["code"])
        assert lead["share"] == pytest.approx(found["confidence"], abs=1e-6)
    assert found["limit"] is None or set(found["limit"]) == {"value", "unit", "text"}
    if found["deadline"]:
        assert datetime.fromisoformat(found["deadline"]).tzinfo is not None
    assert found["stages"] == []
    assert isinstance(found["provisional_calendar"], bool)
    assert found["reasons"][0]["step"] == "place"
    for each in found["reasons"]:
        assert {"step", "text"} <= set(each) <= {"step", "text", "rule", "facts"}
        assert each["step"] in ("place", "component", "clause", "rule", "deadline")
        assert each["text"]
    assert found["atlas"] == city().version


def test_an_answer_in_full() -> None:
    found = answer(0.5, 0.5)
    keeps_contract(found)
    assert found["cell"] == {
        "code": "610103001001200",
        "on_boundary": False,
        "on_outer_boundary": False,
        "snapped_outside_m": None,
        "community": {"code": "610103001001", "name": "甲一社区"},
        "street": {"code": "610103001", "name": "甲街道"},
        "district": {"code": "610103", "name": "碑林区"},
    }
    assert found["class"] == {
        "scheme": SCHEME,
        "kind": "event",
        "code": "0201",
        "name": "非法小广告",
        "major": {"code": "02", "name": "大类02"},
    }
    assert found["clause"] == {
        "id": 32, "edition": "规范3", "filing_condition": "条件1", "closing_condition": "恢复原状",
    }  # fmt: skip
    assert found["limit"] == {"value": 2, "unit": "work_hour", "text": "2work_hour"}
    assert found["deadline"] == "2026-11-23T10:00:00+08:00"
    assert found["provisional_calendar"] is False


# --- editions in force -----------------------------------------------------------------------------------------


def test_the_grid_in_force_at_the_instant_answers() -> None:
    before = NEW_GRID - timedelta(microseconds=1)
    assert answer(1.5, 0.5, at=before)["cell"]["code"] == "610103001001101"
    assert answer(1.5, 0.5, at=NEW_GRID)["cell"]["code"] == "610103001001200"


def test_the_specification_in_force_at_the_instant_answers() -> None:
    before = NEW_RULES - timedelta(microseconds=1)
    assert answer(at=before)["clause"]["id"] == 14
    assert answer(at=NEW_RULES)["clause"]["id"] == 32
    assert [each["id"] for each in answer(at=before)["clauses"]] == [14, 15]


def test_an_edition_of_events_leaves_the_components_in_force() -> None:
    found = answer(class_code="0101", kind="component")
    assert found["clause"]["edition"] == "规范1"
    assert answer(class_code="0101", kind="event")["clause"]["edition"] == "规范3"
    # The new edition has no clause for 0301: that class is out of force, not answered by the old edition.
    found = answer(class_code="0301")
    assert found["clause"] is None
    assert found["decision"] == "needs_decision"
    assert found["class"]["code"] == "0301"


def test_editions_that_begin_at_the_same_instant() -> None:
    parts = worlds.specifications()
    atlas = worlds.atlas(specifications=[*parts[:2], replace(parts[2], effective_from=NEW_GRID)])
    assert len(atlas.moments) == 2
    found = answer(1.5, 0.5, at=NEW_GRID, atlas=atlas)
    assert (found["cell"]["code"], found["clause"]["id"]) == ("610103001001200", 32)
    found = answer(1.5, 0.5, at=NEW_GRID - timedelta(microseconds=1), atlas=atlas)
    assert (found["cell"]["code"], found["clause"]["id"]) == ("610103001001101", 14)


def test_before_the_first_edition_nothing_is_in_force() -> None:
    atlas = worlds.atlas(layers=[worlds.cells(2, NEW_GRID)], specifications=worlds.specifications()[2:])
    found = answer(at=OLD, atlas=atlas, scheme=SCHEME)
    assert found["cell"] is None
    assert found["clause"] is None
    assert found["decision"] == "needs_decision"
    assert answer(at=NEW_GRID, atlas=atlas, scheme=SCHEME)["cell"] is not None


# --- classes ---------------------------------------------------------------------------------------------------


def test_kind_and_scheme_default_to_the_editions_in_force() -> None:
    # 0201 exists in two schemes; a specification is in force for one of them.
    assert answer(class_code="0201")["class"]["scheme"] == SCHEME
    assert answer(class_code="0201", scheme=OTHER)["class"]["name"] == "市自定"
    assert answer(class_code="9901")["class"]["scheme"] == OTHER
    assert answer(class_code="0101", kind="component")["class"]["name"] == "供水井盖"
    assert answer(class_code=" 0201 ")["class"]["code"] == "0201"
    # In no specification, yet the only class of its code.
    assert answer(class_code="0401")["clause"] is None


def test_an_ambiguous_code_names_the_choices() -> None:
    assert problem(class_code="0101") == "ambiguous_class"
    fault = one(class_code="0101").problem_of(0)
    assert fault is not None
    for word in ("供水井盖", "私搭乱建", "component", "event"):
        assert word in fault.message.zh
    assert fault.remedy is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"class_code": "7777"},
        {"class_code": "0201", "kind": "component"},
        {"class_code": "0201", "scheme": "nowhere"},
        {"class_code": "9901", "scheme": SCHEME},
        {"class_code": "0201", "kind": "nonsense"},
        {"class_code": "201"},
        {"class_code": "x" * 10_000},
    ],
)
def test_classes_that_are_not_there(fields: dict[str, Any]) -> None:
    assert problem(**fields) == "unknown_class"


def test_without_a_class_the_place_alone_is_answered() -> None:
    result = one(class_code=None)
    assert result.problem_of(0) is None
    columns = columns_of(result)
    assert columns["cell_code"][0] == "610103001001200"
    assert columns["decision"][0] is None
    assert np.isnan(columns["confidence"][0])
    assert np.isnat(columns["deadline"][0])


# --- clauses ---------------------------------------------------------------------------------------------------


def test_a_person_may_choose_the_sub_condition() -> None:
    first, second = answer(at=OLD), answer(at=OLD, clause_id=15)
    assert (first["clause"]["id"], second["clause"]["id"]) == (14, 15)
    assert second["deadline"] == "2025-06-03T08:00:00+08:00" or second["limit"]["unit"] == "work_day"
    facts = [each["facts"] for each in (first["reasons"][1], second["reasons"][1])]
    assert [each["chosen"] for each in facts] == [False, True]


@pytest.mark.parametrize("wrong", [11, 21, 999, 13])
def test_a_clause_that_the_class_does_not_have_is_told(wrong: int) -> None:
    assert problem(at=OLD, clause_id=wrong) == "unknown_clause"


def test_a_clause_of_the_same_code_in_another_scheme_is_told() -> None:
    parts = worlds.specifications()
    other = replace(parts[1], clauses=(worlds.clause(22, "event", "0201", 1, [worlds.WATER]),))
    atlas = worlds.atlas(specifications=[parts[0], other])
    assert problem(at=OLD, scheme=SCHEME, clause_id=22, atlas=atlas) == "unknown_clause"
    assert answer(at=OLD, scheme=OTHER, clause_id=22, atlas=atlas)["clause"]["id"] == 22


def test_an_accuracy_that_is_no_positive_number_is_told() -> None:
    for wrong in (-5.0, 0.0, float("inf")):
        assert problem(at=OLD, accuracy_m=wrong) == "bad_number"


def test_only_the_fact_that_is_no_good_is_named() -> None:
    for wrong, column, value in (
        ({"heading_deg": 400.0}, "heading_deg", "400"),
        ({"heading_deg": -1.0, "house_number": 12}, "heading_deg", "-1"),
        ({"house_number": 0}, "house_number", "0"),
    ):
        fault = one(at=OLD, **wrong).problem_of(0)
        assert fault is not None
        assert (fault.code, fault.place.column, fault.place.value) == ("bad_number", column, value)
        other = {"heading_deg", "house_number"} - {column}
        assert column in fault.message.zh
        assert not any(name in fault.message.zh + fault.message.en for name in other)


@pytest.mark.parametrize("metres", [501, 5_000, 100_000])
def test_a_hopeless_accuracy_decides_nothing(metres: float) -> None:
    found = answer(at=OLD, accuracy_m=metres)
    assert (found["decision"], found["unit"], found["confidence"]) == ("needs_decision", None, 0.0)
    assert found["cells"] == []


@pytest.mark.parametrize(
    ("metres", "share", "decision", "unit"),
    [
        (0, 0.5, "needs_decision", None),
        (2, 0.618643, "ranked", "S-01"),
        (5, 0.774814, "ranked", "S-01"),
        (10, 0.934426, "determined", "S-01"),
        (50, 1.0, "determined", "S-01"),
    ],
)
def test_how_sure_a_place_must_be(metres: int, share: float, decision: str, unit: str | None) -> None:
    """West of the border of two streets by so many metres, Android's 10 m (assignment.md section 4)."""
    found = answer(3 - metres / 100, 2.5, at=OLD, accuracy_m=10.0, accuracy_kind="android")
    assert found["decision"] == decision
    assert (found["unit"] and found["unit"]["code"]) == unit
    assert found["confidence"] == pytest.approx(share, abs=1e-4)
    assert sum(each["share"] for each in found["candidates"]) == pytest.approx(1, abs=0.02)


def test_how_sure_a_place_must_be_is_a_setting() -> None:
    strict = worlds.atlas(settings=worlds.settings(certain_share=0.95, doubtful_share=0.8))
    asked = {"at": OLD, "accuracy_m": 10.0, "accuracy_kind": "android", "atlas": strict}
    assert answer(2.9, 2.5, **asked)["decision"] == "ranked"
    assert answer(2.95, 2.5, **asked)["decision"] == "needs_decision"
    near = worlds.atlas(settings=worlds.settings(most_accuracy_m=20.0))
    assert answer(0.5, 0.5, at=OLD, accuracy_m=21.0, atlas=near)["unit"] is None
    assert strict.version != near.version != worlds.atlas().version


def test_a_clause_that_names_two_bodies_is_no_doubt_about_the_place() -> None:
    found = answer(3.0, 2.5, at=OLD, clause_id=15, accuracy_m=10.0)
    assert (found["decision"], found["unit"]["code"]) == ("ranked", "C-01")


def test_a_grid_is_built_anew_when_its_edition_has_other_content() -> None:
    """After a restore one id may stand for other areas than before."""
    layers = worlds.layers()
    first = worlds.atlas(layers=layers)
    moved = [replace(each, digest="another", geom_mm=each.geom_mm[::-1]) for each in layers]
    again = build_atlas(
        moved, worlds.classes(), worlds.specifications(), worlds.units(), worlds.settings(), first
    )
    fresh = build_atlas(moved, worlds.classes(), worlds.specifications(), worlds.units(), worlds.settings())
    lon, lat = place(0.5, 0.5)
    asked = Queries.one(lon=lon, lat=lat, class_code="0201", at=OLD)
    cells = [resolve(atlas, asked).answer(0)["cell"] for atlas in (first, again, fresh)]
    assert cells[1] == cells[2]
    assert cells[0] != cells[1]


def test_where_numbers_repeat_from_level_to_level_a_parent_is_the_nearest() -> None:
    """Wards and districts abroad are both numbered from 1."""
    whole, half = worlds.box(0, 0, 6, 6), worlds.box(0, 0, 3, 6)
    layers = [
        worlds.layer(1, "district", [("1", "D1", None, half), ("2", "D2", None, whole)], profile="free"),
        worlds.layer(2, "community", [("2", "C2", "1", half)], profile="free"),
        worlds.layer(3, "cell", [("7", "W7", "2", half)], profile="free"),
    ]
    found = answer(0.5, 0.5, at=OLD, atlas=worlds.atlas(layers=layers))["cell"]
    assert (found["community"]["name"], found["district"]["name"]) == ("C2", "D1")


# --- who ---------------------------------------------------------------------------------------------------------


def test_one_unit_is_determined() -> None:
    found = answer(at=OLD, class_code="0101", kind="component")
    assert found["decision"] == "determined"
    assert found["unit"] == {"code": "W-01", "name": "水务公司"}
    assert found["confidence"] == 1.0
    assert found["deadline"] == "2025-06-02T09:00:00+08:00"


def test_the_street_office_is_that_of_the_street() -> None:
    assert answer(0.5, 0.5, at=OLD)["unit"]["code"] == "S-01"
    assert answer(3.5, 0.5, at=OLD)["unit"]["code"] == "S-02"
    # The road between: the east side of the western street is the eastern one's.
    assert answer(3.0, 0.5, at=OLD)["unit"]["code"] == "S-02"


def test_the_nearest_unit_of_a_kind_stands_before_the_districts() -> None:
    assert answer(0.5, 0.5, at=OLD, class_code="0101", kind="event")["unit"]["code"] == "E-01"
    assert answer(3.5, 0.5, at=OLD, class_code="0101", kind="event")["unit"]["code"] == "E-02"


def test_several_units_are_ranked_in_the_order_of_the_clause() -> None:
    found = answer(at=OLD, clause_id=15)
    assert found["decision"] == "ranked"
    assert [each["unit"]["code"] for each in found["candidates"]] == ["S-01", "C-01"]
    assert [each["share"] for each in found["candidates"]] == [0.5, 0.5]
    assert found["unit"]["code"] == "S-01"
    assert answer()["unit"]["code"] == "C-01"


def test_words_that_name_no_single_unit_are_refused_with_a_reason() -> None:
    found = answer(at=OLD, class_code="0301")
    assert found["decision"] == "ranked"
    assert [each["unit"]["code"] for each in found["candidates"]] == ["E-01", "S-01", None]
    assert "普查" in found["candidates"][2]["refused"]
    assert found["limit"] is None
    assert found["deadline"] is None


def test_each_owner_alone_needs_a_decision() -> None:
    found = answer(at=OLD, class_code="0501")
    assert found["decision"] == "needs_decision"
    assert found["unit"] is None
    assert found["confidence"] == 0.0
    assert found["candidates"][0]["unit"] == {"code": None, "name": "各产权单位"}
    assert found["deadline"] is not None  # the limit runs, whoever it is


def test_without_a_unit_list_the_street_office_is_refused() -> None:
    atlas = worlds.atlas(units=[unit for unit in worlds.units() if unit.kind != "street_office"])
    found = answer(at=OLD, atlas=atlas)
    assert found["decision"] == "needs_decision"
    assert "甲街道" in found["candidates"][0]["refused"]


def test_a_unit_that_answers_everywhere_answers_here() -> None:
    """`area_code` blank: it answers everywhere. The clause's 属地行政执法部门 is then the only one there is."""
    units = [unit for unit in worlds.units() if unit.kind != "enforcement"]
    units.append(replace(worlds.units()[2], code="E-09", name="市执法局", kind="enforcement", area_code=None))
    found = answer(at=OLD, class_code="0101", kind="event", atlas=worlds.atlas(units=units))
    assert found["unit"] == {"code": "E-09", "name": "市执法局"}
    assert found["decision"] == "determined"


def test_a_street_office_without_an_area_is_nobodys_office() -> None:
    """A row of the unit list that lacks its area is no reason to give every street to that office."""
    units = [replace(unit, area_code=None) if unit.code == "S-01" else unit for unit in worlds.units()]
    found = answer(at=OLD, atlas=worlds.atlas(units=units))
    assert found["decision"] == "needs_decision"


# --- where ---------------------------------------------------------------------------------------------------------


def test_borders_corners_and_the_rim() -> None:
    found = answer(1.0, 0.5, at=OLD)["cell"]
    assert (found["code"], found["on_boundary"], found["on_outer_boundary"]) == (
        "610103001001101",
        True,
        False,
    )
    found = answer(6.0, 6.0, at=OLD)["cell"]
    assert (found["code"], found["on_boundary"], found["on_outer_boundary"]) == (
        "610103002001135",
        True,
        True,
    )
    found = answer(6.25, 0.5, at=OLD)["cell"]
    assert (found["code"], found["snapped_outside_m"]) == ("610103002001105", 25.0)
    assert answer(6.31, 0.5, at=OLD)["cell"] is None


def test_a_place_outside_names_the_nearest_area_and_its_distance() -> None:
    found = answer(8.0, 0.5)
    assert found["cell"] is None
    assert found["decision"] == "needs_decision"
    assert found["unit"] is None
    assert found["reasons"][0]["facts"] == {"nearest": "610103002001204", "distance_m": 200.0}
    assert columns_of(one(8.0, 0.5))["problem"][0] == "outside"


@pytest.mark.parametrize(
    ("lon", "lat"), [(116.40, 39.90), (0.0, 0.0), (-122.44, 37.76), (0.0, -90.0), (-72.0, -34.2)]
)
def test_the_distance_of_a_place_on_the_other_side_of_the_earth(lon: float, lat: float) -> None:
    found = one(lon=lon, lat=lat).answer(0)
    lon_here, lat_here, lon_there, lat_there = np.radians([*place(3, 3), lon, lat])
    cosine = np.sin(lat_here) * np.sin(lat_there)
    cosine += np.cos(lat_here) * np.cos(lat_there) * np.cos(lon_here - lon_there)
    on_a_sphere = 6_371_000 * np.arccos(cosine)
    assert found["reasons"][0]["facts"]["distance_m"] == pytest.approx(on_a_sphere, rel=0.005)


def test_swapped_degrees_are_recognised() -> None:
    lon, lat = place(0.5, 0.5)
    assert problem(lon=lat, lat=lon) == "bad_number"
    fault = one(lon=lat, lat=lon).problem_of(0)
    assert fault is not None
    assert fault.remedy is not None
    assert "swapped" in fault.remedy.en


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_place_in_a_map_datum_is_converted(datum: str) -> None:
    lon, lat = (float(each[0]) for each in from_wgs84(datum, *(np.array([each]) for each in place(2.5, 4.5))))
    assert answer(lon=lon, lat=lat, datum=datum, at=OLD)["cell"]["code"] == "610103001001126"
    # Read as WGS 84 it lies somewhere else, half a kilometre off or more.
    assert columns_of(one(lon=lon, lat=lat, at=OLD))["cell_code"][0] != "610103001001126"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lon": None, "lat": None}, "no_place"),
        ({"lon": None}, "bad_number"),
        ({"lon": float("nan")}, "bad_number"),
        ({"lat": float("inf")}, "bad_number"),
        ({"lat": float("-inf")}, "bad_number"),
        ({"lon": 108_950_000.0, "lat": 34_245_000.0}, "bad_number"),
        ({"lat": 90.0000001}, "bad_number"),
        ({"lon": -180.1}, "bad_number"),
        ({"datum": "mars"}, "bad_datum"),
        ({"datum": "WGS84 "}, "bad_datum"),
        ({"at": datetime(1999, 1, 1, tzinfo=UTC)}, "bad_time"),
        ({"at": datetime(2045, 1, 1, tzinfo=UTC)}, "bad_time"),
        ({"at": datetime(9999, 12, 30, tzinfo=UTC)}, "bad_time"),
    ],
)
def test_problems_by_code(fields: dict[str, Any], code: str) -> None:
    assert problem(**fields) == code


def test_the_first_problem_of_a_row_is_the_one_told() -> None:
    assert problem(lon=None, lat=None, datum="mars", class_code="7777") == "no_place"
    assert problem(datum="mars", class_code="7777") == "bad_datum"


def test_a_naive_instant_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="zone"):
        one(at=datetime.fromisoformat("2026-11-22T10:00"))


def test_a_row_with_a_problem_has_no_other_answer() -> None:
    columns = columns_of(one(class_code="7777"))
    assert columns["problem"][0] == "unknown_class"
    for name in ("clause_id", "decision", "unit_code", "unit_name", "limit"):
        assert columns[name][0] in (None, -1), name
    assert columns["cell_code"][0] is None
    assert np.isnat(columns["deadline"][0])


# --- what is not loaded ------------------------------------------------------------------------------------------


def test_nothing_is_loaded() -> None:
    atlas = worlds.atlas(layers=[], classes=[], specifications=[], units=[])
    assert problem(atlas=atlas) == "unknown_class"
    result = one(atlas=atlas, class_code=None)
    assert columns_of(result)["problem"][0] == "outside"


def test_no_areas() -> None:
    found = answer(atlas=worlds.atlas(layers=[]))
    assert found["cell"] is None
    assert found["decision"] == "needs_decision"
    assert "facts" not in found["reasons"][0]
    assert found["deadline"] is not None


def test_no_specification() -> None:
    found = answer(atlas=worlds.atlas(specifications=[]), scheme=SCHEME)
    assert found["cell"] is not None
    assert found["clause"] is None
    assert found["decision"] == "needs_decision"
    assert found["class"]["name"] == "非法小广告"


def test_streets_without_cells_still_know_their_office() -> None:
    found = answer(3.5, 0.5, at=OLD, atlas=worlds.atlas(layers=worlds.upper_layers()))
    assert found["cell"] is None
    assert found["unit"]["code"] == "S-02"
    columns = columns_of(one(3.5, 0.5, at=OLD, atlas=worlds.atlas(layers=worlds.upper_layers())))
    assert columns["street_code"][0] == "610103002"
    assert columns["problem"][0] is None


def test_a_place_in_a_street_that_no_cell_covers_is_not_outside() -> None:
    """A grid may cover the built-up part of a district only: the street office is known all the same."""
    cells = worlds.cells(1, None)
    kept = [k for k, name in enumerate(cells.names) if name != "1,1"]
    holed = replace(
        cells,
        codes=[cells.codes[k] for k in kept],
        names=[cells.names[k] for k in kept],
        parent_codes=[None] * len(kept),
        geom_mm=cells.geom_mm[kept],
    )
    atlas = worlds.atlas(layers=[*worlds.upper_layers(), holed])
    result = one(1.5, 1.5, at=OLD, atlas=atlas)
    columns = columns_of(result)
    assert columns["cell_code"][0] is None
    assert columns["street_code"][0] == "610103001"
    assert columns["problem"][0] is None
    found = result.answer(0)
    assert found["unit"]["code"] == "S-01"
    assert "甲一社区" in found["reasons"][0]["text"]
    # On the rim of the hole the cells snap first, and a cell's own streets are not asked again.
    assert answer(1.2, 1.5, at=OLD, atlas=atlas)["cell"]["snapped_outside_m"] == 20.0
    assert answer(4.5, 1.5, at=OLD, atlas=atlas) | {"atlas": ""} == answer(4.5, 1.5, at=OLD) | {"atlas": ""}


def test_cells_of_the_free_profile_without_parents_are_matched_by_place() -> None:
    parts = [replace(each, rules=code_profile("free")) for each in worlds.upper_layers()]
    free = replace(worlds.cells(1, None), rules=code_profile("free"), codes=[f"c{k:03d}" for k in range(36)])
    found = answer(3.5, 0.5, at=OLD, atlas=worlds.atlas(layers=[*parts, free]))
    assert found["cell"]["street"]["code"] == "610103002"
    assert found["cell"]["district"]["code"] == "610103"
    assert found["unit"]["code"] == "S-02"


# --- the version -----------------------------------------------------------------------------------------------


def test_the_same_content_has_the_same_version() -> None:
    assert worlds.atlas().version == city().version
    assert one().answer(0)["atlas"] == city().version


def other_geometry() -> list[Any]:
    changed = worlds.layers()
    moved = changed[-1].geom_mm.copy()
    moved[0] = worlds.box(0, 0, 2, 0.5)
    changed[-1] = replace(changed[-1], geom_mm=moved)
    return changed


CHANGES: dict[str, Any] = {
    "geometry": lambda: {"layers": other_geometry()},
    "a code": lambda: {"layers": [*worlds.layers()[:-1], replace(worlds.layers()[-1], codes=[f"x{k:02d}" for k in range(18)])]},
    "a parent": lambda: {"layers": [*worlds.layers()[:-1], replace(worlds.layers()[-1], parent_codes=["610103001001"] * 18)]},
    "a name of an area": lambda: {"layers": [replace(worlds.layers()[0], names=["新城区"]), *worlds.layers()[1:]]},
    "a date": lambda: {"layers": [*worlds.layers()[:-1], replace(worlds.layers()[-1], effective_from=NEW_RULES)]},
    "a unit": lambda: {"units": worlds.renamed(worlds.units(), "S-01", "新办事处")},
    "a class": lambda: {"classes": worlds.classes()[:-2] + worlds.classes()[-1:]},
    "a clause": lambda: {"specifications": worlds.specifications()[:2]},
    "what hours mean": lambda: {"specifications": [replace(worlds.specifications()[0], hour_means="working"), *worlds.specifications()[1:]]},
    "the working hours": lambda: {"settings": worlds.settings(working_hours="09:00-17:00")},
    "the calendar": lambda: {"settings": worlds.settings(calendar="weekdays")},
    "the zone": lambda: {"settings": worlds.settings(time_zone="America/Los_Angeles")},
    "the reach of snapping": lambda: {"settings": worlds.settings(snap_outside_m=10.0)},
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_other_content_has_another_version(change: str) -> None:
    assert worlds.atlas(**CHANGES[change]()).version != city().version


def test_a_previous_atlas_lends_its_locators_and_changes_no_answer() -> None:
    from gridsvc.responsibility import build_atlas

    again = build_atlas(
        worlds.layers(), worlds.classes(), worlds.specifications(), worlds.units(), worlds.settings(), city()
    )
    assert again.version == city().version
    assert all(again.locators[edition] is city().locators[edition] for edition in again.locators)
    assert answer(atlas=again) == answer()
