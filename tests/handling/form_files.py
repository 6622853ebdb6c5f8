"""Small forms of a handling specification, written as real XLSX and CSV files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

HEADER = [
    "大类代码",
    "大类名称",
    "小类代码",
    "小类名称",
    "处置单位",
    "主管部门",
    "立案条件",
    "结案条件",
    "处置时限",
]
LAMP = [
    "01",
    "公用设施",
    "37",
    "路灯",
    "示范市照明中心、各产权单位",
    "示范市城管局",
    "单盏不亮",
    "修复",
    "2天",
]
STALL = [
    "04",
    "街面秩序",
    "06",
    "占道经营",
    "所属街办",
    "示范市城管局",
    "占用道路经营",
    "取缔",
    "2紧急工作时",
]


def write_book(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    merged: Mapping[str, Sequence[str]] | None = None,
    *,
    header: Sequence[Any] = HEADER,
    title: str = "处置规范",
) -> Path:
    """Write sheets of data rows under a title (row 1) and the header (row 2); data start in row 3."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append([title])
        sheet.append(list(header))
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def changed(row: Sequence[Any], **cells: Any) -> list[Any]:
    """Return a copy of a row with some cells changed, by the names of the header."""
    return [cells.get(name, value) for name, value in zip(HEADER, row, strict=True)]
