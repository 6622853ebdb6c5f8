"""Local days and seconds of many instants at once, days on which clocks change included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Micros = NDArray[np.int64]
"""Microseconds since 2000-01-01 00:00 UTC, as PostgreSQL sends a timestamptz."""

_EPOCH = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class LocalTime:
    """The clocks of a zone from one local midnight on.

    `offsets[k]`, in microseconds, is the distance from UTC from the instant `since[k]` on; `since[0]` is
    before every instant asked about.
    """

    first: date
    since: Micros
    offsets: Micros

    @classmethod
    def of(cls, zone: ZoneInfo, first: date, last: date) -> LocalTime:
        """Return the clocks of `zone` from the midnight of `first` to the one after `last`."""
        since, offsets = [np.iinfo(np.int64).min], [_offset(zone, _midnight(zone, first))]
        for number in range((last - first).days + 1):
            begin, end = (_midnight(zone, first + timedelta(days=number + more)) for more in (0, 1))
            if _offset(zone, end) != offsets[-1]:
                changed = _change(zone, begin, end)
                since.append(changed)
                offsets.append(_offset(zone, changed))
        return cls(first, np.array(since, np.int64), np.array(offsets, np.int64))

    @property
    def is_even(self) -> bool:
        """Return whether every local day has 24 hours."""
        return len(self.offsets) == 1

    def days(self, instants: Micros) -> NDArray[np.int32]:
        """Return the local days since `first`, shape of `instants`."""
        return np.floor_divide(self._shown(instants), 86_400 * _SECOND).astype(np.int32)

    def seconds(self, instants: Micros) -> NDArray[np.int32]:
        """Return what the clock shows, in whole seconds since midnight (0–86,399)."""
        return (np.mod(self._shown(instants), 86_400 * _SECOND) // _SECOND).astype(np.int32)

    def _shown(self, instants: Micros) -> Micros:
        """Return the microseconds on the clock since the first midnight."""
        shown = instants + self.offsets[np.searchsorted(self.since, instants, side="right") - 1]
        start = datetime.combine(self.first, time(), _EPOCH.tzinfo)
        return np.asarray(shown - (start - _EPOCH) // _MICROSECOND, np.int64)


def _midnight(zone: ZoneInfo, day: date) -> int:
    return (datetime.combine(day, time(), zone) - _EPOCH) // _MICROSECOND


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = (_EPOCH + instant * _MICROSECOND).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _MICROSECOND


def _change(zone: ZoneInfo, begin: int, end: int) -> int:
    """Return the instant between two midnights from which on the clock is another, by halving."""
    before = _offset(zone, begin)
    while end - begin > 1:
        middle = (begin + end) // 2
        begin, end = (middle, end) if _offset(zone, middle) == before else (begin, middle)
    return end
