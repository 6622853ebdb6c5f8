"""The three network kernels on made-up networks: mass, values against plain walks, shortest ways, nodes."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots.density.network import OnNetwork, StreetNetwork
from gridsvc.hotspots.density.streets import RULES, cut, cut_evenly, street_density

NONE = OnNetwork(np.empty(0, np.int64), np.empty(0, np.int64))


def quartic(distance: float, reach: float) -> float:
    return 15 / 16 / reach * (1 - (distance / reach) ** 2) ** 2 if distance < reach else 0.0


def star(*lengths: float) -> StreetNetwork:
    """Links from node 0 outwards."""
    many = len(lengths)
    return StreetNetwork.of(many + 1, np.zeros(many, np.int64), np.arange(1, many + 1), np.array(lengths))


def on(network: StreetNetwork, *places: tuple[int, float]) -> OnNetwork:
    return OnNetwork.of(network, np.array([p[0] for p in places]), np.array([p[1] for p in places]))


@st.composite
def networks(draw: st.DrawFn) -> StreetNetwork:
    """Any network: links from a node to itself, several between two nodes, dead ends, separate parts."""
    nodes = draw(st.integers(1, 7))
    many = draw(st.integers(1, 12))
    ends = st.lists(st.integers(0, nodes - 1), min_size=many, max_size=many)
    lengths = st.lists(st.floats(0.5, 200), min_size=many, max_size=many)
    return StreetNetwork.of(nodes, np.array(draw(ends)), np.array(draw(ends)), np.array(draw(lengths)))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[StreetNetwork, OnNetwork]:
    network = draw(networks())
    many = draw(st.integers(1, 5))
    link = np.array(draw(st.lists(st.integers(0, len(network) - 1), min_size=many, max_size=many)))
    share = np.array(
        draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]), min_size=many, max_size=many))
    )
    return network, OnNetwork.of(network, link, share * network.length_m[link])


@settings(max_examples=60, deadline=None)
@given(
    scenes(),
    st.sampled_from(["discontinuous", "continuous"]),
    st.floats(20, 250),
    st.sampled_from([1e-2, 1e-4]),
)
def test_no_report_is_lost_or_made(
    scene: tuple[StreetNetwork, OnNetwork], rule: str, reach: float, least: float
) -> None:
    network, reports = scene
    found = street_density(
        network, reports, bandwidth_m=reach, pieces=cut_evenly(network, 10), rule=rule, least_share=least
    )
    assert found.mass.sum() == pytest.approx(len(reports), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(scenes(), st.sampled_from(RULES), st.floats(20, 150))
def test_a_part_without_a_report_has_none(
    scene: tuple[StreetNetwork, OnNetwork], rule: str, reach: float
) -> None:
    network, reports = scene
    found = street_density(
        network, reports, bandwidth_m=reach, pieces=cut_evenly(network, 10), rule=rule, least_share=1e-2
    )
    with_reports = np.isin(network.parts[found.pieces.link], network.parts[reports.link])
    assert np.isfinite(found.per_km).all()
    assert (found.mass[~with_reports] == 0).all()


def plain_walks(
    network: StreetNetwork, link: int, offset: float, at: tuple[int, float], reach: float, rule: str
) -> float:
    """The density at a place from one report, by following walks one by one."""
    start, end, length = network.start, network.end, network.length_m
    tails = np.stack([start, end], axis=1).ravel()  # 2e leaves the start of e
    total = 0.0
    if at[0] == link:
        total += quartic(abs(at[1] - offset), reach)

    def step(edge: int, gone: float, weight: float) -> None:
        nonlocal total
        if gone >= reach or abs(weight) < 1e-9:
            return
        e = edge >> 1
        if at[0] == e:
            total += weight * quartic(gone + (at[1] if edge % 2 == 0 else length[e] - at[1]), reach)
        arrive(edge, gone + length[e], weight)

    def arrive(edge: int, gone: float, weight: float) -> None:
        node = end[edge >> 1] if edge % 2 == 0 else start[edge >> 1]
        out = np.flatnonzero(tails == node)
        for other in out.tolist():
            back = other == edge ^ 1
            if rule == "continuous":
                step(other, gone, weight * (2 / len(out) - back))
            elif len(out) == 1:
                step(other, gone, weight)
            elif not back:
                step(other, gone, weight / (len(out) - 1))

    arrive(2 * link, length[link] - offset, 1.0)
    arrive(2 * link + 1, offset, 1.0)
    return total


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(["discontinuous", "continuous"]))
def test_values_are_those_of_every_walk(data: st.DataObject, rule: str) -> None:
    nodes, many = 5, data.draw(st.integers(2, 7))
    pick = st.lists(st.integers(0, nodes - 1), min_size=many, max_size=many)
    lengths = st.lists(st.sampled_from([20.0, 30.0, 45.5, 80.0]), min_size=many, max_size=many)
    network = StreetNetwork.of(
        nodes, np.array(data.draw(pick)), np.array(data.draw(pick)), np.array(data.draw(lengths))
    )
    link, there = data.draw(st.integers(0, many - 1)), data.draw(st.integers(0, many - 1))
    offset = 0.3 * network.length_m[link]
    at = (there, 0.55 * network.length_m[there])
    found = street_density(
        network,
        on(network, (link, offset)),
        bandwidth_m=100,
        pieces=cut_evenly(network, 50),
        places=on(network, at),
        rule=rule,
        least_share=1e-9,
    )
    assert found.at_places[0] / 1000 == pytest.approx(
        plain_walks(network, link, offset, at, 100, rule), abs=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(scenes(), st.floats(0.05, 0.95), st.data())
def test_the_simple_kernel_is_that_of_the_shortest_way(
    scene: tuple[StreetNetwork, OnNetwork], share: float, data: st.DataObject
) -> None:
    network, reports = scene
    there = data.draw(st.integers(0, len(network) - 1))
    place = on(network, (there, share * network.length_m[there]))
    found = street_density(
        network, reports, bandwidth_m=150, pieces=cut_evenly(network, 10), places=place, rule="simple"
    )
    at = place.offset_um[0] / 1e6
    expected = 0.0
    for link, um in zip(reports.link.tolist(), reports.offset_um.tolist(), strict=True):
        best = [np.inf] * network.nodes
        heap = [(um / 1e6, network.start[link]), (network.length_m[link] - um / 1e6, network.end[link])]
        heapq.heapify(heap)
        while heap:
            gone, node = heapq.heappop(heap)
            if gone < best[node]:
                best[node] = gone
                for e in range(len(network)):
                    for one, other in (
                        (network.start[e], network.end[e]),
                        (network.end[e], network.start[e]),
                    ):
                        if one == node:
                            heapq.heappush(heap, (gone + network.length_m[e], other))
        ways = [best[network.start[there]] + at, best[network.end[there]] + network.length_m[there] - at]
        if link == there:
            ways.append(abs(at - um / 1e6))
        expected += quartic(min(ways), 150)
    assert found.at_places[0] / 1000 == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_pieces_hold_the_integral_of_the_values(rule: str) -> None:
    network = star(60, 60, 80, 25)
    reports = on(network, (0, 20.0), (2, 70.0), (3, 0.0))
    pieces = cut_evenly(network, 7)
    steps = 400
    share = (np.arange(steps) + 0.5) / steps
    rows = np.repeat(np.arange(len(pieces.link)), steps)
    at = pieces.from_m[rows] + np.tile(share, len(pieces.link)) * pieces.length_m[rows]
    found = street_density(
        network,
        reports,
        bandwidth_m=90,
        pieces=pieces,
        places=OnNetwork.of(network, pieces.link[rows], at),
        rule=rule,
        least_share=1e-12,
    )
    means = found.at_places.reshape(-1, steps).mean(axis=1)
    np.testing.assert_allclose(found.per_km, means, rtol=2e-3, atol=1e-3)


def test_the_continuous_rule_has_no_step_at_a_node_and_the_others_their_own() -> None:
    network = star(100, 100, 100, 100)
    reports = on(network, (0, 30.0))
    ends = on(network, *[(link, 1e-6) for link in range(4)])

    def at_the_node(rule: str) -> list[float]:
        found = street_density(
            network, reports, bandwidth_m=80, pieces=cut_evenly(network, 50), places=ends, rule=rule
        )
        return (found.at_places / 1000).tolist()

    k = quartic(30, 80)
    assert at_the_node("simple") == pytest.approx([k] * 4, rel=1e-5)
    assert at_the_node("discontinuous") == pytest.approx([k, k / 3, k / 3, k / 3], rel=1e-5)
    assert at_the_node("continuous") == pytest.approx([k / 2] * 4, rel=1e-5)


@pytest.mark.parametrize("rule", RULES)
def test_a_report_on_a_node_is_the_same_on_whichever_link(rule: str) -> None:
    network = star(40, 70, 100)
    pieces = cut_evenly(network, 5)
    found = [
        street_density(network, on(network, (link, 0.0)), bandwidth_m=120, pieces=pieces, rule=rule).mass
        for link in range(3)
    ]
    np.testing.assert_allclose(found[0], found[1])
    np.testing.assert_allclose(found[0], found[2])


def test_a_million_reports_at_one_spot_are_one_with_a_weight() -> None:
    network = star(40, 70, 100)
    pieces = cut_evenly(network, 5)
    many = OnNetwork(np.zeros(10**6, np.int64), np.full(10**6, 12_000_000))
    found = street_density(network, many, bandwidth_m=100, pieces=pieces)
    one = street_density(network, on(network, (0, 12.0)), bandwidth_m=100, pieces=pieces)
    np.testing.assert_allclose(found.mass, one.mass * 1e6, rtol=1e-9)


def test_no_report_and_no_link_are_nothing() -> None:
    network = star(40, 70)
    assert street_density(network, NONE, bandwidth_m=100, pieces=cut_evenly(network, 5)).mass.sum() == 0
    empty = StreetNetwork.of(0, NONE.link, NONE.link, np.empty(0))
    assert len(street_density(empty, NONE, bandwidth_m=100, pieces=cut_evenly(empty, 5)).mass) == 0


def test_a_crowd_of_tiny_links_is_followed_to_its_end() -> None:
    # Between 1 m links a walk could turn for ever: equal walks are one, and faint ones end in place.
    nodes = np.arange(6)
    start, end = (each.ravel() for each in np.meshgrid(nodes, nodes))
    pair = start < end
    network = StreetNetwork.of(6, start[pair], end[pair], np.linspace(0.9, 1.3, int(pair.sum())))
    found = street_density(
        network, on(network, (0, 0.4)), bandwidth_m=20, pieces=cut_evenly(network, 1), rule="continuous",
        least_share=1e-3,
    )  # fmt: skip
    assert found.mass.sum() == pytest.approx(1, rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(-5, 110)), max_size=8), st.floats(1, 60))
def test_cuts_leave_nothing_out(cuts: list[tuple[int, float]], longest: float) -> None:
    network = star(40, 70, 100)
    pieces = cut(
        network, longest, np.array([c[0] for c in cuts], np.int64), np.array([c[1] for c in cuts], float)
    )
    assert (pieces.length_m > 0).all()
    assert (pieces.length_m <= longest + 2e-3).all()
    np.testing.assert_allclose(np.bincount(pieces.link, pieces.length_m), [40, 70, 100])
    same = pieces.link[1:] == pieces.link[:-1]
    assert (pieces.from_m[1:][same] == pieces.to_m[:-1][same]).all()


@pytest.mark.parametrize("bandwidth", [0, -1, float("nan"), float("inf")])
def test_a_bandwidth_of_nothing_is_refused(bandwidth: float) -> None:
    network = star(40, 70)
    with pytest.raises(InputRefused, match="bandwidth") as refused:
        street_density(network, on(network, (0, 1.0)), bandwidth_m=bandwidth, pieces=cut_evenly(network, 5))
    assert refused.value.code == "bad_bandwidth"


def test_an_unknown_rule_and_a_link_without_length_are_refused() -> None:
    network = star(40, 70)
    with pytest.raises(WrongUsage, match="spline"):
        street_density(network, NONE, bandwidth_m=10, pieces=cut_evenly(network, 5), rule="spline")
    with pytest.raises(InputRefused, match="no length"):
        star(40, 0)
