"""Files as people hand them in: encodings, broken quotes, ragged rows, NUL bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.tabular import delimiter_of, read_text_table


def written(folder: Path, content: bytes | str, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        read_text_table(path)
    error = caught.value
    assert error.exit_status == 1
    assert error.place.file is not None
    assert error.message.zh
    assert error.message.en
    return error


# What a CSV can hold: no NUL (refused), no lone surrogates (no UTF-8).
fields = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(fields, fields, fields), min_size=1, max_size=30),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], mark: bool, end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerow(["甲", "b", "c"])
    writer.writerows(rows)
    path = written(tmp_path_factory.mktemp("csv"), text.getvalue().encode("utf-8-sig" if mark else "utf-8"))
    table = read_text_table(path)
    assert table.column_names == ["甲", "b", "c"]
    found = [tuple(value or "" for value in row.values()) for row in table.to_pylist()]
    assert found == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_of_chinese_files(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "编号,地址\n1,友谊西路“丁”字口\n".encode(encoding))
    assert read_text_table(path).to_pylist() == [{"编号": "1", "地址": "友谊西路“丁”字口"}]


def test_every_column_is_text_and_blanks_are_null(tmp_path: Path) -> None:
    table = read_text_table(written(tmp_path, "id,lon,empty,zero\n007,108.950,,0\n8,1e3,,\n"))
    assert all(pa.types.is_string(column.type) for column in table.columns)
    assert table.to_pylist() == [
        {"id": "007", "lon": "108.950", "empty": None, "zero": "0"},
        {"id": "8", "lon": "1e3", "empty": None, "zero": None},
    ]


def test_null_words_are_texts(tmp_path: Path) -> None:
    rows = read_text_table(written(tmp_path, "a\nNA\nnull\nNaN\n#N/A\ntrue\n"))["a"].to_pylist()
    assert rows == ["NA", "null", "NaN", "#N/A", "true"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_rows"),
        (b"\xef\xbb\xbf", "no_rows"),
        (b"\r\n \n", "no_rows"),
        (b"\n1,2\n", "duplicate_columns"),
        (b"lon,lat\n", "no_rows"),
        (b"lon,lat\r\n", "no_rows"),
        (b"lon,lat", "no_rows"),
        (b"lon,lon\n1,2\n", "duplicate_columns"),
        (b"lon,lat\n1,2,3\n", "ragged_rows"),
        (b"lon,lat\n1\n", "ragged_rows"),
        (b"PK\x03\x04\x14\x00\x06\x00", "bad_encoding"),
        ("lon,lat\n1,2\n".encode("utf-16-le"), "bad_encoding"),
        (b"\xff\xfel\x00o", "bad_encoding"),
        (b"lon,lat\n1,2\xff\xff\n", "bad_encoding"),
        (b"lon,lat\n1,2\x00\n", "bad_encoding"),
        (b"lon,lat\n" + b"1,2\n" * 5000 + b"3,4\x00\n", "bad_encoding"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(written(tmp_path, content)).code == code


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"")).message.en == "The file is empty."


def test_a_workbook_is_called_one(tmp_path: Path) -> None:
    path = tmp_path / "in.XLSX"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    error = refused(path)
    assert (error.code, error.message.en) == ("not_a_table", "in.XLSX is a workbook, no CSV or Parquet.")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv").code == "file_not_found"
    assert refused(tmp_path).code == "file_not_found"


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    error = refused(written(tmp_path, "a,b\n1,2\n1,2,3\n3,4\n5\n"))
    assert [(fault.place.row, fault.message.en) for fault in error.faults] == [
        (3, "2 fields expected, 3 found."),
        (5, "2 fields expected, 1 found."),
    ]


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_ten_megabytes_in_a_field_are_refused_with_their_place(tmp_path: Path, size: int) -> None:
    error = refused(written(tmp_path, "id,text\n1,short\n2," + "x" * size + "\n3,short\n"))
    assert error.code == "field_too_long"
    assert (error.place.row, error.place.column) == (3, "text")


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    content = 'id,text\n1,"open\n' + "".join(f"{k},row {k} of the file\n" for k in range(100_000))
    assert refused(written(tmp_path, content)).code in ("field_too_long", "ragged_rows", "not_a_table")


def test_a_long_text_of_chinese_is_counted_in_characters(tmp_path: Path) -> None:
    """A million characters are the limit, whatever their bytes."""
    path = written(tmp_path, "id,text\n1," + "网" * 400_000 + "\n")
    assert len(read_text_table(path)["text"][0].as_py()) == 400_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_says_what_cuts_the_columns(tmp_path: Path, delimiter: str) -> None:
    """Whatever stands in the texts below it, quoted or not."""
    others = {",", ";", "\t"} - {delimiter}
    text = "".join(f"a{other}b{other}c{other}d" for other in others)
    table = read_text_table(written(tmp_path, f"id{delimiter}text\n1{delimiter}{text}\n"))
    assert table.to_pylist() == [{"id": "1", "text": text}]


def test_line_breaks_within_quotes(tmp_path: Path) -> None:
    table = read_text_table(written(tmp_path, 'id,text\n1,"two\nlines, ""quoted"""\n2,x\n'))
    assert table["text"].to_pylist() == ['two\nlines, "quoted"', "x"]


