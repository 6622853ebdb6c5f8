"""Tables as offices keep them: CSV in UTF-8 or GBK, and XLSX with merged cells.

A file that is not what its name says is refused with what it is; nothing in it is run or evaluated.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.tabular import decoded, delimiter_of, unescaped

MOST_BYTES_UNPACKED = 512 * 1024 * 1024
MOST_MERGED_CELLS = 2_000_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not blank: its text as shown, and what it was.

    `number`: stored as a number, so that leading zeros are lost; `fault`: "formula" or "error" (#REF! and
    the like), whose text is the formula or the error itself.
    """

    text: str
    number: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: non-blank cells by row and column, both from 1; `name` None for a CSV file.

    `merged` holds ranges (first row, first column, last row, last column).
    """

    name: str | None
    rows: dict[int, dict[int, Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False


def read_sheets(path: Path, *, most_rows: int | None = None) -> list[Sheet]:
    """Read a CSV or XLSX file; what it is, is judged by its first bytes, never by its name.

    `most_rows`: a workbook's sheet with more rows that hold something is not read to its end. Raises
    InputRefused (unreadable_file, old_excel, encrypted_workbook, not_a_workbook, empty_file,
    unknown_encoding, too_large, too_many_rows) naming the file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise _refused(
            path,
            "unreadable_file",
            f"打不开文件：{error.strerror}",
            f"the file cannot be opened: {error.strerror}",
        ) from error
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise _refused(path, "empty_file", "文件是空的", "the file is empty")
    if start.startswith(_OLE):
        raise _ole(path)
    if start.startswith(b"PK"):
        return _workbook(path, most_rows)
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise _no_workbook(path, start)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|meta)", start, re.IGNORECASE):
        raise _refused(
            path,
            "not_a_table",
            "这是网页或 XML，不是 CSV 或 XLSX",
            "this is a web page or XML, neither CSV nor XLSX",
            Text("用 Excel 打开后另存为 .xlsx", "open it in Excel and save it as .xlsx"),
        )
    return [_csv(path)]


def _refused(path: Path, code: str, zh: str, en: str, remedy: Text | None = None) -> InputRefused:
    return InputRefused(code, Text(zh, en), place=Place(file=path.name), remedy=remedy)


def _ole(path: Path) -> InputRefused:
    # [MS-OFFCRYPTO]: an encrypted workbook is an OLE file with the stream EncryptedPackage.
    with path.open("rb") as file:
        content = file.read(4 * 1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _refused(
            path,
            "encrypted_workbook",
            "工作簿有打开密码",
            "the workbook is protected by a password",
            Text("在 Excel 中去掉打开密码后再导入", "remove the password in Excel and import again"),
        )
    return _refused(
        path,
        "old_excel",
        "这是旧的 .xls 格式，不是 .xlsx",
        "this is the old .xls format, not .xlsx",
        Text("用 Excel 或 WPS 另存为 .xlsx", "save it as .xlsx in Excel or LibreOffice"),
    )


def _no_workbook(path: Path, start: bytes) -> InputRefused:
    web = re.match(rb"(?:\xef\xbb\xbf)?\s*<", start)
    return _refused(
        path,
        "not_a_workbook",
        "文件名是 Excel，内容" + ("是网页或 XML" if web else "却不是"),
        "the name says Excel, but the content is " + ("a web page or XML" if web else "something else"),
        Text(
            "用 Excel 打开后另存为 .xlsx；若是 CSV，请把扩展名改为 .csv",
            "open it in Excel and save it as .xlsx; if it is CSV, name it .csv",
        ),
    )


def _workbook(path: Path, most_rows: int | None) -> list[Sheet]:
    broken = _refused(
        path,
        "not_a_workbook",
        "不是可读的 .xlsx 工作簿（文件损坏，或是其他压缩包）",
        "not a readable .xlsx workbook (damaged, or another kind of archive)",
        Text("用 Excel 打开确认，再另存为 .xlsx", "open it in Excel to see, then save it as .xlsx"),
    )
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES_UNPACKED:
                raise _refused(
                    path,
                    "too_large",
                    f"解压后超过 {MOST_BYTES_UNPACKED // 2**20} MB",
                    f"more than {MOST_BYTES_UNPACKED // 2**20} MB when unpacked",
                )
            merged = _merged_ranges(archive)
    except (
        zipfile.BadZipFile,
        KeyError,
        ElementTree.ParseError,
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
    ) as error:
        raise broken from error
    if (
        sum(
            (last - first + 1) * (right - left + 1)
            for ranges in merged.values()
            for first, left, last, right in ranges
        )
        > MOST_MERGED_CELLS
    ):
        raise _refused(
            path,
            "too_large",
            f"合并单元格覆盖超过 {MOST_MERGED_CELLS} 格",
            f"merged ranges cover more than {MOST_MERGED_CELLS} cells",
            Text("取消整列合并", "undo the merging of whole columns"),
        )
    import openpyxl

    try:
        # Opened here, because openpyxl leaves a file open when it fails. Read-only: a sheet whose last
        # formatted row is 1,048,576 costs no memory.
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=False)
            return [
                Sheet(
                    sheet.title,
                    _cells(path, sheet, most_rows),
                    merged.get(sheet.title, []),
                    sheet.sheet_state != "visible",
                )
                for sheet in book.worksheets
            ]
    except InputRefused:
        raise
    except Exception as error:  # openpyxl has no error class of its own for a damaged part
        raise broken from error


