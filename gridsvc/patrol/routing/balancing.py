"""The same share of work for everybody, as far as that costs little."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridsvc.patrol.routing.checking import unserved
from gridsvc.patrol.routing.problem import Effort, Floats, Problem
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.solving import solve

SPREAD = 1.2
"""Longest over mean work (patrol.md 1)."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """The solution, and its spread before and after: the greatest share of work over the mean one."""

    solution: Solution
    before: float
    after: float


def balance(
    problem: Problem,
    solution: Solution,
    effort: Effort,
    *,
    spread: float = SPREAD,
    give_up: float = 0.01,
    solves: int = 6,
) -> Balanced:
    """Return a solution whose spread is at most `spread`, if that costs at most `give_up` of the value.

    The longest time under way is narrowed down by halves: `solves` searches, each with its share of `effort`.
    Of what is met the least spread counts; no required visit is given up. Where nothing is better the
    solution stays.
    """
    before = spread_of(problem, solution)
    best, reached = solution, before
    least = solution.value(problem) * (1 - give_up)
    missing = len(unserved(problem, solution))
    share = shares(problem, solution)
    if before <= spread or len(share) < 2:
        return Balanced(solution, before, before)
    low, high = float(share.mean()), float(share.max())
    limit = min(high, low * spread)
    step = Effort(
        iterations=None if effort.iterations is None else max(1, effort.iterations // solves),
        seconds=None if effort.seconds is None else effort.seconds / solves,
        seed=effort.seed,
    )
    for _ in range(solves):
        found = solve(_limited(problem, limit), step, start=best.sequences).solution
        holds = found.value(problem) >= least and len(unserved(problem, found)) <= missing
        if holds and spread_of(problem, found) < reached:
            best, reached = found, spread_of(problem, found)
        if reached <= spread:
            break
        low, high = (low, limit) if holds else (limit, high)
        limit = (low + high) / 2
    return Balanced(best, before, reached)


def shares(problem: Problem, solution: Solution) -> Floats:
    """Return the time under way of each patrol as a share of what it has, shape (p,)."""
    patrols = problem.patrols
    away = np.array([route.returns - route.leaves for route in solution.routes], float)
    has = np.maximum(np.minimum(patrols.longest, patrols.until - patrols.from_), 1)
    shared: Floats = away / has
    return shared


def spread_of(problem: Problem, solution: Solution) -> float:
    """Return the greatest share of work over the mean one; 1 where nobody works."""
    share = shares(problem, solution)
    return float(share.max() / share.mean()) if len(share) and share.mean() > 0 else 1.0


def _limited(problem: Problem, limit: float) -> Problem:
    patrols = problem.patrols
    has = np.minimum(patrols.longest, patrols.until - patrols.from_)
    return replace(problem, patrols=replace(patrols, longest=np.ceil(has * limit).astype(np.int64)))
