"""Workbooks: what is written as text is read as that text, and the same content gives the same bytes."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridsvc.catalog import read_sheets
from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.tabular import put_text, save_workbook, unescaped
from gridsvc.tabular.workbook_file import escaped

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


def _written(path: Path, *texts: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row, text in enumerate(texts, 1):
        put_text(sheet.cell(row, 1), text)
    save_workbook(book, path, overwrite=True)
    return path


@given(TEXT)
@example("_x000D_")
@example("_x005F_x000D_")
@example("a\r\nb")
@example("\ufffe")
@example("_xD800_")
def test_an_escaped_text_means_itself(text: str) -> None:
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "#REF!", "TRUE", "007", "a\r\nb", "_x000D_", "\ufffe全"]
)
def test_a_text_stays_what_it_is(tmp_path: Path, text: str) -> None:
    path = _written(tmp_path / "f.xlsx", text)
    (sheet,) = read_sheets(path)
    cell = sheet.rows[1][1]
    assert (cell.text, cell.number, cell.fault) == (text, False, None)
    written = openpyxl.load_workbook(path).worksheets[0]["A1"]
    assert (written.data_type, written.number_format) == ("s", "@")


def test_excel_writes_a_carriage_return_as_an_escape(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "第一行_x000D_\n第二行"
    book.save(tmp_path / "f.xlsx")
    assert read_sheets(tmp_path / "f.xlsx")[0].rows[1][1].text == "第一行\r\n第二行"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (_written(tmp_path / name, "甲", "乙").read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_replaces_a_file_only_when_told(tmp_path: Path) -> None:
    path = _written(tmp_path / "f.xlsx", "甲")
    before = path.read_bytes()
    with pytest.raises(InputRefused) as refused:
        save_workbook(openpyxl.Workbook(), path)
    assert refused.value.code == "file_exists"
    assert path.read_bytes() == before


def test_leaves_nothing_where_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        save_workbook(openpyxl.Workbook(), tmp_path / "nowhere" / "f.xlsx")
    assert refused.value.code == "file_not_written"
    with pytest.raises(WrongUsage):
        save_workbook(openpyxl.Workbook(), tmp_path / "f.csv")
    assert not list(tmp_path.iterdir())
