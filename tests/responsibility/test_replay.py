"""A replay counts what resolving each case by itself under each edition says, whatever the batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.handling import Specification
from gridsvc.responsibility import Atlas, Queries, columns_of, resolve
from gridsvc.responsibility.replay.classes import Translation
from gridsvc.responsibility.replay.moves import described, worked
from gridsvc.responsibility.replay.replaying import Batch, Replay, ReplaySide, replay
from gridsvc.responsibility.replay.report import report_of
from gridsvc.responsibility.replay.workbook import write_workbook
from gridsvc.responsibility.replay.writing import changed_cases
from tests.responsibility import worlds
from tests.responsibility.worlds import NAMED, OTHER, OWNERS, SCHEME, SIZE, SQUAD, STREET, WATER, ZONE, clause

UNITS = (NAMED, WATER, STREET, SQUAD, OWNERS)
LIMITS = (None, ("4", "work_hour"), ("1", "work_day"), ("2", "urgent_hour"), ("1", "day"))
CLASSES = (("component", "0101"), ("event", "0101"), ("event", "0201"), ("event", "0301"))
BEGIN = datetime(2025, 11, 1, 8, tzinfo=ZONE)


def edition(number: int, choices: Sequence[tuple[tuple[int, ...], int] | None]) -> Specification:
    """A specification with, for each of CLASSES, the units and the limit that were chosen; None: no clause."""
    clauses = [
        clause(number * 100 + place, kind, code, 1, [UNITS[unit] for unit in units], LIMITS[limit])
        for place, ((kind, code), chosen) in enumerate(zip(CLASSES, choices, strict=True))
        if chosen is not None
        for units, limit in [chosen]
    ]
    return worlds.specification(number, clauses)


_CHOICE = st.none() | st.tuples(
    st.lists(st.integers(0, len(UNITS) - 1), min_size=1, max_size=3, unique=True).map(tuple),
    st.integers(0, len(LIMITS) - 1),
)
_EDITION = st.tuples(*[_CHOICE] * len(CLASSES))


@lru_cache(maxsize=1)
def cases(count: int = 120) -> dict[str, list[Any]]:
    """Columns of cases all over the town and a little outside, in a year; some have an accuracy."""
    rng = np.random.default_rng(7)
    at = [BEGIN + timedelta(minutes=int(each)) for each in rng.integers(0, 365 * 1440, count)]
    places = [worlds.place(*each) for each in rng.uniform(-0.5, SIZE + 0.5, (count, 2))]
    chosen = [CLASSES[each] for each in rng.integers(0, len(CLASSES), count)]
    return {
        "id": [f"c{number}" for number in range(count)],
        "lon": [lon for lon, _ in places],
        "lat": [lat for _, lat in places],
        "kind": [kind for kind, _ in chosen],
        "class_code": [code for _, code in chosen],
        "scheme": [SCHEME] * count,
        "at": [round(each.timestamp() * 1_000_000) for each in at],
        "accuracy_m": [float(each) for each in rng.choice([np.nan, np.nan, np.nan, 15.0, 60.0], count)],
    }


def batches(columns: dict[str, list[Any]], size: int) -> Iterator[Batch]:
    for start in range(0, len(columns["id"]), size):
        part: dict[str, Any] = {name: values[start : start + size] for name, values in columns.items()}
        ids = part.pop("id")
        yield Batch(ids, Queries.of(**part | {"at": np.array(part["at"], np.int64)}))


def town(*specifications: Specification, **parts: Any) -> Atlas:
    return worlds.atlas(specifications=list(specifications), **parts)


def sides(before: Atlas, after: Atlas) -> tuple[ReplaySide, ReplaySide]:
    plain = Translation.none(frozenset({SCHEME, OTHER}))
    return ReplaySide("A", before, plain), ReplaySide("B", after, plain)


def run(before: Atlas, after: Atlas, size: int = 97, **columns: list[Any]) -> Replay:
    return replay(*sides(before, after), batches(cases() | columns, size))


def one_by_one(atlas: Atlas) -> list[tuple[str, str | None, int | None]]:
    """Decision, unit and deadline (µs) of each case, each resolved alone."""
    found = []
    for batch in batches(cases(), 1):
        answers = columns_of(resolve(atlas, batch.queries))
        deadline = answers["deadline"][0]
        found.append(
            (
                str(answers["decision"][0]),
                answers["unit_code"][0],
                None if np.isnat(deadline) else int(deadline.astype(np.int64)),
            )
        )
    return found


@settings(max_examples=8, deadline=None)
@given(_EDITION, _EDITION, st.integers(20, 130))
def test_the_counts_are_those_of_each_case_by_itself(before: Any, after: Any, size: int) -> None:
    old, new = town(edition(1, before)), town(edition(2, after))
    report = report_of(run(old, new, size))
    pairs = list(zip(one_by_one(old), one_by_one(new), strict=True))
    assert report["cases"] == report["compared"] == len(pairs)

    decisions = Counter((a[0], b[0]) for a, b in pairs)
    assert {(row["before"], row["after"]): row["cases"] for row in report["decisions"]} == decisions
    for row in report["units"]:
        unit = row["unit"]
        assert row["before"] == sum(a[1] == unit for a, _ in pairs)
        assert row["after"] == sum(b[1] == unit for _, b in pairs)
        assert row["gained"] == sum(b[1] == unit != a[1] for a, b in pairs)
        assert row["lost"] == sum(a[1] == unit != b[1] for a, b in pairs)
    moves = [b[2] - a[2] for a, b in pairs if a[2] is not None and b[2] is not None]
    deadlines = report["deadlines"]
    assert deadlines["earlier"] == sum(move < 0 for move in moves)
    assert deadlines["later"] == sum(move > 0 for move in moves)
    assert deadlines["same"] == moves.count(0)
    assert deadlines["appears"] == sum(a[2] is None and b[2] is not None for a, b in pairs)
    assert deadlines["disappears"] == sum(a[2] is not None and b[2] is None for a, b in pairs)
    if any(moves):
        moved = [move / 3_600_000_000 for move in moves if move]
        assert deadlines["elapsed"]["n"] == len(moved)
        assert deadlines["elapsed"]["min_h"] == pytest.approx(min(moved), abs=0.25)
        assert deadlines["elapsed"]["max_h"] == pytest.approx(max(moved), abs=0.25)
        assert deadlines["elapsed"]["p50_h"] == pytest.approx(sorted(moved)[(len(moved) - 1) // 2], abs=0.25)
    needs = report["needs_decision"]
    assert needs["became"] == sum(b[0] == "needs_decision" != a[0] for a, b in pairs)
    assert needs["no_more"] == sum(a[0] == "needs_decision" != b[0] for a, b in pairs)
    assert report["changed"] == sum(a != b for a, b in pairs)


def _adds_up(report: dict[str, Any]) -> None:
    compared = report["compared"]
    assert report["cases"] == compared + sum(report["set_aside"].values())
    for table in ("decisions", "classes", "streets"):
        assert sum(row["cases"] for row in report[table]) == compared
    for name in ("before", "after"):
        assert sum(row[name] for row in report["units"]) == compared
    assert sum(row["gained"] for row in report["units"]) == sum(row["lost"] for row in report["units"])
    changes = sum(row["cases"] for row in report["unit_changes"])
    assert changes == sum(row["gained"] for row in report["units"])
    for table in ("classes", "streets"):
        assert sum(row["other_unit"] for row in report[table]) == changes
        assert sum(unit["gained"] for row in report[table] for unit in row["units"]) == changes
    moves = ("none", "same", "earlier", "later", "appears", "disappears")
    assert sum(report["deadlines"][move] for move in moves) == compared
    assert sum(row["cases"] for row in report["needs_decision"]["why"]) == report["needs_decision"]["became"]
    for found in (report["deadlines"], *report["classes"]):
        if found["elapsed"]:
            assert sum(bin_["n"] for bin_ in found["elapsed"]["histogram"]) == found["elapsed"]["n"]


BEFORE = edition(1, [((4,), 1), ((2, 3), 1), ((2,), 2), ((0,), 3)])
AFTER = edition(2, [((1, 4), 1), ((3, 2), 2), ((4,), 1), None])


@pytest.mark.parametrize("size", [3, 70])
def test_batches_do_not_matter_and_everything_adds_up(size: int) -> None:
    whole = report_of(run(town(BEFORE), town(AFTER), 1000))
    _adds_up(whole)
    assert report_of(run(town(BEFORE), town(AFTER), size)) == whole
    assert whole["needs_decision"]["became"] > 0
    assert {row["reason_en"] for row in whole["needs_decision"]["why"]} > {
        "No clause in force covers this class: a person decides."
    }


def test_an_edition_replayed_against_itself_changes_nothing() -> None:
    report = report_of(run(town(BEFORE), town(replace(BEFORE, id=9))))
    _adds_up(report)
    assert report["changed"] == 0
    assert report["unit_changes"] == report["examples"] == report["street_changes"] == []
    assert report["deadlines"]["elapsed"] is None


def test_examples_are_of_different_classes_and_give_both_answers_with_reasons() -> None:
    report = report_of(run(town(BEFORE), town(AFTER)))
    kinds = Counter(each["kind"] for each in report["examples"])
    assert set(kinds) >= {"unit", "undecidable", "later"}
    assert max(kinds.values()) <= 3
    for kind in kinds:
        codes = [
            (each["before"]["class"]["kind"], each["before"]["class"]["code"])
            for each in report["examples"]
            if each["kind"] == kind
        ]
        assert len(set(codes)) == len(codes)
    for each in report["examples"]:
        assert each["before"]["reasons"]
        assert each["after"]["reasons"]
    undecidable = next(each for each in report["examples"] if each["kind"] == "undecidable")
    assert undecidable["after"]["decision"] == "needs_decision" != undecidable["before"]["decision"]


def test_what_cannot_be_compared_is_counted_by_why() -> None:
    columns = cases()
    lon, lat = ([np.nan, *columns[name][1:]] for name in ("lon", "lat"))
    codes = [columns["class_code"][0], "9999", *columns["class_code"][2:]]
    report = report_of(run(town(BEFORE), town(AFTER), lon=lon, lat=lat, class_code=codes))
    _adds_up(report)
    assert report["set_aside"] == {"no_place": 1, "unknown_class": 1}


def test_cases_of_another_scheme_are_translated_or_named_and_counted() -> None:
    columns = cases()
    n = len(columns["id"])
    scheme = [OTHER if number % 3 == 0 else SCHEME for number in range(n)]
    kind = ["event" if number % 3 == 0 else each for number, each in enumerate(columns["kind"])]
    code = [
        ("9901" if number % 2 else "0201") if number % 3 == 0 else each
        for number, each in enumerate(columns["class_code"])
    ]
    asked = columns | {"scheme": scheme, "kind": kind, "class_code": code}
    links = {(OTHER, "event", "0201"): (SCHEME, "event", "0301")}

    def side(atlas: Atlas) -> ReplaySide:
        return ReplaySide("A", atlas, Translation(frozenset({SCHEME}), links, Counter()))

    found = replay(side(town(BEFORE)), side(town(AFTER)), batches(asked, 50))
    report = report_of(found)
    _adds_up(report)
    lost = sum(number % 3 == 0 and number % 2 == 1 for number in range(n))
    assert report["set_aside"] == {"other_scheme": lost}
    assert report["other_schemes"] == {OTHER: lost}
    kept = sum(number % 3 == 0 and number % 2 == 0 for number in range(n))
    assert [(row["side"], row["cases"]) for row in report["translated"]] == [
        ("before", kept),
        ("after", kept),
    ]


def test_cases_of_another_scheme_alone_are_refused() -> None:
    asked = cases() | {"scheme": [OTHER] * len(cases()["id"])}
    one = ReplaySide("A", town(BEFORE), Translation.none(frozenset({SCHEME})))
    with pytest.raises(InputRefused) as caught:
        replay(one, one, batches(asked, 100))
    assert caught.value.code == "other_scheme"
    assert OTHER in caught.value.message.en


def test_no_cases_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        replay(*sides(town(BEFORE), town(AFTER)), [])
    assert caught.value.code == "no_cases"


def test_another_grid_moves_cases_to_other_cells_and_streets() -> None:
    """The border of the two streets goes one cell to the east: its column changes street and office."""
    upper = worlds.upper_layers()
    street = worlds.layer(
        14,
        "street",
        [
            ("610103001", "甲街道", "610103", worlds.box(0, 0, SIZE / 2 + 1, SIZE)),
            ("610103002", "乙街道", "610103", worlds.box(SIZE / 2 + 1, 0, SIZE, SIZE)),
        ],
    )
    old = town(BEFORE, layers=[*upper, worlds.cells(1, None)])
    new = town(
        BEFORE,
        layers=[
            *(street if each.level == "street" else each for each in upper),
            worlds.cells(2, None, wide=True),
        ],
    )
    found = run(old, new)
    report = report_of(found)
    _adds_up(report)
    expected: Counter[str] = Counter()
    for batch in batches(cases(), 1000):
        one, other = (columns_of(resolve(atlas, batch.queries)) for atlas in (old, new))
        for name in ("community", "street", "cell"):
            expected[name] = int((one[f"{name}_code"] != other[f"{name}_code"]).sum())
    assert report["areas_changed"] == dict(expected)
    assert report["street_changes"] == [{"from": "610103002", "to": "610103001", "cases": expected["street"]}]
    assert {(row["from"]["unit"], row["to"]["unit"]) for row in report["unit_changes"]} >= {("S-02", "S-01")}
    assert any(each["kind"] == "area" for each in report["examples"])


def test_working_time_before_an_instant_is_that_of_the_calendar() -> None:
    calendar = town(BEFORE).calendar
    begin = np.array([round(BEGIN.timestamp() * 1_000_000)], np.int64)
    for hours in (1, 8, 100):
        length = np.array([hours * 3_600_000_000], np.int64)
        assert worked(calendar, calendar.after(begin, length)) - worked(calendar, begin) == length


def test_a_histogram_has_a_case_on_a_bound_on_the_side_of_nought() -> None:
    found = described({-16: 1, -15: 2, 4: 3, 5: 4})
    assert found is not None
    assert found["histogram"] == [
        {"from_h": -4, "to_h": -1, "n": 3},
        {"from_h": 0, "to_h": 1, "n": 3},
        {"from_h": 1, "to_h": 4, "n": 4},
    ]
    assert (found["min_h"], found["p50_h"], found["max_h"]) == (-4.0, 1.0, 1.25)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_changed_cases_as_rows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"changed.{suffix}"
    with changed_cases(path) as sink:
        found = replay(*sides(town(BEFORE), town(AFTER)), batches(cases(), 50), [sink])
    if suffix == "csv":
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) - 1 == found.changed
        return
    rows = parquet.read_table(path).to_pylist()
    changed = [
        (name, a[1], b[1])
        for name, a, b in zip(cases()["id"], one_by_one(town(BEFORE)), one_by_one(town(AFTER)), strict=True)
        if a != b
    ]
    assert [(row["id"], row["unit_before"], row["unit_after"]) for row in rows] == changed


def test_the_workbook_has_every_table(tmp_path: Path) -> None:
    report = report_of(run(town(BEFORE), town(AFTER)))
    for language, first in (("zh", "汇总"), ("en", "Summary")):
        path = tmp_path / f"{language}.xlsx"
        write_workbook(path, report, language)
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[0] == first
        assert len(book.sheetnames) == 9
        units = book.worksheets[2]
        counts = [row[1] for row in units.iter_rows(min_row=2, values_only=True)]
        assert counts == [row["before"] for row in report["units"]]
        moved = [row[3] for row in book.worksheets[6].iter_rows(min_row=2, values_only=True)]
        both = [report["deadlines"][kind]["histogram"] for kind in ("elapsed", "working")]
        assert moved == [bin_["n"] for histogram in both for bin_ in histogram]
        assert book.worksheets[-1].max_row == len(report["examples"]) + 1
