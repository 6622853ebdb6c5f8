"""The coverage matrix against the resolver asked one report at a time, and against counting by hand."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.handling import AS_LISTED, Condition, Rule, RuleUnit, UnitExpression
from gridsvc.responsibility import Queries, resolve
from gridsvc.responsibility.coverage.axes import axes_of
from gridsvc.responsibility.coverage.matrix import Coverage, cover
from gridsvc.responsibility.coverage.rows import MARKS
from gridsvc.responsibility.coverage.streets import streets_without
from gridsvc.responsibility.coverage.workbook import COLOURS
from gridsvc.responsibility.coverage.writing import coverage_as_dict, write_coverage
from tests.responsibility import worlds as w

AT = datetime(2025, 6, 2, 9, tzinfo=w.ZONE)


def _rule(code: str, priority: int, units: list[RuleUnit], *conditions: Condition, **given: Any) -> Rule:
    fields: dict[str, Any] = {
        "id": priority,
        "code": code,
        "priority": priority,
        "kind": None,
        "class_codes": (),
        "conditions": conditions,
        "outcome": "assign",
        "units": tuple(units),
        "listed_only": False,
        "is_fallback": False,
        "note": None,
        "basis": None,
        "sheet": None,
        "row": None,
    }
    return Rule(**(fields | given))


OWNER = RuleUnit("each_owner", "产权单位", "lead", None)
OFFICE = RuleUnit("street_office", "所属街办", "lead", None)
BUILDER = RuleUnit("builder", "施工单位", "lead", None)
LISTED = RuleUnit(AS_LISTED, "条款所列", "lead", None)
RULES = (
    _rule(
        "R5", 5, [], Condition("site", ("handed_over",)), Condition("area", ("610103001",)), outcome="decide"
    ),
    _rule("R10", 10, [OWNER], Condition("owner", ("known",)), kind="component"),
    _rule("R20", 20, [BUILDER], Condition("site", ("open",))),
    _rule("R90", 90, [OFFICE], is_fallback=True),
)


def _specification() -> Any:
    clauses = [
        w.clause(11, "component", "0101", 1, [w.WATER, w.OWNERS]),
        w.clause(14, "event", "0201", 1, [w.STREET, w.NAMED]),
    ]
    return replace(w.specification(1, clauses), rules=RULES)


@pytest.fixture
def covered() -> Coverage:
    atlas = w.atlas(layers=[*w.upper_layers(), w.cells(1, None)], specifications=[_specification()])
    places = [w.place(0.5, 0.5)] * 3 + [w.place(4.5, 0.5)] * 2 + [w.place(40, 40)]
    queries = Queries.of(
        lon=[x for x, _ in places],
        lat=[y for _, y in places],
        at=AT,
        kind=["event"] * 2 + ["component"] + ["event"] * 3,
        class_code=["0201", "0201", "0101", "0201", "0201", "0201"],
        facts={"site": [None, "handed_over", None, "open", None, None]},
    )
    return cover(atlas, atlas.moments[-1], [resolve(atlas, queries)])


def _cells(covered: Coverage) -> dict[tuple[str, str, str], tuple[str, str | None, int]]:
    """Decision, unit and cases by class, words of the facts, and street."""
    return {
        (line.class_.code, "/".join(words.zh for words in line.facts.values()), street.code): (
            verdict.decision,
            verdict.unit,
            cases,
        )
        for line in covered.lines
        for street, verdict, cases in zip(covered.streets, line.verdicts, line.cases, strict=True)
    }


def test_says_who_answers_on_each_street_in_each_situation(covered: Coverage) -> None:
    cells = _cells(covered)
    first, second = "610103001", "610103002"
    events = {key[1:]: value for key, value in cells.items() if key[0] == "0201"}
    sites = {words for words, _ in events}
    handed = next(words for words in sites if words.startswith("已移交"))
    # Only of the first street a rule says that a person decides; the fallback has the rest.
    assert events[handed, first][0] == "needs_decision"
    assert events[handed, second][:2] == ("fallback", "S-02")
    known = [
        words for words, street in events if street == first and events[words, street][0] == "determined"
    ]
    assert known
    assert all(words.startswith("未移交") and words.endswith("已知") for words in known)
    owners = {
        words: value for (code, words, street), value in cells.items() if (code, street) == ("0101", second)
    }
    assert all(value[0] == "determined" for words, value in owners.items() if words.startswith("已知"))
    assert {value[0] for words, value in owners.items() if words.startswith("不明")} == {
        "fallback",
        "determined",
    }


def test_counts_real_cases_where_they_fall(covered: Coverage) -> None:
    assert (covered.reports, covered.elsewhere) == (6, 1)
    cells = _cells(covered)
    assert sum(cases for _, _, cases in cells.values()) == 5
    by_street: Counter[str] = Counter()
    for (code, _, street), (_, _, cases) in cells.items():
        by_street[code, street] += cases
    assert by_street["0201", "610103001"] == 2
    assert by_street["0101", "610103001"] == 1
    assert by_street["0201", "610103002"] == 2
    handed = next(
        value for (code, words, street), value in cells.items() if value[2] and value[0] == "needs_decision"
    )
    assert handed[2] == 1
    assert covered.by_street["610103002"].decided == {"fallback": 2}
    assert covered.by_class["event", "0201"].decided == {"fallback": 3, "needs_decision": 2}
    assert covered.by_class["event", "0201"].share("fallback") == pytest.approx(0.6)
    holes = [line.hole_cases for line in covered.lines]
    assert holes == sorted(holes, reverse=True)


def test_situations_that_cannot_be_are_left_out(covered: Coverage) -> None:
    for line in covered.lines:
        words = {name: text.zh for name, text in line.facts.items()}
        assert not (words.get("builder") == "已知" and "未移交" not in words["site"])
        assert line.class_.kind == "component" or "owner" not in words


def test_leaves_the_least_telling_facts_out_where_there_are_too_many() -> None:
    many = [
        _rule(
            f"R{k}",
            k,
            [LISTED],
            Condition("time", (f"{k:02d}:00-{k + 1:02d}:00",)),
            Condition("site", ("open",)),
        )
        for k in range(1, 20)
    ]
    specification = replace(_specification(), rules=(*RULES, *many))
    atlas = w.atlas(layers=[*w.upper_layers(), w.cells(1, None)], specifications=[specification])
    wording = atlas.clauses.wordings[int(atlas.clauses.wording[0])]
    whole, few = axes_of(wording, most=1000), axes_of(wording, most=20)
    assert "time" in {axis.name for axis in whole.axes}
    assert [axis.name for axis in few.fixed] == ["builder", "time"]
    assert len(list(few.keys())) <= 20
    # Where a site is open its builder is taken to be on file, elsewhere not.
    for key in list(few.keys()):
        situation = few.situation(key, None)
        assert bool(situation.of("builder")) == (situation.fact("site") == "open")
    found = cover(atlas, atlas.moments[-1])
    assert found.reports is None
    assert {len(line.verdicts) for line in found.lines} == {2}


def test_a_key_stands_for_every_situation_that_has_it() -> None:
    atlas = w.atlas(layers=[*w.upper_layers(), w.cells(1, None)], specifications=[_specification()])
    for number in range(len(atlas.clauses.wordings)):
        axes = axes_of(atlas.clauses.wordings[number])
        keys = list(axes.keys())
        assert len(keys) == len(set(keys)) > 1
        for key in keys:
            assert axes.key_of(axes.situation(key, None)) == key


def test_the_workbook_says_in_each_cell_what_its_colour_says(covered: Coverage, tmp_path: Path) -> None:
    write_coverage(covered, tmp_path / "m.xlsx")
    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    assert book.sheetnames == ["矩阵", "漏洞", "按类别", "按街道", "说明"]
    sheet = book["矩阵"]
    streets = [cell.column for cell in sheet[2] if str(cell.value).endswith(("610103001", "610103002"))]
    assert len(streets) == 2
    marks = {mark: name for name, (mark, _) in MARKS.items()}
    assert sheet.max_row == len(covered.lines) + 2
    commented = 0
    for row, line in zip(sheet.iter_rows(min_row=3), covered.lines, strict=True):
        for column, verdict in zip(streets, line.verdicts, strict=True):
            cell = row[column - 1]
            assert marks[str(cell.value)[0]] == verdict.decision
            assert cell.fill.fgColor.rgb == COLOURS[verdict.decision]
            assert (cell.comment is not None) == (verdict.decision != "determined")
            if cell.comment is not None:
                commented += 1
                assert verdict.reason.zh in cell.comment.text
    assert commented
    assert {str(each) for each in sheet.merged_cells.ranges} >= {"A1:C1"}
    totals = {row[0].value: [cell.value for cell in row[2:]] for row in book["按街道"].iter_rows(min_row=2)}
    assert totals["610103002"] == [2, 0, 0, 2, 0, 1]
    assert book["漏洞"].max_row > 1


def test_table_and_json_have_the_same_cells(covered: Coverage, tmp_path: Path) -> None:
    write_coverage(covered, tmp_path / "m.csv")
    write_coverage(covered, tmp_path / "m.json")
    told = orjson.loads((tmp_path / "m.json").read_bytes())
    assert told == orjson.loads(orjson.dumps(coverage_as_dict(covered)))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "m.csv").read_text("utf-8-sig"))))
    flat = [each["decision"] for line in told["lines"] for each in line["streets"]]
    assert [row["判定 decision"] for row in rows] == flat
    assert sum(int(row["案件数 cases"]) for row in rows) == 5
    assert told["by_street"][1]["fallback_share"] == 1
    with pytest.raises(WrongUsage) as refused:
        write_coverage(covered, tmp_path / "m.pdf")
    assert refused.value.code == "bad_suffix"


def test_says_what_it_cannot_list_by() -> None:
    atlas = w.atlas(layers=[w.cells(1, None)], specifications=[_specification()])
    with pytest.raises(InputRefused) as refused:
        cover(atlas, atlas.moments[-1])
    assert refused.value.code == "no_streets"
    atlas = w.atlas(layers=w.upper_layers(), specifications=[])
    with pytest.raises(InputRefused) as refused:
        cover(atlas, atlas.moments[-1])
    assert refused.value.code == "no_clauses"


def test_words_lead_nowhere_on_the_streets_that_have_no_such_unit() -> None:
    units = [unit for unit in w.units() if unit.code != "E-02"]
    told = streets_without(w.upper_layers(), units)
    assert told is not None
    unanswered, count = told
    assert count == 2
    assert unanswered(UnitExpression("street_office", "所属街办")) == ()
    assert unanswered(UnitExpression("territorial_enforcement", "属地行政执法部门")) == ("乙街道",)
    assert streets_without([w.cells(1, None)], units) is None
