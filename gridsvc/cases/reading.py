"""A case file as columns of text: its encoding, its rows, what in it is no table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridsvc.cases.columns import ColumnChoice, choose_columns
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.tabular import decoded, delimiter_of

_LONGEST_SHOWN = 80
_BINARY = {
    b"PK\x03\x04": "XLSX",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
}


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The wanted columns as text, blanks stripped; `rows[i]` is where entry i stands in the file (from 1,
    the header being 1, a record with line breaks counting once)."""

    columns: dict[str, list[str]]
    rows: list[int]
    choice: ColumnChoice
    refused: list[Fault]
    total: int


def shown(value: str) -> str:
    """Return a value short enough to print."""
    return value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"


def read_cases(path: Path, given: Mapping[str, str]) -> CaseTable:
    """Read a CSV: UTF-8 (with or without mark), UTF-16 with mark, or GB 18030; comma, semicolon or tab.

    Raises:
        InputRefused: the file is no such table: `unreadable`, `not_csv`, `bad_encoding`, `empty_file`,
            `missing_column`.
    """
    text = _text(path)
    # The limit is the module's own; without it a long field would end the reading with no word of where.
    before = csv.field_size_limit(max(len(text), 1))
    try:
        return _parse(path, io.StringIO(text, newline=""), delimiter_of(text), given)
    finally:
        csv.field_size_limit(before)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputRefused(
            "unreadable",
            Text(f"读不了文件：{error.strerror}。", f"The file cannot be read: {error.strerror}."),
            place=Place(file=str(path)),
        ) from error
    place = Place(file=path.name)
    for magic, kind in _BINARY.items():
        if raw.startswith(magic):
            raise InputRefused(
                "not_csv",
                Text(f"这是 {kind} 文件，不是 CSV。", f"This is a {kind} file, not CSV."),
                remedy=Text("请另存为 CSV 后再导入。", "Save it as CSV first."),
                place=place,
            )
    if not raw.strip():
        raise InputRefused("empty_file", Text("文件是空的。", "The file is empty."), place=place)
    return decoded(raw, path.name, with_nul=True)


def _parse(path: Path, lines: io.StringIO, delimiter: str, given: Mapping[str, str]) -> CaseTable:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    try:
        header = next(reader, [])
        row = 1
        choice, faults = choose_columns([name.strip() for name in header], given, path.name)
        if faults:
            raise InputRefused(
                faults[0].code,
                Text("认不出所需的列。", "Needed columns were not found."),
                faults=faults,
                place=Place(file=path.name),
            )
        width = len(header)
        wanted = list(choice.numbers.items())
        columns: dict[str, list[str]] = {field: [] for field, _ in wanted}
        rows: list[int] = []
        refused: list[Fault] = []
        adders = [(columns[field].append, number) for field, number in wanted]
        for record in reader:
            row += 1
            if len(record) != width:
                if not record or not any(map(str.strip, record)):
                    continue
                refused.append(_ragged(path, row, record, width))
                continue
            for add, number in adders:
                add(record[number].strip())
            rows.append(row)
    except csv.Error as error:
        raise InputRefused(
            "not_csv",
            Text(
                f"第 {reader.line_num} 行附近不是合法的 CSV：{error}。",
                f"Near line {reader.line_num} this is no CSV: {error}.",
            ),
            remedy=Text("多半是引号没有配对。", "Most likely a quotation mark has no partner."),
            place=Place(file=path.name, row=row + 1),
        ) from error
    return CaseTable(columns, rows, choice, refused, len(rows) + len(refused))


def _ragged(path: Path, row: int, record: list[str], width: int) -> Fault:
    return Fault(
        "ragged_row",
        Text(
            f"这一行有 {len(record)} 列，表头有 {width} 列。",
            f"The row has {len(record)} fields, the header {width}.",
        ),
        Place(file=path.name, row=row, value=shown(",".join(record)[:200])),
        Text("含逗号的文字要加引号。", "A text with a comma needs quotation marks."),
    )
