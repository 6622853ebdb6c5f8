"""Routes that do not hold are made to hold: what is worth least goes, what still fits comes in."""

from __future__ import annotations

from collections.abc import Sequence

from gridsvc.patrol.routing.greedy import complete
from gridsvc.patrol.routing.problem import Problem
from gridsvc.patrol.routing.solution import Route, Sequences, Solution
from gridsvc.patrol.routing.timing import time_route


def mended(problem: Problem, sequences: Sequences) -> Solution:
    """Return a solution that holds and makes as many of these visits, and others where they still fit."""
    routes: list[Route] = []
    group, taken = problem.visits.group, set[int]()
    for patrol, visits in enumerate(sequences):
        free = []
        for visit in visits:
            family = int(group[visit]) if group[visit] >= 0 else -2 - int(visit)
            if family not in taken and problem.visits.allowed[visit, patrol]:
                taken.add(family)
                free.append(int(visit))
        routes.append(holding(problem, patrol, free))
    return complete(problem, Solution(tuple(routes)))


def holding(problem: Problem, patrol: int, visits: Sequence[int]) -> Route:
    """Return a route with what a few removals leave of `visits`; required visits go last."""
    left = list(visits)
    while left:
        route = time_route(problem, patrol, left)
        if route is not None:
            return route
        worth = sorted(range(len(left)), key=lambda place: _worth(problem, left[place]))
        for place in worth:
            route = time_route(problem, patrol, left[:place] + left[place + 1 :])
            if route is not None:
                return route
        # No single visit is to blame: the one worth least for its time goes, and it is tried again.
        del left[min(worth, key=lambda place: _rate(problem, left[place]))]
    empty = time_route(problem, patrol, [])
    assert empty is not None  # to stay is always possible
    return empty


def _worth(problem: Problem, visit: int) -> tuple[bool, float]:
    return bool(problem.visits.required[visit]), float(problem.visits.value[visit])


def _rate(problem: Problem, visit: int) -> tuple[bool, float]:
    needed, value = _worth(problem, visit)
    return needed, value / (60 + float(problem.visits.service[visit]))
