"""Times between places on the network, and the ways that take them: one search a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.arcs import Arcs, link_arcs
from gridsvc.patrol.network.graph import ModeNetwork, mode_network
from gridsvc.patrol.network.lines import Way, draw_ways
from gridsvc.patrol.network.modes import CAR, SPEEDS, ModeSpeeds
from gridsvc.patrol.network.searching import Graph
from gridsvc.patrol.network.streets import Snapped, Streets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEVER = 10_000_000
"""The time where there is no way: that of `routing.problem`, which this room does not import."""
_AT_ONCE = 128
"""Sources searched at once: the distances to all nodes are held for so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Places on the network for one mode.

    `node`: the node of `graph` that each is left from, shape (n,), -1: off the network; `into`: the one that
    it is reached at, the same but where a car may be under way either way.
    """

    network: ModeNetwork
    graph: Graph
    node: Integers
    into: Integers

    @classmethod
    def of(cls, streets: Streets, mode: str, snapped: Snapped, speeds: ModeSpeeds = SPEEDS) -> Ground:
        """Return snapped places: their links are cut at them, so that every way begins and ends there.

        A car stops at its own kerb: on a two-way street it comes and goes on the side on which the place
        lies, and never turns between crossings.
        """
        network = mode_network(streets, mode, speeds)
        sides = np.zeros(len(snapped), np.int64)
        on = np.flatnonzero(snapped.link >= 0)
        on = on[(network.along & network.against)[snapped.link[on]]]
        if mode == CAR:
            side = np.zeros(len(snapped)) if snapped.side is None else snapped.side
            right = 1 if speeds.drives_on == "right" else -1
            sides[on] = np.where(side[on] < 0, -right, right)
        arcs, node, nodes = _cut_at(network, snapped, sides)
        return cls(network, Graph.of(nodes, arcs, np.arange(network.nodes, nodes)), node, node)

    @classmethod
    def of_nodes(cls, streets: Streets, mode: str, nodes: Integers, speeds: ModeSpeeds = SPEEDS) -> Ground:
        """Return nodes of the network as places, left and reached whichever way is best."""
        network = mode_network(streets, mode, speeds)
        node = np.asarray(nodes, np.int64)
        split = np.unique(node[network.twin[node] >= 0])
        both = np.concatenate([split, network.twin[split]])
        # From a node for leaving to both of a split one, and from both to a node for reaching.
        leave = network.nodes + np.arange(len(split))
        reach = leave + len(split)
        nothing = np.zeros(2 * len(both))
        joints = Arcs(
            np.concatenate([leave, leave, both]),
            np.concatenate([both, reach, reach]),
            nothing.astype(np.int64),
            np.full(2 * len(both), -1),
            nothing,
            nothing,
        )
        arcs = link_arcs(network).with_(joints)
        row = np.searchsorted(split, node)
        at = np.isin(node, split)
        ends = [np.where(at, offset + row, node) for offset in (network.nodes, network.nodes + len(split))]
        graph = Graph.of(network.nodes + 2 * len(split), arcs, np.concatenate(ends))
        return cls(network, graph, *ends)

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
        source, target = self.node[rows], self.into[columns]
        to = np.flatnonzero(target >= 0)
        starts, which = np.unique(source, return_inverse=True)
        for first in range(0, len(starts), _AT_ONCE):
            some = np.arange(first, min(first + _AT_ONCE, len(starts)))
            some = some[starts[some] >= 0]
            if not len(some):
                continue
            away = self.graph.away(starts[some], target[to])
            away = np.where(np.isfinite(away), np.minimum(away, NEVER), NEVER).astype(np.int64)
            mine = np.flatnonzero((which >= some[0]) & (which <= some[-1]))
            found[np.ix_(mine, to)] = away[which[mine] - some[0]]
        return found

    def ways(self, pairs: Sequence[tuple[int, int]]) -> list[Way | None]:
        """Return the way from one place to another for every pair of them; None where there is none."""
        found: list[Integers | None] = []
        source = self.node[[a for a, _ in pairs]] if pairs else np.empty(0, np.int64)
        before = {int(node): self.graph.before(int(node)) for node in np.unique(source[source >= 0])}
        for a, b in pairs:
            start, end = int(self.node[a]), int(self.into[b])
            on = start >= 0 and end >= 0
            found.append(self.graph.arcs_to(before[start], start, end) if on else None)
        return draw_ways(self.network.streets, self.graph.arcs, found)


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


def _cut_at(network: ModeNetwork, snapped: Snapped, sides: Integers) -> tuple[Arcs, Integers, int]:
    """Return the arcs of the network cut at places, the node of each place, and how many nodes there are.

    `sides`, shape (n,): 0 where a place is reached along its link and against it, 1 and -1: so alone.
    """
    streets = network.streets
    on = np.flatnonzero(snapped.link >= 0)
    node = np.full(len(snapped), -1, np.int64)
    # Places within a decimetre are one: on a one-way street those a hair behind would be a round away.
    tenth = np.rint(snapped.along_m[on] * 10).astype(np.int64)
    spots, which = np.unique(
        np.stack([snapped.link[on], tenth, sides[on]], axis=1), axis=0, return_inverse=True
    )
    node[on] = network.nodes + which.ravel()
    at = np.clip(spots[:, 1] / 10, 0, streets.length_m[spots[:, 0]])
    links = np.unique(spots[:, 0])
    found = [link_arcs(network, np.setdiff1d(np.arange(len(streets)), links))]
    for way, may in ((1, network.along), (-1, network.against)):
        mine = (spots[:, 2] != -way) & may[spots[:, 0]]
        found.append(
            _chain(
                network,
                links[may[links]],
                spots[mine, 0],
                at[mine],
                network.nodes + np.flatnonzero(mine),
                way,
            )
        )
    return found[0].with_(*found[1:]), node, network.nodes + len(spots)


def _chain(
    network: ModeNetwork, links: Integers, link: Integers, at: Floats, node: Integers, way: int
) -> Arcs:
    """Return the arcs of `links` in one way (1 along, -1 against), cut at nodes `at` metres along `link`."""
    length, row = network.streets.length_m, 0 if way > 0 else 1
    passed = np.rint(network.time[link] * at / length[link]).astype(np.int64)
    nothing = np.zeros(len(links))
    # Along each link: the node by its start, the places in order, the node by its end.
    first, last = (network.tails, network.heads) if way > 0 else (network.heads, network.tails)
    of = np.concatenate([links, link, links])
    nodes = np.concatenate([first[row, links], node, last[row, links]])
    metres = np.concatenate([nothing, at, length[links]])
    time = np.concatenate([nothing.astype(np.int64), passed, network.time[links]])
    rank = np.repeat([0, 1, 2], [len(links), len(link), len(links)])
    order = np.lexsort((metres, rank, of))
    low, high = order[:-1], order[1:]
    step = of[low] == of[high]
    a, b = (low[step], high[step])[::way]
    return Arcs(nodes[a], nodes[b], np.abs(time[b] - time[a]), of[a], metres[a], metres[b])
