"""Times between places on the network, and the ways that take them: one search a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from gridsvc.patrol.network.graph import Arcs, Graph, ModeNetwork, link_arcs, mode_network
from gridsvc.patrol.network.lines import Way, draw_ways
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Snapped, Streets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEVER = 10_000_000
"""The time where there is no way: that of `routing.problem`, which this room does not import."""
_AT_ONCE = 128
"""Sources searched at once: the distances to all nodes are held for so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Places on the network for one mode; `node`: the node of `graph` at each, shape (n,), -1: off it."""

    network: ModeNetwork
    graph: Graph
    node: Integers

    @classmethod
    def of(cls, streets: Streets, mode: str, snapped: Snapped, speeds: ModeSpeeds = SPEEDS) -> Ground:
        """Return snapped places: their links are cut at them, so that every way begins and ends there."""
        network = mode_network(streets, mode, speeds)
        arcs, node, nodes = _cut_at(network, snapped)
        return cls(network, Graph.of(nodes, arcs), node)

    @classmethod
    def of_nodes(cls, streets: Streets, mode: str, nodes: Integers, speeds: ModeSpeeds = SPEEDS) -> Ground:
        """Return nodes of the network as places."""
        network = mode_network(streets, mode, speeds)
        graph = Graph.of(len(streets.xy), link_arcs(network))
        return cls(network, graph, np.asarray(nodes, np.int64))

    def __len__(self) -> int:
        return len(self.node)

    def times(self) -> Integers:
        """Return the deciseconds from every place (row) to every other (column), int64, shape (n, n)."""
        every = np.arange(len(self.node))
        found = self.times_between(every, every)
        np.fill_diagonal(found, 0)
        return found

    def times_between(self, rows: Integers, columns: Integers) -> Integers:
        """Return the deciseconds from some places to some, shape (rows, columns); NEVER: no way."""
        found = np.full((len(rows), len(columns)), NEVER, np.int64)
        source, target = self.node[rows], self.node[columns]
        to = np.flatnonzero(target >= 0)
        starts, which = np.unique(source, return_inverse=True)
        for first in range(0, len(starts), _AT_ONCE):
            some = np.arange(first, min(first + _AT_ONCE, len(starts)))
            some = some[starts[some] >= 0]
            if not len(some):
                continue
            away = dijkstra(self.graph.matrix, indices=starts[some])[:, target[to]]
            away = np.where(np.isfinite(away), np.minimum(away, NEVER), NEVER).astype(np.int64)
            mine = np.flatnonzero((which >= some[0]) & (which <= some[-1]))
            found[np.ix_(mine, to)] = away[which[mine] - some[0]]
        return found

    def ways(self, pairs: Sequence[tuple[int, int]]) -> list[Way | None]:
        """Return the way from one place to another for every pair of them; None where there is none."""
        found: list[list[Integers] | None] = []
        source = self.node[[a for a, _ in pairs]] if pairs else np.empty(0, np.int64)
        before = {
            int(node): dijkstra(self.graph.matrix, indices=int(node), return_predecessors=True)[1]
            for node in np.unique(source[source >= 0])
        }
        for a, b in pairs:
            start, end = int(self.node[a]), int(self.node[b])
            found.append(self._arcs_to(before[start], start, end) if start >= 0 and end >= 0 else None)
        return draw_ways(self.network.streets, self.graph.arcs, found)

    def _arcs_to(self, before: NDArray[np.int32], start: int, end: int) -> Any:
        nodes = [end]
        while nodes[-1] != start:
            previous = int(before[nodes[-1]])
            if previous < 0:
                return None
            nodes.append(previous)
        chain = np.array(nodes[::-1], np.int64)
        return self.graph.arc_of(chain[:-1], chain[1:])


def travel_times(
    streets: Streets, mode: str, from_node: Integers, to_node: Integers, speeds: ModeSpeeds = SPEEDS
) -> Integers:
    """Return the deciseconds from nodes to nodes, int64, shape (from, to); NEVER where there is no way."""
    ends = np.concatenate([from_node, to_node]).astype(np.int64)
    ground = Ground.of_nodes(streets, mode, ends, speeds)
    return ground.times_between(np.arange(len(from_node)), np.arange(len(from_node), len(ends)))


def node_ways(
    streets: Streets, mode: str, pairs: Sequence[tuple[int, int]], speeds: ModeSpeeds = SPEEDS
) -> list[Way | None]:
    """Return the way from node to node for every pair; None where there is none."""
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    ground = Ground.of_nodes(streets, mode, ends.ravel(), speeds)
    return ground.ways([(2 * k, 2 * k + 1) for k in range(len(ends))])


def _cut_at(network: ModeNetwork, snapped: Snapped) -> tuple[Arcs, Integers, int]:
    """Return the arcs of the network cut at places, the node of each place, and how many nodes there are."""
    streets = network.streets
    on = np.flatnonzero(snapped.link >= 0)
    node = np.full(len(snapped), -1, np.int64)
    # Places within a decimetre are one: on a one-way street those a hair behind would be a round away.
    tenth = np.rint(snapped.along_m[on] * 10).astype(np.int64)
    spots, which = np.unique(np.stack([snapped.link[on], tenth], axis=1), axis=0, return_inverse=True)
    node[on] = len(streets.xy) + which.ravel()
    link = spots[:, 0]
    length = streets.length_m[link]
    at = np.clip(spots[:, 1] / 10, 0, length)
    passed = np.rint(network.time[link] * at / length).astype(np.int64)
    # Along each link with places: its start, the places in order, its end.
    links = np.unique(link)
    all_link = np.concatenate([links, link, links])
    all_node = np.concatenate(
        [streets.start[links], len(streets.xy) + np.arange(len(spots)), streets.end[links]]
    )
    all_at = np.concatenate([np.zeros(len(links)), at, streets.length_m[links]])
    all_time = np.concatenate([np.zeros(len(links), np.int64), passed, network.time[links]])
    rank = np.repeat([0, 1, 2], [len(links), len(link), len(links)])
    order = np.lexsort((all_at, rank, all_link))
    here, there = order[:-1], order[1:]
    step = all_link[here] == all_link[there]
    here, there = here[step], there[step]
    forth, back = network.along[all_link[here]], network.against[all_link[here]]
    whole = link_arcs(network, np.setdiff1d(np.arange(len(streets)), links))
    a, b = np.concatenate([here[forth], there[back]]), np.concatenate([there[forth], here[back]])
    pieces = Arcs(
        all_node[a], all_node[b], np.abs(all_time[b] - all_time[a]), all_link[a], all_at[a], all_at[b]
    )
    arcs = Arcs(*(np.concatenate([getattr(whole, n), getattr(pieces, n)]) for n in Arcs.__slots__))
    return arcs, node, len(streets.xy) + len(spots)
