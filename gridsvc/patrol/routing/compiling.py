"""`python -m gridsvc.patrol.routing.compiling`: compile the kernels of the search once, when installing.

Else the first plan on a machine would wait some ten seconds for it. What is compiled is kept beside the code.
"""

from __future__ import annotations

import numpy as np

from gridsvc.patrol.routing.bounding import upper_bound
from gridsvc.patrol.routing.exchanging import exchanged
from gridsvc.patrol.routing.omitting import reasons
from gridsvc.patrol.routing.problem import MINUTE, Effort, Patrols, Problem, Visits
from gridsvc.patrol.routing.solving import solve


def small_problem() -> Problem:
    """Return a problem with windows, groups, a must-visit and a break: it calls every kernel."""
    count, patrols = 12, 2
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 3_000, (count + 1, 2))
    away = np.hypot(*(xy[:, None, :] - xy[None, :, :]).T).astype(np.int64) * 3
    shift = 120 * MINUTE
    visits = Visits(
        at=np.arange(1, count + 1),
        service=np.full(count, 12 * MINUTE),
        opens=np.where(np.arange(count) % 3 == 0, 30 * MINUTE, 0).astype(np.int64),
        closes=np.full(count, shift),
        value=rng.uniform(1, 5, count),
        group=np.where(np.arange(count) < 2, 0, -1).astype(np.int64),
        required=np.arange(count) == 5,
        allowed=np.ones((count, patrols), bool),
    )
    none, whole = np.zeros(patrols, np.int64), np.full(patrols, shift)
    rest = np.array([15 * MINUTE, 0])
    return Problem(
        (away,), visits, Patrols(none, none, none, none, whole, whole, rest, none + shift // 3, whole // 2)
    )


def main() -> None:
    """Plan a small shift."""
    problem = small_problem()
    solution = exchanged(problem, solve(problem, Effort(iterations=20)).solution)
    reasons(problem, solution)
    upper_bound(problem)


if __name__ == "__main__":
    main()
