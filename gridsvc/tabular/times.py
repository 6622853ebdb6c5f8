"""Times as they stand in files of all kinds, read as columns."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

YEARS = (1900, 2200)
_ZONED = (
    r"^\d{4}-?\d\d-?\d\d[T ]\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?"
    r"\s?(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
)
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d",
)
# Where the year stands last, nothing but the numbers can tell the day from the month.
_YEAR_LAST = ("%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M", "")
YEAR_LAST = r"^(\d{1,2})[/-](\d{1,2})[/-]\d{4}"


@dataclass(frozen=True, slots=True)
class Times:
    """A column of instants, microseconds UTC, shape (n,).

    `missing`: nothing there. `bad`: something that is no time. `in_gap`: a local time that never was, because
    clocks were put forward; the moment after the gap is taken. `guessed_order`: the column's dates could as
    well be day-first; month-first was taken.
    """

    instants: NDArray[np.datetime64]
    missing: NDArray[np.bool_]
    bad: NDArray[np.bool_]
    in_gap: NDArray[np.bool_]
    guessed_order: bool


def read_times(values: list[str], zone: ZoneInfo) -> Times:
    """Read a column of times; one that names no zone is in `zone`.

    Of an hour that clocks count twice the first is meant.
    """
    texts = pd.Series(values, dtype=object)
    missing = (texts == "").to_numpy(bool)
    instants = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
    zoned = texts.str.contains(_ZONED, regex=True).to_numpy(bool)
    if zoned.any():
        read = pd.to_datetime(texts[zoned].str.upper(), format="ISO8601", utc=True, errors="coerce")
        instants[zoned] = read.astype("datetime64[us, UTC]")
    local, guessed = _read_local(texts, ~missing & ~zoned)
    in_gap = np.zeros(len(texts), bool)
    if local.notna().any():
        exact = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), bool), nonexistent="NaT")
        in_gap = (local.notna() & exact.isna()).to_numpy(bool)
        if in_gap.any():
            exact = local.dt.tz_localize(
                zone, ambiguous=np.ones(len(local), bool), nonexistent="shift_forward"
            )
        instants = instants.where(~local.notna(), exact.dt.tz_convert("UTC"))
    year = instants.dt.year
    instants = instants.where((year >= YEARS[0]) & (year < YEARS[1]))
    plain = instants.dt.tz_localize(None).to_numpy("datetime64[us]")
    return Times(plain, missing, ~missing & np.isnat(plain), in_gap, guessed)


def _read_local(texts: pd.Series, rest: NDArray[np.bool_]) -> tuple[pd.Series, bool]:
    found = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    # Whatever the format, pandas takes the words now and today for this moment.
    rest = rest & texts.str.contains(r"\d", regex=True).to_numpy(bool)
    slashed = texts.str.extract(YEAR_LAST).apply(pd.to_numeric, errors="coerce")
    first, second = slashed[0].where(rest), slashed[1].where(rest)
    formats = list(_FORMATS)
    guessed = False
    if first.notna().any():
        day_first = bool((first > 12).any()) and not bool((second > 12).any())
        guessed = not bool((first > 12).any()) and not bool((second > 12).any())
        date = "%d/%m/%Y" if day_first else "%m/%d/%Y"
        formats = [f"{date} {time}".strip() for time in _YEAR_LAST] + formats
        texts = texts.where(slashed[0].isna(), texts.str.replace("-", "/"))
    for pattern in formats:
        if not rest.any():
            break
        # The first text that does not fit would otherwise cost a search through all of them.
        read = pd.to_datetime(texts[rest], format=pattern, errors="coerce")
        fits = read.notna()
        if fits.any():
            found[read.index[fits]] = read[fits].astype("datetime64[us]")
            rest = rest & found.isna().to_numpy(bool)
    return found, guessed
