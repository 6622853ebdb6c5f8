"""Whatever an edition holds, its workbook holds: exported and imported, it is the same edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import Connection

from gridsvc.handling import Specification, import_specification
from gridsvc.handling.drafts import DraftSpecification
from gridsvc.handling.reference import write_reference
from tests.handling.workbook.exported import edition_named, export_of
from tests.handling.workbook.filled_in import CENTRE, fill_in
from tests.handling.workbook.random_editions import editions, store

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.usefixtures("home")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=editions())
def test_an_edition_comes_back_as_it_was(
    connection: Connection, tmp_path: Path, draft: DraftSpecification
) -> None:
    work = connection.begin_nested()
    try:
        store(connection, draft, "甲")
        exported = export_of(connection, "甲", tmp_path / "one.xlsx")
        done = import_specification(connection, exported, edition="乙")
        assert (done.refused, done.outcome, done.new_units, done.new_classes) == ((), "added", 0, 0)
        one, two = edition_named(connection, "甲"), edition_named(connection, "乙")
        assert _said(two) == _said(one)
        assert two.digest == one.digest
        again = export_of(connection, "乙", tmp_path / "two.xlsx")
        assert _cells(again) == _cells(exported)
        assert export_of(connection, "甲", tmp_path / "three.xlsx").read_bytes() == exported.read_bytes()
    finally:
        work.rollback()


def test_the_reference_comes_back_as_it_was(connection: Connection, tmp_path: Path) -> None:
    write_reference(tmp_path / "reference.xlsx", "gbt30428.2-2013")
    import_specification(connection, tmp_path / "reference.xlsx", edition="甲")
    import_specification(connection, export_of(connection, "甲", tmp_path / "one.xlsx"), edition="乙")
    one = edition_named(connection, "甲")
    assert len(one.rules) > 0
    assert _said(edition_named(connection, "乙")) == _said(one)


def test_units_and_calendars_come_back(connection: Connection, tmp_path: Path) -> None:
    units = (
        {**CENTRE, "单位类型": "municipal", "联系方式": "=值班室", "工作日历": "day"},
        {
            "单位编码": "007",
            "单位名称": "乙",
            "单位类型": "自有类型",
            "区域编码": "610103",
            "上级单位编码": "U1",
        },
    )
    calendars = (
        {
            "日历编码": "day",
            "日历名称": "白天",
            "工作日规则": "周一至周五",
            "工作时间": "08:00-12:00,13:30-18:00",
        },
        {"日历编码": "day", "日期": "2026-02-14", "工作时间": "09:00-12:00", "备注": "调休"},
        {"日历编码": "day", "日期": "2026-02-17", "备注": "春节"},
    )
    import_specification(
        connection,
        fill_in(tmp_path / "f.xlsx", units=units[::-1], calendars=calendars),
        scheme="test",
        edition="甲",
    )
    book = openpyxl.load_workbook(export_of(connection, "甲", tmp_path / "one.xlsx"))
    assert _rows(book["单位"]) == sorted(units, key=lambda row: row["单位编码"])
    assert _rows(book["日历"]) == list(calendars)


def _rows(sheet: Worksheet) -> list[dict[str, Any]]:
    headers = [cell.value for cell in sheet[1]]
    return [
        {
            str(header): cell.value
            for header, cell in zip(headers, line, strict=True)
            if cell.value is not None
        }
        for line in sheet.iter_rows(min_row=2)
    ]


def _said(edition: Specification) -> dict[str, Any]:
    """Return all that an edition says, without its name, its numbers and where its rows stood."""
    own = {name: getattr(edition, name) for name in edition.__slots__}
    for name in ("id", "name", "imported_at", "withdrawn_at"):
        del own[name]
    own["clauses"] = [_without(each) for each in edition.clauses]
    own["rules"] = [
        _without(each) | {"conditions": sorted(each.conditions, key=lambda condition: condition.fact)}
        for each in edition.rules
    ]
    return own


def _without(each: Any) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__ if name not in ("id", "sheet", "row")}


def _cells(path: Path) -> dict[tuple[str, str], Any]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in openpyxl.load_workbook(path)
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None and (sheet.title, cell.coordinate) != ("版本", "B2")
    }
