"""The engine: a greedy start, ruin and recreate with annealing, set packing over the routes met."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version

from gridsvc.patrol.routing.checking import unserved
from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.inserting import families
from gridsvc.patrol.routing.mending import mended
from gridsvc.patrol.routing.pooling import best_of_pool
from gridsvc.patrol.routing.problem import Bools, Effort, Problem
from gridsvc.patrol.routing.reaching import possible_visits
from gridsvc.patrol.routing.ruining import Ruiner
from gridsvc.patrol.routing.solution import Sequences, Solution
from gridsvc.patrol.routing.solved import Solved
from gridsvc.patrol.routing.timing import time_routes

Progress = Callable[[float], None]
_DEFAULT = Effort(iterations=20_000)
_SECONDS = 5.0
"""Where neither iterations nor seconds are given."""
_ANNEALED = 0.85
"""Share of the effort after which the routes met are put together; the rest improves what came of it."""
_TURNS = 100
"""Turns between two looks at the clock, with iterations alone."""
_COLUMNS = 2_500
_RUN_SECONDS = 0.033
"""Processor time for each visit that a search is given before another one begins: of ten seconds for 100
visits there are three. Measured on the ten hardest instances of team orienteering: mean 0.52 % by three
searches, 0.78 % by two, 0.71 % by four.
"""
_RUN_TURNS = 1_000
"""The same in turns."""
_MOST_RUNS = 4


def solve(
    problem: Problem,
    effort: Effort = _DEFAULT,
    *,
    start: Sequences | None = None,
    progress: Progress | None = None,
) -> Solved:
    """Return the best plan found: most value, and of equal value the least time under way.

    `start`: sequences to set out from, one for each patrol; the plan is no worse. `progress` hears the share
    that is done, 0 to 1, a few times a second. Every route returned holds; required visits are missing where
    no plan was found that makes them (`checking.unserved`). With iterations and no seconds the same problem
    and seed give the same plan. The first call on a machine compiles for some seconds, which do not count.
    """
    from threadpoolctl import threadpool_limits

    first = greedy(problem)
    if start is not None:
        first = max(first, mended(problem, start), key=lambda each: rank(problem, each))
    possible = possible_visits(problem)
    if not possible.any() or not (problem.visits.value.any() or problem.visits.required.any()):
        return Solved(first, engines(), 0, 0.0, first.value(problem))
    with threadpool_limits(1):
        began, turns, best = time.thread_time(), 0, first
        runs = _runs(effort, int(possible.any(axis=1).sum()))
        for run in range(runs):
            told = _of_progress(progress, run, runs)
            found, taken = _search(problem, possible, first, _of_run(effort, run, runs), told)
            best, turns = max(best, found, key=lambda each: rank(problem, each)), turns + taken
    return Solved(best, engines(), turns, time.thread_time() - began, first.value(problem))


def _runs(effort: Effort, visits: int) -> int:
    """Return how many searches share the effort: a long one alone may stay where it is stuck."""
    each = max(visits, 1)
    by_turns = None if effort.iterations is None else effort.iterations / (_RUN_TURNS * each)
    by_time = None if effort.seconds is None else effort.seconds / (_RUN_SECONDS * each)
    return max(1, min(_MOST_RUNS, *(int(runs) for runs in (by_turns, by_time) if runs is not None)))


def _of_run(effort: Effort, run: int, runs: int) -> Effort:
    seconds = None if effort.seconds is None else effort.seconds / runs
    turns = None if effort.iterations is None else effort.iterations // runs
    return replace(effort, iterations=turns, seconds=seconds, seed=effort.seed + 104_729 * run)


def _of_progress(progress: Progress | None, run: int, runs: int) -> Progress | None:
    return None if progress is None else lambda done: progress((run + done) / runs)


def _search(
    problem: Problem, possible: Bools, first: Solution, effort: Effort, progress: Progress | None
) -> tuple[Solution, int]:
    """Return the best solution of one search that sets out from `first`, and its turns."""
    ruiner = Ruiner(problem, possible, effort.seed)
    ruiner.begin(first.sequences)
    ruiner.search(0, 0.0, 0.0, 1.0)
    clock = _Clock(effort, progress)
    _anneal(ruiner, clock, _ANNEALED)
    _pack(problem, ruiner, clock)
    _anneal(ruiner, clock, 1.0)
    found = time_routes(problem, ruiner.best())
    return first if found is None else found, clock.turns


def rank(problem: Problem, solution: Solution) -> tuple[int, float, int]:
    """Return what is better in a plan, the first first: required visits, value, less time under way."""
    away = sum(route.returns - route.leaves for route in solution.routes)
    return -len(unserved(problem, solution)), round(solution.value(problem), 9), -away


def _anneal(ruiner: Ruiner, clock: _Clock, until: float) -> None:
    share = clock.share()
    while share < until:
        ruiner.search(clock.next_turns(), share, min(1.0, share + 0.01), clock.expected())
        share = clock.share()


def _pack(problem: Problem, ruiner: Ruiner, clock: _Clock) -> None:
    """Put the routes met together in the best way; where that is better, it is gone on from there."""
    routes, worth = ruiner.met(_COLUMNS)
    left = clock.seconds_left()
    packed = best_of_pool(
        routes, worth, families(problem), ruiner.kind, seconds=None if left is None else left * 0.8
    )
    ruiner.begin(ruiner.best() if packed is None else packed)


def engines() -> tuple[str, ...]:
    """Return what a solution was made by, each with its version."""
    return (f"gridsvc ruin and recreate {version('gridsvc')}", f"scipy HiGHS {version('scipy')}")


class _Clock:
    """How far the search is, by turns or by this thread's processor time, whichever is further."""

    def __init__(self, effort: Effort, progress: Progress | None) -> None:
        self.turns = 0
        self._iterations = effort.iterations
        self._limit = effort.seconds
        if effort.iterations is None and effort.seconds is None:
            self._limit = _SECONDS
        self._progress, self._told = progress, 0.0
        self._began, self._asked, self._pace = time.thread_time(), 0.0, 10
        self._rate = 0.0

    def seconds(self) -> float:
        """Return the processor time since the search began."""
        return time.thread_time() - self._began

    def seconds_left(self) -> float | None:
        """Return the processor time that is left; None: as much as it takes."""
        return None if self._limit is None else max(0.0, self._limit - self.seconds())

    def share(self) -> float:
        """Return the share of the effort that is done, and tell it."""
        share = 0.0 if self._iterations is None else self.turns / max(1, self._iterations)
        if self._limit is not None:
            share = max(share, self.seconds() / max(self._limit, 1e-9))
        if self._progress is not None and time.perf_counter() - self._told > 0.2:
            self._told = time.perf_counter()
            self._progress(min(1.0, share))
        return share

    def expected(self) -> float:
        """Return how many turns the whole will take, at the pace of the last ones."""
        turns = float("inf") if self._iterations is None else float(self._iterations)
        return turns if self._limit is None else min(turns, self._limit * self._rate)

    def next_turns(self) -> int:
        """Return how many turns to take before the next look at the clock."""
        if self._limit is not None:
            # About a twentieth of a second between two looks.
            now = self.seconds()
            took, self._asked = now - self._asked, now
            if self.turns:
                self._rate = self._pace / max(took, 1e-6)
            factor = min(2.0, max(0.5, 0.05 / took)) if took > 0 else 2.0
            self._pace = max(1, min(2_000, int(self._pace * factor)))
        turns = _TURNS if self._limit is None else self._pace
        if self._iterations is not None:
            turns = max(1, min(turns, self._iterations - self.turns))
        self.turns += turns
        return turns
