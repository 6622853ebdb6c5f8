"""An edition as our own workbook: every field of its clauses and rules, the units, the calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gridsvc.catalog import Class, Unit
from gridsvc.errors import Text
from gridsvc.handling.calendars import CalendarDefinition
from gridsvc.handling.rules import Rule
from gridsvc.handling.specifications import Clause, Specification
from gridsvc.handling.workbook.clause_order import as_written
from gridsvc.handling.workbook.columns import (
    CALENDAR_COLUMNS,
    CALENDAR_RULES,
    CALENDARS,
    CLAUSES,
    EDITION,
    EDITION_COLUMNS,
    EDITION_ITEMS,
    FEWEST_STAGES,
    FROM_WORDS,
    GRADE_WORDS,
    HELP,
    MEANS_WORDS,
    NO,
    OTHER,
    OUTCOME_WORDS,
    RULE_COLUMNS,
    RULES,
    UNIT_COLUMNS,
    UNITS,
    YES,
    Column,
    clause_columns,
)
from gridsvc.handling.workbook.conditions import write_condition
from gridsvc.handling.workbook.explaining import EXPLANATION
from gridsvc.handling.workbook.writing import add_table, kind_word, name_units, new_book, restrict
from gridsvc.tabular import put_text, save_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook

Row = Mapping[str, str | None]


def write_specification(
    path: Path,
    edition: Specification,
    *,
    classes: Iterable[Class],
    units: Sequence[Unit],
    calendars: Sequence[CalendarDefinition],
    zone: ZoneInfo,
    overwrite: bool = False,
) -> None:
    """Write an edition as a workbook that `spec import` reads back to an equal one.

    `classes` name the codes where the form that the edition was read from did not; `zone` is that in which a
    date means its midnight. The same bytes for the same content.

    Raises InputRefused (file_exists, file_not_written).
    """
    names = {(each.kind, each.code): each for each in classes}
    clauses = as_written(edition.clauses)
    stages = max((len(each.stages) for each in clauses), default=0)
    others = sorted({name for each in clauses for name, _ in each.other})
    columns = [
        *clause_columns(max(stages, FEWEST_STAGES)),
        *(Column(OTHER + name, Text(OTHER + name, "kept as it is"), 16, longest=4000) for name in others),
    ]
    book = new_book()
    add_edition_sheet(book, _edition_values(edition, zone))
    add_table(book, CLAUSES, columns, (_clause_row(each, names) for each in clauses))
    add_table(book, RULES, RULE_COLUMNS, (_rule_row(each) for each in edition.rules))
    add_table(book, UNITS, UNIT_COLUMNS, (_unit_row(each) for each in units))
    add_table(book, CALENDARS, CALENDAR_COLUMNS, _calendar_rows(calendars))
    add_help_sheet(book)
    name_units(book)
    save_workbook(book, path, overwrite=overwrite)


def add_edition_sheet(book: Workbook, values: Mapping[str, str | None]) -> None:
    """Add the sheet 版本 with the values of its items."""
    rows = [
        {"item": item.header, "value": values.get(item.field), "explanation": f"{how.zh} · {how.en}"}
        for item, how in EDITION_ITEMS
    ]
    sheet = add_table(book, EDITION, EDITION_COLUMNS, rows)
    for number, (item, _) in enumerate(EDITION_ITEMS, 2):
        put_text(sheet.cell(number, 2), values.get(item.field))
        if item.choices:
            restrict(sheet, f"B{number}", item.choices)


def add_help_sheet(book: Workbook) -> None:
    """Add the sheet 说明: how to fill in the others, in both languages."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(HELP)
    for number, (heading, text) in enumerate(EXPLANATION, 1):
        put_text(sheet.cell(number, 1), heading)
        put_text(sheet.cell(number, 2), text.zh)
        put_text(sheet.cell(number, 3), text.en)
        sheet.cell(number, 1).font = Font(bold=True)
        for place in (1, 2, 3):
            sheet.cell(number, place).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABC", (16, 70, 70), strict=True):
        sheet.column_dimensions[letter].width = width


def _edition_values(edition: Specification, zone: ZoneInfo) -> Row:
    effective = edition.effective_from.astimezone(zone) if edition.effective_from else None
    day = effective is not None and effective.time() == time(0)
    return {
        "name": edition.name,
        "scheme": edition.scheme,
        "effective": None if effective is None else f"{effective:%Y-%m-%d}" if day else effective.isoformat(),
        "hour_means": MEANS_WORDS[edition.hour_means] if edition.hour_declared else None,
        "day_means": MEANS_WORDS[edition.day_means] if edition.day_declared else None,
        "grade_means": GRADE_WORDS[edition.grade_means] if edition.grade_means else None,
        "source": edition.source,
    }


def _clause_row(clause: Clause, classes: Mapping[tuple[str, str], Class]) -> Row:
    listed = classes.get((clause.kind, clause.class_code))
    written = dict(clause.class_cells)
    row: dict[str, str | None] = {
        "kind": kind_word(clause.kind),
        "code": clause.class_code,
        "major_code": written.get("major_code") or (listed.major_code if listed else None),
        "major_name": written.get("major_name") or (listed.major_name if listed else None),
        "minor_code": written.get("minor_code"),
        "minor_name": written.get("minor_name") or (listed.name if listed else clause.class_code),
        "ordinal": str(clause.ordinal),
        "condition": clause.filing_condition,
        "units": clause.responsible_text,
        "supervising": clause.supervising_text,
        "closing": clause.closing_condition,
        "limit": clause.limit_text,
        "season_from": clause.season_from,
        "season_to": clause.season_to,
        "legal_basis": clause.legal_basis,
        "collection_rule": clause.collection_rule,
    }
    row |= {f"limit_{grade}": text for grade, text, _ in clause.graded}
    for number, stage in enumerate(clause.stages, 1):
        row[f"stage_{number}"] = stage.name
        row[f"stage_{number}_limit"] = stage.limit.text
        row[f"stage_{number}_from"] = FROM_WORDS[stage.counts_from]
    return row | {OTHER + name: value for name, value in clause.other}


def _rule_row(rule: Rule) -> Row:
    return {
        "code": rule.code,
        "priority": str(rule.priority),
        "kind": kind_word(rule.kind),
        "classes": "、".join(rule.class_codes),
        **{f"fact_{each.fact}": write_condition(each) for each in rule.conditions},
        "outcome": OUTCOME_WORDS[rule.outcome],
        "lead": "、".join(unit.text for unit in rule.units if unit.role == "lead"),
        "assist": "、".join(unit.text for unit in rule.units if unit.role == "assist"),
        "listed_only": YES if rule.listed_only else NO,
        "is_fallback": YES if rule.is_fallback else NO,
        "note": rule.note,
        "basis": rule.basis,
    }


def _unit_row(unit: Unit) -> Row:
    return {column.field: getattr(unit, column.field) for column in UNIT_COLUMNS}


def _calendar_rows(calendars: Sequence[CalendarDefinition]) -> Iterable[Row]:
    for each in calendars:
        yield {
            "code": each.code,
            "name": each.name,
            "rule": CALENDAR_RULES[each.rule],
            "hours": each.hours,
        }
        for day in each.days:
            yield {"code": each.code, "date": day.day.isoformat(), "hours": day.hours, "note": day.note}
