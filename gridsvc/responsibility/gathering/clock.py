"""Time of day and season of instants, as the interval between the edges of all windows that rules name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling.calendar import FIRST_YEAR, LAST_YEAR

Instants = NDArray[np.int64]  # microseconds since 1970-01-01T00:00Z

_MINUTE = 60_000_000
_MINUTES = 1440  # of a day


def local_instants(at: Instants, zone: ZoneInfo) -> Instants:
    """Return instants as a clock of `zone` shows them, in microseconds since its own 1970-01-01T00:00."""
    changes, offsets = _offsets(zone)
    if not len(changes):
        return np.asarray(at + offsets[0])
    return at + offsets[np.searchsorted(changes, at, "right")]


def day_intervals(local: Instants, starts: Sequence[str]) -> NDArray[np.int64]:
    """Return which interval of the day holds each local instant; `starts`: HH:MM, sorted, the first 00:00."""
    edges = np.array([60 * int(each[:2]) + int(each[3:]) for each in starts])
    # Windows are given in whole minutes, so that a table has them all; numpy divides faster than it takes
    # remainders.
    table = np.searchsorted(edges, np.arange(_MINUTES), "right") - 1
    minutes = local // _MINUTE
    return table.take(minutes - minutes // _MINUTES * _MINUTES)


def year_intervals(local: Instants, starts: Sequence[str]) -> NDArray[np.int64]:
    """Return which interval of the year holds local instants; `starts`: MM-DD, sorted, the first 01-01."""
    edges = np.array([_day_number(int(each[:2]), int(each[3:])) for each in starts])
    days = local.view("datetime64[us]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    day = (days - months).astype(np.int64) + 1
    return np.searchsorted(edges, _day_number(month, day), "right") - 1


def _day_number(month: int | NDArray[np.int64], day: int | NDArray[np.int64]) -> int | NDArray[np.int64]:
    return month * 32 + day


@lru_cache(maxsize=8)
def _offsets(zone: ZoneInfo) -> tuple[Instants, Instants]:
    """Return the instants at which a zone changes its offset, and the offsets before, between and after."""
    day = timedelta(days=1)
    at, last = datetime(FIRST_YEAR - 1, 12, 31, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 2, tzinfo=UTC)
    offset = _offset(at, zone)
    changes, offsets = [], [offset]
    while at < last:
        following = _offset(at + day, zone)
        if following != offset:
            # No zone changes twice a day: halve the day until the second of the change.
            before, after = at, at + day
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle -= timedelta(microseconds=middle.microsecond)
                middle = max(middle, before + timedelta(seconds=1))
                before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
            changes.append(round(after.timestamp()) * 1_000_000)
            offsets.append(following)
            offset = following
        at += day
    return np.array(changes, np.int64), np.array(offsets, np.int64)


def _offset(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "an instant in a zone has an offset"
    return round(offset.total_seconds()) * 1_000_000
