"""An edition in the nine columns of the municipal form, in the sheets and rows that it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from gridsvc.catalog import Class, kind_of_sheet
from gridsvc.handling.specifications import Clause, Specification
from gridsvc.handling.workbook.clause_order import as_written
from gridsvc.handling.workbook.columns import KIND_WORDS
from gridsvc.handling.workbook.writing import new_book
from gridsvc.tabular import put_text, save_workbook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("major_code", "大类代码", 9),
    ("major_name", "大类名称", 14),
    ("minor_code", "小类代码", 9),
    ("minor_name", "小类名称", 20),
    ("units", "处置单位", 34),
    ("supervising", "主管部门", 28),
    ("condition", "立案条件", 52),
    ("closing", "结案条件", 34),
    ("limit", "处置时限", 14),
)
"""Field, header and width of each."""
_FIRST_ROW = 3


def write_municipal_form(
    path: Path,
    edition: Specification,
    *,
    classes: Iterable[Class],
    overwrite: bool = False,
) -> None:
    """Write the clauses as the cities keep theirs: what the nine columns hold, and nothing else.

    Rows stand where they stood in the municipal form that the edition was read from; an edition that came
    from elsewhere gets a sheet for each kind. The cells of a class are merged over its rows, a condition
    over the rows that continued it. Raises InputRefused (file_exists, file_not_written).
    """
    from openpyxl.styles import Alignment, Font

    names = {(each.kind, each.code): each for each in classes}
    book = new_book()
    for name, clauses in _sheets(edition.clauses).items():
        sheet = book.create_sheet(name)
        put_text(sheet.cell(1, 1), f"{edition.name} {name}")
        sheet.cell(1, 1).font = Font(bold=True, size=14)
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(_COLUMNS))
        for place, (_, header, width) in enumerate(_COLUMNS, 1):
            put_text(sheet.cell(2, place), header)
            sheet.cell(2, place).font = Font(bold=True)
            sheet.column_dimensions[sheet.cell(2, place).column_letter].width = width
        sheet.freeze_panes = "A3"
        last = _fill(sheet, clauses, [_cells(each, names) for each in clauses])
        for line in sheet.iter_rows(min_row=_FIRST_ROW, max_row=last):
            for cell in line:
                cell.alignment = Alignment(wrap_text=True, vertical="center")
    save_workbook(book, path, overwrite=overwrite)


def _sheets(clauses: Iterable[Clause]) -> dict[str, list[Clause]]:
    """Return clauses by the sheet that they go to, components first, each in its order."""
    kinds: dict[str | None, set[str]] = defaultdict(set)
    every = as_written(clauses)
    for each in every:
        kinds[each.sheet].add(each.kind)
    sheets: dict[str, list[Clause]] = {}
    for each in every:
        # Whoever reads the form goes by the sheet's name.
        own = each.sheet and kinds[each.sheet] == {kind_of_sheet(each.sheet)}
        sheets.setdefault(each.sheet if own and each.sheet else KIND_WORDS[each.kind], []).append(each)
    return sheets


def _cells(clause: Clause, classes: Mapping[tuple[str, str], Class]) -> dict[str, str]:
    written = dict(clause.class_cells)
    listed = classes.get((clause.kind, clause.class_code))
    major = listed.major_code if listed else clause.class_code[:2]
    return {
        "major_code": written.get("major_code") or major,
        "major_name": written.get("major_name") or (listed.major_name if listed else ""),
        "minor_code": written.get("minor_code") or clause.class_code.removeprefix(major),
        "minor_name": written.get("minor_name") or (listed.name if listed else clause.class_code),
        "units": clause.responsible_text,
        "supervising": clause.supervising_text or "",
        "condition": clause.filing_condition,
        "closing": clause.closing_condition or "",
        "limit": clause.limit_text or "",
    }


def _rows(name: str, clauses: Sequence[Clause]) -> list[int]:
    """Return the row of each clause: its own in this sheet, if all have one; else one after the other."""
    rows = [each.row or 0 for each in clauses if each.sheet == name]
    if (
        len(rows) == len(clauses)
        and rows[0] >= _FIRST_ROW
        and all(after > before for before, after in pairwise(rows))
    ):
        return rows
    return list(range(_FIRST_ROW, _FIRST_ROW + len(clauses)))


def _fill(sheet: Worksheet, clauses: Sequence[Clause], cells: Sequence[Mapping[str, str]]) -> int:
    """Write the rows with their merged ranges and return the last row."""
    rows = _rows(sheet.title, clauses)
    # A clause takes the rows up to the next one: they continued its condition.
    ends = [*(after - 1 for after in rows[1:]), rows[-1]]
    for column, (field, _, _) in enumerate(_COLUMNS, 1):
        keys = [_merged_by(field, clause, written) for clause, written in zip(clauses, cells, strict=True)]
        start = 0
        for place in range(1, len(keys) + 1):
            if place < len(keys) and keys[place] == keys[start]:
                continue
            first, last = rows[start], ends[place - 1]
            put_text(sheet.cell(first, column), cells[start][field])
            if last > first:
                sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
            start = place
    return ends[-1]


def _merged_by(field: str, clause: Clause, cells: Mapping[str, str]) -> tuple[object, ...]:
    """Return what consecutive rows share whose cells of a column are one: never a clause's own texts."""
    if field in ("major_code", "major_name"):
        return cells["major_code"], cells["major_name"]
    if field in ("minor_code", "minor_name"):
        return (clause.class_code,)
    if field in ("units", "supervising"):
        return clause.class_code, cells[field]
    return clause.class_code, clause.ordinal
