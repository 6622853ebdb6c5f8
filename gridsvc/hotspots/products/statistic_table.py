"""The files of `hotspot statistic`: a column of numbers, and which rows are neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.tabular import numbers, read_text_table

Floats = NDArray[np.float64]

_MISSING = ["na", "n/a", "nan", "null", "none", "-", "—", "."]
_SHOWN = 50


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Which rows are neighbours: `matrix[i, j]` is the weight of row j + 1 for row i + 1, CSR, 0 where none.

    `both_ways`: no pair was given in both directions, so each was taken for both. `weighted`: a column of
    weights was given. `doubles`: rows of the file that say the same as an earlier one.
    """

    matrix: sparse.csr_array
    both_ways: bool
    weighted: bool
    doubles: int


def read_values(file: Path, column: str) -> Floats:
    """Return a column of a .csv or .parquet file as float64, shape (rows,); NaN where a value is missing.

    Blank, NA, NaN, null and the like are missing.

    Raises
    ------
    InputRefused
        What `read_text_table` raises; `no_such_column`; `bad_number` with a fault for each of the first rows.
    """
    table = _numbers_of_parquet(file, column)
    if table is None:
        table = read_text_table(file)
    return _numbers(table, _column(table, column, file), file, missing=True)


def _numbers_of_parquet(file: Path, column: str) -> pa.Table | None:
    """Return the column alone where a .parquet file has it as numbers: geometry beside it is no hindrance."""
    if file.suffix.lower() not in (".parquet", ".pq") or not file.is_file():
        return None
    try:
        schema = parquet.read_schema(file)
        name = _column(schema.empty_table(), column, file)
        if not pa.types.is_integer(schema.field(name).type) and not pa.types.is_floating(
            schema.field(name).type
        ):
            return None
        table = parquet.read_table(file, columns=[name])
    except (pa.ArrowException, OSError):
        return None  # read_text_table says what is wrong with it
    return pa.table({name: table[name].cast(pa.string())}) if table.num_rows else None


def read_links(file: Path, rows: int) -> Links:
    """Read neighbours: columns `from`, `to` (numbers of rows from 1) and `weight` (default 1 everywhere).

    Raises
    ------
    InputRefused
        What `read_text_table` raises; `no_such_column`, `bad_number`; `no_such_row`: a number that no row
        has; `bad_weight`: negative; `contradictory_links`: one pair with two weights.
    """
    table = read_text_table(file)
    ends = [_numbers(table, _column(table, name, file), file) for name in ("from", "to")]
    weighted = any(name.strip().lower() == "weight" for name in table.column_names)
    weight = _numbers(table, _column(table, "weight", file), file) if weighted else np.ones(table.num_rows)
    for name, end in zip(("from", "to"), ends, strict=True):
        wrong = (end != np.floor(end)) | (end < 1) | (end > rows)

        def no_such_row(value: float, name: str = name) -> Text:
            return Text(
                f"{name} 为 {value:g}，应为 1 至 {rows} 的行号。",
                f"{name} is {value:g}, not a row from 1 to {rows}.",
            )

        _refuse("no_such_row", wrong, end, file, name, no_such_row)
    _refuse(
        "bad_weight",
        weight < 0,
        weight,
        file,
        "weight",
        lambda value: Text(f"权重 {value:g} 为负。", f"the weight {value:g} is negative."),
    )
    keys = (ends[0].astype(np.int64) - 1) * rows + ends[1].astype(np.int64) - 1
    distinct, first, place = np.unique(keys, return_index=True, return_inverse=True)
    _refuse(
        "contradictory_links",
        weight != weight[first][place],
        weight,
        file,
        "weight",
        lambda value: Text(
            f"同一对邻居有另一个权重，此处为 {value:g}。",
            f"the same pair has another weight elsewhere, here {value:g}.",
        ),
    )
    one, other, kept = distinct // rows, distinct % rows, weight[first]
    apart = one != other
    both_ways = bool(apart.any()) and not np.isin(other[apart] * rows + one[apart], distinct).any()
    if both_ways:
        one, other, kept = (
            np.concatenate([one, other[apart]]),
            np.concatenate([other, one[apart]]),
            np.concatenate([kept, kept[apart]]),
        )
    some = kept > 0
    matrix = sparse.csr_array((kept[some], (one[some], other[some])), shape=(rows, rows))
    return Links(matrix, both_ways, weighted, table.num_rows - len(distinct))


def _column(table: pa.Table, wanted: str, file: Path) -> str:
    names: Sequence[str] = table.column_names
    exact = [name for name in names if name.strip() == wanted.strip()]
    found = exact or [name for name in names if name.strip().lower() == wanted.strip().lower()]
    if len(found) == 1:
        return found[0]
    listed = "、".join(names[:30])
    raise InputRefused(
        "no_such_column",
        Text(f"没有列“{wanted}”。", f"there is no column {wanted!r}."),
        place=Place(file=file.name, column=wanted),
        remedy=Text(f"已有的列：{listed}。", f"There are: {listed}."),
    )


def _numbers(table: pa.Table, column: str, file: Path, *, missing: bool = False) -> Floats:
    given = table[column]
    if missing:
        absent = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(given)), pa.array(_MISSING))
        given = pc.if_else(pc.fill_null(absent, True), pa.scalar(None, pa.string()), given)
    values, unreadable = numbers(given)
    wrong = unreadable if missing else unreadable | np.isnan(values)
    if wrong.any():
        words = given.to_pylist()
        faults = [
            Fault(
                "bad_number",
                Text("不是数字。", "not a number."),
                Place(file=file.name, row=row + 2, column=column, value=words[row] or ""),
            )
            for row in np.flatnonzero(wrong)[:_SHOWN].tolist()
        ]
        raise InputRefused(
            "bad_number",
            Text(
                f"列“{column}”有 {int(wrong.sum()):,} 个值不是数字。",
                f"column {column!r} has {int(wrong.sum()):,} values that are no numbers.",
            ),
            place=faults[0].place,
            faults=faults,
        )
    return values


def _refuse(
    code: str,
    wrong: NDArray[np.bool_],
    values: Floats,
    file: Path,
    column: str,
    said: Callable[[float], Text],
) -> None:
    if not wrong.any():
        return
    faults = [
        Fault(code, said(float(values[row])), Place(file=file.name, row=row + 2, column=column))
        for row in np.flatnonzero(wrong)[:_SHOWN].tolist()
    ]
    raise InputRefused(
        code,
        Text(f"{int(wrong.sum()):,} 行有误：{faults[0].message.zh}", f"{int(wrong.sum()):,} rows are wrong."),
        place=faults[0].place,
        faults=faults,
    )
