"""A file of 200,000 rows, a hundred times a city's: read, or refused by name, in bounded time."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import Connection

from gridsvc.errors import Fault, InputRefused
from gridsvc.handling import import_specification, load_specifications
from gridsvc.handling.specification_reading import read_specification
from tests.handling.form_files import HEADER

ROWS = 200_000
MOST_SECONDS = 90
"""Of processor time; a third of it is what was measured."""


def _rows() -> Iterator[list[str]]:
    for number in range(ROWS):
        minor = number % 90 + 1
        yield [
            *("01", "公用设施", f"{minor:02d}", f"小类{minor}", "所属街办、各产权单位", "城管局"),
            *(f"第 {number} 种情形", "恢复", "4工作时"),
        ]


@pytest.mark.long
def test_a_municipal_form_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "部件.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *_rows()])
    refused: list[Fault] = []
    start = time.process_time()
    read = read_specification(
        path,
        scheme=None,
        kind="component",
        grade_means=None,
        zone=ZoneInfo("Asia/Shanghai"),
        refused=refused,
        doubtful=[],
    )
    assert time.process_time() - start < MOST_SECONDS
    assert refused == []
    assert sum(len(each.clauses) for each in read.specification.classes) == ROWS


@pytest.mark.long
def test_our_own_workbook_is_refused_at_the_row_that_is_too_many(
    connection: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "规范.xlsx"
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("版本").append(["项目", "内容"])
    sheet = book.create_sheet("条款")
    sheet.append(["类型", "类别代码", "小类名称", "立案条件", "处置单位", "处置时限"])
    for _, _, minor, name, units, _, condition, _, limit in _rows():
        sheet.append(["部件", f"01{minor}", name, condition, units, limit])
    book.save(path)
    start = time.process_time()
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="test")
    assert time.process_time() - start < MOST_SECONDS
    error = refused.value
    assert (error.code, error.place.sheet, error.place.row) == ("too_many_rows", "条款", 20_001)
    assert "20000" in error.message.zh
    assert list(load_specifications(connection)) == []
