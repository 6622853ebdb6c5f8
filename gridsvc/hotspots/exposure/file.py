"""The file of an exposure: which column holds what, and what its rows say, checked against the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gridsvc.catalog.named_columns import named_columns
from gridsvc.errors import Fault, Place, Text
from gridsvc.tabular import MISSING_INSTANT, instants, numbers, read_text_table

WORDS: Mapping[str, Sequence[str]] = {
    "cell": (
        "cell", "cell_code", "code", "单元网格标识码", "单元网格编码", "单元网格代码", "单元网格", "网格编码",
        "网格号", "bgcode", "bgid",
    ),
    "value": ("value", "数值", "数量", "值"),
    "day": ("day", "date", "日期", "巡查日期", "天"),
}  # fmt: skip
_VALUE_WORDS: Mapping[str, Sequence[str]] = {
    "patrol_minutes": ("minutes", "patrol_minutes", "巡查分钟", "分钟", "分钟数", "巡查时长"),
    "people": ("people", "population", "persons", "人口", "人口数", "人数", "常住人口"),
}
LARGEST = 1e12
"""More of anything in one cell is a slip, and a few such sums would be infinite."""
MOST_MINUTES = 14_400.0
"""More patrol in one cell on one day (ten inspectors round the clock) is doubted."""


@dataclass(slots=True, eq=False)
class ExposureRows:
    """The rows that may be stored: index of the cell, value, and day (days since 1970; -1 without days).

    Arrays of shape (rows,). `refused` and `doubtful` are in the order of the file.
    """

    cell: NDArray[np.int64]
    value: NDArray[np.float64]
    day: NDArray[np.int64]
    columns: Mapping[str, str]
    refused: list[Fault] = field(default_factory=list)
    doubtful: list[Fault] = field(default_factory=list)


def read_exposure_file(
    path: Path,
    name: str,
    codes: Sequence[str],
    *,
    columns: Mapping[str, str],
    zone: ZoneInfo,
    now: datetime,
) -> ExposureRows:
    """Read a CSV or Parquet of `name` by cell code (patrol minutes also by day), and check every row.

    `codes` are those of the cells, sorted. `columns` names the column of a field (cell, value, day).

    Raises
    ------
    WrongUsage
        `unknown_field`.
    InputRefused
        `unknown_column`, `missing_column`, and what reading a table raises.
    """
    table = read_text_table(path)
    by_day = name == "patrol_minutes"
    found = named_columns(path.name, table.column_names, columns, _words(name, by_day=by_day), fields=WORDS)
    cell = _cells(table[found["cell"]], codes)
    value, unreadable = numbers(table[found["value"]])
    day, bad_day = np.full(len(cell), -1, np.int64), np.zeros(len(cell), bool)
    if by_day:
        day, bad_day = _days(table[found["day"]], zone)
    rows = ExposureRows(cell, value, day, found)
    today = (now.astimezone(zone).date() - date(1970, 1, 1)).days
    # One fault a row, the first that holds.
    checks = [
        ("unknown_cell", cell < 0, "cell", _NO_CELL),
        ("bad_value", unreadable, "value", _BAD_VALUE),
        ("no_value", np.isnan(value), "value", _NO_VALUE),
        ("negative_value", value < 0, "value", _NEGATIVE),
        ("value_too_large", value > LARGEST, "value", _TOO_LARGE),
        ("bad_day", bad_day, "day", _BAD_DAY),
        ("day_in_future", day > today, "day", _FUTURE),
        ("row_twice", _repeated(cell, day), "cell", _TWICE),
    ]
    out = np.zeros(len(cell), bool)
    notes: list[tuple[int, Fault]] = []
    for code, wrong, of, message in checks:
        wrong = wrong & ~out
        notes += _faults(path.name, table, found.get(of), np.flatnonzero(wrong), code, message)
        out |= wrong
    rows.refused = [fault for _, fault in sorted(notes, key=lambda each: each[0])]
    if by_day:
        much = np.flatnonzero((value > MOST_MINUTES) & ~out)
        rows.doubtful = [f for _, f in _faults(path.name, table, found["value"], much, "many_minutes", _MUCH)]
    kept = ~out
    rows.cell, rows.value, rows.day = cell[kept], value[kept], day[kept]
    return rows


_NO_CELL = Text("没有这个单元网格。", "there is no such cell.")
_BAD_VALUE = Text("不是数字。", "is no number.")
_NO_VALUE = Text("没有数值。", "has no value.")
_NEGATIVE = Text("不得为负。", "must not be negative.")
_TOO_LARGE = Text("大得不合理（超过 10¹²）。", "is beyond reason (more than 10¹²).")
_BAD_DAY = Text("不是日期；请写成 2026-11-22。", "is no date; write 2026-11-22.")
_FUTURE = Text("日期在将来。", "the day has not come yet.")
_TWICE = Text("该单元网格（与日期）已在前面出现。", "the cell (and day) occurs before.")
_MUCH = Text("一天超过 14,400 分钟。", "more than 14,400 minutes on one day.")


def _words(name: str, *, by_day: bool) -> dict[str, Sequence[str]]:
    """Return the usual headers of the fields that an exposure of this name has."""
    words = {"cell": WORDS["cell"], "value": (*WORDS["value"], name, *_VALUE_WORDS.get(name, ()))}
    return words | ({"day": WORDS["day"]} if by_day else {})


def _cells(column: pa.ChunkedArray, codes: Sequence[str]) -> NDArray[np.int64]:
    trimmed = pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC"))
    place = pc.fill_null(pc.index_in(trimmed, pa.array(codes, pa.string())), -1)
    return np.asarray(place.to_numpy(zero_copy_only=False), np.int64)


def _days(column: pa.ChunkedArray, zone: ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return local days since 1970 and what is no day; a whole column has few distinct days."""
    known = pc.dictionary_encode(pc.fill_null(column, "").combine_chunks())
    micros, _ = instants(pa.chunked_array([known.dictionary]), zone)
    bad = micros == MISSING_INSTANT
    local = [
        -1 if missing else (datetime.fromtimestamp(instant / 1e6, zone).date() - date(1970, 1, 1)).days
        for instant, missing in zip(micros.tolist(), bad.tolist(), strict=True)
    ]
    index = np.asarray(known.indices.to_numpy(zero_copy_only=False), np.int64)
    return np.array(local, np.int64)[index], bad[index]


def _repeated(cell: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the rows whose cell and day a row before them has."""
    again = np.ones(len(cell), bool)
    if len(cell):
        keys = np.stack([cell, day], axis=1)
        again[np.unique(keys, axis=0, return_index=True)[1]] = False
    return again & (cell >= 0)


def _faults(
    file: str, table: pa.Table, column: str | None, rows: NDArray[np.intp], code: str, message: Text
) -> list[tuple[int, Fault]]:
    return [
        (
            int(row),
            Fault(
                code,
                message,
                Place(
                    file=file,
                    row=int(row) + 2,
                    column=column,
                    value=None if column is None else table[column][int(row)].as_py(),
                ),
            ),
        )
        for row in rows
    ]
