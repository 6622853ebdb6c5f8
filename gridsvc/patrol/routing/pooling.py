"""The best plan out of all routes that a search has met: set packing, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridsvc.patrol.routing.problem import Floats, Integers

_NODES = 2_000
"""Branch and bound ends after so many nodes, wherever it runs."""


def best_of_pool(
    routes: Sequence[tuple[int, Sequence[int]]],
    worth: Floats,
    family: Integers,
    kind: Integers,
    *,
    seconds: float | None = None,
) -> list[list[int]] | None:
    """Return the routes that are worth most together, one sequence for each patrol; None if none were found.

    `routes`: (kind of patrol, visits); `worth[r]`: of route r. `family[v]`: of the visits of one at most one
    is made. `kind[p]`: a route of a kind may be given to any patrol of it. `seconds` of the wall clock.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    if not routes:
        return None
    rows: list[int] = []
    columns: list[int] = []
    families = int(family.max(initial=-1)) + 1
    for column, (own, visits) in enumerate(routes):
        rows.extend([*family[list(visits)].tolist(), families + own])
        columns.extend([column] * (len(visits) + 1))
    limit = np.concatenate([np.ones(families), np.bincount(kind, minlength=len(kind))])
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(limit), len(routes)))
    options = {"node_limit": _NODES, "mip_rel_gap": 0.0}
    if seconds is not None:
        options["time_limit"] = max(0.05, seconds)
    found = milp(
        -worth,
        constraints=LinearConstraint(matrix, -np.inf, limit),
        integrality=np.ones(len(routes)),
        bounds=Bounds(0, 1),
        options=options,
    )
    if found.x is None:
        return None
    made: list[list[int]] = [[] for _ in kind]
    free = {int(own): np.flatnonzero(kind == own).tolist() for own in np.unique(kind)}
    for column in np.flatnonzero(found.x > 0.5).tolist():
        own, visits = routes[column]
        made[free[own].pop(0)] = [int(visit) for visit in visits]
    return made
