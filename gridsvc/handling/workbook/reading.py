"""Our own workbook as drafts: what its sheets say, before anything in the database is asked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from gridsvc.catalog import Record, Sheet, read_sheets, shown
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.handling.drafts import DraftSpecification
from gridsvc.handling.forms import FormSheet
from gridsvc.handling.workbook.clause_rows import draft_clauses
from gridsvc.handling.workbook.columns import (
    CALENDAR_COLUMNS,
    CALENDARS,
    CLAUSES,
    EDITION,
    EDITION_COLUMNS,
    MOST_STAGES,
    RULE_COLUMNS,
    RULES,
    SHEETS,
    UNIT_COLUMNS,
    UNITS,
    Column,
    clause_columns,
)
from gridsvc.handling.workbook.edition_rows import EditionItems, read_items
from gridsvc.handling.workbook.rule_rows import draft_rules
from gridsvc.handling.workbook.sheet_rows import MOST_ROWS, TableRows, read_rows

_NEEDED: Mapping[str, tuple[Sequence[Column], tuple[str, ...]]] = {
    EDITION: (EDITION_COLUMNS, ("item", "value")),
    CLAUSES: (clause_columns(MOST_STAGES), ("kind", "code", "minor_name", "condition", "units", "limit")),
    RULES: (RULE_COLUMNS, ("code", "priority", "lead")),
    UNITS: (UNIT_COLUMNS, ("code", "name")),
    CALENDARS: (CALENDAR_COLUMNS, ("code", "hours")),
}


@dataclass(frozen=True, slots=True)
class WorkbookContents:
    """What a workbook holds.

    `units` and `calendars` are rows as `unit import` and `calendar import` read them, to be checked and
    stored before the clauses. `sheets` are the sheets in order, for counts and the order of findings.
    """

    specification: DraftSpecification
    source: str | None
    units: tuple[Record, ...]
    calendars: tuple[Record, ...]
    sheets: tuple[FormSheet, ...]


def is_workbook(path: Path) -> bool:
    """Return whether a file is our own workbook: it has a sheet 条款 and another one of its sheets.

    One with 规则 and another of them is ours as well, though somebody renamed or deleted 条款:
    `read_workbook` says so, rather than that a header of the municipal form is missing.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as part:
            names = {
                node.get("name") for _, node in ElementTree.iterparse(part) if node.tag.endswith("}sheet")
            }
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        RuntimeError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
    ):
        return False  # whoever reads it says what it is
    others = names.intersection((EDITION, RULES, UNITS, CALENDARS))
    return bool(others) if CLAUSES in names else RULES in others and len(others) > 1


def read_workbook(
    path: Path, zone: ZoneInfo, refused: list[Fault], doubtful: list[Fault]
) -> WorkbookContents:
    """Read every sheet; what cannot be taken is added to `refused` by sheet, row and column.

    `zone` is that in which a date means its midnight. Without the sheet 规则 the rules of the result are
    None. Raises InputRefused (missing_sheet without a visible 条款, and what reading a workbook raises).
    """
    sheets = {sheet.name: sheet for sheet in read_sheets(path, most_rows=MOST_ROWS)}
    _check_clauses(path, sheets.get(CLAUSES))
    doubtful.extend(_left_out(path.name, sheets.values()))
    tables: dict[str, TableRows] = {}
    for name, (columns, needed) in _NEEDED.items():
        sheet = sheets.get(name)
        if sheet is not None and sheet.rows:
            tables[name] = read_rows(path.name, sheet, columns, needed, refused, doubtful)
    for name in (EDITION, UNITS, CALENDARS):
        if name in tables:
            doubtful.extend(_not_read(path.name, tables[name]))
    items = read_items(tables[EDITION], zone, refused, doubtful) if EDITION in tables else EditionItems()
    classes = draft_clauses(tables[CLAUSES], refused, doubtful) if CLAUSES in tables else []
    rules = draft_rules(path.name, tables[RULES], refused, doubtful) if RULES in tables else None
    return WorkbookContents(
        DraftSpecification(
            classes=classes,
            rules=rules,
            name=items.name,
            scheme=items.scheme,
            effective=items.effective,
            hour_means=items.hour_means,
            day_means=items.day_means,
            grade_means=items.grade_means,
        ),
        items.source,
        _records(tables.get(UNITS)),
        _records(tables.get(CALENDARS)),
        tuple(FormSheet(name, tables[name].rows, ()) for name in _NEEDED if name in tables),
    )


def _check_clauses(path: Path, sheet: Sheet | None) -> None:
    """Refuse a workbook without the sheet that everything else is about."""
    if sheet is not None and not sheet.hidden:
        return
    hidden = sheet is not None
    raise InputRefused(
        "missing_sheet",
        Text(
            f"缺少工作表“{CLAUSES}”" + ("（它被隐藏）" if hidden else ""),
            f"the sheet “{CLAUSES}” (clauses) is " + ("hidden" if hidden else "missing"),
        ),
        place=Place(file=path.name),
        remedy=Text("取消隐藏后再导入", "unhide it and import again")
        if hidden
        else Text(f"条款所在的工作表须名为“{CLAUSES}”", f"name the sheet with the clauses “{CLAUSES}”"),
    )


def _left_out(file: str, sheets: Iterable[Sheet]) -> list[Fault]:
    """Name the sheets that are none of the form's: a copy of 条款, say, or a sheet of the municipal form."""
    known = "、".join(_NEEDED)
    return [
        Fault(
            "sheet_left_out",
            Text(
                f"工作表未读：本表只读 {known}",
                f"the sheet was not read: of this form only {known} are",
            ),
            Place(file, sheet.name),
        )
        for sheet in sheets
        if sheet.rows and sheet.name not in SHEETS
    ]


def _records(table: TableRows | None) -> tuple[Record, ...]:
    if table is None:
        return ()
    return tuple(
        Record(row.file, row.sheet, row.row, row.cells, {}, row.headers)
        for row in table.rows
        if row.row not in table.broken
    )


def _not_read(file: str, table: TableRows) -> list[Fault]:
    return [
        Fault(
            "column_not_read",
            Text("这一列没有读", "this column was not read"),
            Place(file, table.name, table.header_row, shown(header, 60)),
        )
        for header in table.other
    ]
