"""Ruin and recreate on the problem as it is: windows, breaks, groups, unlike patrols."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridsvc.patrol.routing.inserting import families, required_families
from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Bools, Floats, Integers, Problem
from gridsvc.patrol.routing.solution import Sequences

_NEAR = 60
_POOL = 30_000
_SLACK = 0.2
"""What a whole shift is worth in middling visits: of two plans of equal value the shorter one is better."""
FLOOR = 0.97
HEAT = (2.0, 0.05)
_COOLER = 250.0
"""Of the annealing, in middling visits, at the begin and at the end."""


class Ruiner:
    """One search that can go on where it stopped.

    `possible[v, p]`: whether patrol p can make visit v at all. `kind[p]`: patrols of one kind are alike.
    """

    def __init__(self, problem: Problem, possible: Bools, seed: int) -> None:
        self._able = np.flatnonzero(possible.any(axis=1) & _wanted(problem))
        chosen = problem.only(self._able)
        visits, patrols = chosen.visits, chosen.patrols
        self._number, self._patrols = len(visits), len(patrols)
        family = families(chosen)
        self._worth = _worth(chosen, family)
        self._middle = float(np.median(visits.value[visits.value > 0])) if (visits.value > 0).any() else 1.0
        self._ground = _ground(chosen, possible[self._able], family, self._worth)
        shifts = np.minimum(patrols.until - patrols.from_, patrols.longest)
        self._slack = _SLACK * self._middle / max(1.0, float(shifts.max()))
        self.kind = _kinds(self._ground)
        self._longest = _most_stops(self._ground)
        self._state = np.array([seed * 7919 + 11], np.uint64)
        self._marks = np.random.default_rng(seed).integers(
            1, 1 << 63, self._number + self._patrols, dtype=np.uint64
        )
        self._pool = (
            np.zeros((_POOL, self._longest), np.int32),
            np.zeros(_POOL, np.int32),
            np.zeros(_POOL, np.int64),
            np.zeros(_POOL),
            np.zeros(_POOL, np.uint64),
            np.full(1 << 17, -1, np.int64),
            np.zeros(1, np.int64),
        )
        size, count = (self._number, self._patrols), int(family.max(initial=-1)) + 1
        self._marked = (np.zeros(self._patrols, np.bool_), np.zeros(count, np.bool_), np.ones(self._number))
        self._scratch = (
            np.zeros(size, np.int64),
            np.zeros(size, np.int64),
            np.zeros(self._number, np.int64),
            np.zeros(self._number),
            np.zeros(self._number, np.int64),
            np.ones(size),
        )
        self._plans = [self._empty(count) for _ in range(3)]
        self._scores = np.zeros(4)
        self._begun = False

    def begin(self, sequences: Sequences) -> None:
        """Set out from these sequences, which must hold."""
        from gridsvc.patrol.routing.ruin_search import weigh

        for plan in self._plans[:2]:
            self._write(plan, sequences)
        value, away = weigh(self._ground, self._plans[0])
        self._scores[:2] = value, away
        if not self._begun or (value, -away) > (self._scores[2], -self._scores[3]):
            self._write(self._plans[2], sequences)
            self._scores[2:] = value, away
        self._begun = True

    def _write(self, plan: tuple[Any, ...], sequences: Sequences) -> None:
        from gridsvc.patrol.routing.ruin_kernels import load

        where = {int(visit): row for row, visit in enumerate(self._able)}
        seq, size, made, taken = plan[0], plan[1], plan[7], plan[8]
        made[:], taken[:] = -1, False
        for patrol, visits in enumerate(sequences):
            rows = [where[int(visit)] for visit in visits if int(visit) in where]
            size[patrol] = len(rows)
            seq[patrol, : len(rows)] = rows
            made[rows], taken[self._ground[5][rows]] = patrol, True
            load(self._ground, plan, patrol)

    def search(self, number: int, share: float, after: float, expected: float) -> bool:
        """Go on for `number` turns, from `share` to `after` of the whole; say if a better plan was found.

        `expected`: turns of the whole. With few of them for each visit that is made, what the heat tears down
        would not be built up again.
        """
        from gridsvc.patrol.routing.ruin_search import search

        hottest = min(HEAT[0], max(HEAT[1], expected / (_COOLER * max(1, int(self._plans[0][1].sum())))))
        heat = np.array([hottest * (HEAT[1] / hottest) ** part * self._middle for part in (share, after)])
        search_: Any = search  # numba does not tell its type
        found = search_(
            self._ground,
            *self._plans,
            self._scores,
            heat,
            number,
            self._slack,
            FLOOR,
            self._state,
            self.kind,
            self._marks,
            self._pool,
            self._marked,
            self._scratch,
        )
        return bool(found)

    @property
    def value(self) -> float:
        """Return what the best plan is worth, required visits with their surplus."""
        return float(self._scores[2])

    def best(self) -> list[list[int]]:
        """Return the best plan's visits, one sequence for each patrol."""
        seq, size = self._plans[2][0], self._plans[2][1]
        return [[int(self._able[v]) for v in seq[p, : size[p]]] for p in range(self._patrols)]

    def met(self, most: int) -> tuple[list[tuple[int, list[int]]], Floats]:
        """Return routes of the best plans met, as (kind of patrol, visits), and what each is worth."""
        routes, sizes, kinds, quality, _, _, filled = self._pool
        rows = np.argsort(-quality[: filled[0]], kind="stable")[:most]
        found = [(int(kinds[row]), [int(self._able[v]) for v in routes[row, : sizes[row]]]) for row in rows]
        worth = np.array([self._worth[routes[row, : sizes[row]]].sum() for row in rows])
        return found, worth

    def _empty(self, families_: int) -> tuple[Any, ...]:
        p, k = self._patrols, self._longest
        return (
            np.zeros((p, k + 1), np.int32),
            np.zeros(p, np.int64),
            np.full(p, -1, np.int64),
            np.zeros((p, k + 2), np.int64),
            np.zeros((p, k + 2, 3), np.int64),
            np.zeros((p, k + 2, 3), np.int64),
            np.zeros((p, 2), np.int64),
            np.full(self._number, -1, np.int64),
            np.zeros(families_, np.bool_),
        )


