"""The earliest schedule against every departure, every place of the break and every wait tried in turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Patrols, Problem, Visits
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.timing import time_route, time_routes

DAY = 30


@st.composite
def short_days(draw: st.DrawFn) -> Problem:
    """One patrol and up to four visits on a day of thirty units, every number small."""
    visits = draw(st.integers(1, 4))

    def some(low: int, high: int, number: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=number, max_size=number))

    size = visits + 2
    travel = np.array(some(0, 5, size * size)).reshape(size, size).astype(np.int64)
    if draw(st.booleans()):
        travel[draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))] = NEVER
    opens = np.array(some(0, 20, visits))
    pause_from = draw(st.integers(0, 20))
    return Problem(
        (travel,),
        Visits(
            at=np.arange(visits),
            service=np.array(some(0, 4, visits)),
            opens=opens,
            closes=opens + np.array(some(0, 20, visits)),
            value=np.ones(visits),
            group=np.full(visits, -1),
            required=np.zeros(visits, bool),
            allowed=np.ones((visits, 1), bool),
        ),
        Patrols(
            start=np.array([visits]),
            end=np.array([draw(st.sampled_from([visits, visits + 1, NOWHERE]))]),
            mode=np.array([0]),
            from_=np.array([draw(st.integers(0, 8))]),
            until=np.array([draw(st.integers(8, DAY))]),
            longest=np.array([draw(st.integers(4, DAY))]),
            pause=np.array([draw(st.sampled_from([0, 0, 1, 5]))]),
            pause_from=np.array([pause_from]),
            pause_until=np.array([pause_from + draw(st.integers(0, 10))]),
        ),
    )


def _tried(problem: Problem) -> tuple[int, list[int]] | None:
    """Return the earliest return of visits 0, 1, 2 … in order, and then when each begins at the earliest."""
    who, what, travel = problem.patrols, problem.visits, problem.travel[0]
    best = None
    number, pause = len(what), int(who.pause[0])
    for leaves in range(int(who.from_[0]), DAY + 1):
        for place in range(-1, number) if pause else [None]:
            now, row, begins, holds = leaves, int(who.start[0]), [], True
            for visit in range(-1, number):
                if visit >= 0:
                    now = max(now + int(travel[row, visit]), int(what.opens[visit]))
                    holds = holds and now <= what.closes[visit]
                    begins.append(now)
                    now, row = now + int(what.service[visit]), visit
                if visit == place:
                    now = max(now, int(who.pause_from[0]))
                    holds = holds and now <= who.pause_until[0]
                    now += pause
            now += 0 if who.end[0] == NOWHERE else int(travel[row, who.end[0]])
            if holds and now <= who.until[0] and now - leaves <= who.longest[0]:
                best = min(best, (now, begins)) if best else (now, begins)
    return best


@settings(max_examples=120, deadline=None)
@given(short_days())
def test_a_sequence_returns_as_early_as_anything_tried(problem: Problem) -> None:
    route = time_route(problem, 0, range(len(problem.visits)))
    tried = _tried(problem)
    assert (route is None) == (tried is None)
    if route is not None and tried is not None:
        assert route.returns == tried[0]
        assert faults(problem, Solution((route,))) == []


@settings(max_examples=60, deadline=None)
@given(short_days())
def test_to_leave_later_makes_something_later(problem: Problem) -> None:
    """Without a break: one unit later, and the first visit begins later, or the return is."""
    visits = range(len(problem.visits))
    route = time_route(problem, 0, visits)
    if route is None or route.pause is not None:
        return
    problem.patrols.from_[0] = route.leaves + 1
    later = time_route(problem, 0, visits)
    assert (
        later is None
        or later.returns > route.returns
        or [stop.begins for stop in later.visits] != [stop.begins for stop in route.visits]
    )


def _walk(pause_from: int) -> Problem:
    """Two visits, ten apart; the second opens at 100, the break takes 30."""
    travel = np.array([[0, 10, 10], [10, 0, 10], [10, 10, 0]], np.int64)
    one = np.array([0])
    return Problem(
        (travel,),
        Visits(
            at=np.array([0, 1]),
            service=np.array([5, 5]),
            opens=np.array([0, 100]),
            closes=np.array([200, 200]),
            value=np.ones(2),
            group=np.full(2, -1),
            required=np.zeros(2, bool),
            allowed=np.ones((2, 1), bool),
        ),
        Patrols(one + 2, one + 2, one, one, one + 300, one + 300, one + 30, one + pause_from, one + 250),
    )


def test_the_break_fills_a_wait() -> None:
    route = time_route(_walk(10), 0, [0, 1])
    assert route is not None
    assert (route.pause_after, route.visits[1].begins, route.returns) == (-1, 100, 115)


def test_the_break_waits_for_its_hour() -> None:
    route = time_route(_walk(150), 0, [0, 1])
    assert route is not None
    assert (route.pause_after, route.pause, route.returns) == (1, (150, 180), 190)


def test_a_patrol_that_stays_needs_no_break() -> None:
    solution = time_routes(_walk(10), [[]])
    assert solution is not None
    assert (solution.routes[0].pause, solution.routes[0].leaves) == (None, solution.routes[0].returns)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_visit_that_is_not_allowed_is_not_timed(allowed: bool) -> None:
    problem = _walk(10)
    problem.visits.allowed[0, 0] = allowed
    assert (time_routes(problem, [[0]]) is not None) == allowed
