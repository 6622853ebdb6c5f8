from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridsvc.errors import Text
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.problem import Effort, Problem
from gridsvc.patrol.routing.relaxing import because_dropped, relax
from tests.patrol.town_of_chance import best_value, town_of_chance

EFFORT = Effort(iterations=100)


def _held(problem: Problem) -> int:
    """Return how many groups (or visits) that are required the best plan makes, all tried."""
    group = problem.visits.group
    needed = problem.visits.required | np.isin(group, group[problem.visits.required & (group >= 0)])
    only = problem.only(needed)
    count = best_value(replace(only, visits=replace(only.visits, value=np.ones(len(only.visits)))))
    assert count is not None
    return round(count)


@pytest.mark.parametrize("seed", range(15))
def test_as_many_are_held_as_can_be_and_the_others_are_named(seed: int) -> None:
    problem = town_of_chance(seed, visits=7, hours=[1, 2, 3][seed % 3], required=0.6).problem
    relaxed = relax(problem, EFFORT)
    assert faults(relaxed.problem, relaxed.solution) == []
    group = problem.visits.group
    asked = {int(g) if g >= 0 else -2 - v for v, g in enumerate(group) if problem.visits.required[v]}
    assert len(asked) - len(relaxed.dropped) == _held(problem)
    for dropped in relaxed.dropped:
        assert because_dropped(dropped, lambda visit: Text(str(visit), str(visit))).en
        with_ = dropped.facts.get("with", ())
        if dropped.constraint in ("conflict", "together"):
            assert _held(_requiring(problem, [dropped.visit])) == 1
        if dropped.constraint == "conflict":
            together = [dropped.visit, *with_]
            assert _held(_requiring(problem, together)) < len(together)
        elif dropped.constraint != "together":
            assert _held(_requiring(problem, [dropped.visit])) == 0


def _requiring(problem: Problem, rows: list[int]) -> Problem:
    required = np.isin(np.arange(len(problem.visits)), rows)
    return replace(problem, visits=replace(problem.visits, required=required))


def test_nothing_is_given_up_where_all_can_be_held() -> None:
    problem = town_of_chance(2, visits=6, hours=8, windows=0, closed=0, groups=0, required=0).problem
    relaxed = relax(problem, EFFORT)
    assert relaxed.dropped == ()
    assert relaxed.problem is problem


def test_without_patrols_everything_is_given_up() -> None:
    problem = town_of_chance(1, visits=3, required=1.0, groups=0).problem
    nobody = replace(
        problem,
        visits=replace(problem.visits, allowed=np.zeros((3, 0), bool)),
        patrols=type(problem.patrols)(*(np.zeros(0, np.int64) for _ in range(9))),
    )
    relaxed = relax(nobody, EFFORT)
    assert [dropped.facts for dropped in relaxed.dropped] == [{"patrols": 0}] * 3
    assert relaxed.solution.routes == ()
