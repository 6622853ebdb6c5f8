"""The network of one mode as arcs with times, and which of it hangs together both ways."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from gridsvc.patrol.network.modes import CAR, SPEEDS, ModeSpeeds, speeds_of, ways_of
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.turning import pass_through, twin_nodes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECOND = 10
"""Times are whole deciseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class ModeNetwork:
    """What a mode makes of the streets, shape (links,) each.

    `along`, `against`: whether it may use a link so; `time`: deciseconds to pass it, at least 1. `strong`:
    the strongly connected part of each node, shape (nodes,), 0 the one with the longest links, -1 where no
    link is used. `main`: links between whose ends one can come and go within part 0.

    `tails`, `heads`, shape (2, links): the nodes that a link is entered and left by, along and against its
    line. A car turns at crossings and dead ends alone: where one street merely goes on into another the
    node is two, one for each way through, and `twin` names the second, shape (nodes,), -1 elsewhere.
    `nodes`: how many there are with the twins.
    """

    streets: Streets
    mode: str
    along: Bools
    against: Bools
    time: Integers
    strong: Integers
    main: Bools
    tails: Integers
    heads: Integers
    twin: Integers
    nodes: int

    @property
    def used(self) -> Bools:
        """Return which links the mode may use at all."""
        return self.along | self.against


@lru_cache(maxsize=12)
def mode_network(streets: Streets, mode: str, speeds: ModeSpeeds = SPEEDS) -> ModeNetwork:
    """Return the network of a mode; kept for the streets used last."""
    along, against = ways_of(streets, mode, speeds)
    pace = speeds_of(streets.roads, mode, speeds)[streets.road]
    time = np.maximum(np.rint(streets.length_m / pace * SECOND), 1).astype(np.int64)
    nodes = len(streets.xy)
    tail = np.concatenate([streets.start[along], streets.end[against]])
    head = np.concatenate([streets.end[along], streets.start[against]])
    matrix = sparse.coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    count, label = connected_components(matrix.tocsr(), directed=True, connection="strong")
    used = along | against
    inside = used & (label[streets.start] == label[streets.end])
    metres = np.bincount(label[streets.start[inside]], streets.length_m[inside], count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-metres, kind="stable")] = np.arange(count)
    strong = rank[label]
    touched = np.zeros(nodes, bool)
    touched[streets.start[used]] = touched[streets.end[used]] = True
    strong[~touched] = -1
    main = inside & (strong[streets.start] == 0)
    tails = np.stack([streets.start, streets.end])
    heads = np.stack([streets.end, streets.start])
    twin, count = np.full(nodes, -1, np.int64), nodes
    if mode == CAR:
        twin, count = twin_nodes(streets, used, along & against)
        pass_through(streets, twin, used, tails, heads)
    return ModeNetwork(streets, mode, along, against, time, strong, main, tails, heads, twin, count)
