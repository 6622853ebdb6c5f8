"""Contours: valid, nested, with holes, closed at the border."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.hotspots.density.contours import contour_areas, head_tail_levels
from gridsvc.hotspots.density.planar import RasterDensity, raster_density

DISTRICT = shapely.Point(1000, 1000).buffer(900).difference(shapely.box(900, 900, 1200, 1100))


def surface(values: np.ndarray, step: float = 10.0) -> RasterDensity:
    coverage = np.isfinite(values).astype(float)
    return RasterDensity(values, coverage, 0.0, values.shape[0] * step, step, 1.0, 0, 0.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 80), st.floats(60, 300))
def test_areas_are_valid_nested_and_within_the_district(seed: int, many: int, bandwidth: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(100, 1900, (2, many))
    found = raster_density(x, y, None, DISTRICT, bandwidth_m=bandwidth, step_m=20)
    levels = head_tail_levels(found.values)
    areas = contour_areas(found, levels, DISTRICT)
    assert [level for level, _ in areas] == list(levels[: len(areas)])
    around = DISTRICT
    for level, shape in areas:
        assert shape.geom_type == "MultiPolygon"
        assert shape.is_valid
        assert shapely.difference(shape, around).area < 1e-6
        dense = (found.coverage * (found.values >= level))[found.coverage > 0].sum() * found.step_m**2
        assert shape.area == pytest.approx(dense, abs=0.35 * shape.length * found.step_m + 2000)
        around = shape


def test_a_hole_is_a_hole_and_an_island_in_it_an_area() -> None:
    side = np.arange(61) - 30
    away = np.hypot(side[:, None], side[None, :])
    values = np.where(away < 25, 2.0, 0.0)
    values[away < 15] = 0.0
    values[away < 6] = 2.0
    ((level, shape),) = contour_areas(surface(values), [1.0], shapely.box(0, 0, 610, 610))
    assert level == 1.0
    assert len(shape.geoms) == 2
    assert sorted(len(part.interiors) for part in shape.geoms) == [0, 1]
    ring = np.pi * (250**2 - 150**2 + 60**2)
    assert shape.area == pytest.approx(ring, rel=0.05)


def test_areas_close_at_the_border() -> None:
    # Densest at the very edge: the contour follows the border there.
    values = np.tile(np.linspace(0, 10, 50), (50, 1))
    area = shapely.box(0, 0, 500, 500)
    ((_, shape),) = contour_areas(surface(values), [5.0], area)
    assert shape.area == pytest.approx(500 * 250, rel=0.02)
    assert shape.bounds[2] == 500


def test_outside_the_area_nothing_is_drawn() -> None:
    values = np.full((50, 50), 7.0)
    values[:, 25:] = np.nan
    area = shapely.box(0, 0, 250, 500)
    ((_, shape),) = contour_areas(surface(values), [5.0], area)
    assert shape.equals(area)


def test_levels_that_are_nowhere_are_left_out() -> None:
    values = np.full((20, 20), 7.0)
    assert contour_areas(surface(values), [8.0, 9.0], shapely.box(0, 0, 200, 200)) == []
    assert contour_areas(surface(values), [], shapely.box(0, 0, 200, 200)) == []
    nowhere = np.full((20, 20), np.nan)
    assert contour_areas(surface(nowhere), [1.0], shapely.box(0, 0, 200, 200)) == []
    flat = contour_areas(surface(values), [7.0], shapely.box(0, 0, 200, 200))
    assert flat[0][1].area == pytest.approx(40_000)


@pytest.mark.parametrize(
    "levels", [[0.0], [-1.0], [2.0, 1.0], [1.0, 1.0], [float("nan")], [1.0, float("inf")]]
)
def test_levels_must_rise_above_zero(levels: list[float]) -> None:
    with pytest.raises(InputRefused, match="rise"):
        contour_areas(surface(np.full((9, 9), 5.0)), levels, shapely.box(0, 0, 90, 90))


def test_head_and_tail_are_those_of_jiang() -> None:
    values = np.array([1.0] * 80 + [10.0] * 15 + [100.0] * 5)
    # Means: of all 7.3; of the head of 20, 32.5; of its head of 5, all 100, no head is left.
    assert head_tail_levels(values) == pytest.approx((7.3, 32.5))
    assert head_tail_levels(np.array([np.nan, 0.0, 0.0])) == ()
    assert head_tail_levels(np.array([3.0, 3.0, 3.0])) == ()
