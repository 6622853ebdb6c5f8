"""CSV and Parquet files as tables in which every column is text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.tabular.decoding import decoded, delimiter_of

LONGEST_FIELD = 1_000_000  # characters; a field beyond that is a broken quote, not a text
_BLOCK = 1 << 24
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".et")


def read_text_table(path: Path) -> pa.Table:
    """Read a .csv (UTF-8 with or without BOM, or GBK) or .parquet file; blank fields are null.

    Raises InputRefused (`file_not_found`, `not_a_table`, `no_rows`, `ragged_rows`, `field_too_long`,
    `duplicate_columns`) with the place.
    """
    if not path.is_file():
        raise InputRefused(
            "file_not_found",
            Text(f"找不到文件 {path}。", f"There is no file {path}."),
            place=Place(file=str(path)),
        )
    if path.suffix.lower() in _WORKBOOKS:
        raise _workbook(path)
    table = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path)
    if table.num_rows == 0:
        raise InputRefused(
            "no_rows", Text("文件没有数据行。", "The file has no data rows."), place=Place(file=path.name)
        )
    longest = {name: _longest(table[name]) for name in table.column_names}
    for name, (length, row) in longest.items():
        if length > LONGEST_FIELD:
            raise InputRefused(
                "field_too_long",
                Text(f"字段长达 {length:,} 个字符。", f"The field has {length:,} characters."),
                place=Place(file=path.name, row=row + 2, column=name),
                remedy=Text(
                    "多半是引号没有闭合，请检查该行。", "Probably a quote is not closed: look at that row."
                ),
            )
    return table


def _parquet(path: Path) -> pa.Table:
    try:
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise _not_a_table(path, "Parquet") from error
    texts = {name: _text(name, table[name], path) for name in table.column_names}
    return pa.table(texts)


def _text(name: str, column: pa.ChunkedArray, path: Path) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp("us", "UTC"))
        return pa.compute.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
    try:
        return column.cast(pa.string())
    except (pa.ArrowException, NotImplementedError) as error:
        raise InputRefused(
            "not_a_table",
            Text(
                f"列“{name}”的类型是 {column.type}，不是文字、数字或时间。",
                f"Column {name!r} is {column.type}.",
            ),
            place=Place(file=path.name, column=name),
            remedy=Text("请去掉该列，或改成文字。", "Leave the column out, or make it text."),
        ) from error


def _csv(path: Path) -> pa.Table:
    content = path.read_bytes()
    text = decoded(content, path.name)
    # Arrow takes a header that no line end closes for no table at all.
    raw = (text if text.endswith("\n") else text + "\n").encode("utf-8")
    delimiter = delimiter_of(text, lines=1)
    names = _header(text, delimiter, path)
    ragged: list[Fault] = []

    def keep_count(row: arrow_csv.InvalidRow) -> str:
        ragged.append(
            Fault(
                "ragged_row",
                Text(
                    f"应有 {row.expected_columns} 列，实有 {row.actual_columns} 列。",
                    f"{row.expected_columns} fields expected, {row.actual_columns} found.",
                ),
                Place(file=path.name, row=row.number, value=(row.text or "")[:80]),
            )
        )
        return "skip"

    try:
        table = arrow_csv.read_csv(
            io.BytesIO(raw),
            # One thread: only then does Arrow say the number of a row that does not fit.
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=max(_BLOCK, len(raw) + 1)),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep_count
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowException as error:
        raise _not_a_table(path, "CSV") from error
    if ragged:
        raise InputRefused(
            "ragged_rows",
            Text(f"{len(ragged)} 行的列数与表头不符。", f"{len(ragged)} rows do not fit the header."),
            place=Place(file=path.name),
            remedy=Text("请检查引号和分隔符。", "Look at quotes and separators."),
            faults=ragged,
        )
    return table


def _header(text: str, delimiter: str, path: Path) -> list[str]:
    if not text.strip():
        raise InputRefused("no_rows", Text("文件是空的。", "The file is empty."), place=Place(file=path.name))
    names = next(csv.reader(io.StringIO(text[: 1 << 16]), delimiter=delimiter), [])
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        raise InputRefused(
            "duplicate_columns",
            Text(f"表头列名缺失或重复：{'、'.join(twice)}。", f"Header names missing or repeated: {twice}."),
            place=Place(file=path.name, row=1),
        )
    return names


def _longest(column: pa.ChunkedArray) -> tuple[int, int]:
    lengths = pa.compute.utf8_length(column)
    longest = pa.compute.max(lengths).as_py()
    if not longest or longest <= LONGEST_FIELD:
        return 0, 0
    return int(longest), int(pa.compute.index(lengths, longest).as_py())


def _workbook(path: Path) -> InputRefused:
    return InputRefused(
        "not_a_table",
        Text(
            f"{path.name} 是电子表格，不是 CSV 或 Parquet。",
            f"{path.name} is a workbook, no CSV or Parquet.",
        ),
        place=Place(file=path.name),
        remedy=Text("请把该工作表另存为 CSV。", "Save the sheet as CSV."),
    )


def _not_a_table(path: Path, kind: str) -> InputRefused:
    return InputRefused(
        "not_a_table",
        Text(f"{path.name} 不是可读的 {kind} 文件。", f"{path.name} is no readable {kind} file."),
        place=Place(file=path.name),
        remedy=Text("请提供 UTF-8 或 GBK 的 CSV，或 Parquet。", "Give a CSV in UTF-8 or GBK, or a Parquet."),
    )
