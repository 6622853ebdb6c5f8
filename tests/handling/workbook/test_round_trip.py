"""Whatever an edition holds, its workbook holds: exported and imported, it is the same edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection

from gridsvc.catalog import load_classes, load_units
from gridsvc.handling import Specification, import_specification, load_specifications
from gridsvc.handling.calendars import load_calendars
from gridsvc.handling.drafts import DraftSpecification
from gridsvc.handling.workbook import write_specification
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
        exported = _export(connection, "甲", tmp_path / "one.xlsx")
        done = import_specification(connection, exported, edition="乙")
        assert (done.refused, done.outcome, done.new_units, done.new_classes) == ((), "added", 0, 0)
        one, two = _edition(connection, "甲"), _edition(connection, "乙")
        assert _said(two) == _said(one)
        assert two.digest == one.digest
        again = _export(connection, "乙", tmp_path / "two.xlsx")
        assert _cells(again) == _cells(exported)
        assert _export(connection, "甲", tmp_path / "three.xlsx").read_bytes() == exported.read_bytes()
    finally:
        work.rollback()


def _edition(connection: Connection, name: str) -> Specification:
    return next(each for each in load_specifications(connection, withdrawn=True) if each.name == name)


def _export(connection: Connection, name: str, path: Path) -> Path:
    edition = _edition(connection, name)
    write_specification(
        path,
        edition,
        classes=load_classes(connection, edition.scheme),
        units=load_units(connection),
        calendars=load_calendars(connection),
        zone=ZONE,
        overwrite=True,
    )
    return path


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
