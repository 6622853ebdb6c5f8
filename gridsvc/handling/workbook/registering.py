"""The units and calendars of a workbook, stored before the clauses that name them."""

from __future__ import annotations

from sqlalchemy import Connection, text

from gridsvc.catalog import plan_units, store_units
from gridsvc.errors import Fault
from gridsvc.handling.calendar_import import store_calendars
from gridsvc.handling.calendar_rows import read_calendars
from gridsvc.handling.calendars import load_calendars
from gridsvc.handling.workbook.reading import WorkbookContents


def register_units_and_calendars(
    connection: Connection,
    contents: WorkbookContents,
    source: str,
    refused: list[Fault],
    doubtful: list[Fault],
) -> None:
    """Add and change what the sheets 日历 and 单位 say, as calendar import and unit import do.

    Rows that cannot be taken are added to `refused` and left out: the caller undoes the rest if it refuses
    the workbook.
    """
    if contents.calendars:
        connection.execute(text("LOCK TABLE working_calendar IN SHARE ROW EXCLUSIVE MODE"))
        there = {each.code: each for each in load_calendars(connection)}
        found = read_calendars(contents.calendars, there, source)
        refused.extend(found.refused)
        touched = {record.text("code") for record in contents.calendars} & set(found.calendars)
        store_calendars(connection, [found.calendars[code] for code in sorted(touched)], there)
    if contents.units:
        store_units(connection, plan_units(connection, contents.units, refused, doubtful))
