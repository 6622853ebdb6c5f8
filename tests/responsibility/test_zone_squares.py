"""A square says that a zone holds a place only where GEOS says so as well."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.responsibility.covering import FAR, MIXED
from gridsvc.responsibility.gathering.zone_squares import ZoneSquares
from tests.responsibility.partitions import Geometries, meshes


@settings(deadline=None, max_examples=40)
@given(meshes(most=5), st.integers(0, 200_000), st.integers(0, 2**32 - 1))
def test_squares_agree_with_outlines(cells: Geometries, shifted: int, seed: int) -> None:
    # Zones may overlap: the same shapes once more, some way off.
    moved = shapely.transform(cells, lambda xy: xy + shifted)
    zones = np.concatenate([cells, moved])
    west, south, east, north = (int(bound) for bound in shapely.total_bounds(zones))
    rng = np.random.default_rng(seed)
    x, y = rng.integers(west - 9_000, east + 9_000, 500), rng.integers(south - 9_000, north + 9_000, 500)
    found = ZoneSquares(zones).at(x, y)
    holds = shapely.intersects_xy(zones[:, None], x[None, :], y[None, :])
    lowest = np.where(holds.any(axis=0), holds.argmax(axis=0), FAR)
    settled = found > MIXED
    np.testing.assert_array_equal(found[settled], lowest[settled])


def test_zones_without_ground_hold_nothing() -> None:
    empty = np.array([shapely.MultiPolygon()], object)
    assert ZoneSquares(empty).at(np.array([5]), np.array([5])).tolist() == [FAR]


def test_of_zones_too_large_to_decide_exactly_outlines_are_asked() -> None:
    huge = np.array([shapely.box(0, 0, 4e9, 4e9)], object)
    assert ZoneSquares(huge).at(np.array([5]), np.array([5])).tolist() == [MIXED]
