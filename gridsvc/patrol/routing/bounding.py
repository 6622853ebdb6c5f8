"""What no plan can exceed: the value of a plan is shown beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.inserting import families
from gridsvc.patrol.routing.pricing import MOST_VISITS, walk_bound
from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Bools, Floats, Integers, Problem


@dataclass(frozen=True, slots=True)
class Bound:
    """No plan of the problem is worth more than `value`; `kind` names how that is known.

    `all`: everything that can be made at all; `knapsack`: time alone, each visit with half of its
    cheapest way in and out; `walks`: the best walks of the patrols at prices of the places (`pricing`).
    """

    value: float
    kind: str


def upper_bound(problem: Problem, *, known: float | None = None) -> Bound:
    """Return a value that no plan exceeds, with or without the required visits.

    `known`: the value of some plan; the search for prices sets its steps by it, None: the simple plan's.
    Sound for all that a problem can hold: windows, groups, unlike modes, breaks, ends nowhere. About a second
    at most; the same problem and `known` give the same bound.
    """
    if not len(problem.patrols) or not len(problem.visits):
        return Bound(0.0, "all")
    family = families(problem)
    can, cost = _halves(problem)
    value = np.where(can.any(axis=1), problem.visits.value, 0.0)
    possible = float(_best_of(family, value).sum())
    knapsack, prices = _knapsack(problem, family, can, cost)
    best = Bound(possible, "all") if possible <= knapsack else Bound(knapsack, "knapsack")
    if len(problem.visits) <= MOST_VISITS:
        known = greedy(problem).value(problem) if known is None else known
        walks = None if known >= possible * (1 - 1e-9) else walk_bound(problem, family, can, prices, known)
        if walks is not None and walks < best.value:
            best = Bound(walks, "walks")
    if (problem.visits.value == np.round(problem.visits.value)).all():
        return Bound(float(np.floor(best.value + 1e-6)), best.kind)
    return Bound(best.value * (1 + 1e-9), best.kind)


def _best_of(family: Integers, worth: Floats) -> Floats:
    """Return the highest worth in each family, 0 at least."""
    best = np.zeros(int(family.max()) + 1)
    np.maximum.at(best, family, worth)
    return best


def _halves(problem: Problem) -> tuple[Bools, Floats]:
    """Return who can make which visit, and what it takes at least (service, half of in and out), (v, p)."""
    visits, patrols = problem.visits, problem.patrols
    can = np.zeros((len(visits), len(patrols)), bool)
    cost = np.zeros((len(visits), len(patrols)))
    for mode in np.unique(patrols.mode).tolist():
        travel = problem.travel[mode][np.ix_(visits.at, visits.at)]
        soonest = (visits.opens + visits.service)[:, None] + travel
        between = np.where((travel < NEVER) & (soonest <= visits.closes[None, :]), travel, NEVER)
        np.fill_diagonal(between, NEVER)
        into, out = between.min(axis=0), between.min(axis=1)
        for patrol in np.flatnonzero(patrols.mode == mode).tolist():
            end = int(patrols.end[patrol])
            first = problem.travel[mode][patrols.start[patrol], visits.at]
            home = np.zeros(len(visits), np.int64) if end == NOWHERE else problem.travel[mode][visits.at, end]
            way_in, way_out = np.minimum(into, first), np.minimum(out, home)
            begins = np.maximum(patrols.from_[patrol] + way_in, visits.opens)
            fits = (begins <= visits.closes) & (begins + visits.service + way_out <= patrols.until[patrol])
            can[:, patrol] = visits.allowed[:, patrol] & fits & (way_in < NEVER) & (way_out < NEVER)
            cost[:, patrol] = visits.service + (way_in + way_out) / 2
    return can, cost


def _room(problem: Problem, can: Bools) -> Floats:
    """Return the time that each patrol has for its visits, half of its own first and last way taken off."""
    visits, patrols = problem.visits, problem.patrols
    room: Floats = np.minimum(patrols.longest, patrols.until - patrols.from_) - patrols.pause.astype(float)
    for patrol in range(len(patrols)):
        rows = visits.at[can[:, patrol]]
        if not len(rows):
            room[patrol] = 0
            continue
        travel = problem.travel[int(patrols.mode[patrol])]
        end = int(patrols.end[patrol])
        home = 0 if end == NOWHERE else int(travel[rows, end].min())
        room[patrol] -= (int(travel[patrols.start[patrol], rows].min()) + home) / 2
    return room.clip(min=0.0)


def _knapsack(problem: Problem, family: Integers, can: Bools, cost: Floats) -> tuple[float, Floats]:
    """Return the best of the fractional knapsack, and what each family is worth beyond its time in it.

    One price of time for all patrols; any price is sound, the best is found by thirds.
    """
    room = float(_room(problem, can).sum())
    least = np.where(can, cost, np.inf).min(axis=1)
    rows = np.isfinite(least)
    value, least, own = problem.visits.value[rows], least[rows], family[rows]

    def beyond(price: float) -> Floats:
        best = np.zeros(int(family.max()) + 1)
        np.maximum.at(best, own, value - price * least)
        return best

    def bound(price: float) -> float:
        return price * room + float(beyond(price).sum())

    low, high = 0.0, float((value / np.maximum(least, 1)).max(initial=0.0))
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if bound(a) <= bound(b) else (a, high)
    price = (low + high) / 2
    return bound(price), beyond(price)
