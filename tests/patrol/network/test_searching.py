"""Searching from one node of choice to the next gives what searching every node gives."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.patrol.network.arcs import Arcs
from gridsvc.patrol.network.searching import Graph


def arcs_of(edges: list[tuple[int, int, int]]) -> Arcs:
    tail, head, time = np.array(edges, np.int64).reshape(-1, 3).T
    n = len(tail)
    return Arcs(tail, head, time, np.arange(n), np.zeros(n), np.ones(n))


@st.composite
def sparse(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    """Few arcs a node: chains, rings, dead ends, loops, twins, some one-way."""
    nodes = draw(st.integers(1, 14))
    node, time = st.integers(0, nodes - 1), st.integers(0, 9)
    edges: list[tuple[int, int, int]] = []
    for a, b, t, both in draw(st.lists(st.tuples(node, node, time, st.booleans()), max_size=18)):
        edges.append((a, b, t))
        if both:
            edges.append((b, a, t))
    return nodes, edges


@settings(max_examples=300, deadline=None)
@given(sparse(), st.randoms(use_true_random=False))
def test_every_way_is_found_and_no_better_one(drawn: tuple[int, list[tuple[int, int, int]]], random) -> None:  # type: ignore[no-untyped-def]
    nodes, edges = drawn
    ends = np.array(sorted(random.sample(range(nodes), random.randint(1, nodes))), np.int64)
    graph = Graph.of(nodes, arcs_of(edges), ends)
    peer = nx.MultiDiGraph()
    peer.add_nodes_from(range(nodes))
    peer.add_weighted_edges_from(edges)
    away = graph.away(ends, ends)
    for i, source in enumerate(ends.tolist()):
        want = nx.single_source_dijkstra_path_length(peer, source)
        assert away[i].tolist() == [want.get(target, np.inf) for target in ends.tolist()]
        before = graph.before(source)
        for j, target in enumerate(ends.tolist()):
            chain = graph.arcs_to(before, source, target)
            if np.isinf(away[i, j]):
                assert chain is None
                continue
            assert chain is not None
            taken = graph.arcs.taking(chain)
            assert taken.time.sum() == away[i, j]
            nodes_on = [source, *taken.head.tolist()]
            assert nodes_on[:-1] == taken.tail.tolist()
            assert nodes_on[-1] == target


def test_what_lies_between_choices_is_passed_over() -> None:
    street = [(k, k + 1, 1) for k in range(50)]
    two_way = street + [(b, a, t) for a, b, t in street]
    assert Graph.of(51, arcs_of(two_way), np.array([0, 50])).matrix.shape == (2, 2)
    assert Graph.of(51, arcs_of(street), np.array([0, 50])).matrix.shape == (2, 2)
    assert Graph.of(51, arcs_of(two_way), np.array([0, 20, 50])).away(
        np.array([0]), np.array([20, 50])
    ).tolist() == [[20, 50]]


def test_a_ring_without_a_choice_ends_the_search() -> None:
    ring = [(k, (k + 1) % 7, 1) for k in range(7)]
    apart = [(7, 8, 1)]
    found = Graph.of(9, arcs_of(ring + apart), np.array([7, 8]))
    assert found.away(np.array([7]), np.array([8])).tolist() == [[1]]
    assert Graph.of(3, arcs_of([]), np.array([0, 2])).away(np.array([0]), np.array([0, 2])).tolist() == [
        [0, np.inf]
    ]


@pytest.mark.parametrize("at", range(7))
def test_a_ring_with_one_place(at: int) -> None:
    ring = [(k, (k + 1) % 7, 1) for k in range(7)]
    found = Graph.of(7, arcs_of(ring), np.array([at]))
    assert found.away(np.array([at]), np.array([at])).tolist() == [[0]]
