"""Reports by cell and local day: what every count, test, trend and forecast starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.question import Question

Counted = Literal["reports", "incidents", "incident_days"]
"""What is counted: every report; each incident once; each cell and day with an incident of a class once.

Tests against chance count `incident_days`: a burst of one day is one event (`hotspots.md` 3.5).
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Reports that were asked for and are in no cell's count, by the reason."""

    without_place: int = 0
    outside: int = 0
    quarantined: int = 0
    """At a coordinate that stands for many addresses (records.sinks)."""


@dataclass(frozen=True, slots=True, eq=False)
class DailyCounts:
    """The reports of a question in rows of (cell, day, class, channel), all arrays of shape (rows,).

    `cell`: index in `cells.layer`. `day`: local days since `question.first`. `class_index` and `channel`:
    indices in `classes` and `channels` (None: the sender told no channel). `reports` counts all,
    `incidents` those that are no duplicate of an earlier one. `moved`: located anew in these cells.
    `snapshot` names the state of the data: equal snapshots mean equal rows.
    """

    question: Question
    classes: tuple[CountedClass, ...]
    cells: Cells
    channels: tuple[str | None, ...]
    cell: NDArray[np.int32]
    day: NDArray[np.int32]
    class_index: NDArray[np.int16]
    channel: NDArray[np.int16]
    reports: NDArray[np.int64]
    incidents: NDArray[np.int64]
    left_out: LeftOut
    moved: int
    snapshot: str
    days_ahead: int = 0
    """Days at the end of the period that had not begun when it was read: no data, not "nothing found"."""

    @property
    def days(self) -> int:
        """Return the length of the period in days."""
        return (self.question.last - self.question.first).days + 1

    @property
    def weeks(self) -> tuple[date, ...]:
        """Return the Mondays of the whole local weeks inside the period, in order.

        A week with a day that has not begun is none of them: its zeros would be "nothing found".
        """
        first = self.question.first + timedelta(days=-self.question.first.weekday() % 7)
        begun = self.question.last - timedelta(days=self.days_ahead)
        whole = ((begun - first).days + 1) // 7
        return tuple(first + timedelta(weeks=number) for number in range(max(whole, 0)))

    def per_cell(self, what: Counted = "incidents") -> NDArray[np.int64]:
        """Return the count of every cell, zeros included, shape (cells,)."""
        rows, weights = self._weights(what)
        size = len(self.cells.layer.codes)
        return np.bincount(self.cell[rows], weights=weights, minlength=size).astype(np.int64)

    def per_day(self, what: Counted = "incidents") -> NDArray[np.int64]:
        """Return the counts by cell and day, shape (cells, days)."""
        return self._cube(what, self.day, self.days)

    def per_week(self, what: Counted = "incidents") -> NDArray[np.int64]:
        """Return the counts by cell and whole local week, shape (cells, weeks); see `weeks`."""
        weeks = self.weeks
        offset = (weeks[0] - self.question.first).days if weeks else 0
        return self._cube(what, np.floor_divide(self.day - offset, 7), len(weeks))

    def of_channels(self, channels: Sequence[str | None]) -> DailyCounts:
        """Return the rows of these channels alone."""
        wanted = [number for number, channel in enumerate(self.channels) if channel in channels]
        return self._only(np.isin(self.channel, wanted))

    def of_class(self, index: int) -> DailyCounts:
        """Return the rows of one class alone."""
        return self._only(self.class_index == index)

    def _only(self, rows: NDArray[np.bool_]) -> DailyCounts:
        from dataclasses import replace

        return replace(
            self,
            cell=self.cell[rows],
            day=self.day[rows],
            class_index=self.class_index[rows],
            channel=self.channel[rows],
            reports=self.reports[rows],
            incidents=self.incidents[rows],
        )

    def _weights(self, what: Counted) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return the rows that count, and how much each."""
        if what == "incident_days":
            some = np.flatnonzero(self.incidents > 0)
            keys = (self.cell[some].astype(np.int64) * self.days + self.day[some]) * len(
                self.classes
            ) + self.class_index[some]
            rows = some[np.unique(keys, return_index=True)[1]]
            return rows, np.ones(len(rows), np.int64)
        weights = self.reports if what == "reports" else self.incidents
        return np.arange(len(weights)), weights

    def _cube(self, what: Counted, step: NDArray[np.int32], steps: int) -> NDArray[np.int64]:
        rows, weights = self._weights(what)
        inside = (step[rows] >= 0) & (step[rows] < steps)
        rows, weights = rows[inside], weights[inside]
        size = len(self.cells.layer.codes)
        flat = self.cell[rows].astype(np.int64) * steps + step[rows]
        return (
            np.bincount(flat, weights=weights, minlength=size * steps).astype(np.int64).reshape(size, steps)
        )
