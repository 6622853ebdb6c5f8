"""Lines of a road layer become a network that people can walk; places find their street, cells their share."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.hotspots.density.cell_form import cell_kernel, places_within
from gridsvc.hotspots.density.network import OnNetwork
from gridsvc.hotspots.density.planar import point_density
from gridsvc.hotspots.density.street_bandwidth import FALLBACK_M, choose_street_bandwidth
from gridsvc.hotspots.density.street_cells import (
    cell_density,
    cell_lengths,
    cells_beside,
    cut_at_cells,
    piece_lines,
)
from gridsvc.hotspots.density.street_lines import StreetLines, network_of_lines, offsets_m, project
from gridsvc.hotspots.density.streets import cut_evenly, street_density


def lines(*given: list[tuple[float, float]]) -> np.ndarray:
    held = np.empty(len(given), object)
    held[:] = [shapely.LineString(each) for each in given]
    return held


def degrees_of(streets: StreetLines) -> list[int]:
    """How many ends meet at each node, sorted."""
    return sorted(np.diff(streets.network.leaving.first).tolist())


def test_lines_that_cross_meet() -> None:
    found = network_of_lines(lines([(0, 0), (100, 0)], [(40, -50), (40, 50)]))
    assert degrees_of(found) == [1, 1, 1, 1, 4]
    assert sorted(found.network.length_m.tolist()) == pytest.approx([40, 50, 50, 60])
    assert sorted(found.source.tolist()) == [0, 0, 1, 1]


def test_an_end_near_a_line_lies_on_it_and_ends_near_each_other_are_one() -> None:
    found = network_of_lines(lines([(0, 0), (100, 0)], [(40, 0.3), (40, 50)], [(100.2, 0.2), (150, 0)]))
    assert degrees_of(found) == [1, 1, 1, 2, 3]
    assert len(np.unique(found.network.parts)) == 1
    apart = network_of_lines(lines([(0, 0), (100, 0)], [(40, 0.8), (40, 50)]))
    assert len(np.unique(apart.network.parts)) == 2


def test_lines_that_run_together_meet_where_they_part() -> None:
    found = network_of_lines(lines([(0, 0), (100, 0)], [(30, 0), (70, 0), (70, 40)]))
    assert 3 in degrees_of(found)
    assert len(np.unique(found.network.parts)) == 1
    assert found.network.length_m.sum() == pytest.approx(180)


def test_a_ring_a_figure_of_eight_and_two_ways_between_two_nodes() -> None:
    ring = network_of_lines(lines([(0, 0), (50, 0), (50, 50), (0, 0)]))
    assert (ring.network.nodes, len(ring.network)) == (1, 1)
    two = network_of_lines(lines([(0, 0), (50, 30), (100, 0)], [(0, 0), (50, -30), (100, 0)]))
    assert degrees_of(two) == [2, 2]


def test_what_is_no_line_is_left_out() -> None:
    given = lines([(0, 0), (100, 0)], [(5, 5), (5, 5.1)])
    given = np.append(given, [None, shapely.Point(1, 1), shapely.LineString()])
    found = network_of_lines(given)
    assert found.source.tolist() == [0]
    nothing = network_of_lines(np.empty(0, object))
    assert len(nothing.network) == 0
    assert len(project(nothing, np.array([1.0]), np.array([2.0]), 50).rows) == 0


def test_places_go_to_the_nearest_street_within_the_distance() -> None:
    streets = network_of_lines(lines([(0, 0), (100, 0)], [(0, 100), (100, 100)]))
    found = project(streets, np.array([30.0, 60, 50, -3]), np.array([10.0, 95, 50, 0]), 20)
    assert found.rows.tolist() == [0, 1, 3]
    assert found.on.link.tolist() == [0, 1, 0]
    np.testing.assert_allclose(offsets_m(found.on), [30, 60, 0], atol=1e-6)
    np.testing.assert_allclose(found.distance_m, [10, 5, 3])
    assert len(project(streets, np.empty(0), np.empty(0), 20).rows) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_no_length_is_lost_and_pieces_lie_on_their_lines(seed: int, many: int) -> None:
    rng = np.random.default_rng(seed)
    given = lines(*[[tuple(p) for p in rng.uniform(0, 300, (3, 2))] for _ in range(many)])
    found = network_of_lines(given)
    np.testing.assert_allclose(found.network.length_m, shapely.length(found.lines), atol=1e-6)
    assert found.network.length_m.sum() == pytest.approx(shapely.length(given).sum(), rel=1e-3, abs=2)
    assert (shapely.distance(found.lines, given[found.source]) < 1e-6).all()
    pieces = cut_evenly(found.network, 25)
    np.testing.assert_allclose(shapely.length(piece_lines(found, pieces)), pieces.length_m, atol=1e-6)


def squares() -> np.ndarray:
    return np.array([shapely.box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)])


def test_a_street_on_a_border_is_half_of_each_side() -> None:
    cells = squares()
    # Along the border of the two lower and the two upper cells, and one wholly inside the first.
    streets = network_of_lines(lines([(0, 100), (200, 100)], [(20, 50), (80, 50)]))
    pieces = cut_at_cells(streets, cells, 1000)
    beside = cells_beside(streets, pieces, cells)
    assert (beside >= 0).all()
    np.testing.assert_allclose(cell_lengths(beside, pieces.length_m, 4), [50 + 60, 50, 50, 50])


def test_streets_are_cut_where_they_enter_another_cell() -> None:
    cells = squares()
    streets = network_of_lines(lines([(10, 30), (190, 30)]))
    pieces = cut_at_cells(streets, cells, 1000)
    assert pieces.length_m.tolist() == pytest.approx([90, 90])
    beside = cells_beside(streets, pieces, cells)
    found = street_density(
        streets.network, OnNetwork.of(streets.network, np.array([0]), np.array([45.0])), bandwidth_m=40, pieces=pieces
    )  # fmt: skip
    by_side = np.repeat(found.mass[:, None] / 2, 2, axis=1)
    density = cell_density(beside, by_side, pieces.length_m, 4)
    # All of the report lies within 40 m, in the first cell: one on 90 m.
    np.testing.assert_allclose(density, [1000 / 90, 0, np.nan, np.nan])


def test_the_bandwidth_along_streets_is_that_of_the_clusters() -> None:
    streets = network_of_lines(lines([(0, 0), (8000, 0)]))
    rng = np.random.default_rng(1)

    def choose(spread: float) -> float:
        at = np.repeat(rng.uniform(500, 7500, 12), 40) + rng.normal(0, spread, 480)
        on = OnNetwork.of(streets.network, np.zeros(480, np.int64), at)
        return choose_street_bandwidth(streets.network, on).bandwidth_m

    assert choose(15) < 100 < choose(150)
    one = OnNetwork.of(streets.network, np.zeros(50, np.int64), np.full(50, 7.0))
    assert choose_street_bandwidth(streets.network, one).bandwidth_m == FALLBACK_M
    none = OnNetwork.of(streets.network, np.zeros(0, np.int64), np.empty(0))
    assert not choose_street_bandwidth(streets.network, none).chosen


@pytest.mark.parametrize(("kernel", "bandwidth"), [("quartic", 60.0), ("quartic", 300.0), ("gaussian", 80.0)])
def test_the_cell_form_is_the_mean_over_the_cells(kernel: str, bandwidth: float) -> None:
    side = 100.0
    cells = np.array(
        [shapely.box(x * side, y * side, (x + 1) * side, (y + 1) * side) for y in range(7) for x in range(7)]
    )
    matrix = cell_kernel(cells, bandwidth_m=bandwidth, kernel=kernel)
    # From the middle cell to each, against places drawn evenly in both.
    rng = np.random.default_rng(0)
    x, y = rng.uniform(300, 400, (2, 4000))
    for cell in (24, 25, 32, 26):
        west, south, east, north = cells[cell].bounds
        at_x, at_y = rng.uniform(west, east, 400), rng.uniform(south, north, 400)
        exact = point_density(at_x, at_y, x, y, bandwidth_m=bandwidth, kernel=kernel).mean() / 4000
        assert matrix[cell, 24] == pytest.approx(exact, rel=0.1, abs=0.02 * matrix[24, 24])
    np.testing.assert_allclose(matrix.toarray(), matrix.toarray().T, rtol=1e-9)


def test_the_cell_form_keeps_the_reports_of_cells_far_from_the_border() -> None:
    cells = np.array(
        [shapely.box(x, y, x + 50, y + 50) for y in range(0, 1000, 50) for x in range(0, 1000, 50)]
    )
    matrix = cell_kernel(cells, bandwidth_m=150)
    mass = (shapely.area(cells) / 1e6) @ matrix
    middle = shapely.contains_properly(shapely.box(151, 151, 849, 849), cells)
    np.testing.assert_allclose(mass[middle], 1, rtol=0.01)


def test_every_cell_has_a_place_of_its_own() -> None:
    cells = np.array([shapely.box(0, 0, 100, 100), shapely.Polygon([(0, 0), (100, 100), (100, 100.5)])])
    xy, cell = places_within(cells, 3)
    assert set(cell.tolist()) == {0, 1}
    assert (shapely.distance(cells[cell], shapely.points(xy)) < 1e-9).all()
    assert (cell == 0).sum() == 9
