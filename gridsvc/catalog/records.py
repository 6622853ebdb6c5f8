"""Rows of a table as named fields: the header is found by its words, in any order, in either language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridsvc.catalog.sheets import Cell, Sheet, read_sheets
from gridsvc.errors import Fault, InputRefused, Place, Text

_HEADER_WITHIN = 30
_BAD_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One row below a header: cells by field, and every cell by its header's words."""

    file: str
    sheet: str | None
    row: int
    cells: Mapping[str, Cell]
    by_header: Mapping[str, str]
    headers: Mapping[str, str]

    def text(self, field: str) -> str:
        """Return the text of a field without outer blanks; "" when blank."""
        cell = self.cells.get(field)
        return cell.text.strip() if cell else ""

    def place(self, field: str | None = None) -> Place:
        """Return where the row, or one field of it, stands."""
        if field is None:
            return Place(self.file, self.sheet, self.row)
        cell = self.cells.get(field)
        return Place(
            self.file, self.sheet, self.row, self.headers.get(field, field), shown(cell.text if cell else "")
        )


def read_records(
    path: Path,
    words: Mapping[str, Sequence[str]],
    *,
    columns: Mapping[str, str],
    needed: Sequence[Sequence[str]],
) -> list[Record]:
    """Read every row of a CSV or XLSX file as fields.

    `words` gives the header words of each field, `columns` the header that the caller names for a field;
    `needed` lists sets of fields of which one must be complete. Raises InputRefused (unknown_field,
    missing_column, no_rows) besides what read_sheets raises.
    """
    for name in columns:
        if name not in words:
            known = ", ".join(words)
            raise InputRefused(
                "unknown_field",
                Text(f"没有字段“{name}”；可用：{known}", f"no field “{name}”; there are: {known}"),
            )
    records: list[Record] = []
    tables = [sheet for sheet in read_sheets(path) if sheet.rows and not sheet.hidden]
    for sheet in tables:
        records.extend(sheet_records(path, sheet, words, columns, needed, alone=len(tables) == 1))
    if not records:
        raise InputRefused(
            "no_rows", Text("没有数据行", "there are no rows of data"), place=Place(file=path.name)
        )
    return records


def sheet_records(
    path: Path,
    sheet: Sheet,
    words: Mapping[str, Sequence[str]],
    columns: Mapping[str, str],
    needed: Sequence[Sequence[str]],
    *,
    alone: bool,
) -> list[Record]:
    """Read the rows of one sheet as fields; see read_records. Not `alone`: it may be a sheet of notes."""
    header, at = find_header(sheet, words, columns)
    if not any(all(field in at for field in fields) for fields in needed):
        if not alone and not at:
            return []  # a sheet of notes beside the table
        missing = min(([field for field in fields if field not in at] for fields in needed), key=len)
        there = "、".join(shown(cell.text, 20) for cell in sheet.rows[header].values())
        raise InputRefused(
            "missing_column",
            Text(
                f"缺少列 {'、'.join(missing)}；第 {header} 行有：{there}",
                f"columns missing: {', '.join(missing)}; row {header} has: {there}",
            ),
            place=Place(path.name, sheet.name, header),
            remedy=Text(f"用 --column {missing[0]}=列名 指明", f"name it by --column {missing[0]}=NAME"),
        )
    titles = {column: cell.text.strip() for column, cell in sheet.rows[header].items()}
    headers = {field: titles[column] for field, column in at.items()}
    return [
        Record(
            path.name,
            sheet.name,
            row,
            {field: cells[column] for field, column in at.items() if column in cells},
            {title: cells[column].text.strip() for column, title in titles.items() if column in cells},
            headers,
        )
        for row, cells in sorted(sheet.rows.items())
        if row > header
    ]


def find_header(
    sheet: Sheet, words: Mapping[str, Sequence[str]], columns: Mapping[str, str]
) -> tuple[int, dict[str, int]]:
    """Return the header's row and the column of each field: of the first rows the one with most fields."""
    best: tuple[int, dict[str, int]] = (min(sheet.rows), {})
    for row in sorted(sheet.rows)[:_HEADER_WITHIN]:
        at = _fields(sheet.rows[row], words, columns)
        if len(at) > len(best[1]):
            best = (row, at)
    return best


def _fields(
    cells: Mapping[int, Cell], words: Mapping[str, Sequence[str]], columns: Mapping[str, str]
) -> dict[str, int]:
    plain = {column: plain_header(cell.text) for column, cell in cells.items() if len(cell.text) <= 100}
    at: dict[str, int] = {}
    for field, known in words.items():
        wanted = (
            [plain_header(columns[field])] if field in columns else [plain_header(word) for word in known]
        )
        for word in wanted:
            column = next((column for column, text in plain.items() if text == word), None)
            if column is not None and column not in at.values():
                at[field] = column
                break
    return at


def plain_header(text: str) -> str:
    """Return a header's words in one width and case, without blanks and without what stands in brackets."""
    squeezed = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold().lstrip("*")
    return re.sub(r"\([^)]*\)$", "", squeezed) or squeezed


def shown(text: str, most: int = 400) -> str:
    """Return a value short enough for a message, saying how long it was."""
    return text if len(text) <= most else f"{text[:most]}…（{len(text)} 字 / characters）"


def cell_faults(record: Record, longest: Mapping[str, int]) -> list[Fault]:
    """Return what no cell may be: a formula, an Excel error, control characters, longer than `longest`."""
    return [
        fault
        for field, cell in record.cells.items()
        if (fault := cell_fault(cell, record.place(field), longest.get(field, 200))) is not None
    ]


def cell_fault(cell: Cell, place: Place, longest: int) -> Fault | None:
    """Return what makes one cell unusable, or None."""
    if cell.fault == "formula":
        return Fault(
            "formula_cell",
            Text("单元格是公式，不是值", "the cell holds a formula, not a value"),
            place,
            Text("复制后“选择性粘贴—数值”", "copy it and paste special, values only"),
        )
    if cell.fault == "error":
        return Fault("error_cell", Text("单元格是 Excel 错误值", "the cell holds an Excel error"), place)
    if len(cell.text) > longest:
        return Fault(
            "too_long",
            Text(
                f"{len(cell.text)} 字，最多 {longest} 字", f"{len(cell.text)} characters; at most {longest}"
            ),
            place,
        )
    if _BAD_CHARACTERS.search(cell.text):
        return Fault(
            "control_character",
            Text("含有不可显示的控制字符", "there is a control character in it"),
            Place(place.file, place.sheet, place.row, place.column, _BAD_CHARACTERS.sub("�", cell.text)[:80]),
            Text("删去后重新输入", "delete it and type the text again"),
        )
    return None
