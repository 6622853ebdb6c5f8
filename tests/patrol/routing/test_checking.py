"""Every promise that a route can break is broken once, and is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridsvc.patrol.routing.checking import faults, unserved
from gridsvc.patrol.routing.problem import NEVER, Patrols, Problem, Visits
from gridsvc.patrol.routing.solution import Route, Solution
from gridsvc.patrol.routing.timing import time_routes


def _problem() -> Problem:
    travel = np.full((5, 5), 10, np.int64)
    each = (4, 4, 0, 0, 500, 400, (30, 0), 20, 100)
    return Problem(
        (travel,),
        Visits(
            at=np.arange(4),
            service=np.full(4, 5),
            opens=np.zeros(4, np.int64),
            closes=np.full(4, 500),
            value=np.ones(4),
            group=np.array([-1, 3, 3, -1]),
            required=np.array([True, False, False, False]),
            allowed=np.ones((4, 2), bool),
        ),
        Patrols(*(np.zeros(2, np.int64) + np.array(value) for value in each)),
    )


def _held() -> tuple[Problem, Solution]:
    problem = _problem()
    solution = time_routes(problem, [[0, 1], [3]])
    assert solution is not None
    assert faults(problem, solution) == []
    return problem, solution


SPOILS: dict[str, Callable[[Problem], object]] = {
    "leaves before its shift": lambda problem: problem.patrols.from_.__setitem__(1, 400),
    "is back after its shift": lambda problem: problem.patrols.until.__setitem__(1, 20),
    "is under way for longer": lambda problem: problem.patrols.longest.__setitem__(1, 20),
    "outside its window": lambda problem: problem.visits.closes.__setitem__(3, 5),
    "may not make visit 3": lambda problem: problem.visits.allowed.__setitem__((3, 1), False),
    "no way to visit": lambda problem: problem.travel[0].__setitem__((4, 3), NEVER),
    "no way to its end": lambda problem: problem.travel[0].__setitem__((3, 4), NEVER),
    "reaches visit 3 at 10, not 11": lambda problem: problem.travel[0].__setitem__((4, 3), 11),
    "is back at 25, not 26": lambda problem: problem.travel[0].__setitem__((3, 4), 11),
    "does not stay": lambda problem: problem.visits.service.__setitem__(3, 6),
    "its break is 30 long, not 31": lambda problem: problem.patrols.pause.__setitem__(0, 31),
    "break is outside its window": lambda problem: problem.patrols.pause_until.__setitem__(0, 19),
    "has no break": lambda problem: problem.patrols.pause.__setitem__(1, 5),
    "2 visits of group 9": lambda problem: problem.visits.group.__setitem__([0, 1], 9),
    "visit 2 is required": lambda problem: (
        problem.visits.group.__setitem__(2, -1),
        problem.visits.required.__setitem__(2, True),
    ),
}


@pytest.mark.parametrize("fault", SPOILS)
def test_a_broken_promise_is_named(fault: str) -> None:
    problem, solution = _held()
    SPOILS[fault](problem)
    assert any(fault in found for found in faults(problem, solution)), faults(problem, solution)


def test_the_same_visit_twice_and_a_missing_route_are_named() -> None:
    problem, solution = _held()
    twice = Solution((solution.routes[1], solution.routes[1]))
    assert any("made 2 times" in found for found in faults(problem, twice))
    assert any("1 routes for 2" in found for found in faults(problem, Solution(solution.routes[:1])))


def test_a_break_while_busy_and_one_nowhere_are_named() -> None:
    problem, solution = _held()
    route = solution.routes[0]
    assert route.pause is not None
    busy = replace(route, pause=(25, 55))
    nowhere = replace(route, pause_after=2)
    assert any("while it is busy" in found for found in faults(problem, Solution((busy, Route()))))
    assert any("nowhere on the route" in found for found in faults(problem, Solution((nowhere, Route()))))


def test_a_required_visit_is_met_by_another_of_its_group() -> None:
    problem, solution = _held()
    problem.visits.required[2] = True
    assert unserved(problem, solution).tolist() == []
    assert unserved(problem, Solution((Route(), Route()))).tolist() == [0, 2]
