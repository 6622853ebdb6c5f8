"""Streets to be served by vehicles of one capacity (capacitated arc routing): the problem and its tours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridsvc.patrol.routing.problem import Integers

NO_WAY = np.int64(1) << 40
"""A cost from which on there is no way; sums of some thousands of it still fit."""


@dataclass(frozen=True, slots=True, eq=False)
class ArcProblem:
    """`n` streets, each served once, by tours that begin and end at the depot and carry `capacity` at most.

    Arcs 2i and 2i + 1 are the two directions of street i; arcs 2n and 2n + 1 both are the depot.
    `between[a, b]`: cost from the end of arc a to the beginning of arc b, shape (2n + 2, 2n + 2); NO_WAY
    where there is none. `demand` > 0, shape (n,). `served`: what serving all streets costs, in any order.
    """

    between: Integers
    demand: Integers
    capacity: int
    served: int

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True, slots=True)
class ArcTours:
    """Tours found: the arcs of each in order, what they cost in all, and how long was searched."""

    tours: tuple[tuple[int, ...], ...]
    cost: int
    iterations: int = 0
    seconds: float = 0.0


def arc_problem(
    nodes: int,
    ends: Integers,
    cost: Integers,
    demand: Integers,
    capacity: int,
    depot: int,
) -> ArcProblem:
    """Return the problem of an undirected network: `ends` (edges, 2), `cost`, `demand` (0: only passed)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    wanted = np.flatnonzero(demand > 0)
    from_, to = np.full(2 * len(wanted) + 2, depot), np.full(2 * len(wanted) + 2, depot)
    from_[:-2], to[:-2] = ends[wanted].ravel(), ends[wanted][:, ::-1].ravel()
    # Of several edges between two nodes the cheapest is passed; scipy would add them up.
    pairs = np.sort(ends, axis=1)
    order = np.lexsort((cost, pairs[:, 1], pairs[:, 0]))
    pairs, first = np.unique(pairs[order], axis=0, return_index=True)
    weight = cost[order][first].astype(np.float64)
    graph = csr_array((weight, (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes))
    sources, row = np.unique(to, return_inverse=True)
    apart = dijkstra(graph, directed=False, indices=sources)[row][:, from_]
    apart[np.isinf(apart)] = NO_WAY
    return ArcProblem(
        np.rint(apart).astype(np.int64),
        demand[wanted].astype(np.int64),
        capacity,
        int(cost[wanted].sum()),
    )


def best_directions(problem: ArcProblem, order: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    """Return what a tour through the streets in this order costs at least, and the arcs that do so.

    Exact, by the cheapest way to the end of each street in either direction.
    """
    between, depot = problem.between, 2 * len(problem)
    arcs = [np.array([depot, depot + 1]), *(np.array([2 * street, 2 * street + 1]) for street in order)]
    so_far, came = np.zeros(2, np.int64), []
    for here, there in zip(arcs, [*arcs[1:], arcs[0]], strict=True):
        ways = so_far[:, None] + between[np.ix_(here, there)]
        came.append(ways.argmin(axis=0))
        so_far = ways.min(axis=0)
    found, side = [], int(came[-1][0])
    for at in range(len(order), 0, -1):
        found.append(int(arcs[at][side]))
        side = int(came[at - 1][side])
    return int(so_far[0]), tuple(reversed(found))