def _wanted(problem: Problem) -> Bools:
    """Return the visits that can make a plan better: of value, or of a family that is required."""
    family = families(problem)
    return (problem.visits.value > 0) | required_families(problem, family)[family]


def _worth(problem: Problem, family: Integers) -> Floats:
    """Return the values, those of required families above all others together."""
    needed = required_families(problem, family)[family]
    return problem.visits.value + needed * (float(problem.visits.value.sum()) + 1.0)


def _ground(problem: Problem, able: Bools, family: Integers, worth: Floats) -> tuple[Any, ...]:
    visits, patrols = problem.visits, problem.patrols
    travel = np.stack([np.minimum(matrix[np.ix_(visits.at, visits.at)], NEVER) for matrix in problem.travel])
    out = np.stack(
        [problem.travel[m][s, visits.at] for m, s in zip(patrols.mode, patrols.start, strict=True)]
    )
    home = np.stack(
        [
            np.zeros(len(visits), np.int64) if e == NOWHERE else problem.travel[m][visits.at, e]
            for m, e in zip(patrols.mode, patrols.end, strict=True)
        ]
    )
    loose = [
        int(
            patrols.pause[p] == 0
            and (visits.opens[able[:, p]] <= patrols.from_[p]).all()
            and (visits.closes[able[:, p]] >= patrols.until[p]).all()
        )
        for p in range(len(patrols))
    ]
    closest = travel.min(axis=0)
    closest = closest + closest.T
    near = np.argsort(closest, axis=1, kind="stable")[:, :_NEAR]
    columns = (patrols.mode, patrols.from_, patrols.until, patrols.longest)
    breaks = (patrols.pause, patrols.pause_from, patrols.pause_until, np.array(loose))
    return (
        travel.astype(np.int32),
        np.minimum(out, NEVER).astype(np.int32),
        np.minimum(home, NEVER).astype(np.int32),
        np.column_stack([visits.service, visits.opens, visits.closes]).astype(np.int64),
        worth,
        family,
        np.ascontiguousarray(able),
        np.column_stack([*columns, *breaks]).astype(np.int64),
        np.ascontiguousarray(near.astype(np.int32)),
    )


def _kinds(ground: tuple[Any, ...]) -> Integers:
    """Return for each patrol the first one that is just like it."""
    _, out, home, _, _, _, able, patrols, _ = ground
    first: dict[bytes, int] = {}
    marks = [
        out[p].tobytes() + home[p].tobytes() + able[:, p].tobytes() + patrols[p].tobytes()
        for p in range(len(patrols))
    ]
    return np.array([first.setdefault(mark, p) for p, mark in enumerate(marks)], np.int64)


def _most_stops(ground: tuple[Any, ...]) -> int:
    """Return how many visits one patrol can make at the most: those that take least, one after the other."""
    travel, out, _, visits, _, _, _, patrols, _ = ground
    if travel.shape[1] == 0:
        return 1
    reached = np.minimum(travel.min(axis=(0, 1)) if travel.shape[1] > 1 else np.zeros(1), out.min(axis=0))
    least = np.sort(np.maximum(reached, 0) + visits[:, 0])
    room = int(np.minimum(patrols[:, 2] - patrols[:, 1], patrols[:, 3]).max())
    return max(1, min(len(least), int(np.searchsorted(np.cumsum(least), room, side="right")) + 1))
