"""Rules of our own workbook with every trap planted; and the reference specification, which has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection

from gridsvc.catalog import import_classes, load_classes
from gridsvc.handling import write_reference
from gridsvc.handling.linting import SEVERITIES, LintReport, Surroundings, World, lint_file
from gridsvc.settings import shipped

SCHEMES = ("gbt30428.2-2013", "gbt47678.5-2026")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_reference_specification_has_nothing_to_find(
    connection: Connection, tmp_path: Path, scheme: str
) -> None:
    for each in SCHEMES:
        import_classes(connection, shipped("geodata") / f"classes/{each}.csv", scheme=each)
    world = World(around=Surroundings(classes=load_classes(connection)))
    write_reference(tmp_path / "reference.xlsx", scheme)
    report = lint_file(tmp_path / "reference.xlsx", world)
    assert [each.as_dict() for each in report.findings] == []
    assert report.rules > 10
    assert report.clauses > 500


def _rule(code: str, priority: int, **cells: Any) -> dict[str, Any]:
    return {"规则编码": code, "优先级": str(priority), "结果": "指定", "主责单位": "所属街办"} | cells


PLANTED: dict[str, tuple[dict[str, Any], ...]] = {
    "rules_tie": (
        _rule("T1", 5, **{"适用类别": "0101", "事实：工地": "未移交"}),
        _rule("T2", 5, **{"适用类别": "0101", "事实：小区": "内", "主责单位": "物业服务企业"}),
    ),
    "rule_never_applies": (
        _rule("H1", 6, **{"适用类别": "0102", "主责单位": None, "结果": "人工决定"}),
        _rule("H2", 7, **{"适用类别": "0102", "事实：权属单位": "已知", "主责单位": "各产权单位"}),
    ),
    "rule_idle": (_rule("I1", 8, **{"适用类别": "0101", "主责单位": "道路管养单位", "仅限条款所列": "是"}),),
    "rule_leads_nowhere": (_rule("L1", 9, **{"适用类别": "0101", "主责单位": "有关部门"}),),
    "fallback_not_last": (_rule("F1", 1, **{"适用类别": "0103", "兜底": "是"}),),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_finds_each_rule_at_its_row(tmp_path: Path, kind: str) -> None:
    report, rows = _with_rules(tmp_path, PLANTED[kind])
    found = [each for each in report.findings if each.kind == kind]
    assert [(each.place.sheet, each.place.row) for each in found] == [("规则", rows[-1])]
    assert PLANTED[kind][-1]["规则编码"] in found[0].message.en


def test_finds_a_missing_fallback_and_undeclared_words(tmp_path: Path) -> None:
    path = tmp_path / "reference.xlsx"
    write_reference(path, SCHEMES[0])
    book = openpyxl.load_workbook(path)
    for row in list(book["版本"].iter_rows(min_row=2)):
        if str(row[0].value).startswith(("小时", "天", "A")):
            row[1].value = None
    header = [cell.value for cell in book["规则"][1]]
    for row in book["规则"].iter_rows(min_row=2):
        row[header.index("兜底")].value = None
    book.save(path)
    kinds = {each.kind for each in lint_file(path).findings}
    assert kinds >= {"fallback_missing", "hour_undeclared", "day_undeclared"}


def test_refuses_what_an_import_refuses(tmp_path: Path) -> None:
    rules = (_rule("X1", 5, **{"事实：工地": "不存在的值"}), _rule("X2", 6, **{"适用类别": "7777"}))
    report, rows = _with_rules(tmp_path, rules)
    found = {(each.kind, each.place.row) for each in report.findings if each.severity == "error"}
    assert {row for _, row in found} >= set(rows)
    assert report.reaches("error")
    assert [severity for severity in SEVERITIES if report.reaches(severity)] == list(SEVERITIES)


def _with_rules(folder: Path, rules: tuple[dict[str, Any], ...]) -> tuple[LintReport, list[int]]:
    """Lint the reference with more rules; return the report and the rows where they stand."""
    path = folder / "planted.xlsx"
    write_reference(path, SCHEMES[0])
    book = openpyxl.load_workbook(path)
    sheet = book["规则"]
    header = [cell.value for cell in sheet[1]]
    rows = []
    for rule in rules:
        assert rule.keys() <= set(header)
        sheet.append([rule.get(name) for name in header])
        rows.append(sheet.max_row)
    book.save(path)
    return lint_file(path), rows
