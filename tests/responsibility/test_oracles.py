"""The oracle tests of assignment.md section 7 on the sample's cells: GEOS, neighbours, areas, calibration."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.geography import Layer, import_areas, load_layers
from gridsvc.responsibility.accuracy import ACCURACY_KINDS, Shares, sigma_mm
from gridsvc.responsibility.locator import Locator
from gridsvc.sample import SampleFiles

Ints = NDArray[np.int64]


@pytest.fixture
def layer(connection: Connection, sample_files: SampleFiles) -> Layer:
    import_areas(connection, sample_files.cells, level="cell", code_column="code", profile="free")
    return load_layers(connection)[0]


def random_places(layer: Layer, count: int, seed: int, beyond: int = 0) -> tuple[Ints, Ints]:
    x0, y0, x1, y1 = shapely.total_bounds(layer.geom_mm).astype(np.int64)
    rng = np.random.default_rng(seed)
    return rng.integers(x0 - beyond, x1 + beyond + 1, count), rng.integers(
        y0 - beyond, y1 + beyond + 1, count
    )


def test_a_million_places_agree_with_geos_wherever_geos_names_one_owner(layer: Layer) -> None:
    x, y = random_places(layer, 1_000_000, seed=71)
    place, cell = shapely.STRtree(layer.geom_mm).query(shapely.points(x, y), predicate="intersects")
    once = np.bincount(place, minlength=len(x)) == 1
    theirs = np.full(len(x), -1)
    theirs[place] = cell
    mine = Locator(layer.geom_mm, snap_mm=0).locate(x, y)
    assert once.sum() > 400_000
    np.testing.assert_array_equal(mine.cell[once], theirs[once])
    assert ((mine.cell >= 0) == (np.bincount(place, minlength=len(x)) > 0)).all()


def test_a_millimetre_off_every_border_belongs_to_its_two_sides(layer: Layer) -> None:
    """One millimetre west and east of the middle of each edge that is not level."""
    doubled = shapely.transform(layer.geom_mm, lambda xy: xy * 2)  # every middle is whole
    polygons, owner = shapely.get_parts(doubled, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    a, b = xy[:-1][joined].astype(np.int64), xy[1:][joined].astype(np.int64)
    cell = owner[of_polygon[ring[:-1][joined]]]
    sloped = np.abs(b - a)[:, 1] > 2_000
    middle, cell = ((a + b) // 2)[sloped], cell[sloped]
    locator = Locator(doubled, snap_mm=0)
    west, east = (locator.locate(middle[:, 0] + step, middle[:, 1]).cell for step in (-1, 1))
    assert 2 * len(middle) > 40_000
    # Whose edge it is has one side of it, and not the other.
    assert ((west == cell) ^ (east == cell)).all()


def test_the_areas_of_the_cells_are_the_area_of_their_union(layer: Layer) -> None:
    total = float(shapely.area(layer.geom_mm).sum())
    union = float(shapely.area(shapely.coverage_union_all(layer.geom_mm)))
    square_kilometres = union / 1e12
    assert abs(total - union) <= square_kilometres  # 1 mm² per km²


@pytest.mark.long
def test_shares_are_calibrated_to_two_points_in_every_decile(layer: Layer) -> None:
    """100,000 reports with known truth: of cells that get a share of p, a share of p holds the truth."""
    rng = np.random.default_rng(77)
    shares = Shares(layer)
    n = 100_000
    sigmas = np.array([sigma_mm(radius, kind) for kind in ACCURACY_KINDS for radius in (10, 20, 50, 100)])
    sigma = sigmas[rng.integers(len(sigmas), size=n)]
    # The truth is anywhere, outside the district too: then the reported place says all that is known.
    x, y = random_places(layer, n, seed=78, beyond=300_000)
    truth = Locator(layer.geom_mm, snap_mm=0).locate(x, y).cell
    told: list[float] = []
    held: list[bool] = []
    for k, (east, north) in enumerate(rng.normal(0, sigma[:, None], (n, 2))):
        cells, values = shares.at(round(x[k] + east), round(y[k] + north), float(sigma[k]))
        told += [*values.tolist(), 1 - float(values.sum())]
        held += [*(cells == truth[k]).tolist(), bool(truth[k] < 0)]
    share, right = np.array(told), np.array(held)
    decile = np.clip(np.digitize(share, np.linspace(0, 1, 11)) - 1, 0, 9)
    for number in range(10):
        of_decile = decile == number
        assert of_decile.sum() > 4_000
        assert right[of_decile].mean() == pytest.approx(share[of_decile].mean(), abs=0.02), number
