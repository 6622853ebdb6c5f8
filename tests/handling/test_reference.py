"""The reference specification: every class of both generations, importable, lint-clean, our own."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection

from gridsvc.catalog import CONFIDENCE_MARKS, import_classes, load_classes
from gridsvc.errors import InputRefused
from gridsvc.handling import (
    REFERENCE_SCHEMES,
    import_specification,
    kind_of_row,
    load_specifications,
    parse_limit,
    parse_units,
    reference_clauses,
    reference_rules,
    write_reference,
)
from gridsvc.handling.facts import FACTS
from gridsvc.handling.linting import Surroundings, World, lint_edition
from gridsvc.settings import shipped

GENERIC = {
    "street_office", "territorial_enforcement", "territorial_department", "each_owner", "maintainer",
    "supervisor", "property_manager", "builder", "road_keeper",
}  # fmt: skip


def load_scheme(connection: Connection, scheme: str) -> None:
    import_classes(connection, shipped("geodata") / "classes" / f"{scheme}.csv", scheme=scheme)


@pytest.mark.parametrize(
    ("scheme", "clauses", "components", "events"),
    [("gbt30428.2-2013", 519, 120, 76), ("gbt47678.5-2026", 669, 153, 97)],
)
def test_imports_without_a_doubt_and_covers_every_class(
    connection: Connection, tmp_path: Path, scheme: str, clauses: int, components: int, events: int
) -> None:
    load_scheme(connection, scheme)
    path = tmp_path / "reference.xlsx"
    write_reference(path, scheme)
    done = import_specification(connection, path)
    assert (done.refused, done.doubtful, done.undeclared) == ((), (), ())
    assert (done.scheme, done.clauses, done.new_classes, done.units) == (scheme, clauses, 0, 0)
    (stored,) = load_specifications(connection)
    assert "no city's law" in stored.source
    covered = {(clause.kind, clause.class_code) for clause in stored.clauses}
    assert covered == {(each.kind, each.code) for each in load_classes(connection, scheme)}
    kinds = [kind for kind, _ in covered]
    assert (kinds.count("component"), kinds.count("event")) == (components, events)
    assert {unit.means for clause in stored.clauses for unit in clause.units} == GENERIC
    assert 25 <= len(stored.rules) <= 45
    assert all(rule.note and rule.basis for rule in stored.rules)
    assert stored.rules[-1].is_fallback
    assert [rule.is_fallback for rule in stored.rules].count(True) == 1
    world = World(around=Surroundings(classes=load_classes(connection)))
    report = lint_edition(stored, world)
    assert report.findings == ()


@pytest.mark.parametrize("scheme", REFERENCE_SCHEMES)
def test_every_line_reads_cleanly(scheme: str) -> None:
    seen: set[tuple[str, ...]] = set()
    for row in reference_clauses(scheme):
        needed = (
            "类别代码",
            "立案条件",
            "处置单位",
            "主管部门",
            "结案条件",
            "处置时限",
            "法律依据",
            "置信度",
        )
        assert all(row[name].strip() == row[name] != "" for name in needed), row
        assert "示例" not in "".join(row.values())
        units, doubts = parse_units(row["处置单位"])
        assert doubts == []
        assert {unit.means for unit in units} <= GENERIC
        limits = [row["处置时限"], *(row[f"{grade}类时限"] for grade in "ABC")]
        limits += [row[f"阶段{number}时限"] for number in (1, 2, 3)]
        for text in filter(None, limits):
            limit, doubts = parse_limit(text)
            assert doubts == []
            assert limit is not None
        key = (row["类型"], row["类别代码"], row["立案条件"])
        assert key not in seen
        seen.add(key)


@pytest.mark.parametrize("scheme", REFERENCE_SCHEMES)
def test_confidence_is_that_of_the_class_list(connection: Connection, scheme: str) -> None:
    load_scheme(connection, scheme)
    words = {
        (each.kind, each.code): CONFIDENCE_MARKS[each.confidence].zh or "有据"
        for each in load_classes(connection, scheme)
    }
    rows = reference_clauses(scheme)
    assert {(kind_of_row(row), row["类别代码"]): row["置信度"] for row in rows} == words


def test_rules_ask_for_nearly_every_fact() -> None:
    asked = {
        name.removeprefix("事实：")
        for row in reference_rules("gbt30428.2-2013")
        for name, text in row.items()
        if name.startswith("事实：") and text
    }
    assert asked == {fact.title.zh for fact in FACTS.values()} - {"区域"}


def test_stages_grades_and_seasons_are_there() -> None:
    for scheme in REFERENCE_SCHEMES:
        rows = reference_clauses(scheme)
        building = next(
            row for row in rows if row["小类名称"] == "私搭乱建" and row["立案条件"].startswith("已建成")
        )
        assert [building[f"阶段{n}"] for n in (1, 2, 3)] == ["责令停止", "立案查处", "拆除恢复"]
        trees = [row for row in rows if row["小类名称"] == "行道树" and "缺株" in row["立案条件"]]
        assert [(row["季节起"], row["季节止"]) for row in trees] == [("03-01", "04-30")]
        assert sum(bool(row["A类时限"]) for row in rows) > 10


def test_text_is_our_own(real_data: Path) -> None:
    """No filing condition of more than a few words stands in the one real table that we have seen."""
    book = openpyxl.load_workbook(real_data / "handling_spec_yuncheng.xlsx", read_only=True)
    real = {
        str(row[6]).strip(" 。")
        for sheet in book
        for row in sheet.iter_rows(min_row=3, values_only=True)
        if row[6]
    }
    for scheme in REFERENCE_SCHEMES:
        ours = {row["立案条件"] for row in reference_clauses(scheme)}
        assert {each for each in ours & real if len(each) > 8} == set()


def test_there_is_none_for_other_schemes(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        write_reference(tmp_path / "x.xlsx", "cjt214-2007")
    assert refused.value.code == "no_reference"
