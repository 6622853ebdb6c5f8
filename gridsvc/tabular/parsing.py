"""Columns of text to numbers and instants, with a mask of what could not be read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MISSING_INSTANT = np.iinfo(np.int64).min

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def numbers(column: pa.ChunkedArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a text column as float64 (NaN where blank or unreadable) and what could not be read.

    Shapes (n,). Full-width digits and surrounding blanks are read; `nan`, `inf` and words are not numbers.
    """
    text = pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC"))
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    readable = pc.fill_null(pc.match_substring_regex(text, _NUMBER), False)
    values = pc.cast(pc.if_else(readable, text, pa.scalar(None, pa.string())), pa.float64())
    found = _array(values, np.float64)
    unreadable = _array(pc.and_(pc.is_valid(text), pc.invert(readable)), np.bool_)
    endless = np.isinf(found)  # 1e999
    if endless.any():
        found, unreadable = np.where(endless, np.nan, found), unreadable | endless
    return found, unreadable


def instants(column: pa.ChunkedArray, zone: ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return a text column as microseconds UTC (MISSING_INSTANT where blank or unreadable) and the latter.

    Shapes (n,). Read as `read_times` does, but a date that may be day-first or month-first is unreadable:
    here nobody is asked. Full-width digits and surrounding blanks are no hindrance.
    """
    from gridsvc.tabular.times import YEAR_LAST, read_times  # pandas: only when there are times

    text = pc.fill_null(pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC")), "")
    read = read_times(text.to_pylist(), zone)
    # NaT is the lowest int64, which is MISSING_INSTANT.
    found, bad = read.instants.astype("datetime64[us]").astype(np.int64), read.bad
    if read.guessed_order:
        either = _array(pc.match_substring_regex(text, YEAR_LAST), np.bool_)
        found, bad = np.where(either, MISSING_INSTANT, found), bad | either
    return found, bad


def _array(column: pa.ChunkedArray, dtype: type) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=dtype)
