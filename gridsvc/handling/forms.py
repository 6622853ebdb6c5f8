"""The municipal form of a handling specification (立案、处置和结案标准): its sheets as rows of named cells.

The form has a title, a header (大类代码 … 处置时限) wherever it stands, and vertically merged cells. A cell
merged over several rows is given to each of them; what a blank cell that is not merged means, is decided
by who reads the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridsvc.catalog import Cell, Sheet, find_header, kind_of_sheet, plain_header, read_sheets, shown
from gridsvc.errors import Fault, InputRefused, Place, Text

HEADERS: Mapping[str, Sequence[str]] = {
    "major_code": ("大类代码", "大类编码", "大类编号", "major_code"),
    "major_name": ("大类名称", "大类", "major_name"),
    "minor_code": ("小类代码", "小类编码", "小类编号", "代码", "类别代码", "minor_code", "code"),
    "minor_name": ("小类名称", "小类", "名称", "类别名称", "minor_name", "name"),
    "units": ("处置单位", "责任单位", "处置责任单位", "处置部门", "责任部门", "责任主体", "responsible"),
    "supervising": ("主管部门", "监管单位", "监管部门", "主管单位", "监管主体", "supervising"),
    "condition": ("立案条件", "立案标准", "立案情形", "filing_condition"),
    "closing": ("结案条件", "结案标准", "结案要求", "closing_condition"),
    "limit": ("处置时限", "处理时限", "办理时限", "时限", "处置时间", "time_limit", "limit"),
    "kind": ("类型", "部件事件", "部件/事件", "类别类型", "kind"),
}
_NEEDED = ("minor_code", "minor_name", "units", "condition", "limit")
_KIND_OF_WORD = {
    "部件": "component",
    "component": "component",
    "事件": "event",
    "事项": "event",
    "event": "event",
}


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row below the header; `from_above` names the fields whose cell is merged with the row above."""

    file: str
    sheet: str | None
    row: int
    kind: str
    cells: Mapping[str, Cell]
    from_above: frozenset[str]
    headers: Mapping[str, str]

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
    """A sheet of the form: its rows in order, and the texts above the header with their places."""

    name: str | None
    rows: tuple[FormRow, ...]
    titles: tuple[tuple[Place, str], ...]


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
    header, at = find_header(sheet, HEADERS, {})
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
    if missing := [HEADERS[field][0] for field in _NEEDED if field not in at]:
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
    headers = {field: sheet.rows[header][column].text.strip() for field, column in at.items()}
    merged = _merged_into(sheet, at)
    rows: list[FormRow] = []
    for number in sorted(
        {*(row for row in sheet.rows if row > header), *(row for row, _ in merged if row > header)}
    ):
        cells: dict[str, Cell] = {}
        from_above: set[str] = set()
        for field, column in at.items():
            source = merged.get((number, column))
            cell = sheet.rows.get(source if source is not None else number, {}).get(column)
            if cell is not None:
                cells[field] = cell
            if source is not None:
                from_above.add(field)
        made = FormRow(path.name, sheet.name, number, kind or "", cells, frozenset(from_above), headers)
        if _repeats_header(made):
            continue
        if _is_heading(sheet, number, at):
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
            made = FormRow(
                path.name, sheet.name, number, _KIND_OF_WORD[word], cells, frozenset(from_above), headers
            )
        rows.append(made)
    titles = tuple(
        (Place(path.name, sheet.name, row, "标题", shown(cell.text)), cell.text)
        for row, line in sorted(sheet.rows.items())
        if row < header
        for cell in line.values()
    )
    return FormSheet(sheet.name, tuple(rows), titles)


def _merged_into(sheet: Sheet, at: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """Return, for each cell of the form's columns that is merged with one above it, the row of that one."""
    columns = set(at.values())
    return {
        (row, left): first
        for first, left, last, _ in sheet.merged
        if left in columns
        for row in range(first + 1, last + 1)
    }


def _repeats_header(row: FormRow) -> bool:
    """Say whether a row is the header again, as on every printed page."""
    same = sum(plain_header(row.text(field)) == plain_header(name) for field, name in row.headers.items())
    return same >= 4


def _is_heading(sheet: Sheet, row: int, at: Mapping[str, int]) -> bool:
    leftmost = min(at.values())
    return any(
        first == last == row and left <= leftmost and right - left >= 2
        for first, left, last, right in sheet.merged
    )