def test_an_excel_workbook_named_csv(tmp_path: Path, real_data: Path) -> None:
    workbook = (real_data / "handling_spec_yuncheng.xlsx").read_bytes()
    assert refused(written(tmp_path, workbook)).code == "bad_encoding"


def test_a_parquet_file_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    times = pa.array([1_764_000_000_000_000, None], pa.timestamp("us", "Asia/Shanghai"))
    parquet.write_table(
        pa.table(
            {
                "id": pa.array([1, 2]),
                "lon": pa.array([108.95, None]),
                "class": pa.array(["0201", None]).dictionary_encode(),
                "at": times,
                "naive": times.cast(pa.timestamp("us")),
                "day": pa.array([20_000, None], pa.date32()),
                "big": pa.array(["x", None], pa.large_string()),
                "yes": pa.array([True, None]),
            }
        ),
        path,
    )
    table = read_text_table(path)
    assert all(pa.types.is_string(column.type) for column in table.columns)
    first, second = table.to_pylist()
    assert first["id"] == "1"
    assert float(first["lon"]) == 108.95
    assert first["class"] == "0201"
    assert first["at"].startswith("2025-11-24T16:00:00")
    assert first["at"].endswith("Z")
    assert first["naive"].startswith("2025-11-24 16:00:00")
    assert first["day"] == "2024-10-04"
    assert set(second.values()) == {"2", None}


def test_a_parquet_file_without_rows_or_that_is_none(tmp_path: Path) -> None:
    empty = tmp_path / "e.parquet"
    parquet.write_table(
        pa.table({"lon": pa.array([], pa.float64()), "lat": pa.array([], pa.float64())}), empty
    )
    assert refused(empty).code == "no_rows"
    assert refused(written(tmp_path, b"PAR1 is not enough", "f.parquet")).code == "not_a_table"
    assert refused(written(tmp_path, b"", "g.parquet")).code == "not_a_table"


def test_a_parquet_file_with_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    parquet.write_table(pa.table({"lon": pa.array([[1.0], [2.0]]), "lat": pa.array([1.0, 2.0])}), path)
    error = refused(path)
    assert (error.code, error.place.column) == ("not_a_table", "lon")


def test_a_parquet_file_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    parquet.write_table(pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], ["lon", "lon"]), path)
    assert refused(path).code in ("duplicate_columns", "not_a_table")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b\n1,5;2,25\n", ";"),
        ("a\tb\n1,2,3\t4\n", "\t"),
        ("zone,unit,cells\nA,U,1;2;3;4\nB,U,5;6;7;8\n", ","),
        ("title\na,b\n1,2\n", ","),
        ('a,b\n"x;y;z",2\n', ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_what_cuts_the_lines_alike(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter
