"""From a limit to the instant it ends, on the working calendar of the unit that has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling.calendar import NO_INSTANT, WorkingCalendar
from gridsvc.responsibility.limit_book import LimitBook
from gridsvc.responsibility.seasons import Seasons

Instants = NDArray[np.int64]
Indexes = NDArray[np.int32]
Flags = NDArray[np.bool_]

NO_DEADLINE = NO_INSTANT

_HOUR = 3_600_000_000
_NONE, _THROUGH, _WORKING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class StageDue:
    """A stage of a clause with the number of its limit and its end (µs UTC; NO_DEADLINE: beyond)."""

    name: str
    limit: int
    deadline: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long limits allow on each calendar; calendar 0 is the settings', one more limit, -1, is none.

    `mode`: shape (limits + 1,). `length`: shape (limits + 1, calendars), microseconds: a working day has
    another length on another calendar.
    """

    book: LimitBook
    calendars: tuple[WorkingCalendar, ...]
    seasons: Seasons
    mode: NDArray[np.int8]
    length: Instants

    @classmethod
    def of(cls, book: LimitBook, calendars: Sequence[WorkingCalendar]) -> Allowance:
        """Take the numbered limits and calendars, the settings' calendar first.

        工作日 counts a working day's sum on the calendar. On a calendar that works every day from 00:00 to
        24:00 a work limit runs through, like an urgent one.
        """
        mode = np.full(len(book.limits) + 1, _NONE, np.int8)
        length = np.zeros((len(book.limits) + 1, len(calendars)), np.int64)
        for row, (limit, means) in enumerate(zip(book.limits, book.means, strict=True)):
            mode[row] = _WORKING if means == "working" else _THROUGH
            for column, calendar in enumerate(calendars):
                by_hour = limit.unit in ("urgent_hour", "work_hour", "hour")
                day = calendar.day_length if means == "working" else 24 * _HOUR
                length[row, column] = round(limit.value * (_HOUR if by_hour else day))
        seasons = Seasons.of(book.seasons, calendars[0].zone)
        return cls(book, tuple(calendars), seasons, mode, length)

    def season_start(self, clause: Indexes, at: Instants) -> tuple[Instants, Flags]:
        """Return from when the limits of clauses (-1: none) begun at `at` count, and which wait for a season.

        Shapes (n,). Outside the season of its clause a limit counts from where the next first day begins.
        """
        if not self.book.seasons:
            return at, np.zeros(len(at), bool)
        return self.seasons.start(self.book.season.take(clause), at)

    def deadlines(self, limit: Indexes, calendar: Indexes | int, at: Instants) -> tuple[Instants, Flags]:
        """Return where limits (-1: none) end that count from `at`, and whether each is provisional.

        Shapes (n,); `calendar` may be one number for all. NO_DEADLINE where there is no limit, or it ends
        beyond the calendar. Provisional: the working time was counted in a year whose holidays are not
        published yet.
        """
        mode = self.mode.take(limit)
        # What runs through is as long on one calendar as on another.
        ends = at + self.length[:, 0].take(limit)
        ends[mode == _NONE] = NO_DEADLINE
        provisional = np.zeros(len(at), bool)
        working = np.flatnonzero(mode == _WORKING)
        for number, rows in self._by_calendar(working, calendar) if len(working) else ():
            begin = at.take(rows)
            end = self.calendars[number].after(begin, self.length[:, number].take(limit.take(rows)))
            ends[rows] = end
            provisional[rows] = self.calendars[number].are_provisional(begin, end)
        return ends, provisional

    def stages(self, clause: int, calendar: int, at: int) -> list[StageDue]:
        """Return the stages of a clause begun at `at` (µs UTC), in order, each with its end.

        A stage counts from the start, which waits for the season, or from the end of the stage before it.
        """
        start = int(self.season_start(np.array([clause], np.int32), np.array([at], np.int64))[0][0])
        due: list[StageDue] = []
        for stage in self.book.stages[clause] if clause >= 0 else ():
            previous = due[-1] if due and stage.counts_from == "previous" else None
            begin = previous.deadline if previous else start
            if begin == NO_DEADLINE:
                due.append(StageDue(stage.name, stage.limit, NO_DEADLINE, provisional=False))
                continue
            ends, provisional = self.deadlines(
                np.array([stage.limit], np.int32), calendar, np.array([begin], np.int64)
            )
            # What rests on a provisional end is provisional itself.
            uncertain = bool(provisional[0]) or bool(previous and previous.provisional)
            due.append(StageDue(stage.name, stage.limit, int(ends[0]), uncertain))
        return due

    def _by_calendar(
        self, rows: NDArray[np.int64], calendar: Indexes | int
    ) -> list[tuple[int, NDArray[np.int64]]]:
        """Return the rows that count working time, parted by calendar."""
        if isinstance(calendar, int):
            return [(calendar, rows)]
        if len(self.calendars) == 1:
            return [(0, rows)]
        if len(rows) == 1:
            return [(int(calendar[rows[0]]), rows)]
        which = calendar.take(rows)
        # int16: numpy sorts that by digits, in one pass.
        order = rows.take(np.argsort(which.astype(np.int16), kind="stable"))
        ends = np.cumsum(np.bincount(which)).tolist()
        parts = zip([0, *ends], ends, strict=False)
        return [(number, order[begin:end]) for number, (begin, end) in enumerate(parts) if end > begin]
