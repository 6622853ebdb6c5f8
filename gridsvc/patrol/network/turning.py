"""Where cars do not turn back: nodes at which one street merely goes on into another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.streets import Streets

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]


def twin_nodes(streets: Streets, used: Bools, both: Bools) -> tuple[Integers, int]:
    """Return the second node of those where one two-way street goes on into another, and how many in all."""
    nodes = len(streets.xy)
    degree, two_way = (
        np.bincount(streets.start[rows], minlength=nodes) + np.bincount(streets.end[rows], minlength=nodes)
        for rows in (used, both)
    )
    ring = np.zeros(nodes, bool)
    ring[streets.start[streets.start == streets.end]] = True
    through = np.flatnonzero((degree == 2) & (two_way == 2) & ~ring)
    twin = np.full(nodes, -1, np.int64)
    twin[through] = nodes + np.arange(len(through))
    return twin, nodes + len(through)


def pass_through(streets: Streets, twin: Integers, used: Bools, tails: Integers, heads: Integers) -> None:
    """Let the first link of each split node arrive at it and leave its twin, the second the other way."""
    links = np.flatnonzero(used)
    node = np.concatenate([streets.start[links], streets.end[links]])
    link, at_end = np.tile(links, 2), np.repeat([False, True], len(links))
    split = np.flatnonzero(twin[node] >= 0)
    split = split[np.lexsort((link[split], node[split]))]
    for arrives_at_twin, rows in ((False, split[::2]), (True, split[1::2])):
        here = twin[node[rows]] if arrives_at_twin else node[rows]
        there = node[rows] if arrives_at_twin else twin[node[rows]]
        # A link that ends here comes along its line and leaves against it; one that starts here, the reverse.
        way = np.where(at_end[rows], 0, 1)
        heads[way, link[rows]] = here
        tails[1 - way, link[rows]] = there
