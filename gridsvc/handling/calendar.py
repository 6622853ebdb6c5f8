"""The working calendar: which days and hours a work limit counts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text, WrongUsage

Instants = NDArray[np.int64]  # microseconds since 1970-01-01T00:00Z

RULES = ("china", "weekdays", "every_day")
NO_INSTANT = np.iinfo(np.int64).min
FIRST_YEAR, LAST_YEAR = 2000, 2045

LEGAL_HOLIDAYS = 13
"""Days off by law in a year since 2025 (全国年节及纪念日放假办法, State Council order 795)."""

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_FIRST_DAY = date(FIRST_YEAR, 1, 1)
_DAYS = (date(LAST_YEAR + 1, 1, 1) - _FIRST_DAY).days
_SESSION = re.compile(r"(\d{1,2}):(\d{2})[-~–—至到](\d{1,2}):(\d{2})")


def read_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Read working hours such as `08:00-12:00,14:00-18:00` as minutes of the day, from and to.

    24:00 is the end of a day; a night shift is written as two sessions (00:00-06:00,22:00-24:00). Raises
    ValueError for what is no list of sessions, each after the one before.
    """
    sessions = []
    for part in re.split(r"[,;、]", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))):
        found = _SESSION.fullmatch(part)
        if found is None:
            raise ValueError(part)
        opens, opened, closes, closed = map(int, found.groups())
        if opened > 59 or closed > 59:
            raise ValueError(part)
        sessions.append((opens * 60 + opened, closes * 60 + closed))
    bounds = [bound for session in sessions for bound in session]
    if bounds[-1] > 24 * 60 or any(later <= earlier for earlier, later in pairwise(bounds)):
        raise ValueError(text)
    return tuple(sessions)


def parse_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Read the working hours of the settings; see `read_hours`. Raises WrongUsage."""
    try:
        return read_hours(text)
    except ValueError as error:
        raise WrongUsage(
            "bad_working_hours",
            Text(f"工作时间 {text!r} 无法识别。", f"The working hours {text!r} cannot be read."),
            remedy=Text(
                "GRIDSVC_WORKING_HOURS 应形如 08:00-12:00,14:00-18:00。",
                "GRIDSVC_WORKING_HOURS looks like 08:00-12:00,14:00-18:00.",
            ),
        ) from error


def instant_at(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the first instant at which the clock of the wall shows that minute of the day, or a later one.

    Microseconds UTC. A clock that is put forward skips times, and one that is put back shows them twice:
    sessions never overlap, because what is shown first counts.
    """
    wall = (datetime.combine(day, time.min) + timedelta(minutes=minute)).replace(tzinfo=zone)
    before, behind = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    assert before is not None
    assert behind is not None
    low, high = (round((wall.replace(tzinfo=UTC) - each).timestamp()) for each in (behind, before))
    if low >= high:  # shown once, or twice
        return high * _SECOND
    while high - low > 1:  # skipped: the clock is put forward between the two
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high * _SECOND


@lru_cache(maxsize=4)
def _midnights(zone: ZoneInfo) -> Instants:
    """Return where each day begins, and where the last one ends; shape (_DAYS + 1,)."""
    days = (_FIRST_DAY + timedelta(days=k) for k in range(_DAYS + 1))
    return np.array([instant_at(day, 0, zone) for day in days], np.int64)


@lru_cache(maxsize=len(RULES))
def _days_of(rule: str) -> tuple[NDArray[np.bool_], frozenset[int]]:
    """Return which days a rule works, shape (_DAYS,), and the years for which that is published."""
    days = [_FIRST_DAY + timedelta(days=k) for k in range(_DAYS)]
    every = range(FIRST_YEAR, LAST_YEAR + 1)
    if rule == "every_day":
        return np.ones(_DAYS, bool), frozenset(every)
    works = np.array([day.weekday() < 5 for day in days])
    if rule == "weekdays":
        return works, frozenset(every)
    # Imported here: the package reads its tables on import.
    import chinese_calendar

    published = set()
    for year in every:
        begin, end = ((date(each, 1, 1) - _FIRST_DAY).days for each in (year, year + 1))
        try:
            works[begin:end] = [chinese_calendar.is_workday(day) for day in days[begin:end]]
        except NotImplementedError:  # a year whose holidays the State Council has not announced
            continue
        published.add(year)
    return works, frozenset(published)


