"""The engine: VROOM starts, PyVRP improves, and every route is timed exactly."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version

from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.improving import Improver
from gridsvc.patrol.routing.mending import mended
from gridsvc.patrol.routing.modelling import model_of
from gridsvc.patrol.routing.problem import Effort, Problem
from gridsvc.patrol.routing.reaching import possible_visits
from gridsvc.patrol.routing.resting import ActiveClock
from gridsvc.patrol.routing.solution import Sequences, Solution
from gridsvc.patrol.routing.solved import Solved
from gridsvc.patrol.routing.starting import vroom_start
from gridsvc.patrol.routing.timing import time_routes

Progress = Callable[[float], None]
_DEFAULT = Effort(iterations=5_000)


def solve(
    problem: Problem,
    effort: Effort = _DEFAULT,
    *,
    start: Sequences | None = None,
    progress: Progress | None = None,
) -> Solved:
    """Return the best plan found: most value, and of equal value the least travel.

    `start`: sequences to set out from, one for each patrol. `progress` hears the share that is done, 0 to 1, a
    few times a second. Every route returned holds; required visits may be missing where no plan was found that
    makes them (`checking.unserved`). With iterations and no seconds the same problem and seed give the same
    plan.
    """
    began = time.thread_time()
    best = mended(problem, start) if start is not None else greedy(problem)
    possible = possible_visits(problem)
    if not possible.any():
        return Solved(best, (), 0, time.thread_time() - began, best.value(problem))
    found = mended(problem, vroom_start(problem, possible, exploration=_exploration(problem), seconds=1.0))
    best = max(best, found, key=lambda each: rank(problem, each))
    start_value = best.value(problem)
    model = model_of(problem, ActiveClock.of(problem), possible)
    clock = _Budget(effort, began, progress)
    improved = Improver(model, effort.seed).improve(model.solution(best.sequences), clock)
    sequences = model.sequences(improved)
    found = time_routes(problem, sequences) or mended(problem, sequences)
    best = max(best, found, key=lambda each: rank(problem, each))
    engines = (f"vroom {version('pyvroom')}", f"pyvrp {version('pyvrp')}")
    return Solved(best, engines, clock.iterations, time.thread_time() - began, start_value)


def rank(problem: Problem, solution: Solution) -> tuple[int, float, int]:
    """Return what is better in a plan, the first first: required visits, value, less time on the way."""
    from gridsvc.patrol.routing.checking import unserved

    service = problem.visits.service[solution.made()].sum()
    away = sum(route.returns - route.leaves for route in solution.routes)
    return (-len(unserved(problem, solution)), round(solution.value(problem), 9), int(service) - away)


class _Budget:
    """Says when the search is to end, and tells how far it is."""

    def __init__(self, effort: Effort, began: float, progress: Progress | None) -> None:
        self.iterations = 0
        self._effort, self._began, self._progress, self._told = effort, began, progress, 0.0

    def __call__(self, _: int) -> bool:
        self.iterations += 1
        share = 0.0
        if self._effort.iterations is not None:
            share = self.iterations / max(1, self._effort.iterations)
        if self._effort.seconds is not None:
            share = max(share, (time.thread_time() - self._began) / self._effort.seconds)
        if self._progress is not None and time.perf_counter() - self._told > 0.2:
            self._told = time.perf_counter()
            self._progress(min(1.0, share))
        return share >= 1


def _exploration(problem: Problem) -> int:
    return 5 if len(problem.visits) <= 150 else 1
