"""Tables as sheets of a workbook that people fill in: headers, drop-downs, comments, widths, text cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from gridsvc.handling.workbook.columns import KIND_WORDS, UNITS, Column
from gridsvc.tabular import put_text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ROWS_WITH_LISTS = 5_000
"""Rows that have drop-downs, filled in or not."""
UNIT_NAMES = "单位名称表"
"""The named range of the unit names, for drop-downs of other sheets."""
_HEADER_FILL = "DDEBF7"
_EXAMPLE_FILL = "FFF2CC"


def add_table(
    book: Workbook,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, str | None]],
    examples: int = 0,
) -> Worksheet:
    """Add a sheet with a header and rows of texts by field; the first `examples` rows are coloured.

    Every cell is text, the header is frozen, and columns with choices have a drop-down for their cells.
    """
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(name)
    wrapped = Alignment(wrap_text=True, vertical="top")
    for place, column in enumerate(columns, 1):
        cell = sheet.cell(1, place)
        put_text(cell, column.header)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=_HEADER_FILL)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.comment = Comment(_comment(column), "gridsvc", height=90, width=320)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        # The format of the column holds for the cells that are still to be filled in.
        sheet.column_dimensions[letter].number_format = "@"
    fill = PatternFill("solid", fgColor=_EXAMPLE_FILL)
    for number, row in enumerate(rows, 2):
        for place, column in enumerate(columns, 1):
            value = row.get(column.field)
            if not value:
                continue
            cell = sheet.cell(number, place)
            put_text(cell, value)
            cell.alignment = wrapped
            if number < examples + 2:
                cell.fill = fill
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(sheet.max_row, 2)}"
    _add_lists(sheet, columns)
    return sheet


def _comment(column: Column) -> str:
    if not column.choices:
        return column.title.en
    words = " / ".join(column.choices)
    return f"{column.title.en}\n{words}" + (
        "\n可填多个，用、分开 · several, separated by 、" if column.several else ""
    )


def _add_lists(sheet: Worksheet, columns: Sequence[Column]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last = max(ROWS_WITH_LISTS, sheet.max_row)
    for place, column in enumerate(columns, 1):
        if not column.choices and not column.units:
            continue
        formula = UNIT_NAMES if column.units else '"' + ",".join(column.choices) + '"'
        # Where several words may stand in a cell, the list offers and does not forbid.
        strict = bool(column.choices) and not (column.several or column.free)
        rule = DataValidation(
            type="list",
            formula1=formula,
            allow_blank=True,
            showErrorMessage=strict,
            errorStyle="stop" if strict else "information",
        )
        if strict:
            rule.errorTitle = column.header
            rule.error = "只能是：" + "、".join(column.choices)
        letter = get_column_letter(place)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)


def name_units(book: Workbook) -> None:
    """Give the unit names their name, which the drop-downs of other sheets use."""
    from openpyxl.workbook.defined_name import DefinedName

    last = max(ROWS_WITH_LISTS, book[UNITS].max_row)
    book.defined_names[UNIT_NAMES] = DefinedName(UNIT_NAMES, attr_text=f"'{UNITS}'!$B$2:$B${last}")


def restrict(sheet: Worksheet, cell: str, choices: Sequence[str]) -> None:
    """Give one cell a drop-down that takes these words only."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(
        type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True, showErrorMessage=True
    )
    rule.error = "只能是：" + "、".join(choices)
    rule.add(cell)
    sheet.add_data_validation(rule)


def new_book() -> Workbook:
    """Return a workbook without sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def kind_word(kind: str | None) -> str | None:
    """Return the word of a kind of class, None for both kinds."""
    return KIND_WORDS[kind] if kind else None
