"""From a limit to the instant it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import Limit
from gridsvc.handling.calendar import NO_INSTANT, WorkingCalendar

Instants = NDArray[np.int64]

NO_DEADLINE = NO_INSTANT

_HOUR = 3_600_000_000
_NONE, _THROUGH, _WORKING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long clauses allow: per clause a mode and microseconds; one more row stands for no clause (-1)."""

    mode: NDArray[np.int8]
    length: Instants

    @classmethod
    def of(cls, limits: Sequence[tuple[Limit | None, str, str]], calendar: WorkingCalendar) -> Allowance:
        """Take (limit, what 小时 means, what 天 means) of each clause.

        紧急工作时 and 紧急工作日 run through; 工作时 counts working time, 工作日 a working day's sum of it;
        小时 and 天 are `through` or `working` as the edition declares (handling.md, "Time units").
        """
        mode = np.full(len(limits) + 1, _NONE, np.int8)
        length = np.zeros(len(limits) + 1, np.int64)
        for row, (limit, hour_means, day_means) in enumerate(limits):
            if limit is None:
                continue
            hours = limit.unit in ("urgent_hour", "work_hour", "hour")
            means = {"urgent": "through", "work": "working"}.get(
                limit.unit.split("_")[0], hour_means if hours else day_means
            )
            one = _HOUR if hours else calendar.day_length if means == "working" else 24 * _HOUR
            mode[row] = _WORKING if means == "working" else _THROUGH
            length[row] = round(limit.value * one)
        return cls(mode, length)

    def deadlines(
        self, clause: NDArray[np.int32], at: Instants, calendar: WorkingCalendar
    ) -> tuple[Instants, NDArray[np.bool_]]:
        """Return the deadlines of clauses (-1: none) started at `at`, and whether each is provisional.

        Shapes (n,). NO_DEADLINE where there is no clause, it has no limit, or the limit ends beyond the
        calendar. Provisional: the working time was counted in a year whose holidays are not published yet.
        """
        mode = self.mode[clause]
        ends = np.full(len(at), NO_DEADLINE)
        through = mode == _THROUGH
        if through.any():
            np.add(at, self.length[clause], out=ends, where=through)
        provisional = np.zeros(len(at), bool)
        working = np.flatnonzero(mode == _WORKING)
        if len(working):
            begin = at[working]
            end = calendar.after(begin, self.length[clause[working]])
            ends[working] = end
            provisional[working] = calendar.are_provisional(begin, end)
        return ends, provisional
