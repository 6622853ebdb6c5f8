"""When places were visited lately, and the hours at which they had better be visited tonight.

Half hours are numbered on from the local midnight of the problem's day, so that a shift over midnight has
them in a row.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from gridsvc.patrol.plans.slots import FEW, SLOT, SLOTS, Night, Slots, begins_between
from gridsvc.patrol.routing.greedy import complete
from gridsvc.patrol.routing.inserting import families, required_families
from gridsvc.patrol.routing.problem import MINUTE, Bools, Floats, Integers, Problem, Visits
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.timing import time_routes

JITTER = 0.05
"""Values are multiplied by U(1 - JITTER, 1 + JITTER) at full strength: less than the 0.2 of patrol.md section
6, as the hours that are drawn make nights unlike already.
"""
SHORT = (0.0, 0.15, 0.3)
"""Share of its value that a visit is short of at full strength: in tonight's half hours, in others, and in
those that were used on OFTEN of the shifts.
"""
WORST = len(SHORT)
"""The level of half hours that would come above SAME_AT_MOST."""
TURN = 0.75
"""Chance that the half hour in which a place was visited least is one of tonight's."""
AVERSION = 0.5
"""It falls by exp(-AVERSION) for each time that another one was used more."""
SAME_AT_MOST = 0.4
"""Share of the shifts in which a place may be visited in one and the same half hour."""
OFTEN = 0.25
"""Share from which on another half hour had better be taken."""
LAST = 20
"""Shifts, tonight's included, over which the habits are counted."""
_MANY = 400
"""Visits that may be made at any hour for less; of a longer list those worth least have one window each."""


