"""A closer bound: every place gets a price, and each patrol walks where most is left after prices.

For any prices λ >= 0 no plan is worth more than Σ λ + Σ over patrols of the best walk at value - λ
(Lagrange). The prices are sought by subgradients; a place that several walks come to gets dearer, one that
none comes to cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.routing.problem import MINUTE, NEVER, NOWHERE, SECOND, Bools, Floats, Integers, Problem

_STEPS = 130
"""Subgradient steps at most."""
_ENOUGH, _FEW, _FEWEST = 100, 25, 5
"""Steps that bring good prices; that leave them a few per cent off; with fewer they stay what they were."""
_SHORTEST = 0.03
"""When steps have become as short as this, more of them change nothing."""
_OPERATIONS = 1_200_000_000
"""Ways looked at in all, about a second: the number of steps follows from it, not from a clock."""
MOST_VISITS = 800
"""With more the walks take too long."""
GRAINS = (10 * SECOND, 20 * SECOND, 30 * SECOND, MINUTE)
"""Ways are counted in whole ones of these."""


def walk_bound(problem: Problem, family: Integers, can: Bools, prices: Floats, known: float) -> float | None:
    """Return the closest bound that was found, or None where walks tell nothing or would take too long.

    `can` (v, p): who can make which visit. `prices`: one for each family to set out from. `known`: the value
    of some plan, which leads the steps. The bound counts patrols as they are; where that leaves few steps,
    prices are sought with patrols of a mode taken for alike.
    """
    kinds = _kinds(problem, family, can)
    last = _finest(kinds, _OPERATIONS // 3)
    if last is None:
        return None
    left = _OPERATIONS - _work(kinds, last)
    for sought, steps in ((kinds, _ENOUGH), (kinds, _FEW), (_alike(problem, family, can), _FEWEST)):
        grain = _finest(sought, left // steps)
        if grain is not None:
            best, prices = _search(
                sought, prices, grain, min(_STEPS, left // _work(sought, grain)), len(can), known
            )
            fine = _priced(kinds, prices, last, len(can))[0]
            return min(best, fine) if sought is kinds else fine
    return _priced(kinds, prices, last, len(can))[0]


def _search(
    kinds: list[_Kind], prices: Floats, grain: int, steps: int, visits: int, known: float
) -> tuple[float, Floats]:
    """Return the lowest bound met and its prices (subgradients with momentum, Polyak's steps to `known`)."""
    best, best_prices = np.inf, prices
    reach, stalled, direction = 0.7, 0, np.zeros_like(prices)
    family = kinds[0].all_family
    for _ in range(steps):
        value, made = _priced(kinds, prices, grain, visits)
        if value < best * (1 - 1e-6):
            best, best_prices, stalled = value, prices, 0
        else:
            stalled += 1
            if stalled >= 6:
                reach, stalled, prices = 0.6 * reach, 0, best_prices
        direction = np.bincount(family, made, minlength=len(prices)) - 1.0 + 0.9 * direction
        length = float((direction[(prices > 0) | (direction > 0)] ** 2).sum())
        if length == 0 or value <= known or reach < _SHORTEST:
            break
        prices = np.maximum(0.0, prices + reach * (value - known) / length * direction)
    return float(best), best_prices


def _work(kinds: list[_Kind], grain: int) -> int:
    return max(1, sum(kind.operations(grain) for kind in kinds))


def _finest(kinds: list[_Kind], operations: int) -> int | None:
    """Return the finest grain that takes no more than this, None: there is none."""
    for grain in GRAINS:
        if _work(kinds, grain) <= operations and kinds and all(kind.step(grain) for kind in kinds):
            return grain
    return None


def _priced(kinds: list[_Kind], prices: Floats, grain: int, visits: int) -> tuple[float, Floats]:
    """Return the bound at these prices, and how often the walks make each visit, shape (v,)."""
    total, made = float(prices.sum()), np.zeros(visits)
    for kind in kinds:
        total += kind.walk(prices, grain, made)
    return total, made


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """Patrols that differ in nothing but their start: places, visits and hours of one calculation.

    Times count from the begin of the first of them. `rows`: the visits in the order of their places.
    `patrols`: (begin, ways to the places) of each.
    """

    rows: Integers
    place_family: NDArray[np.int32]
    first: Integers
    service: Integers
    opens: Integers
    closes: Integers
    value: Floats
    row_family: Integers
    all_family: Integers
    ways: Integers
    near: Integers
    home: Integers
    until: int
    pause: tuple[int, int, int]
    patrols: tuple[tuple[int, Integers], ...]

    def operations(self, grain: int) -> int:
        return len(self.first) ** 2 * (self.until // grain + 1) * (2 if self.pause[0] else 1)

    def step(self, grain: int) -> int:
        """Return the hours that go by at least with each visit (positive) or each way (negative); 0: none."""
        by_service = int(self.service.min() // grain)
        if by_service:
            return by_service
        apart = self.place_family[:, None] != self.place_family[None, :]
        return -int(self.ways[apart].min() // grain) if apart.any() else -1

    def walk(self, prices: Floats, grain: int, made: Floats) -> float:
        """Return what the best walks of these patrols are worth; their visits are added to `made`."""
        from gridsvc.patrol.routing import walk_kernels as kernels

        gain = self.value - prices[self.row_family]
        hours = self.until // grain + 1
        ways = self.ways // grain
        about = (self.place_family, self.first, self.service, self.opens, self.closes, gain)
        layers = kernels.walks(
            hours, grain, ways, self.near, self.home, self.until, *about, self.pause, self.step(grain)
        )
        total = 0.0
        for begin, out in self.patrols:
            here = np.zeros(len(self.rows))
            total += kernels.follow(layers, begin, out, grain, ways, *about, self.pause, here)
            made[self.rows] += here
        return total


def _kinds(problem: Problem, family: Integers, can: Bools) -> list[_Kind]:
    """Return the patrols that can make a visit, those together that differ in their start alone."""
    found: dict[Any, list[int]] = {}
    for patrol in np.flatnonzero(can.any(axis=0)).tolist():
        end, until, pause = _day(problem, patrol, can)
        key = (int(problem.patrols.mode[patrol]), end, until, pause, can[:, patrol].tobytes())
        found.setdefault(key, []).append(patrol)
    ends = problem.patrols.end
    kinds = []
    for key, patrols in found.items():
        home = _way_home(problem, key[0], ends[[patrols[0]]])
        kinds.append(_kind(problem, family, can[:, patrols[0]], patrols, home, key[2], key[3]))
    return kinds


def _alike(problem: Problem, family: Integers, can: Bools) -> list[_Kind]:
    """Return the patrols of each mode as one kind that may do what any of them may: only for prices."""
    who = problem.patrols
    kinds = []
    for mode in np.unique(who.mode[can.any(axis=0)]).tolist():
        patrols = np.flatnonzero((who.mode == mode) & can.any(axis=0))
        until = int((who.until - who.pause)[patrols].max())
        home = _way_home(problem, mode, np.unique(who.end[patrols]))
        able = np.asarray(can[:, patrols].any(axis=1))
        kinds.append(_kind(problem, family, able, patrols.tolist(), home, until, (0, 0, 0)))
    return kinds


def _way_home(problem: Problem, mode: int, ends: Integers) -> Integers:
    """Return the way from each visit to the nearest of these ends, shape (v,)."""
    if (ends == NOWHERE).any():
        return np.zeros(len(problem.visits), np.int64)
    nearest: Integers = problem.travel[mode][np.ix_(problem.visits.at, ends)].min(axis=1)
    return np.minimum(nearest, NEVER)


def _day(problem: Problem, patrol: int, can: Bools) -> tuple[int, int, tuple[int, int, int]]:
    """Return end, latest return, and break of a patrol.

    Where no hours of visits matter, a shorter `longest` is held by an earlier return: whoever leaves later
    may as well leave at once. The break is then at any time. Else `longest` is left aside.
    """
    patrols, visits = problem.patrols, problem.visits
    begins, until = int(patrols.from_[patrol]), int(patrols.until[patrol])
    longest = int(patrols.longest[patrol])
    pause = (int(patrols.pause[patrol]), int(patrols.pause_from[patrol]), int(patrols.pause_until[patrol]))
    rows = can[:, patrol]
    if (
        longest < until - begins
        and (visits.opens[rows] <= begins).all()
        and (visits.closes[rows] >= until).all()
    ):
        return int(patrols.end[patrol]), begins + longest, (pause[0], begins, until)
    return int(patrols.end[patrol]), until, pause if pause[0] else (0, 0, 0)


def _kind(
    problem: Problem,
    family: Integers,
    able: Bools,
    patrols: list[int],
    home: Integers,
    until: int,
    pause: tuple[int, int, int],
) -> _Kind:
    visits, travel = problem.visits, problem.travel[int(problem.patrols.mode[patrols[0]])]
    origin = int(problem.patrols.from_[patrols].min())
    chosen = np.flatnonzero(able)
    rows = chosen[np.lexsort((visits.at[chosen], family[chosen]))]
    at, own = visits.at[rows], family[rows]
    new = np.ones(len(rows), bool)
    new[1:] = (at[1:] != at[:-1]) | (own[1:] != own[:-1])
    places = at[new]
    length, low, high = pause
    ways = np.minimum(travel[np.ix_(places, places)], NEVER).astype(np.int64)
    return _Kind(
        rows=rows,
        place_family=own[new].astype(np.int32),
        first=np.append(np.flatnonzero(new), len(rows)).astype(np.int64),
        service=visits.service[rows].astype(np.int64),
        opens=(visits.opens[rows] - origin).clip(min=0).astype(np.int64),
        closes=(visits.closes[rows] - origin).astype(np.int64),
        value=visits.value[rows].astype(float),
        row_family=own,
        all_family=family,
        ways=ways,
        near=np.argsort(ways, axis=1, kind="stable"),
        home=home[rows[new]].astype(np.int64),
        until=until - origin,
        pause=(length, max(0, low - origin) if length else 0, high - origin if length else 0),
        patrols=tuple(
            (
                int(problem.patrols.from_[patrol]) - origin,
                np.minimum(travel[problem.patrols.start[patrol], places], NEVER).astype(np.int64),
            )
            for patrol in patrols
        ),
    )
