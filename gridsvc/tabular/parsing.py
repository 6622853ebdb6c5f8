"""Columns of text to numbers and instants, with a mask of what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MISSING_INSTANT = np.iinfo(np.int64).min

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DATE = r"\d{4}-?\d\d-?\d\d"
_TIME = r"[T ]\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?"
_LOCAL = rf"^{_DATE}(?:{_TIME})?$"
_AWARE = rf"^{_DATE}{_TIME}\s?(?:Z|[+-]\d\d(?::?\d\d)?)$"


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


def instants(
    column: pa.ChunkedArray, zone: ZoneInfo, formats: Sequence[str] = ()
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return a text column as microseconds UTC (MISSING_INSTANT where blank or unreadable) and the latter.

    Shapes (n,). ISO 8601 with or without offset, a date alone, `/` for `-`; then each of `formats` (strptime)
    for what is left. A time without offset is local in `zone`; one that a clock change skips moves forward.
    """
    import pandas as pd

    text = pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC"))
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    words = pc.replace_substring_regex(text, r"^(\d{4})/(\d{1,2})/(\d{1,2})", r"\1-\2-\3")
    words = pc.replace_substring_regex(words, "z$", "Z")
    # pandas reads the words now and today as this moment.
    words = pc.if_else(pc.match_substring_regex(words, r"\d"), words, pa.scalar("?"))
    series = pd.Series(words.to_numpy(zero_copy_only=False), dtype=object)
    aware = _array(pc.fill_null(pc.match_substring_regex(words, _AWARE), False), np.bool_)
    iso = _array(pc.fill_null(pc.match_substring_regex(words, _LOCAL), False), np.bool_)
    found = np.full(len(series), MISSING_INSTANT)
    if aware.any():
        parsed = pd.to_datetime(series[aware], format="ISO8601", utc=True, errors="coerce")
        found[aware] = _microseconds(parsed)
    for layout in ("ISO8601", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", *formats):
        left = (found == MISSING_INSTANT) & ~aware & series.notna().to_numpy()
        if layout == "ISO8601":
            left &= iso
        if not left.any():
            continue
        parsed = pd.to_datetime(series[left], format=layout, errors="coerce")
        local = parsed.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
        folded = parsed.notna() & local.isna()  # the hour that a clock repeats: its first pass
        if folded.any():
            first = parsed[folded].dt.tz_localize(zone, ambiguous=np.ones(int(folded.sum()), bool))
            local = local.where(~folded, first)
        found[left] = _microseconds(local.dt.tz_convert("UTC"))
    return found, (found == MISSING_INSTANT) & series.notna().to_numpy()


def _microseconds(stamps: Any) -> NDArray[np.int64]:
    # NaT is the lowest int64, which is MISSING_INSTANT.
    values: NDArray[np.int64] = stamps.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return values


def _array(column: pa.ChunkedArray, dtype: type) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=dtype)
