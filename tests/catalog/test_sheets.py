import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.catalog import read_sheets
from gridsvc.errors import InputRefused


def _texts(path: Path) -> list[list[str]]:
    return [[cell.text for cell in row.values()] for row in read_sheets(path)[0].rows.values()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_reads_csv_in_the_encodings_that_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("代码,名称\r\n0137,路灯\r\n".encode(encoding))
    assert _texts(path) == [["代码", "名称"], ["0137", "路灯"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_finds_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        delimiter.join(["代码", "名称"]) + "\n" + delimiter.join(["1", "a"]) + "\n", encoding="utf-8"
    )
    assert _texts(path) == [["代码", "名称"], ["1", "a"]]


def test_keeps_row_numbers_across_blank_rows_and_quoted_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"x\ny",1\n\n,\nz,2\n', encoding="utf-8")
    assert list(read_sheets(path)[0].rows) == [1, 2, 5]


def test_a_workbook_keeps_numbers_merges_and_what_a_format_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "部件"
    sheet["A1"], sheet["B1"], sheet["C1"], sheet["D1"] = 1, "01", "=A1", "#REF!"
    sheet["A2"], sheet["B2"], sheet["C2"] = 1, 2, 1.5
    sheet["A2"].number_format = "00"
    sheet["B2"].number_format = '0"工作时"'
    sheet["D1"].data_type = "e"
    sheet["A5"] = "  "
    sheet.merge_cells("B2:B4")
    book.create_sheet("旧").sheet_state = "hidden"
    path = tmp_path / "a.xlsx"
    book.save(path)
    first, second = read_sheets(path)
    assert (first.name, first.merged, first.hidden) == ("部件", [(2, 2, 4, 2)], False)
    row = first.rows[1]
    assert [(cell.text, cell.number, cell.fault) for cell in row.values()] == [
        ("1", True, None),
        ("01", False, None),
        ("=A1", False, "formula"),
        ("#REF!", False, "error"),
    ]
    assert [cell.text for cell in first.rows[2].values()] == ["01", "2工作时", "1.5"]
    assert set(first.rows) == {1, 2}
    assert second.hidden


def test_a_last_row_far_down_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "代码", "x"
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert set(read_sheets(path)[0].rows) == {1, 1048576}


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "empty_file"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "empty_file"),
        ("a.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "not_a_workbook"),
        ("a.csv", b"<!DOCTYPE html><html></html>", "not_a_table"),
        ("a.xlsx", "大类代码,小类代码\n".encode(), "not_a_workbook"),
        ("a.xlsx", b"PK\x03\x04" + b"rubbish" * 100, "not_a_workbook"),
        ("a.xls", OLE + bytes(2000), "old_excel"),
        ("a.xlsx", OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook"),
        ("a.csv", b"\x00\x01\x02\x03binary", "bad_encoding"),
        ("a.csv", b"\xff\xff\xfe\x81 ,\xff", "bad_encoding"),
    ],
)
def test_refuses_what_is_no_table_and_says_what_it_is(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        read_sheets(path)
    assert refused.value.code == code
    assert refused.value.place.file == name


def test_refuses_another_kind_of_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(InputRefused) as refused:
        read_sheets(path)
    assert refused.value.code == "not_a_workbook"


def test_refuses_a_workbook_with_a_damaged_sheet(tmp_path: Path) -> None:
    whole = tmp_path / "whole.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "x"
    book.save(whole)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry.filename, content[:120] if "sheet1" in entry.filename else content)
    with pytest.raises(InputRefused) as refused:
        read_sheets(path)
    assert refused.value.code == "not_a_workbook"


def test_refuses_columns_merged_to_the_bottom_of_the_sheet(tmp_path: Path) -> None:
    whole = tmp_path / "whole.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "x"
    book.save(whole)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if "sheet1" in entry.filename:
                content = content.replace(
                    b"</sheetData>",
                    b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
                )
            target.writestr(entry.filename, content)
    with pytest.raises(InputRefused) as refused:
        read_sheets(path)
    assert refused.value.code == "too_large"


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=400),
    name=st.sampled_from(["a.csv", "a.xlsx"]),
    head=st.sampled_from([b"", b"PK", OLE]),
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str, head: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(head + content)
    refused = None
    try:
        sheets = read_sheets(path)
    except InputRefused as error:
        refused, sheets = error, []
    assert all(cells for sheet in sheets for cells in sheet.rows.values())
    assert refused is None or refused.place.file == name