@dataclass(frozen=True, slots=True, eq=False)
class Tonight:
    """The problem of a night: of each visit a copy for each run of half hours in which it may be made, in one
    group, all at their true values.

    `visit`: which visit of the given problem a copy is. `level`: of its hours, 0 tonight's to 3 worn out (see
    `Habits.levels`). `jitter`: of its place, -1 to 1. Shape (copies,) each.
    """

    problem: Problem
    visit: Integers
    level: Integers
    jitter: Floats

    def asked(self, strength: float, worn: float) -> Problem:
        """Return the problem with values that draw the plan to tonight's hours.

        `strength`: of SHORT and JITTER, 1 to 0; `worn`: the share that a visit in hours that are worn out is
        short of.
        """
        visits = self.problem.visits
        value = visits.value * (1 + JITTER * strength * self.jitter)
        value = value * (1 - np.append(np.array(SHORT) * strength, worn))[self.level]
        return replace(self.problem, visits=replace(visits, value=value))

    def rested(self, solution: Solution, least: float) -> Solution:
        """Return the solution without visits in hours that are worn out, while it is worth `least` or more.

        Those worth least go first, and what fits in better hours takes their time; required ones stay.
        """
        visits, family = self.problem.visits, families(self.problem)
        required = required_families(self.problem, family)[family]
        # Hours that are worn out are worth nothing here, so that nothing is put into them.
        better = self.asked(0.0, 1.0)
        made = solution.made()
        worn = made[(self.level[made] == WORST) & ~required[made]]
        for visit in worn[np.argsort(visits.value[worn], kind="stable")].tolist():
            shorter = time_routes(
                self.problem, [[each for each in route if each != visit] for route in solution.sequences]
            )
            if shorter is None:
                continue
            filled = complete(better, shorter)
            if filled.value(self.problem) >= least:
                solution = filled
        return solution

    def told(self, solution: Solution) -> Solution:
        """Return a solution of this problem in the visits of the one given, at the same times."""
        routes = (
            replace(
                route,
                visits=tuple(replace(timed, visit=int(self.visit[timed.visit])) for timed in route.visits),
            )
            for route in solution.routes
        )
        return Solution(tuple(routes))


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """When places can be visited, and when they were. `place`: of each visit, shape (v,). `opens`, `closes`:
    the first and the last half hour of each place, shape (places,); opens > closes: none. `used`: on how many
    of the last shifts it was visited in each half hour of the day, shape (places, 48).
    """

    place: Integers
    origin: int
    opens: Integers
    closes: Integers
    used: Integers

    @classmethod
    def of(cls, problem: Problem, night: Night, history: Slots) -> Habits:
        """Return what a history of plans made habits of."""
        origin = round(night.begins_minute * MINUTE)
        first, last = begins_between(problem)
        opens, closes = np.full(len(night.keys), 1 << 40), np.full(len(night.keys), -(1 << 40))
        can = first <= last
        np.minimum.at(opens, night.place[can], (first[can] + origin) // SLOT)
        np.maximum.at(closes, night.place[can], (last[can] + origin) // SLOT)
        used, _ = history.counts(night.keys, last=LAST - 1)
        return cls(night.place, origin, opens, closes, used)

    @property
    def half_hours(self) -> Integers:
        """Return in how many half hours each place can be visited."""
        return np.asarray(np.maximum(0, self.closes - self.opens + 1), np.int64)

    @property
    def held(self) -> Integers:
        """Return the places in whose windows too few half hours lie."""
        return np.flatnonzero((self.half_hours > 0) & (self.half_hours < FEW)).astype(np.int64)

    def tonight(self, problem: Problem, rng: np.random.Generator, likely: Integers) -> Tonight:
        """Draw the hours of a night. `likely`: visits of a good plan; they stay possible at any hour.

        Each place draws by itself: one more at the end changes nothing for those before it.
        """
        drawn = rng.random((len(self.opens), 1 + SLOTS))
        runs = self._runs(drawn[:, 1:], self.place[_promising(problem, likely)])
        visit, run = _joined(self.place, runs.place)
        visits = problem.visits
        opens = np.maximum(visits.opens[visit], runs.first[run] * SLOT - self.origin)
        closes = np.minimum(visits.closes[visit], (runs.last[run] + 1) * SLOT - self.origin - 1)
        kept = opens <= closes
        # A second visit of a place may have a window of its own, of which nothing is left; it stays as it is.
        bare = np.setdiff1d(np.arange(len(visits)), visit[kept])
        visit = np.concatenate([visit[kept], bare])
        copies = {each.name: getattr(visits, each.name)[visit] for each in fields(Visits)}
        copies["opens"] = np.concatenate([opens[kept], visits.opens[bare]])
        copies["closes"] = np.concatenate([closes[kept], visits.closes[bare]])
        copies["group"] = families(problem)[visit]
        return Tonight(
            replace(problem, visits=Visits(**copies)),
            visit,
            np.concatenate([runs.level[run][kept], np.zeros(len(bare), np.int64)]),
            2 * drawn[self.place[visit], 0] - 1,
        )

    def _runs(self, drawn: Floats, wide: Integers) -> _Runs:
        """Return the runs of half hours of each level and better.

        Of places that are not `wide`: the longest runs of tonight's alone.
        """
        level = self.levels(drawn)
        runs = _Runs.of(level <= 0, self.opens, 0)
        longest = np.zeros(len(self.opens), np.int64)
        np.maximum.at(longest, runs.place, runs.length)
        runs = runs.only(np.isin(runs.place, wide) | (runs.length == longest[runs.place]))
        for worse in range(1, WORST + 1):
            more = _Runs.of(level <= worse, self.opens, worse)
            runs = runs.and_(more.only(np.isin(more.place, wide) & ~more.among(runs)))
        return runs

    def levels(self, drawn: Floats) -> Integers:
        """Return how good the half hours of each place are, from `opens` on, shape (places, the most half
        hours of any place): 0 tonight's, 1 others, 2 used often, 3 used too often, 4 outside its window.

        `drawn`: numbers from 0 to below 1, shape (places, 48).
        """
        most = int(self.half_hours.max(initial=1))
        slots = self.opens[:, None] + np.arange(most)
        inside = slots <= self.closes[:, None]
        used = np.take_along_axis(self.used, slots % SLOTS, axis=1)
        drawn = np.take_along_axis(drawn, slots % SLOTS, axis=1)
        more = used - np.where(inside, used, LAST).min(axis=1, keepdims=True)
        level = np.where(drawn < TURN * np.exp(-AVERSION * more), 0, 1)
        level = np.where(used + 1 > OFTEN * LAST, np.maximum(level, 2), level)
        level = np.where(used + 1 > SAME_AT_MOST * LAST, WORST, level)
        # One of tonight's at least: that used least, by lot among several.
        least = np.where(inside, used + drawn, np.inf).argmin(axis=1)
        level[np.arange(len(level)), least] = 0
        return np.where(inside, level, WORST + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Half hours in a row of a place, the first and the last, and their level; shape (runs,), by place."""

    place: Integers
    first: Integers
    last: Integers
    level: Integers

    @classmethod
    def of(cls, marked: Bools, opens: Integers, level: int) -> _Runs:
        """Return the runs of half hours that are marked, shape (places, half hours from `opens` on)."""
        edges = np.diff(np.pad(marked, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        place, first = np.nonzero(edges == 1)
        last = np.nonzero(edges == -1)[1] - 1
        return cls(place, opens[place] + first, opens[place] + last, np.full(len(place), level))

    @property
    def length(self) -> Integers:
        """Return how many half hours each has."""
        return self.last - self.first + 1

    def only(self, rows: Bools) -> _Runs:
        """Return some of the runs."""
        return _Runs(self.place[rows], self.first[rows], self.last[rows], self.level[rows])

    def among(self, others: _Runs) -> Bools:
        """Return which of the runs are also among others."""
        mine, theirs = (np.column_stack([each.place, each.first, each.last]) for each in (self, others))
        known = {tuple(row) for row in theirs.tolist()}
        return np.array([tuple(row) in known for row in mine.tolist()], bool)

    def and_(self, others: _Runs) -> _Runs:
        """Return both, by place."""
        both = [
            np.concatenate([getattr(self, each), getattr(others, each)])
            for each in ("place", "first", "last", "level")
        ]
        order = np.argsort(both[0], kind="stable")
        return _Runs(*(column[order] for column in both))


def _promising(problem: Problem, likely: Integers) -> Integers:
    """Return the visits that may be made at any hour: likely ones, and others of greatest value."""
    best = np.argsort(-problem.visits.value, kind="stable")[:_MANY]
    return np.union1d(likely, best)


def _joined(place: Integers, sorted_: Integers) -> tuple[Integers, Integers]:
    """Return all pairs of rows of `place` and of `sorted_`, which is in order, that have the same value."""
    first, after = np.searchsorted(sorted_, place), np.searchsorted(sorted_, place, side="right")
    many = after - first
    left = np.repeat(np.arange(len(place)), many)
    within = np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many)
    return left, first[left] + within
