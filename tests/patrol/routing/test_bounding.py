from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.patrol.routing import bounding
from gridsvc.patrol.routing.bounding import upper_bound
from gridsvc.patrol.routing.problem import MINUTE, NOWHERE, Effort, Problem
from gridsvc.patrol.routing.solving import solve
from tests.patrol.town_of_chance import best_value, town_of_chance


def _near(problem: Problem) -> float:
    bound, best = upper_bound(problem).value, best_value(problem)
    assert best is not None
    assert bound >= best - 1e-9
    return bound - best


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([1.0, 2.0, 4.0]), st.integers(1, 3), st.integers(1, 6))
def test_no_plan_exceeds_the_bound(seed: int, hours: float, patrols: int, visits: int) -> None:
    _near(town_of_chance(seed, visits=visits, patrols=patrols, hours=hours).problem)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**9))
def test_the_bound_holds_where_ways_round_are_shorter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = town_of_chance(seed, visits=5).problem
    travel = tuple(rng.permutation(m.ravel()).reshape(m.shape).astype(np.int64) for m in problem.travel)
    _near(replace(problem, travel=travel))


@pytest.mark.parametrize("seed", range(12))
def test_the_walks_come_nearer_than_the_knapsack_and_are_no_less_sound(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = town_of_chance(seed, visits=7, patrols=2, hours=3, windows=0.3).problem
    near = _near(problem)
    monkeypatch.setattr(bounding, "walk_bound", lambda *_: None)
    assert near <= _near(problem)


def test_scarce_time_is_bounded_within_a_tenth() -> None:
    """Forty places, three walkers, two hours: the knapsack alone is a fifth or more above every plan."""
    problem = town_of_chance(
        11, visits=40, patrols=3, side=8, windows=0, groups=0, closed=0, required=0
    ).problem
    problem = replace(problem, visits=replace(problem.visits, service=np.full(40, 12 * MINUTE)))
    who = problem.patrols
    same = np.zeros(3, np.int64)
    hours = np.full(3, 2 * 60 * MINUTE)
    walkers = replace(
        who,
        start=who.start[[0] * 3],
        end=who.start[[0] * 3],
        mode=same,
        from_=same,
        until=hours,
        longest=hours,
    )
    problem = replace(problem, patrols=replace(walkers, pause=same))
    found = upper_bound(problem)
    assert found.kind == "walks"
    value = solve(problem, Effort(iterations=300)).solution.value(problem)
    assert 0.9 <= value / found.value <= 1


def test_the_same_problem_gives_the_same_bound() -> None:
    problem = town_of_chance(7, visits=20, patrols=3).problem
    assert upper_bound(problem) == upper_bound(problem)


def test_the_bound_is_all_where_all_can_be_made() -> None:
    problem = town_of_chance(3, visits=4, hours=8, windows=0, groups=0, closed=0, required=0).problem
    patrols = replace(
        problem.patrols,
        mode=np.zeros(2, np.int64),
        end=np.full(2, NOWHERE),
        longest=problem.patrols.until,
        pause=np.zeros(2, np.int64),
    )
    problem = replace(problem, travel=(np.full_like(problem.travel[0], 600),) * 2, patrols=patrols)
    found = upper_bound(problem)
    assert found.kind == "all"
    assert found.value == pytest.approx(problem.visits.value.sum())


def test_nobody_and_nothing_are_worth_nothing() -> None:
    problem = town_of_chance(1).problem
    nothing = problem.only(np.zeros(0, np.int64))
    assert upper_bound(nothing).value == 0.0


def test_a_shift_that_is_over_before_it_begins_adds_nothing() -> None:
    problem = town_of_chance(5, visits=6, patrols=2).problem
    who = problem.patrols
    over = replace(problem, patrols=replace(who, from_=who.until + np.array([1, 5000])))
    assert upper_bound(over).value == 0.0
    one = replace(problem, patrols=replace(who, from_=np.array([who.from_[0], who.until[1] + 1])))
    assert best_value(one) <= upper_bound(one).value + 1e-9 <= upper_bound(problem).value + 1e-6
