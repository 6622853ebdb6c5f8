"""The reference specification: read from its reviewable text, written as a workbook in the municipal form."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from gridsvc.settings import shipped

HEADERS = (
    "大类代码",
    "大类名称",
    "小类代码",
    "小类名称",
    "处置单位",
    "主管部门",
    "立案条件",
    "结案条件",
    "处置时限",
)
SHEETS = (("component", "部件"), ("event", "事件"))
TITLE = "示例区数字化城市管理{}立案、处置和结案规范（示例，自行编写，非官方文件）"
CONFIDENCE = "置信度"
"""A tenth column, after the form's nine: how sure it is that the standard has this class."""
_WIDTHS = (9, 14, 9, 20, 34, 28, 52, 34, 14, 9)
_THEN = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SpecificationRow:
    """One sub-condition as the shipped text has it; `cells` are in the order of HEADERS."""

    kind: str
    cells: tuple[str, ...]
    confidence: str

    @property
    def class_code(self) -> str:
        """Return major and minor code together."""
        return self.cells[0] + self.cells[2]

    @property
    def units(self) -> str:
        """Return the responsible units as written."""
        return self.cells[4]

    @property
    def filing_condition(self) -> str:
        """Return the filing condition."""
        return self.cells[6]

    @property
    def limit(self) -> str:
        """Return the time limit as written."""
        return self.cells[8]


def read_reference() -> list[SpecificationRow]:
    """Return every sub-condition of the shipped reference specification, components first."""
    rows = []
    for kind, _sheet in SHEETS:
        path = shipped("geodata") / "specification" / f"{kind}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for record in csv.DictReader(file):
                cells = tuple(record[header] for header in HEADERS)
                rows.append(SpecificationRow(kind, cells, record[CONFIDENCE]))
    return rows


def write_workbook(path: Path) -> None:
    """Write the reference specification as the cities keep theirs.

    Two sheets, 部件 and 事件; a title row, nine headers, a row per sub-condition; the cells of a class and
    of a major class are merged over their rows. The same bytes every time.
    """
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    reference = read_reference()
    for kind, name in SHEETS:
        _fill(
            book.create_sheet(name),
            kind,
            [(*row.cells, row.confidence) for row in reference if row.kind == kind],
        )
    raw = io.BytesIO()
    book.save(raw)
    _rewrite(raw, path)


def _fill(sheet: Worksheet, kind: str, rows: list[tuple[str, ...]]) -> None:
    title = TITLE.format("部件" if kind == "component" else "事件")
    sheet.append([title])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(HEADERS))
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append([*HEADERS, CONFIDENCE])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGHIJ", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A3"
    above: tuple[str, ...] = ()
    for cells in rows:
        same_major = cells[:2] == above[:2]
        same_minor = same_major and cells[:4] == above[:4]
        blanks = 6 if same_minor else 2 if same_major else 0
        confidence = None if same_minor else cells[-1]
        sheet.append([None] * blanks + [*cells[blanks:-1], confidence])
        above = cells
    for first, last, columns in _runs(rows):
        for column in columns:
            sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
    wrapped = Alignment(wrap_text=True, vertical="center")
    for line in sheet.iter_rows(min_row=3, max_row=len(rows) + 2):
        for cell in line:
            cell.alignment = wrapped


def _runs(rows: list[tuple[str, ...]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return first row, last row and columns of every merged range."""
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for width, columns in ((2, (1, 2)), (4, (3, 4, 5, 6, 10))):
        start = 3
        for _key, group in groupby(rows, key=lambda cells: cells[:width]):
            length = len(list(group))
            if length > 1:
                found.append((start, start + length - 1, columns))
            start += length
    return found


def _rewrite(raw: io.BytesIO, path: Path) -> None:
    """Copy a workbook with fixed times, in its parts and in its properties."""
    stamp = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*_THEN)
    with zipfile.ZipFile(raw) as given, zipfile.ZipFile(path, "w") as written:
        for name in given.namelist():
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", stamp.encode(), content)
            part = zipfile.ZipInfo(name, _THEN)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            written.writestr(part, content)
