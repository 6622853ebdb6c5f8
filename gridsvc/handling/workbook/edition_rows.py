"""The sheet 版本: what an edition says about itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gridsvc.catalog import checked_scheme
from gridsvc.errors import Fault, WrongUsage
from gridsvc.handling.forms import FormRow
from gridsvc.handling.workbook.columns import EDITION_ITEMS, GRADE_WORDS, MEANS_WORDS, plain
from gridsvc.handling.workbook.sheet_rows import TableRows, unknown_value, value_of

_WORDS: Mapping[str, Mapping[str, str]] = {
    "hour_means": MEANS_WORDS,
    "day_means": MEANS_WORDS,
    "grade_means": GRADE_WORDS,
}
_DAY_ZERO = date(1899, 12, 30)
"""Day 0 of a workbook's dates from March 1900 on (ECMA-376, 18.17.4.1, the 1900 date system)."""
_SERIALS = range(36526, 73051)
"""Days of 2000 to 2099: a smaller number may be a year that somebody wrote."""


@dataclass(frozen=True, slots=True)
class EditionItems:
    """What the sheet says; None where it says nothing. `effective` is aware."""

    name: str | None = None
    scheme: str | None = None
    effective: datetime | None = None
    hour_means: str | None = None
    day_means: str | None = None
    grade_means: str | None = None
    source: str | None = None


def read_items(table: TableRows, zone: ZoneInfo, refused: list[Fault], doubtful: list[Fault]) -> EditionItems:
    """Read the items; a date means its midnight in `zone`."""
    titles = {plain(item.header): item.field for item, _ in EDITION_ITEMS}
    found: dict[str, str] = {}
    effective: datetime | None = None
    for row in table.rows:
        if row.row in table.broken:
            continue
        field = titles.get(plain(row.text("item")))
        if field is None:
            if row.text("item") or row.text("value"):
                refused.append(unknown_value(row, "item", [item.header for item, _ in EDITION_ITEMS]))
            continue
        text = row.text("value")
        if not text:
            continue
        if field in found:
            refused.append(row.fault("item_twice", "item", "这一项出现两次", "this item stands twice"))
            continue
        value: str | None = text
        if field in _WORDS:
            value = _value(row, _WORDS[field], refused)
        elif field == "effective":
            effective = _instant(row, zone, refused, doubtful)
        elif field == "scheme":
            value = _scheme(row, refused)
        if value is not None:
            found[field] = value
    found.pop("effective", None)
    return EditionItems(effective=effective, **found)


def _value(row: FormRow, words: Mapping[str, str], refused: list[Fault]) -> str | None:
    value = value_of(row.text("value"), words)
    if value is None:
        refused.append(unknown_value(row, "value", words.values()))
    return value


def _scheme(row: FormRow, refused: list[Fault]) -> str | None:
    try:
        return checked_scheme(row.text("value"))
    except WrongUsage as error:
        refused.append(row.fault(error.code, "value", error.message.zh, error.message.en))
        return None


def _instant(row: FormRow, zone: ZoneInfo, refused: list[Fault], doubtful: list[Fault]) -> datetime | None:
    cell, text = row.cells["value"], unicodedata.normalize("NFKC", row.text("value")).strip()
    if cell.number and text.isdigit() and int(text) in _SERIALS:
        text = (_DAY_ZERO + timedelta(days=int(text))).isoformat()
        doubtful.append(
            row.fault(
                "serial_date",
                "value",
                f"单元格是数字而不是日期，按 Excel 的日期序号读作 {text}",
                f"the cell is a number and no date; read as Excel's number of the day {text}",
            )
        )
    elif (
        parts := re.fullmatch(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?", text)
    ) is not None:
        text = "-".join(part.zfill(2) for part in parts.groups())
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        forms = "2027-01-01、2027/1/1、2027.1.1、2027年1月1日"
        refused.append(
            row.fault(
                "bad_time",
                "value",
                f"不是日期，可写成 {forms}",
                f"this is no date; it may be written {forms}",
            )
        )
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)