def _merged_ranges(archive: zipfile.ZipFile) -> dict[str, list[tuple[int, int, int, int]]]:
    """Return merged ranges by sheet name, read from the parts: openpyxl's read-only mode leaves them out."""
    from openpyxl.utils.cell import range_boundaries

    relations = {
        node.get("Id"): node.get("Target", "")
        for node in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    names = set(archive.namelist())
    merged: dict[str, list[tuple[int, int, int, int]]] = {}
    for node in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if not node.tag.endswith("}sheet"):
            continue
        relation = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
        target = relations.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part not in names:
            continue
        ranges = []
        for match in re.finditer(
            rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"', archive.read(part)
        ):
            left, first, right, last = range_boundaries(match[1].decode())
            ranges.append((int(first or 1), int(left or 1), int(last or 1), int(right or 1)))
        merged[node.get("name", "")] = ranges
    return merged


def _cells(path: Path, sheet: Any, most_rows: int | None) -> dict[int, dict[int, Cell]]:
    # The dimension that a file states is often wrong; without it every row is read as it is.
    sheet.reset_dimensions()
    rows: dict[int, dict[int, Cell]] = {}
    # A long sheet says the same in most of its cells: equal ones are one object.
    known: dict[Cell, Cell] = {}
    for row in sheet.iter_rows():
        cells = {}
        for cell in row:
            if cell.value is None:
                continue
            value = _cell(cell)
            if value is not None:
                cells[cell.column] = known.setdefault(value, value)
                number = cell.row
        if cells:
            if most_rows is not None and len(rows) >= most_rows:
                raise InputRefused(
                    "too_many_rows",
                    Text(f"超过 {most_rows} 行", f"more than {most_rows} rows"),
                    place=Place(path.name, sheet.title, number),
                    remedy=Text("删去多余的行", "delete the rows that are none of the table's"),
                )
            rows[number] = cells
    return rows


def _cell(cell: Any) -> Cell | None:
    value, kind = cell.value, cell.data_type
    if kind == "f":
        return Cell(str(getattr(value, "text", value)), fault="formula")
    if kind == "e":
        return Cell(str(value), fault="error")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return Cell(_shown(value, cell.number_format or "General"), number=True)
    if isinstance(value, datetime):
        return Cell(value.isoformat(sep=" ") if value.time() != time(0) else value.date().isoformat())
    if isinstance(value, date | time | timedelta):
        return Cell(str(value))
    text = unescaped(str(value))
    return Cell(text) if text.strip() else None


def _shown(value: int | float, shown_as: str) -> str:
    """Return a number as its format shows it, for the formats that carry meaning: 00 and 0"工作时"."""
    text = str(int(value)) if float(value).is_integer() else repr(value)
    if re.fullmatch(r"0{2,20}", shown_as):
        return text.zfill(len(shown_as))
    unit = re.fullmatch(r'(?:General|[#0.,]+)(?:"([^"]*)"|\\?([\u4e00-\u9fff]+))(?:;.*)?', shown_as)
    return text + (unit[1] or unit[2]) if unit else text


def _csv(path: Path) -> Sheet:
    content = path.read_bytes()
    if len(content) > MOST_BYTES_UNPACKED:
        raise _refused(
            path,
            "too_large",
            f"超过 {MOST_BYTES_UNPACKED // 2**20} MB",
            f"more than {MOST_BYTES_UNPACKED // 2**20} MB",
        )
    text = decoded(content, path.name)
    # The default of 128 KB would end the reading without saying where; our own limits name the cell.
    csv.field_size_limit(MOST_BYTES_UNPACKED)
    rows: dict[int, dict[int, Cell]] = {}
    known: dict[str, Cell] = {}
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)), 1
        ):
            cells = {
                column: known.get(value) or known.setdefault(value, Cell(value))
                for column, value in enumerate(row, 1)
                if value.strip()
            }
            if cells:
                rows[number] = cells
    except csv.Error as error:
        raise _refused(
            path, "not_a_table", f"不是可读的 CSV：{error}", f"not a readable CSV: {error}"
        ) from error
    return Sheet(None, rows)
