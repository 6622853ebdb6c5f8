"""The rim tells the nearest cell, and its distance, as GEOS does: to the bit."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.responsibility.edges import edges_of
from gridsvc.responsibility.rim import Rim
from tests.responsibility.partitions import Geometries, meshes

REACH = 30_000


@settings(deadline=None, max_examples=40)
@given(meshes(most=6), st.integers(0, 2**32 - 1))
def test_the_nearest_cell_and_its_distance_are_those_of_geos(cells: Geometries, seed: int) -> None:
    west, south, east, north = (int(bound) for bound in shapely.total_bounds(cells))
    rng = np.random.default_rng(seed)
    x = rng.integers(west - 2 * REACH, east + 2 * REACH, 400)
    y = rng.integers(south - 2 * REACH, north + 2 * REACH, 400)
    # Straight off the corners, where two cells are equally near.
    corners = shapely.get_coordinates(cells).astype(np.int64)
    x = np.concatenate([x, corners[:, 0] + 5_000, corners[:, 0], corners[:, 0]])
    y = np.concatenate([y, corners[:, 1], corners[:, 1] - REACH, corners[:, 1] + REACH + 1])
    outside = ~shapely.intersects_xy(shapely.union_all(cells), x, y)
    x, y = x[outside], y[outside]
    cell, mm = Rim(edges_of(cells, (west, south)), REACH).nearest(x - west, y - south)
    if not len(x):
        return
    away = shapely.distance(cells[:, None], shapely.points(x, y)[None, :])
    least = away.min(axis=0)
    reached = least <= REACH
    np.testing.assert_array_equal(cell, np.where(reached, away.argmin(axis=0), -1))
    np.testing.assert_array_equal(mm, np.where(reached, least, np.nan))


def test_nothing_is_near_without_a_reach() -> None:
    cells = np.array([shapely.box(0, 0, 1000, 1000)], object)
    cell, mm = Rim(edges_of(cells, (0, 0)), 0).nearest(np.array([1001]), np.array([500]))
    assert cell.tolist() == [-1]
    assert np.isnan(mm).all()
