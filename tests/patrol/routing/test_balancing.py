from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridsvc.patrol.routing.balancing import balance, shares, spread_of
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.problem import Effort, Problem
from gridsvc.patrol.routing.solution import Route, Solution
from gridsvc.patrol.routing.solving import solve
from gridsvc.patrol.routing.timing import time_routes
from tests.patrol.town_of_chance import town_of_chance

EFFORT = Effort(iterations=300)


def _easy(seed: int, visits: int = 18, patrols: int = 3) -> Problem:
    """More time than work, and patrols that are alike."""
    problem = town_of_chance(
        seed, visits=visits, patrols=patrols, windows=0, groups=0, closed=0, required=0
    ).problem
    who = problem.patrols
    day = np.full(patrols, 8 * 36_000)
    alike = replace(
        who, start=who.start[[0] * patrols], end=who.start[[0] * patrols], mode=who.mode * 0, from_=day * 0
    )
    return replace(problem, patrols=replace(alike, until=day, longest=day, pause=day * 0))


@pytest.mark.parametrize("seed", range(4))
def test_work_is_shared_where_there_is_time(seed: int) -> None:
    problem = _easy(seed)
    solution = solve(problem, EFFORT).solution
    balanced = balance(problem, solution, EFFORT)
    assert faults(problem, balanced.solution) == []
    assert balanced.before == pytest.approx(spread_of(problem, solution))
    assert balanced.after == pytest.approx(spread_of(problem, balanced.solution))
    assert balanced.after <= 1.2
    assert balanced.solution.value(problem) >= 0.99 * solution.value(problem)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_by_trying(seed: int) -> None:
    problem = town_of_chance(seed, visits=12, patrols=3, hours=4).problem
    solution = greedy(problem)
    balanced = balance(problem, solution, Effort(iterations=60), give_up=0.0)
    assert balanced.after <= balanced.before
    assert balanced.solution.value(problem) >= solution.value(problem) - 1e-9
    assert len(faults(problem, balanced.solution)) <= len(faults(problem, solution))


def test_the_spread_is_of_shares_of_what_each_patrol_has() -> None:
    problem = _easy(1, visits=2, patrols=2)
    half = replace(problem, patrols=replace(problem.patrols, longest=np.array([8, 4]) * 36_000))
    solution = time_routes(half, [[0], [1]])
    assert solution is not None
    away = [route.returns - route.leaves for route in solution.routes]
    assert shares(half, solution).tolist() == pytest.approx([away[0] / 288_000, away[1] / 144_000])
    assert spread_of(half, Solution((Route(), Route()))) == 1.0
