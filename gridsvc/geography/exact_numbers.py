"""Whole numbers with gaps: GDAL's reader makes them floating-point numbers, which changes long ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow

_Values = npt.NDArray[Any]
# From here on a double does not tell whole numbers apart.
_EXACT = 2.0**53


def exact_columns(
    names: Sequence[str],
    values: Sequence[_Values],
    types: Sequence[str],
    read_again: Callable[[list[str]], pyarrow.Table],
) -> list[_Values]:
    """Return columns as the file has them: int, bool and None where pyogrio gave float64 with NaN.

    `types` are those that the layer declares. What a double may have rounded is read again by `read_again`,
    which returns the columns of those names in the order of the file; where it cannot (`ValueError`: Arrow
    knows UTF-8 only), the column stays floating-point, and is refused when its numbers are used as text.
    """
    exact: list[_Values | None] = [
        _with_gaps(column, kind)
        if kind.startswith(("bool", "int", "uint")) and column.dtype.kind == "f"
        else column
        for column, kind in zip(values, types, strict=True)
    ]
    rounded = [k for k, column in enumerate(exact) if column is None]
    if rounded:
        try:
            again = read_again([names[k] for k in rounded])
        except ValueError:
            again = None
        for place, k in enumerate(rounded):
            exact[k] = values[k] if again is None else np.array(again.column(place).to_pylist(), dtype=object)
    return [plain_lists(column) for column in exact if column is not None]


def plain_lists(column: _Values) -> _Values:
    """Return a column of arrays as one of Python's lists, which can be compared, written and shown whole."""
    if column.dtype != object or not any(isinstance(value, np.ndarray) for value in column):
        return column
    plain = np.empty(len(column), dtype=object)
    for k, value in enumerate(column):
        plain[k] = _plain(value)
    return plain


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value.tolist()] if isinstance(value, np.ndarray) else value


def _with_gaps(column: _Values, kind: str) -> _Values | None:
    """Return whole numbers or booleans with None for NaN; None where a double may have rounded one."""
    there = ~np.isnan(column)
    if (np.abs(column[there]) >= _EXACT).any():
        return None
    filled = np.full(len(column), None, dtype=object)
    filled[there] = column[there].astype(bool if kind == "bool" else np.int64).astype(object)
    return filled
