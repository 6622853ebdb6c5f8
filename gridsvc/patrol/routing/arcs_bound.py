"""What tours cost at least: two bounds that are sound and quick, of which the greater holds."""

from __future__ import annotations

import numpy as np

from gridsvc.patrol.routing.arcs import NO_WAY, ArcProblem


def least_cost(problem: ArcProblem) -> int:
    """Return a cost that no tours go below, what serving costs included."""
    if len(problem) == 0:
        return problem.served
    return problem.served + max(_joining(problem), _crossing(problem))


def _joining(problem: ArcProblem) -> int:
    """Return what joining all ends of streets costs at least; strong where the depot is in the middle.

    Every end is joined to the end of another street or to the depot, and the depot is left and reached as
    often as the demand needs tours; two tours joined where they meet at the depot only save. The cheapest
    such joining (Golden & Wong 1981, Networks 11: 305) is not computed but half of the cheapest assignment,
    which is no more than it.
    """
    from scipy.optimize import linear_sum_assignment

    ends = 2 * len(problem)
    visits = 2 * -(-int(problem.demand.sum()) // problem.capacity)
    opposite = np.arange(ends) ^ 1
    # End a is where arc a comes to; who goes on from there to end b enters b's street by the opposite arc.
    joined = problem.between[:ends][:, opposite]
    home = np.minimum(problem.between[:ends, ends], problem.between[ends, opposite])
    cost = np.full((ends + visits, ends + visits), NO_WAY)
    cost[:ends, :ends] = np.minimum(joined, joined.T)
    cost[np.arange(ends), np.arange(ends)] = cost[np.arange(ends), opposite] = NO_WAY
    cost[:ends, ends:] = home[:, None]
    cost[ends:, :ends] = home
    rows, columns = linear_sum_assignment(cost)
    return -(-int(cost[rows, columns].sum()) // 2)


def _crossing(problem: ArcProblem) -> int:
    """Return what getting away from the depot and back costs at least; strong where it is at the edge.

    At any distance from the depot, the demand of the streets wholly beyond it needs tours that go over it and
    back, and only as many of these crossings are for nothing extra as streets to be served lie across it. An
    unserved way of cost c crosses the distances of an interval no longer than c.
    """
    away = problem.between[-1, :-2].reshape(-1, 2)
    near, far = away.min(axis=1), away.max(axis=1)
    levels = np.unique(np.concatenate([[0], near, far]))
    middle = (levels[1:] + levels[:-1]) / 2
    beyond = (near > middle[:, None]) @ problem.demand
    crossings = 2 * -(-beyond // problem.capacity)
    free = ((near < middle[:, None]) & (far > middle[:, None])).sum(axis=1)
    return int((np.maximum(crossings - free, 0) * np.diff(levels)).sum())
