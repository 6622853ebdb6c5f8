"""Rows of one sheet of our own workbook as named cells, with what no cell may be found once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gridsvc.catalog import EXAMPLE, Cell, Sheet, cell_fault, shown
from gridsvc.errors import Fault, Place, Text
from gridsvc.handling.forms import FormRow
from gridsvc.handling.workbook.columns import OTHER, Column, plain

_HEADER_WITHIN = 30
MOST_ROWS = 20_000
"""Rows of a sheet that are read: a city has one or two thousand conditions."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """A sheet's rows without examples; `other` gives the columns that are none of the form's, by header.

    `broken` names the rows in which some cell was refused.
    """

    name: str
    rows: tuple[FormRow, ...]
    broken: frozenset[int]
    other: Mapping[str, int]
    header_row: int


def read_rows(
    file: str,
    sheet: Sheet,
    columns: Sequence[Column],
    needed: Sequence[str],
    refused: list[Fault],
    doubtful: list[Fault],
) -> TableRows:
    """Read the rows below the header; a cell merged over several rows is given to each of them.

    Formulas, Excel errors, control characters and texts that are too long are added to `refused`, as are a
    column that is missing and one that stands twice; example rows to `doubtful`.
    """
    name = sheet.name or ""
    header, at = _header(sheet, columns)
    place = Place(file, name, header)
    missing = [column.header for column in columns if column.field in needed and column.field not in at]
    if missing:
        words = "、".join(missing)
        refused.append(
            Fault("missing_column", Text(f"表头缺少列：{words}", f"the header lacks: {words}"), place)
        )
        return TableRows(name, (), frozenset(), {}, header)
    other = _other(file, sheet, header, at, refused)
    fields = {**at, **{f"other_{column}": column for column in other.values()}}
    titles = {field: sheet.rows[header][column].text.strip() for field, column in fields.items()}
    longest = {column.field: column.longest for column in columns}
    merged = _merged(sheet)
    rows: list[FormRow] = []
    broken: set[int] = set()
    examples = 0
    numbers = sorted({row for row in (*sheet.rows, *(row for row, _ in merged)) if row > header})
    for number in numbers:
        line = sheet.rows.get(number, {})
        first = line.get(min(line)) if line else None
        if first is not None and plain(first.text).startswith(plain(EXAMPLE)):
            examples += 1
            continue
        cells: dict[str, Cell] = {}
        above: set[str] = set()
        for field, column in fields.items():
            source = merged.get((number, column))
            cell = line.get(column) if source is None else sheet.rows.get(source, {}).get(column)
            if source is not None:
                above.add(field)
            if cell is not None:
                cells[field] = cell
        if not cells:
            continue
        row = FormRow(file, name, number, "", cells, frozenset(above), titles)
        faults = [
            fault
            for field, cell in cells.items()
            if (fault := cell_fault(cell, row.place(field), longest.get(field, 4000))) is not None
        ]
        refused.extend(faults)
        if faults:
            broken.add(number)
        rows.append(row)
    if examples:
        doubtful.append(
            Fault(
                "example_skipped",
                Text(f"跳过示例 {examples} 行", f"{examples} example rows were skipped"),
                Place(file, name),
            )
        )
    return TableRows(name, tuple(rows), frozenset(broken), other, header)


def word(row: FormRow, column: Column, words: Mapping[str, str], refused: list[Fault]) -> str | None:
    """Return the value whose word a cell has (`words`: word by value); None for a blank or a refused one."""
    text = row.text(column.field)
    if not text:
        return None
    value = value_of(text, words)
    if value is None:
        refused.append(unknown_value(row, column.field, words.values()))
    return value


def value_of(text: str, words: Mapping[str, str]) -> str | None:
    """Return the value that a text is the word of, or is itself; None for neither."""
    said = plain(text)
    return next((value for value, known in words.items() if said in (plain(known), plain(value))), None)


def unknown_value(row: FormRow, field: str, choices: Iterable[str]) -> Fault:
    """Return what is said of a cell that may hold `choices` only."""
    known = "、".join(choices)
    said = shown(row.text(field), 60)
    return row.fault(
        "unknown_value",
        field,
        f"“{said}”不在可用的词中：{known}",
        f"“{said}” is none of the words that may stand here: {known}",
    )


def _header(sheet: Sheet, columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (min(sheet.rows, default=1), {})
    wanted = {plain(column.header): column.field for column in columns}
    for row in sorted(sheet.rows)[:_HEADER_WITHIN]:
        at: dict[str, int] = {}
        for number, cell in sheet.rows[row].items():
            field = wanted.get(plain(cell.text)) if len(cell.text) <= 200 else None
            if field is not None:
                at.setdefault(field, number)
        if len(at) > len(best[1]):
            best = (row, at)
    return best


def _other(
    file: str, sheet: Sheet, header: int, at: Mapping[str, int], refused: list[Fault]
) -> dict[str, int]:
    """Return the columns that are not of the form; a header that stands twice is refused."""
    other: dict[str, int] = {}
    seen: dict[str, int] = {plain(sheet.rows[header][column].text): column for column in at.values()}
    for number, cell in sheet.rows.get(header, {}).items():
        if number in at.values():
            continue
        text = cell.text.strip()
        bare = text.removeprefix(OTHER)
        if plain(text) in seen or bare in other or OTHER + bare in other:
            refused.append(
                Fault(
                    "column_twice",
                    Text("表头中这一列出现两次", "the header has this column twice"),
                    Place(file, sheet.name, header, shown(text, 60)),
                )
            )
            continue
        if (fault := cell_fault(cell, Place(file, sheet.name, header, shown(text, 60)), 400)) is not None:
            refused.append(fault)
            continue
        other[text] = number
    return other


def _merged(sheet: Sheet) -> dict[tuple[int, int], int]:
    """Return, for each cell that is merged with one above it, the row of that one."""
    return {(row, left): first for first, left, last, _ in sheet.merged for row in range(first + 1, last + 1)}