def days_worked(rule: str, first: date, days: int) -> NDArray[np.bool_]:
    """Return whether each of `days` days from `first` on is worked by a rule, shape (days,).

    Days beyond the years of the calendar: Monday to Friday, unless the rule works every day.
    """
    start = (first - _FIRST_DAY).days
    numbers = np.arange(start, start + days)
    weekday = (numbers + _FIRST_DAY.weekday()) % 7
    known = (numbers >= 0) & (numbers < _DAYS)
    works = _days_of(rule)[0]
    return np.where(known, works[np.clip(numbers, 0, _DAYS - 1)], (weekday < 5) | (rule == "every_day"))


def published_years(rule: str) -> frozenset[int]:
    """Return the years whose holidays and make-up days a rule knows."""
    return _days_of(rule)[1]


def _covered_years(days: tuple[tuple[date, str], ...]) -> set[int]:
    """Return the years of which a calendar lists as many days off as the law gives."""
    years = [day.year for day, hours in days if not hours]
    return {year for year in set(years) if years.count(year) >= LEGAL_HOLIDAYS}


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
    @lru_cache(maxsize=64)
    def of(
        cls, rule: str, hours: str, zone: ZoneInfo, days: tuple[tuple[date, str], ...] = ()
    ) -> WorkingCalendar:
        """Return the calendar of a rule, of hours, and of days that differ from the rule.

        `rule`: china (with announced holidays and make-up days), weekdays or every_day. `days`: (day, its
        hours; empty for a day off), each day once; they go before the rule. A year of china that is not
        announced counts as published when `days` has as many days off in it as the law gives.
        """
        sessions = parse_hours(hours)
        works, published = _days_of(rule)
        midnights = _midnights(zone)
        own = {(day - _FIRST_DAY).days: each for day, each in days if FIRST_YEAR <= day.year <= LAST_YEAR}
        # On a day of 24 hours the clock of the wall and the time that passes agree; the others are few.
        plain = works & (np.diff(midnights) == _DAY)
        odd = works & ~plain
        plain[list(own)] = odd[list(own)] = False
        bounds = np.array(sessions, np.int64) * _MINUTE
        regular = (midnights[:-1][plain][:, None, None] + bounds).reshape(-1, 2)
        singly = {int(k): sessions for k in np.flatnonzero(odd)}
        singly |= {k: parse_hours(each) for k, each in own.items() if each}
        others = np.array(
            [
                [instant_at(_FIRST_DAY + timedelta(days=k), bound, zone) for bound in session]
                for k, each in singly.items()
                for session in each
            ],
            np.int64,
        ).reshape(-1, 2)
        together = np.concatenate([regular, others])
        # A session that a clock put forward skips as a whole is none.
        together = together[together[:, 1] > together[:, 0]]
        begin, end = together[np.argsort(together[:, 0])].T.copy()
        return cls(
            begin,
            end,
            np.concatenate([[0], np.cumsum(end - begin)[:-1]]),
            sum(closes - opens for opens, closes in sessions) * _MINUTE,
            zone,
            published if rule != "china" else published | _covered_years(days),
        )

    def after(self, instants: Instants, working_time: Instants) -> Instants:
        """Return the earliest instants by which `working_time` (µs, > 0) has been worked since `instants`.

        Shapes (n,) and (n,). The end of a session counts as inside it: four hours from 08:00 end at 12:00,
        not at 14:00. NO_INSTANT where that lies beyond the last year of the calendar.
        """
        if len(instants) == 1:
            return np.array([self._after_one(int(instants[0]), int(working_time[0]))], np.int64)
        at = self._begun(instants)
        opened = self.starts.take(at)
        # np.clip takes five times as long on a single one.
        into = np.minimum(np.maximum(instants - opened, 0), self.ends.take(at) - opened)
        target = self.worked_before.take(at) + into + working_time
        session = self._reaching(target)
        beyond = session == len(self.starts)
        if beyond.any():
            session[beyond] = 0
        ends_at: Instants = self.starts.take(session) + (target - self.worked_before.take(session))
        ends_at[beyond] = NO_INSTANT
        return ends_at

    def _after_one(self, instant: int, working_time: int) -> int:
        """Return what `after` does for one: two searches take less than twenty steps over arrays of one."""
        at = max(int(self.starts.searchsorted(instant, "right")) - 1, 0)
        opened, closes = int(self.starts[at]), int(self.ends[at])
        into = min(max(instant - opened, 0), closes - opened)
        target = int(self.worked_before[at]) + into + working_time
        session = int(self._by_worked_hour[1].searchsorted(target, "left"))
        if session == len(self.starts):
            return NO_INSTANT
        return int(self.starts[session]) + target - int(self.worked_before[session])

    def _begun(self, instants: Instants) -> NDArray[np.int32]:
        """Return the session that began last by each instant; the first one where none has, shape (n,).

        A table by the hour says it nearly always: that is a look where a search would be ten.
        """
        table, next_start = self._by_hour
        hour = (instants - self.starts[0]) // _HOUR
        found: NDArray[np.int32] = table.take(np.minimum(np.maximum(hour, 0), len(table) - 1))
        while (later := next_start.take(found) <= instants).any():
            found += later
        return found

    def _reaching(self, worked: Instants) -> NDArray[np.int32]:
        """Return the first session by whose end so much has been worked, (n,); their number for none."""
        table, reached = self._by_worked_hour
        hour = worked // _HOUR
        found: NDArray[np.int32] = table.take(np.minimum(np.maximum(hour, 0), len(table) - 1))
        while (short := reached.take(found) < worked).any():
            found += short
        return found

    @cached_property
    def _by_hour(self) -> tuple[NDArray[np.int32], Instants]:
        """The session that began last by each hour since the first one, and where the next one begins."""
        hours = np.arange(self.starts[0], self.ends[-1] + _HOUR, _HOUR)
        table = np.searchsorted(self.starts, hours, "right") - 1
        return table.astype(np.int32), np.append(self.starts[1:], np.iinfo(np.int64).max)

    @cached_property
    def _by_worked_hour(self) -> tuple[NDArray[np.int32], Instants]:
        """The first session by whose end each whole hour has been worked, and how much has been by then."""
        reached = np.append(self.worked_before + (self.ends - self.starts), np.iinfo(np.int64).max)
        hours = np.arange(0, reached[-2] + _HOUR, _HOUR)
        return np.searchsorted(reached, hours, "left").astype(np.int32), reached

    def sessions(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Return the sessions that begin in [begin, end), from and to, microseconds UTC."""
        first, beyond = np.searchsorted(self.starts, [begin, end], "left").tolist()
        return list(zip(self.starts[first:beyond].tolist(), self.ends[first:beyond].tolist(), strict=True))

    def are_provisional(self, begin: Instants, end: Instants) -> NDArray[np.bool_]:
        """Return whether spans touch a year whose holidays are not published, shape (n,)."""
        if len(begin) == 1:
            span = int(begin[0]), int(end[0])
            return np.array([any(span[0] < beyond and span[1] > first for first, beyond in self.unpublished)])
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
            begin = instant_at(date(year, 1, 1), 0, self.zone)
            beyond = instant_at(date(year + 1, 1, 1), 0, self.zone)
            if runs and runs[-1][1] == begin:
                runs[-1] = (runs[-1][0], beyond)
            else:
                runs.append((begin, beyond))
        return tuple(runs)

    @cached_property
    def span(self) -> tuple[int, int]:
        """The instants between which the calendar can answer, with room for the longest limits."""
        return (
            instant_at(date(FIRST_YEAR, 1, 2), 0, self.zone),
            instant_at(date(LAST_YEAR - 4, 1, 1), 0, self.zone),
        )
