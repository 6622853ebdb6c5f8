"""Plans are walked again street by street, by code that knows the types of the house and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import pytest

from gridsvc.patrol.routing.bounding import upper_bound
from gridsvc.patrol.routing.problem import Effort
from gridsvc.patrol.routing.relaxing import relax
from gridsvc.patrol.routing.solution import Route, Solution
from gridsvc.patrol.routing.solving import solve
from tests.patrol.town_of_chance import Town, town_of_chance

EFFORT = Effort(iterations=300)


def violations(town: Town, solution: Solution) -> list[str]:
    """Return everything that is not as it was promised: streets, times, windows, shifts, breaks, groups."""
    visits = town.problem.visits
    found = [fault for patrol, route in enumerate(solution.routes) for fault in _walk(town, patrol, route)]
    made = [timed.visit for route in solution.routes for timed in route.visits]
    if len(made) != len(set(made)):
        found.append("a visit is made twice")
    groups = [int(visits.group[visit]) for visit in made if visits.group[visit] >= 0]
    if len(groups) != len(set(groups)):
        found.append("two visits of a group are made")
    for visit in range(len(visits)):
        family = {visit} | {
            w
            for w in range(len(visits))
            if visits.group[w] == visits.group[visit] and visits.group[visit] >= 0
        }
        if visits.required[visit] and not family & set(made):
            found.append(f"required visit {visit} is not made")
    return found


def _walk(town: Town, patrol: int, route: Route) -> Iterator[str]:
    who, visits = town.problem.patrols, town.problem.visits
    if not route.visits:
        return
    streets = town.graphs[int(who.mode[patrol])]
    if not who.from_[patrol] <= route.leaves <= route.returns <= who.until[patrol]:
        yield "is not within its shift"
    if route.returns - route.leaves > who.longest[patrol]:
        yield "is under way too long"
    clock, node = route.leaves, town.nodes[int(who.start[patrol])]
    rested = 0
    for position in range(-1, len(route.visits)):
        if position >= 0:
            timed = route.visits[position]
            place = town.nodes[int(visits.at[timed.visit])]
            clock, node = clock + _go(streets, node, place), place
            if clock != timed.arrives:
                yield f"arrives at {clock}, not at {timed.arrives}"
            if timed.begins < clock:
                yield "begins before it is there"
            if not visits.opens[timed.visit] <= timed.begins <= visits.closes[timed.visit]:
                yield "begins outside the window"
            if timed.leaves - timed.begins != visits.service[timed.visit]:
                yield "stays for another time than the visit takes"
            if not visits.allowed[timed.visit, patrol]:
                yield "is not allowed there"
            clock = timed.leaves
        if route.pause is not None and route.pause_after == position:
            begins, ends = route.pause
            rested = ends - begins
            if begins < clock:
                yield "rests before it is free"
            if not who.pause_from[patrol] <= begins <= who.pause_until[patrol]:
                yield "rests outside the hours of its break"
            clock = ends
    if rested != who.pause[patrol]:
        yield f"rests for {rested}, not {who.pause[patrol]}"
    if who.end[patrol] >= 0:
        clock += _go(streets, node, town.nodes[int(who.end[patrol])])
    if clock != route.returns:
        yield f"is back at {clock}, not at {route.returns}"


def _go(streets: nx.DiGraph, a: int, b: int) -> int:
    """Return the time of the way, street by street in its direction; an error of networkx: there is none."""
    path = nx.dijkstra_path(streets, a, b, weight="time")
    return sum(streets.edges[edge]["time"] for edge in pairwise(path))


def _town(seed: int) -> Town:
    return town_of_chance(
        seed, visits=4 + seed % 17, patrols=1 + seed % 4, hours=(1, 2, 4, 6)[seed // 4 % 4], side=4 + seed % 3
    )


def _replayed(seed: int) -> int:
    town = _town(seed)
    plan = relax(town.problem, EFFORT) if seed % 5 == 0 else None
    if plan is not None:
        town, solution = replace(town, problem=plan.problem), plan.solution
    else:
        optional = replace(town.problem.visits, required=town.problem.visits.required & False)
        town = replace(town, problem=replace(town.problem, visits=optional))
        solution = solve(town.problem, EFFORT).solution
    assert violations(town, solution) == []
    value = solution.value(town.problem)
    assert value <= upper_bound(town.problem, known=value).value
    return len(solution.made())


def test_plans_hold_when_they_are_walked_again() -> None:
    assert sum(_replayed(seed) for seed in range(30)) > 90


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_thousand_plans_hold_when_they_are_walked_again() -> None:
    assert sum(_replayed(seed) for seed in range(50, 1050)) > 3000


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda route: replace(route, returns=route.returns - 1), "is back at"),
        (lambda route: replace(route, visits=route.visits[::-1]), "arrives at"),
        (lambda route: replace(route, leaves=route.leaves - 10**6), "is not within its shift"),
        (lambda route: replace(route, visits=(*route.visits, route.visits[-1])), "a visit is made twice"),
    ],
)
def test_the_replay_would_notice(change: object, said: str) -> None:
    assert callable(change)
    town = town_of_chance(3, visits=8, patrols=1, hours=4, required=0)
    (route,) = solve(town.problem, EFFORT).solution.routes
    assert len(route.visits) > 1
    assert any(fault.startswith(said) for fault in violations(town, Solution((change(route),))))
