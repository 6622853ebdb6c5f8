"""The sheet 版本: what an edition says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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


def read_items(table: TableRows, zone: ZoneInfo, refused: list[Fault]) -> EditionItems:
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
            effective = _instant(row, zone, refused)
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


def _instant(row: FormRow, zone: ZoneInfo, refused: list[Fault]) -> datetime | None:
    text = row.text("value").replace("年", "-").replace("月", "-").removesuffix("日").replace("/", "-")
    parts = text.split("-")
    if len(parts) == 3 and all(part.strip().isdigit() for part in parts):
        text = "-".join(part.strip().zfill(2) for part in parts)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        refused.append(
            row.fault(
                "bad_time", "value", "不是日期，应写成 2026-01-01", "this is no date; write it as 2026-01-01"
            )
        )
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)
