"""Seasons: the days of the year between which works are possible, such as planting from 03-01 to 04-30."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling.calendar import FIRST_YEAR, LAST_YEAR, instant_at

Instants = NDArray[np.int64]  # microseconds since 1970-01-01T00:00Z


@dataclass(frozen=True, slots=True)
class Seasons:
    """Distinct seasons: of each, per year, where its first day begins and where its last one ends.

    `begins`, `ends`: shape (seasons, years), microseconds UTC, ascending in a row.
    """

    begins: Instants
    ends: Instants

    @classmethod
    def of(cls, seasons: Sequence[tuple[str, str]], zone: ZoneInfo) -> Seasons:
        """Take (first day, last day) as MM-DD, days of `zone`; the last may lie in the next year."""
        years = range(FIRST_YEAR - 1, LAST_YEAR + 1)
        shape = (len(seasons), len(years))
        begins = [instant_at(_day(year, first), 0, zone) for first, _ in seasons for year in years]
        ends = [
            instant_at(_day(year + (last < first), last, after=True), 0, zone)
            for first, last in seasons
            for year in years
        ]
        return cls(np.array(begins, np.int64).reshape(shape), np.array(ends, np.int64).reshape(shape))

    def start(self, season: NDArray[np.int32], at: Instants) -> tuple[Instants, NDArray[np.bool_]]:
        """Return from when a limit that begins at `at` counts, and whether it waits for the season.

        Shapes (n,); `season` -1: none. Inside a season nothing changes; outside, the limit counts from where
        the next first day begins. An instant behind the last year of the calendar waits for nothing.
        """
        waits = np.zeros(len(at), bool)
        seasonal = np.flatnonzero(season >= 0)
        if not len(seasonal):
            return at, waits
        counts, of = at.copy(), season[seasonal]
        for number in range(len(self.begins)):
            rows = seasonal[of == number]
            begins, ends = self.begins[number], self.ends[number]
            next_ = np.searchsorted(begins, at[rows], "right")
            outside = at[rows] >= ends[np.maximum(next_ - 1, 0)]
            rows, next_ = rows[outside & (next_ < len(begins))], next_[outside & (next_ < len(begins))]
            counts[rows], waits[rows] = begins[next_], True
        return counts, waits


def _day(year: int, text: str, *, after: bool = False) -> date:
    """Return the day MM-DD of a year, or the one after it; what a month lacks is the first of the next."""
    month, day = map(int, text.split("-"))
    last = monthrange(year, month)[1]
    found = date(year, month, min(day, last))
    return found + timedelta(days=1) if after or day > last else found
