"""The working calendar: which days and hours a work limit counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text, WrongUsage

Instants = NDArray[np.int64]  # microseconds since 1970-01-01T00:00Z

NO_INSTANT = np.iinfo(np.int64).min

_SECOND = 1_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2045


def _china_is_working(day: date) -> bool | None:
    # Imported here: the package reads its tables on import.
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year whose holidays the State Council has not announced
        return None


def _is_working(day: date, rule: str) -> tuple[bool, bool]:
    """Return (is a working day, is known from a published calendar)."""
    if rule == "china":
        known = _china_is_working(day)
        if known is not None:
            return known, True
        return day.weekday() < 5, False
    return day.weekday() < 5, True


def parse_hours(text: str) -> tuple[tuple[time, time], ...]:
    """Read working hours such as `08:00-12:00,14:00-18:00`; raises WrongUsage."""
    try:
        sessions = tuple(
            (time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
            for start, end in (part.split("-") for part in text.split(","))
        )
    except ValueError as error:
        raise _bad_hours(text) from error
    bounds = [bound for session in sessions for bound in session]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        raise _bad_hours(text)
    return sessions


def _bad_hours(text: str) -> WrongUsage:
    return WrongUsage(
        "bad_working_hours",
        Text(f"工作时间 {text!r} 无法识别。", f"The working hours {text!r} cannot be read."),
        remedy=Text(
            "GRIDSVC_WORKING_HOURS 应形如 08:00-12:00,14:00-18:00。",
            "GRIDSVC_WORKING_HOURS looks like 08:00-12:00,14:00-18:00.",
        ),
    )


@dataclass(frozen=True)
class WorkingCalendar:
    """Working sessions as instants, and the sum of working time before each.

    `starts`, `ends`, `worked_before`: shape (sessions,), int64 microseconds. 工作时 counts only inside the
    sessions of working days, 工作日 is one such day's sum (domain/handling.md, "Time units").
    """

    starts: Instants
    ends: Instants
    worked_before: Instants
    day_length: int
    zone: ZoneInfo
    published_years: frozenset[int]

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, rule: str, hours: str, zone: ZoneInfo) -> WorkingCalendar:
        """Return the calendar of `rule` (`china`: with announced holidays and make-up days; `weekdays`)."""
        sessions = parse_hours(hours)
        starts, ends = [], []
        published = set(range(FIRST_YEAR, LAST_YEAR + 1))
        day = date(FIRST_YEAR, 1, 1)
        while day.year <= LAST_YEAR:
            working, known = _is_working(day, rule)
            if not known:
                published.discard(day.year)
            if working:
                for opens, closes in sessions:
                    starts.append(_microseconds(datetime.combine(day, opens, zone)))
                    ends.append(_microseconds(datetime.combine(day, closes, zone)))
            day += timedelta(days=1)
        begin, end = np.array(starts, np.int64), np.array(ends, np.int64)
        lengths = end - begin
        per_day = sum(
            (datetime.combine(date.min, closes) - datetime.combine(date.min, opens)).seconds
            for opens, closes in sessions
        )
        before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return cls(begin, end, before, per_day * _SECOND, zone, frozenset(published))

    def after(self, instants: Instants, working_time: Instants) -> Instants:
        """Return the earliest instants by which `working_time` (µs, > 0) has been worked since `instants`.

        Shapes (n,) and (n,). The end of a session counts as inside it: four hours from 08:00 end at 12:00,
        not at 14:00. NO_INSTANT where that lies beyond the last year of the calendar.
        """
        # Only the sessions that can matter: a short table stays in the cache.
        first = max(int(np.searchsorted(self.starts, instants.min(), "right")) - 1, 0)
        starts, ends = self.starts[first:], self.ends[first:]
        before = self.worked_before[first:]
        at = np.maximum(np.searchsorted(starts, instants, "right") - 1, 0)
        into = np.clip(instants - starts[at], 0, ends[at] - starts[at])
        target = before[at] + into + working_time
        reached = before + (ends - starts)
        last = int(np.searchsorted(reached, target.max(), "left")) + 1
        session = np.searchsorted(reached[:last], target, "left")
        beyond = session == len(reached) if last > len(reached) else None
        if beyond is not None:
            session[beyond] = 0
        ends_at: Instants = starts[session] + (target - before[session])
        if beyond is not None:
            ends_at[beyond] = NO_INSTANT
        return ends_at

    def are_provisional(self, begin: Instants, end: Instants) -> NDArray[np.bool_]:
        """Return whether spans touch a year whose holidays are not published, shape (n,)."""
        touched = np.zeros(len(begin), bool)
        for first, beyond in self.unpublished:
            touched |= (begin < beyond) & (end > first)
        return touched

    @cached_property
    def unpublished(self) -> tuple[tuple[int, int], ...]:
        """The runs of unpublished years as [first, beyond) instants."""
        runs: list[tuple[int, int]] = []
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            if year in self.published_years:
                continue
            begin = _microseconds(datetime(year, 1, 1, tzinfo=self.zone))
            beyond = _microseconds(datetime(year + 1, 1, 1, tzinfo=self.zone))
            if runs and runs[-1][1] == begin:
                runs[-1] = (runs[-1][0], beyond)
            else:
                runs.append((begin, beyond))
        return tuple(runs)

    @cached_property
    def span(self) -> tuple[int, int]:
        """The instants between which the calendar can answer, with room for the longest limits."""
        return (
            _microseconds(datetime(FIRST_YEAR, 1, 2, tzinfo=self.zone)),
            _microseconds(datetime(LAST_YEAR - 4, 1, 1, tzinfo=self.zone)),
        )


def _microseconds(instant: datetime) -> int:
    return round(instant.timestamp()) * _SECOND
