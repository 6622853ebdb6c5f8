"""The municipal form of a handling specification (立案、处置和结案标准): its sheets as rows of named cells.

The form has a title, a header (大类代码 … 处置时限) wherever it stands, and vertically merged cells. A cell
merged over several rows is given to each of them; what a blank cell that is not merged means, is decided
by who reads the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from gridsvc.catalog import Cell, Sheet, kind_of_sheet, plain_header, read_sheets, shown
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.handling.form_columns import HEADERS, Columns, find_columns
from gridsvc.handling.form_remarks import other_cells
from gridsvc.handling.grades import Grade

_NEEDED = ("minor_code", "minor_name", "units", "condition", "limit")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_KIND_OF_WORD = {
    "部件": "component",
    "component": "component",
    "事件": "event",
    "事项": "event",
    "event": "event",
}


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row below the header; `from_above` names the fields whose cell is merged with the row above.

    `other`: what stands in columns that are no field, by their header.
    """

    file: str
    sheet: str | None
    row: int
    kind: str
    cells: Mapping[str, Cell]
    from_above: frozenset[str]
    headers: Mapping[str, str]
    other: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def own(self, field: str) -> Cell | None:
        """Return the cell that starts in this row, or None when it is blank or merged with the one above."""
        return None if field in self.from_above else self.cells.get(field)

    def text(self, field: str) -> str:
        """Return a field's text, merged cells included, without outer blanks; "" when blank."""
        cell = self.cells.get(field)
        return cell.text.strip() if cell else ""

    def place(self, field: str) -> Place:
        """Return where a field of this row stands, with its value."""
        cell = self.cells.get(field)
        value = shown(cell.text) if cell else None
        return Place(self.file, self.sheet, self.row, self.headers.get(field, field), value)

    def fault(self, code: str, field: str, zh: str, en: str, remedy: Text | None = None) -> Fault:
        """Return a fault at a field of this row."""
        return Fault(code, Text(zh, en), self.place(field), remedy)


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A sheet of the form: its rows in order, and the texts above the header with their places.

    `grades`: the columns that hold the limits of a grade, by field; `limit_unit`: what its header says that
    plain numbers count, or "".
    """

    name: str | None
    rows: tuple[FormRow, ...]
    titles: tuple[tuple[Place, str], ...]
    grades: Mapping[str, Grade] = field(default_factory=dict)
    limit_unit: str = ""


def read_form(path: Path, kind: str | None, refused: list[Fault], doubtful: list[Fault]) -> list[FormSheet]:
    """Read every sheet of the form; `kind` is for a sheet whose name does not tell, and leaves out others.

    Sheets without the form beside one that has it are left out and said. Raises InputRefused (no_header,
    missing_column, unknown_kind, no_rows) when there is nothing to read.
    """
    sheets: list[FormSheet] = []
    failures: list[InputRefused] = []
    for sheet in read_sheets(path):
        place = Place(path.name, sheet.name)
        if not sheet.rows:
            continue
        told = kind_of_sheet(sheet.name)
        if sheet.hidden or (told and kind and told != kind):
            why = Text("隐藏", "hidden") if sheet.hidden else Text("不是所选类型", "of the other kind")
            doubtful.append(
                Fault(
                    "sheet_left_out",
                    Text(f"工作表未读：{why.zh}", f"the sheet was not read: {why.en}"),
                    place,
                )
            )
            continue
        try:
            sheets.append(_form_sheet(path, sheet, told or kind, refused, doubtful))
        except InputRefused as error:
            if told or error.code != "no_header":
                raise
            failures.append(error)
            doubtful.append(
                Fault(
                    "sheet_left_out",
                    Text(
                        "工作表未读：没有处置规范的表头",
                        "the sheet was not read: it has no header of the form",
                    ),
                    place,
                )
            )
    if not sheets and failures:
        raise failures[0]
    if not any(sheet.rows for sheet in sheets) and not refused:
        raise InputRefused(
            "no_rows", Text("没有数据行", "there are no rows of data"), place=Place(file=path.name)
        )
    return sheets


def _form_sheet(
    path: Path, sheet: Sheet, kind: str | None, refused: list[Fault], doubtful: list[Fault]
) -> FormSheet:
    columns = find_columns(sheet)
    at, header = columns.at, columns.last
    place = Place(path.name, sheet.name)
    if len(at) < 3:
        raise InputRefused(
            "no_header",
            Text(
                "找不到表头（大类代码、小类代码、小类名称、处置单位、立案条件、处置时限）",
                "the header (大类代码, 小类代码, 小类名称, 处置单位, 立案条件, 处置时限) was not found",
            ),
            place=place,
        )
    missing = [HEADERS[name][0] for name in _NEEDED if name not in at]
    if columns.grades and HEADERS["limit"][0] in missing:
        missing.remove(HEADERS["limit"][0])
    if missing:
        raise InputRefused(
            "missing_column",
            Text(f"表头缺少列：{'、'.join(missing)}", f"the header lacks: {', '.join(missing)}"),
            place=Place(path.name, sheet.name, header),
        )
    if kind is None and "kind" not in at:
        raise InputRefused(
            "unknown_kind",
            Text(
                "不知道是部件还是事件：工作表名没有说明，也没有“类型”列",
                "component or event? neither the sheet's name nor a column 类型 tells",
            ),
            place=place,
            remedy=Text("加 --kind component 或 --kind event", "add --kind component or --kind event"),
        )
    rows = tuple(_rows(path, sheet, kind, columns, refused, doubtful))
    titles = tuple(
        (Place(path.name, sheet.name, row, "标题", shown(cell.text)), cell.text)
        for row, line in sorted(sheet.rows.items())
        if row < columns.first
        for cell in line.values()
    )
    return FormSheet(sheet.name, rows, titles, columns.grades, columns.limit_unit)


def _rows(
    path: Path,
    sheet: Sheet,
    kind: str | None,
    columns: Columns,
    refused: list[Fault],
    doubtful: list[Fault],
) -> Iterator[FormRow]:
    merged = _merged_into(sheet, {*columns.at.values(), *columns.other})
    headings = _headings(sheet, min(columns.at.values()))
    below = {*sheet.rows, *(row for row, _ in merged)}
    others = other_cells(path, sheet, columns, merged, doubtful)
    for number in sorted(row for row in below if row > columns.last):
        cells: dict[str, Cell] = {}
        from_above: set[str] = set()
        for name, column in columns.at.items():
            source = merged.get((number, column))
            cell = sheet.rows.get(source if source is not None else number, {}).get(column)
            if cell is not None:
                cells[name] = cell
            if source is not None:
                from_above.add(name)
        made = FormRow(
            path.name,
            sheet.name,
            number,
            kind or "",
            cells,
            frozenset(from_above),
            columns.headers,
            others.get(number, _NOTHING),
        )
        if _repeats_header(made):
            continue
        if number in headings:
            doubtful.append(
                Fault(
                    "heading_row",
                    Text(
                        "横向合并的标题行，未作条款读",
                        "a heading merged across the row; not read as a clause",
                    ),
                    Place(
                        path.name,
                        sheet.name,
                        number,
                        value=shown(next(iter(cells.values())).text) if cells else None,
                    ),
                )
            )
            continue
        if kind is None:
            word = made.text("kind").casefold()
            if word not in _KIND_OF_WORD:
                if cells and "kind" not in from_above:
                    refused.append(
                        made.fault(
                            "unknown_kind", "kind", "类型应为 部件 或 事件", "the kind should be 部件 or 事件"
                        )
                    )
                continue
            made = replace(made, kind=_KIND_OF_WORD[word])
        yield made


def _merged_into(sheet: Sheet, columns: set[int]) -> dict[tuple[int, int], int]:
    """Return, for each cell of some columns that is merged with one above it, the row of that one."""
    return {
        (row, left): first
        for first, left, last, _ in sheet.merged
        if left in columns
        for row in range(first + 1, last + 1)
    }


def _repeats_header(row: FormRow) -> bool:
    """Say whether a row is the header again, as on every printed page."""
    # One field tells nearly every row; the others are compared for what it leaves.
    if plain_header(row.text("minor_name")) != plain_header(row.headers.get("minor_name", "")):
        return False
    same = sum(plain_header(row.text(name)) == plain_header(title) for name, title in row.headers.items())
    return same >= 4


def _headings(sheet: Sheet, leftmost: int) -> set[int]:
    """Return the rows that are one cell merged from the first column across at least three."""
    return {
        first
        for first, left, last, right in sheet.merged
        if first == last and left <= leftmost and right - left >= 2
    }
