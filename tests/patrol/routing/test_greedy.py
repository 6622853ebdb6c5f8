from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.patrol.routing.checking import faults, unserved
from gridsvc.patrol.routing.greedy import complete, greedy, step_by_step
from gridsvc.patrol.routing.inserting import NOT, Routes
from gridsvc.patrol.routing.problem import Problem
from gridsvc.patrol.routing.timing import time_route
from tests.patrol.town_of_chance import best_value, town_of_chance


def _real_faults(problem: Problem, solution: object) -> list[str]:
    return [fault for fault in faults(problem, solution) if "is required and not made" not in fault]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([1.0, 2.0, 4.0]), st.integers(1, 4))
def test_the_simple_plan_is_feasible_and_full(seed: int, hours: float, patrols: int) -> None:
    problem = town_of_chance(seed, visits=12, patrols=patrols, hours=hours).problem
    simple = greedy(problem)
    assert _real_faults(problem, simple) == []
    full = complete(problem, simple)
    assert _real_faults(problem, full) == []
    assert full.value(problem) >= simple.value(problem)
    _nothing_fits(problem, [list(visits) for visits in full.sequences])


def _nothing_fits(problem: Problem, sequences: list[list[int]]) -> None:
    """Every visit that is left is tried at every place of every route, timed by other code."""
    group = problem.visits.group
    made = {visit for visits in sequences for visit in visits}
    taken = {int(group[visit]) for visit in made if group[visit] >= 0}
    for visit in set(range(len(problem.visits))) - made:
        if int(group[visit]) in taken:
            continue
        for patrol, visits in enumerate(sequences):
            for slot in range(len(visits) + 1):
                assert time_route(problem, patrol, [*visits[:slot], visit, *visits[slot:]]) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_what_an_insertion_takes_equals_the_timing_of_the_whole_route(seed: int) -> None:
    problem = town_of_chance(seed, visits=9, patrols=1, hours=4, closed=0).problem
    sequence = list(greedy(problem).sequences[0])
    routes = Routes(problem, [sequence])
    rest = np.array([v for v in range(9) if v not in sequence], np.int64)
    found, slots = routes.insertions(0, rest, np.ones(len(rest), bool))
    for visit, duration, slot in zip(rest.tolist(), found.tolist(), slots.tolist(), strict=True):
        timed = [
            time_route(problem, 0, [*sequence[:k], visit, *sequence[k:]]) for k in range(len(sequence) + 1)
        ]
        possible = [route.returns - route.leaves for route in timed if route is not None]
        assert (duration >= NOT) == (possible == [])
        if possible:
            # The schedule prefers the earliest return, the insertion the shortest time under way.
            assert duration <= min(possible)
            assert timed[slot] is not None


def test_required_visits_go_first() -> None:
    for seed in range(40):
        problem = town_of_chance(seed, visits=6, hours=4, required=0.2).problem
        if not len(unserved(problem, greedy(problem))):
            continue
        # The simple plan may miss one that some plan holds, but never one that alone is easy.
        only = problem.only(problem.visits.required)
        assert len(only.visits) > 1 or best_value(only, must=True) is None


def test_the_same_problem_gives_the_same_plan() -> None:
    problem = town_of_chance(5, visits=20, patrols=3, hours=4).problem
    assert greedy(problem) == greedy(problem)


@pytest.mark.parametrize("visits", [0, 3])
def test_nobody_and_nothing(visits: int) -> None:
    problem = town_of_chance(1).problem.only(np.arange(visits))
    assert len(greedy(problem).routes) == 2


@pytest.mark.parametrize("seed", range(8))
def test_going_step_by_step_is_feasible_and_goes_on_as_long_as_something_can_follow(seed: int) -> None:
    problem = town_of_chance(seed, visits=12, patrols=2, hours=4, required=0).problem
    walked = step_by_step(problem)
    assert _real_faults(problem, walked) == []
    group = problem.visits.group
    made = {visit for visits in walked.sequences for visit in visits}
    taken = {int(group[visit]) for visit in made if group[visit] >= 0}
    for visit in set(range(12)) - made:
        if int(group[visit]) not in taken:
            for patrol, visits in enumerate(walked.sequences):
                assert time_route(problem, patrol, [*visits, visit]) is None
