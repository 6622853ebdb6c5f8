"""Published arc routing: what is read, what is refused, and tours gone through again on the file's graph."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.patrol.published import carp
from gridsvc.patrol.routing.arcs_bound import least_cost
from gridsvc.patrol.routing.problem import Effort

SMALL = """4
5
0 1 3 2
1 2 4 5
2 3 1 0

3 0 2 4
0 2 6 1
2
8
17
18
"""


def test_a_file_is_read() -> None:
    instance = carp.read(SMALL, "small.dat")
    assert (instance.nodes, instance.vehicles, instance.capacity) == (4, 2, 8)
    assert (instance.lower, instance.upper) == (17, 18)
    assert instance.edges.tolist() == [[0, 1, 3, 2], [1, 2, 4, 5], [2, 3, 1, 0], [3, 0, 2, 4], [0, 2, 6, 1]]
    assert instance.served().tolist() == [0, 1, 3, 4]


def test_the_optimum_of_a_small_file_is_found_and_walked_along_its_edges() -> None:
    answer = carp.solve(carp.read(SMALL, "small.dat"), Effort(iterations=5))
    assert not answer.maximise
    check(answer, carp.read(SMALL, "small.dat"))
    # Serving costs 15, and who serves 0 3 alone comes back for 2: 0 1 2 0 and 0 3 0.
    assert answer.objective == 17


@pytest.mark.parametrize(
    ("bounds", "expected", "said"),
    [
        ("17\n18", 17, "states"),
        ("17", 17, "states"),
        ("", None, "computed"),
        ("-1\n-1", None, "computed"),
        ("18\n20", None, "computed"),
        ("3", None, "computed"),
    ],
)
def test_the_bound_is_the_stated_one_unless_it_is_missing_weaker_or_refuted(
    bounds: str, expected: int | None, said: str
) -> None:
    instance = carp.read(SMALL.replace("17\n18\n", bounds), "small.dat")
    answer = carp.solve(instance, Effort(iterations=5))
    assert answer.bound == (expected if expected is not None else least_cost(instance.problem()))
    assert answer.bound is not None
    assert answer.bound <= answer.objective
    assert answer.note is not None
    assert said in answer.note.en


@pytest.mark.parametrize(
    ("old", "new", "code", "row"),
    [
        ("4\n5\n", "4\n6\n", "carp_line", 9),
        ("4\n5\n", "4\n50\n", "carp_line", 9),
        ("4\n5\n", "0\n5\n", "carp_range", 1),
        ("1 2 4 5", "1 2 4", "carp_line", 4),
        ("1 2 4 5", "1 2 4 5 6", "carp_line", 4),
        ("1 2 4 5", "1 2 4.5 5", "carp_line", 4),
        ("1 2 4 5", "1 2 -4 5", "carp_range", 4),
        ("1 2 4 5", "1 2 4 99999999999999999999", "carp_line", 4),
        ("1 2 4 5", "1 2 999999999 5", "carp_range", 4),
        ("1 2 4 5", "1 4 4 5", "carp_no_such_node", None),
        ("1 2 4 5", "1 2 4 9", "carp_over_capacity", None),
        ("2\n8\n17\n18\n", "2\n", "carp_ends_early", None),
        ("2\n8\n17\n18\n", "2\n0\n", "carp_range", 10),
        ("17\n18\n", "17\n18\n19\n", "carp_goes_on", 13),
    ],
)
def test_a_broken_file_is_refused_with_its_place(old: str, new: str, code: str, row: int | None) -> None:
    with pytest.raises(InputRefused) as refused:
        carp.read(SMALL.replace(old, new), "small.dat")
    assert refused.value.code == code
    assert refused.value.place.file == "small.dat"
    assert refused.value.place.row == row


def test_edges_that_cannot_be_reached_are_refused() -> None:
    apart = SMALL.replace("4\n5\n", "6\n6\n").replace("0 2 6 1\n", "0 2 6 1\n4 5 1 1\n")
    with pytest.raises(InputRefused) as refused:
        carp.solve(carp.read(apart, "apart.dat"), Effort(iterations=1))
    assert refused.value.code == "carp_unreachable"
    assert refused.value.place.value == "4 5"


def test_nothing_to_serve_is_an_answer() -> None:
    answer = carp.solve(carp.read("1\n0\n0\n1\n", "none.dat"), Effort(iterations=1))
    assert (answer.objective, answer.bound, answer.routes) == (0, 0, ())


@given(st.lists(st.lists(st.integers(-2, 9).map(str) | st.sampled_from(["x", "1e3", "٣"]), max_size=5)))
@settings(max_examples=200, deadline=None)
def test_any_lines_are_an_instance_or_refused(lines: list[list[str]]) -> None:
    text = "\n".join(" ".join(words) for words in lines)
    try:
        edges, code = len(carp.read(text, "any.dat").edges), ""
    except InputRefused as refused:
        edges, code = -1, refused.code
    assert code.startswith("carp_") or edges == int([words for words in lines if words][1][0])


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (SMALL, True),
        ("\n" + SMALL, True),
        ("n 32\nm 2\ntmax 5.0\n", False),
        ("", False),
        ("4\n5\n0 1 3\n", False),
        ("4\n5\n0 1 3 x\n", False),
    ],
)
def test_a_format_is_told_by_its_first_lines(text: str, known: bool) -> None:
    assert carp.sniff(text) is known


@pytest.mark.parametrize(("name", "iterations", "best"), [("e1-A", 300, 3548), ("e2-B", 1500, 6317 * 1.005)])
def test_eglese_instances(real_data: Path, name: str, iterations: int, best: float) -> None:
    instance = carp.read((real_data / f"routing/carp_egl/egl-{name}.dat").read_text(), name)
    answer = carp.solve(instance, Effort(iterations=iterations))
    check(answer, instance)
    assert answer.bound == instance.lower
    assert instance.lower is not None
    assert least_cost(instance.problem()) <= instance.lower <= answer.objective <= best


def check(answer: carp.Answer, instance: carp.CarpInstance) -> None:
    """Walk the routes on the graph of the file: each edge served once, no vehicle too full, the same cost."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(instance.nodes))
    for a, b, cost, _ in instance.edges.tolist():
        graph.add_edge(a, b, weight=cost)
    left = instance.edges[instance.served()].tolist()
    whole = 0
    for route in answer.routes:
        at, load = 0, 0
        for a, b in route:
            edge = next(each for each in left if {each[0], each[1]} == {a, b})
            left.remove(edge)
            whole += nx.dijkstra_path_length(graph, at, a) + edge[2]
            at, load = b, load + edge[3]
        whole += nx.dijkstra_path_length(graph, at, 0)
        assert load <= instance.capacity
    assert left == []
    assert whole == answer.objective
