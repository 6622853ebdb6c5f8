"""Shortest ways on arcs; nodes at which one can only go on, two of three in Xi'an, are passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from gridsvc.patrol.network.arcs import Arcs

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Arcs, and the chains of them from one node of choice to the next, on which ways are searched.

    `arcs`: the quickest of those between two nodes; `following[a]`: the one that comes after arc a where one
    can only go on, else -1. `number`: of each node in `matrix` (scipy, CSR, float64 of whole deciseconds), -1
    of those passed over. `key`: tail and head of every entry as one number, ascending, and `first` the arc
    with which its chain begins.
    """

    arcs: Arcs
    following: Integers
    number: Integers
    matrix: Any
    key: Integers
    first: Integers

    @classmethod
    def of(cls, nodes: int, arcs: Arcs, ends: Integers) -> Graph:
        """Return the graph of arcs between `nodes` nodes; ways may begin and end at the nodes `ends`."""
        arcs = arcs.taking(_quickest(nodes, arcs.tail, arcs.head, arcs.time))
        kept = np.zeros(nodes, bool)
        kept[ends] = True
        following = _following(nodes, arcs, kept)
        head, time = _to_the_end(arcs, following)
        first = np.flatnonzero(kept[arcs.tail] & kept[head] & (arcs.tail != head))
        first = first[_quickest(nodes, arcs.tail[first], head[first], time[first])]
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        size = int(kept.sum())
        tail, head, time = number[arcs.tail[first]], number[head[first]], time[first]
        pointer = np.searchsorted(tail, np.arange(size + 1))
        matrix = sparse.csr_array(
            (time.astype(np.float64), head.astype(np.int32), pointer.astype(np.int32)), shape=(size, size)
        )
        return cls(arcs, following, number, matrix, tail * size + head, first)

    def away(self, sources: Integers, targets: Integers) -> Floats:
        """Return the deciseconds from nodes to nodes, infinite where there is no way."""
        found = dijkstra(self.matrix, indices=self.number[sources])
        return np.asarray(found[:, self.number[targets]])

    def before(self, source: int) -> NDArray[np.int32]:
        """Return the node of the matrix before each on the shortest way from `source`, negative: none."""
        found = dijkstra(self.matrix, indices=int(self.number[source]), return_predecessors=True)
        return np.asarray(found[1], np.int32)

    def arcs_to(self, before: NDArray[np.int32], source: int, target: int) -> Integers | None:
        """Return the arcs from `source` to `target` in order, None where there is no way."""
        here, start = int(self.number[target]), int(self.number[source])
        chains: list[list[int]] = []
        while here != start:
            previous = int(before[here])
            if previous < 0:
                return None
            entry = np.searchsorted(self.key, previous * self.matrix.shape[0] + here)
            arc = int(self.first[entry])
            chain = [arc]
            while (arc := int(self.following[arc])) >= 0:
                chain.append(arc)
            chains.append(chain)
            here = previous
        return np.array([arc for chain in reversed(chains) for arc in chain], np.int64)


def _quickest(nodes: int, tail: Integers, head: Integers, time: Integers) -> Integers:
    """Return the arcs that are the quickest between their nodes, the first of several, by tail and head."""
    key = tail * nodes + head
    order = np.lexsort((np.arange(len(key)), time, key))
    new = np.append(True, np.diff(key[order]) != 0) if len(order) else np.empty(0, bool)
    return np.asarray(order[new])


def _following(nodes: int, arcs: Arcs, kept: Bools) -> Integers:
    """Return the arc that must come after each, -1 where there is a choice; mark in `kept` where there is.

    One can only go on where one arc leads in and one out, not back, and where two neighbours are joined both
    ways; `arcs` are sorted by tail.
    """
    out = np.bincount(arcs.tail, minlength=nodes)
    into = np.bincount(arcs.head, minlength=nodes)
    first = np.searchsorted(arcs.tail, np.arange(nodes))
    last = np.maximum(np.searchsorted(arcs.tail, np.arange(nodes), side="right") - 1, 0)
    order = np.argsort(arcs.head, kind="stable")
    begin = np.searchsorted(arcs.head[order], np.arange(nodes))
    if not len(arcs):
        kept[:] = True
        return np.empty(0, np.int64)
    most = len(arcs) - 1
    first, begin = np.minimum(first, most), np.minimum(begin, most)
    to = [arcs.head[first], arcs.head[last]]
    of = [arcs.tail[order[begin]], arcs.tail[order[np.minimum(begin + 1, most)]]]
    one_way = (out == 1) & (into == 1) & (to[0] != of[0])
    same = ((to[0] == of[0]) & (to[1] == of[1])) | ((to[0] == of[1]) & (to[1] == of[0]))
    both = (out == 2) & (into == 2) & (to[0] != to[1]) & same
    own = np.arange(nodes)
    kept |= ~(one_way | both) | (to[0] == own) | (to[1] == own)
    back = arcs.head[first[arcs.head]] == arcs.tail
    following = np.where(back, last[arcs.head], first[arcs.head])
    return np.where(kept[arcs.head], -1, following)


def _to_the_end(arcs: Arcs, following: Integers) -> tuple[Integers, Integers]:
    """Return the node at which the chain that begins with each arc ends, and the time to it.

    Chains are followed two, four, eight, … arcs at once. A ring without a node of choice has no end: it is
    left once it must have been gone round.
    """
    time = arcs.time.copy()
    last, onward = np.arange(len(arcs)), following.copy()
    for _ in range(int(np.ceil(np.log2(len(arcs) + 1))) + 1):
        more = np.flatnonzero(onward >= 0)
        if not len(more):
            break
        then = onward[more]
        time[more] += time[then]
        last[more], onward[more] = last[then], onward[then]
    return arcs.head[last], time
