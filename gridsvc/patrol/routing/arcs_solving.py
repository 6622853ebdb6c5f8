"""The search for cheap tours: annealing over what is taken out of tours and put back (`arcs_kernels`)."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from gridsvc.patrol.routing.arcs import ArcProblem, ArcTours, best_directions
from gridsvc.patrol.routing.problem import Effort, Integers

ROUND = 100
"""Rounds to one iteration of `Effort`: about a millisecond."""
ITERATIONS = 5_000
"""Where neither iterations nor seconds are given."""
HOT, COLD = 1.0, 0.02
"""Temperature at the beginning and at the end, in ways between two streets of the best tours so far."""
STRINGS, LONGEST, BLINK = 10.0, 10.0, 0.01
"""The paper's: streets taken out on average and of one tour at most, share of the places overlooked."""


def solve_arcs(problem: ArcProblem, effort: Effort) -> ArcTours:
    """Return the best tours that were met; every street has a demand within the capacity and can be reached.

    With `iterations` alone the same tours anywhere; the temperature falls with whichever limit is nearer.
    """
    if len(problem) == 0:
        return ArcTours((), problem.served)
    from gridsvc.patrol.routing.arcs_kernels import rounds

    draw = np.random.default_rng(effort.seed)
    costs, best, state, undo = _beginning(problem)
    near = _nearest(problem.between, len(problem))
    numbers = (problem.between, problem.demand, problem.capacity)

    def search(number: int, heat: float) -> None:
        rounds(number, heat, STRINGS, LONGEST, BLINK, draw, numbers, near, costs, best, state, undo)

    search(0, 1.0)  # compiled before the clock starts
    most = effort.iterations if effort.iterations is not None or effort.seconds is not None else ITERATIONS
    done, begun = 0, time.thread_time()
    while (gone := _gone(done, most, time.thread_time() - begun, effort.seconds)) < 1:
        search(ROUND, _heat(gone, costs[1] / len(problem)))
        done += 1
    tours, length = best
    found = [
        best_directions(problem, tours[r, 1 : size + 1].tolist()) for r, size in enumerate(length) if size
    ]
    return ArcTours(
        tuple(arcs for _, arcs in found),
        sum(cost for cost, _ in found) + problem.served,
        done,
        time.thread_time() - begun,
    )


def _gone(done: int, most: int | None, spent: float, seconds: float | None) -> float:
    """Return the share of the effort that is behind."""
    return max(
        done / most if most else 1.0 if most == 0 else 0.0,
        spent / seconds if seconds else 1.0 if seconds == 0 else 0.0,
    )


def _heat(gone: float, way: float) -> float:
    return float(HOT * way * (COLD / HOT) ** gone)


def _nearest(between: Integers, streets: int) -> Integers:
    """Return for each street all streets, itself first and then by the least way in any directions."""
    ways = between[: 2 * streets, : 2 * streets].reshape(streets, 2, streets, 2).min(axis=(1, 3))
    np.fill_diagonal(ways, -1)
    return np.argsort(ways, axis=1, kind="stable").astype(np.int64)


def _beginning(problem: ArcProblem) -> tuple[Any, ...]:
    """Return (costs, best, state, undo) of `arcs_kernels`, filled first fit, the largest demand first."""
    from gridsvc.patrol.routing.arcs_kernels import measure

    streets, demand = len(problem), problem.demand
    most_in_one = int(np.searchsorted(np.cumsum(np.sort(demand)), problem.capacity, side="right"))
    first_fit: list[list[int]] = []
    loads: list[int] = []
    for street in np.argsort(-demand, kind="stable").tolist():
        r = next((r for r, load in enumerate(loads) if load + demand[street] <= problem.capacity), len(loads))
        if r == len(loads):
            first_fit.append([])
            loads.append(0)
        first_fit[r].append(street)
        loads[r] += int(demand[street])
    slots, width = min(streets, 2 * len(first_fit) + 10), most_in_one + 3
    tours, length, load = (np.zeros(shape, np.int64) for shape in ((slots, width), slots, slots))
    where, place = np.zeros(streets, np.int64), np.zeros(streets, np.int64)
    fore, back = np.zeros((slots, width, 2), np.int64), np.zeros((slots, width, 2), np.int64)
    state = (tours, length, load, np.zeros(slots, np.int64), fore, back, where, place)
    for r, tour in enumerate(first_fit):
        tours[r, 1 : len(tour) + 1], length[r], load[r] = tour, len(tour), loads[r]
        where[tour], place[tour] = r, np.arange(1, len(tour) + 1)
        measure(r, problem.between, streets, state)
    cost = int(state[3].sum())
    undo = (
        np.zeros_like(tours),
        np.zeros_like(length),
        np.zeros_like(load),
        np.zeros(slots, np.bool_),
        np.zeros_like(length),
    )
    return np.array([cost, cost]), (tours.copy(), length.copy()), state, undo
