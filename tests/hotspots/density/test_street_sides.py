"""Risk by side of street: every report kept, weights that follow the data, sides told apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import shapely

from gridsvc.hotspots.density.network import Integers, OnNetwork
from gridsvc.hotspots.density.street_cells import cells_beside, cut_at_cells
from gridsvc.hotspots.density.street_lines import StreetLines, network_of_lines, project
from gridsvc.hotspots.density.street_sides import SideRisk, offset_lines, side_of, side_risk
from gridsvc.hotspots.density.streets import Pieces, piece_of


class Ground(NamedTuple):
    """Twelve by twelve cells of 100 m with a street along every border but the outer one."""

    streets: StreetLines
    cells: np.ndarray
    pieces: Pieces
    beside: Integers


@pytest.fixture(scope="module")
def ground() -> Ground:
    cells = np.array(
        [shapely.box(x, y, x + 100, y + 100) for y in range(0, 1200, 100) for x in range(0, 1200, 100)]
    )
    lines = [shapely.LineString([(at, 0), (at, 1200)]) for at in range(100, 1200, 100)]
    lines += [shapely.LineString([(0, at), (1200, at)]) for at in range(100, 1200, 100)]
    streets = network_of_lines(np.array(lines))
    pieces = cut_at_cells(streets, cells, 25)
    return Ground(streets, cells, pieces, cells_beside(streets, pieces, cells))


def risk_of(ground: Ground, x: np.ndarray, y: np.ndarray) -> SideRisk:
    projected = project(ground.streets, x, y, 50)
    kept = projected.rows
    _, cell = shapely.STRtree(ground.cells).query(shapely.points(x[kept], y[kept]), predicate="within")
    side = side_of(ground.streets, projected, x, y)
    return side_risk(
        ground.streets, projected.on, side, cell, ground.pieces, ground.beside, len(ground.cells)
    )


def test_sides_are_left_and_right_of_the_line(ground: Ground) -> None:
    x, y = np.array([340.0, 340.0, 595.0, 603.0]), np.array([304.0, 296.0, 350.0, 350.0])
    projected = project(ground.streets, x, y, 50)
    side = side_of(ground.streets, projected, x, y)
    piece = piece_of(ground.pieces, projected.on)
    beside = ground.cells[ground.beside[piece, side]]
    assert shapely.contains(beside, shapely.points(x, y)).all()
    assert side[0] != side[1]
    assert side[2] != side[3]


def test_every_report_is_kept_and_weights_are_shares(ground: Ground) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(120, 1080, (2, 300))
    found = risk_of(ground, x, y)
    assert found.mass.sum() == pytest.approx(300, rel=1e-9)
    assert (found.mass >= 0).all()
    assert sum(found.weights.values()) == pytest.approx(1, abs=1e-5)


def test_what_follows_the_cells_is_left_to_the_cells(ground: Ground) -> None:
    # A third of the cells have it, everywhere along their own side of the street, and the others nothing.
    rng = np.random.default_rng(2)
    chosen = rng.permutation(np.arange(144))[:48]
    cell = rng.choice(chosen, 2500)
    along, in_by = rng.uniform(5, 95, 2500), rng.uniform(2, 8, 2500)
    x0, y0 = (cell % 12) * 100.0, (cell // 12) * 100.0
    edge = rng.integers(0, 4, 2500)
    x = x0 + np.select([edge == 0, edge == 1], [in_by, 100 - in_by], along)
    y = y0 + np.select([edge == 2, edge == 3], [in_by, 100 - in_by], along)
    found = risk_of(ground, x, y)
    assert found.weights["cell"] > 0.8
    on_chosen = np.isin(ground.beside, chosen)
    assert found.mass[on_chosen].sum() > 0.9 * found.mass.sum()


def test_what_follows_a_stretch_of_street_is_left_to_a_kernel(ground: Ground) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(620, 30, 1500), 300 + rng.choice([-5.0, 5.0], 1500)
    found = risk_of(ground, x, y)
    kernels = sum(share for name, share in found.weights.items() if name not in ("cell", "even"))
    assert kernels > 0.9
    top = np.unravel_index(found.per_km.argmax(), found.per_km.shape)[0]
    middle = shapely.line_interpolate_point(
        ground.streets.lines[ground.pieces.link[top]],
        (ground.pieces.from_m[top] + ground.pieces.to_m[top]) / 2,
    )
    assert shapely.distance(middle, shapely.Point(620, 300)) < 60


@pytest.mark.parametrize("many", [0, 1, 3])
def test_few_reports_give_an_answer(ground: Ground, many: int) -> None:
    x = np.array([320.0, 340, 740])[:many]
    found = risk_of(ground, x, np.full(many, 305.0))
    assert np.isfinite(found.mass).all()
    assert found.mass.sum() == pytest.approx(many)


def test_all_reports_at_one_spot_give_an_answer(ground: Ground) -> None:
    found = risk_of(ground, np.full(500, 340.0), np.full(500, 304.0))
    assert found.mass.sum() == pytest.approx(500)


def test_a_side_is_drawn_beside_its_street() -> None:
    lines = np.array([shapely.LineString([(0, 0), (10, 0)])] * 2)
    left, right = offset_lines(lines, np.array([0, 1]), 4.0)
    assert left.bounds == (0, 4, 10, 4)
    assert right.bounds == (0, -4, 10, -4)


def test_a_place_on_a_cut_is_of_the_piece_that_begins_there() -> None:
    pieces = Pieces(np.array([0, 0, 1]), np.array([0.0, 10, 0]), np.array([10.0, 20, 5]))
    on = OnNetwork(
        np.array([0, 0, 0, 0, 1, 1]), np.array([0, 9_999_999, 10_000_000, 20_000_000, 0, 5_000_000])
    )
    assert piece_of(pieces, on).tolist() == [0, 0, 1, 1, 2, 2]
