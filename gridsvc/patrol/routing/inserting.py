"""Where visits could be put into the routes of a plan, and what that takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridsvc.patrol.routing.problem import Bools, Integers, Problem
from gridsvc.patrol.routing.solution import Sequences, Solution
from gridsvc.patrol.routing.timing import time_routes

NOT = 1 << 60
"""A duration that says: not possible."""


class Routes:
    """The routes of a plan while visits are put in and taken out.

    `sequences[p]`: the visits of patrol p in order. `breaks[p]`: the visit of the route after which its break
    makes it shortest. `durations[p]`: the shortest time under way, deciseconds.
    """

    def __init__(self, problem: Problem, sequences: Sequences = ()) -> None:
        from gridsvc.patrol.routing import insertion_kernels as kernels

        self.problem = problem
        self._kernels = kernels
        patrols, visits = problem.patrols, problem.visits
        self._patrols = np.column_stack(
            [
                patrols.start,
                patrols.end,
                patrols.from_,
                patrols.until,
                patrols.longest,
                patrols.pause,
                patrols.pause_from,
                patrols.pause_until,
            ]
        ).astype(np.int64)
        self._travel = [np.ascontiguousarray(matrix, np.int64) for matrix in problem.travel]
        self._visits = tuple(
            np.ascontiguousarray(column, np.int64)
            for column in (visits.at, visits.service, visits.opens, visits.closes)
        )
        number = len(patrols)
        self.sequences: list[list[int]] = [[] for _ in range(number)]
        self.breaks = np.full(number, -1, np.int64)
        self.durations = np.zeros(number, np.int64)
        for patrol, sequence in enumerate(sequences):
            self.put(patrol, sequence)

    def put(self, patrol: int, sequence: Sequence[int]) -> bool:
        """Let the patrol make these visits, its break where it is best; False and no change if it cannot."""
        rows = np.array(sequence, np.int64)
        if not self.problem.visits.allowed[rows, patrol].all():
            return False
        duration, where = self._kernels.best_break(*self._ground(patrol), *self._columns(rows))
        if duration >= NOT:
            return False
        self.sequences[patrol] = [int(visit) for visit in sequence]
        self.durations[patrol], self.breaks[patrol] = duration, where
        return True

    def insertions(
        self,
        patrol: int,
        visits: Integers,
        open_to: Bools,
        *,
        out: tuple[int, int] = (0, 0),
        exact: bool = True,
    ) -> tuple[Integers, Integers]:
        """Return for each of `visits` the time under way with it, and its slot; NOT where it fits nowhere.

        `open_to`: which are tried. `out`: a stretch of the route that is taken out for it. With `exact` every
        place of the break is tried, else the one of now.
        """
        route = self._columns(np.array(self.sequences[patrol], np.int64))
        here = self.breaks[patrol]
        breaks = (np.int64(-1), np.int64(1 << 40)) if exact else (here, here)
        gap = (np.int64(out[0]), np.int64(out[1]))
        columns = tuple(column[visits] for column in self._visits)
        open_to = open_to & self.problem.visits.allowed[visits, patrol]
        best, slots = self._kernels.insertions(*self._ground(patrol), route, gap, breaks, columns, open_to)
        return best, slots

    def without(self, patrol: int, first: int, last: int) -> int:
        """Return the shortest time under way if the visits from place `first` up to `last` were not made."""
        sequence = self.sequences[patrol]
        rows = np.array(sequence[:first] + sequence[last:], np.int64)
        return int(self._kernels.best_break(*self._ground(patrol), *self._columns(rows))[0])

    def solution(self) -> Solution:
        """Return the routes with their times."""
        timed = time_routes(self.problem, self.sequences)
        assert timed is not None  # `put` has taken nothing else
        return timed

    def _ground(self, patrol: int) -> tuple[Integers, Integers]:
        return self._travel[int(self.problem.patrols.mode[patrol])], self._patrols[patrol]

    def _columns(self, rows: Integers) -> tuple[Integers, ...]:
        return tuple(column[rows] for column in self._visits)


def families(problem: Problem) -> Integers:
    """Return which visits are alternatives of one another, shape (v,): numbers from 0 on, without gaps."""
    group = problem.visits.group
    own = np.where(group >= 0, group, group.max(initial=-1) + 1 + np.arange(len(group)))
    return np.unique(own, return_inverse=True)[1].astype(np.int64)


def required_families(problem: Problem, family: Integers) -> Bools:
    """Return which families must be made, shape (families,)."""
    needed = np.zeros(int(family.max(initial=-1)) + 1, bool)
    needed[family[problem.visits.required]] = True
    return needed
