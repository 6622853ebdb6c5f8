"""Small towns and shifts by chance: a directed street graph, and a problem of routes on it.

The matrices are networkx's shortest paths on the graph, so a plan can be walked again street by street.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

import networkx as nx
import numpy as np

from gridsvc.patrol.routing.problem import MINUTE, NEVER, NOWHERE, Patrols, Problem, Visits
from gridsvc.patrol.routing.timing import time_route

WALK, CAR = 0, 1


@dataclass(frozen=True, eq=False)
class Town:
    """`graphs[mode]`: the streets as arcs with `time` in deciseconds; `nodes[row]`: the node of each row."""

    graphs: tuple[nx.DiGraph, ...]
    nodes: tuple[int, ...]
    problem: Problem


def town_of_chance(
    seed: int,
    *,
    visits: int = 8,
    patrols: int = 2,
    side: int = 5,
    hours: float = 2.0,
    windows: float = 0.5,
    groups: float = 0.4,
    required: float = 0.1,
    closed: float = 0.1,
) -> Town:
    """Return a town of side x side crossings, 80 to 300 m apart, and a shift in it; all by chance of `seed`.

    Some streets are missing, some are one-way for cars, a few places have no way at all. Patrols differ in
    depot, mode, shift, longest time, break and end; `groups`: share of visits that are dwell alternatives of
    the one before; `windows`, `required`: shares of visits; `closed`: share of pairs that are not allowed.
    """
    rng = np.random.default_rng(seed)
    graphs = _streets(rng, side)
    nodes = rng.integers(0, side * side, visits + patrols)
    grouped = rng.random(visits) < groups
    at = np.arange(visits)
    group = np.full(visits, -1)
    for visit in range(1, visits):
        if grouped[visit]:
            at[visit] = at[visit - 1]
            group[visit - 1 : visit + 1] = group[visit - 1] if group[visit - 1] >= 0 else visit
    shift = int(hours * 60 * MINUTE)
    opens, closes = np.zeros(visits, np.int64), np.full(visits, shift)
    bound = rng.random(visits) < windows
    opens[bound] = rng.integers(0, shift, bound.sum())
    closes[bound] = opens[bound] + rng.integers(0, 40 * MINUTE, bound.sum())
    chosen = Visits(
        at=at.astype(np.int64),
        service=rng.choice([0, 5, 12, 20], visits) * MINUTE,
        opens=opens,
        closes=closes,
        value=np.round(rng.pareto(2.0, visits) + 0.1, 3),
        group=group.astype(np.int64),
        required=rng.random(visits) < required,
        allowed=rng.random((visits, patrols)) >= closed,
    )
    begins = rng.integers(0, 30 * MINUTE, patrols)
    pause = rng.choice([0, 0, 15 * MINUTE], patrols)
    rest = begins + rng.integers(0, max(shift // 2, 1), patrols)
    start = np.arange(visits, visits + patrols)
    end = np.where(rng.random(patrols) < 0.3, NOWHERE, np.where(rng.random(patrols) < 0.3, visits, start))
    who = Patrols(
        start=start,
        end=end,
        mode=rng.integers(0, 2, patrols),
        from_=begins,
        until=begins + rng.integers(shift // 3, shift + 1, patrols),
        longest=rng.integers(shift // 3, shift + 1, patrols),
        pause=pause,
        pause_from=rest,
        pause_until=rest + rng.integers(0, 30 * MINUTE, patrols),
    )
    rows = tuple(int(nodes[row]) for row in range(visits + patrols))
    return Town(graphs, rows, Problem(tuple(_matrix(graph, rows) for graph in graphs), chosen, who))


def _streets(rng: np.random.Generator, side: int) -> tuple[nx.DiGraph, nx.DiGraph]:
    walk, car = nx.DiGraph(), nx.DiGraph()
    walk.add_nodes_from(range(side * side))
    car.add_nodes_from(range(side * side))
    for row, column in product(range(side), range(side)):
        here = row * side + column
        for there in ([here + 1] if column + 1 < side else []) + ([here + side] if row + 1 < side else []):
            metres, drawn = rng.uniform(80, 300), rng.random()
            if drawn < 0.12:
                continue
            for a, b in ((here, there), (there, here)):
                walk.add_edge(a, b, time=round(metres / 1.3 * 10))
                if not (drawn < 0.3 and a == here) and not (drawn > 0.85 and a == there):
                    car.add_edge(a, b, time=round(metres / 6 * 10))
    return walk, car


def _matrix(graph: nx.DiGraph, rows: tuple[int, ...]) -> np.ndarray:
    found = np.full((len(rows), len(rows)), NEVER, np.int64)
    for row, node in enumerate(rows):
        reached = nx.single_source_dijkstra_path_length(graph, node, weight="time")
        for column, other in enumerate(rows):
            found[row, column] = reached.get(other, NEVER)
    return found


def best_value(problem: Problem, *, must: bool = False) -> float | None:
    """Return the value of the best plan by trying everything; with `must`, of those with all that is required.

    None: there is none. For some 8 visits and 3 patrols at most.
    """
    number = len(problem.visits)
    makes = [_makeable(problem, patrol) for patrol in range(len(problem.patrols))]
    best: dict[int, float] = {0: 0.0}
    for made in makes:
        further = dict(best)
        for before, worth in best.items():
            for mask in made:
                if not mask & before and _apart(problem, before | mask):
                    value = worth + sum(
                        float(problem.visits.value[v]) for v in range(number) if mask >> v & 1
                    )
                    further[before | mask] = max(further.get(before | mask, -1.0), value)
        best = further
    if must:
        best = {mask: worth for mask, worth in best.items() if _has_required(problem, mask)}
    return max(best.values(), default=None)


def _makeable(problem: Problem, patrol: int) -> set[int]:
    """Return the sets of visits (bits) that one patrol can make in some order."""
    found: set[int] = set()
    allowed = np.flatnonzero(problem.visits.allowed[:, patrol]).tolist()
    for length in range(1, len(allowed) + 1):
        for order in permutations(allowed, length):
            mask = sum(1 << visit for visit in order)
            if mask not in found and _apart(problem, mask) and time_route(problem, patrol, order) is not None:
                found.add(mask)
        if not any(mask.bit_count() == length for mask in found):
            break
    return found


def _apart(problem: Problem, mask: int) -> bool:
    groups = [int(g) for v, g in enumerate(problem.visits.group) if mask >> v & 1 and g >= 0]
    return len(groups) == len(set(groups))


def _has_required(problem: Problem, mask: int) -> bool:
    group = problem.visits.group
    return all(
        any(mask >> w & 1 for w in range(len(group)) if w == v or (group[v] >= 0 and group[w] == group[v]))
        for v in np.flatnonzero(problem.visits.required).tolist()
    )
