"""Kilometres of street: every metre is counted once, and a street on a border belongs to both sides."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from gridsvc.geography import Layer, code_profile
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.exposure.streets import SIDES_M, Streets, street_km
from gridsvc.responsibility.locator import Locator
from tests.hotspots.district import EAST, NORTH, SIDE, SRID

SIZE = 4


def _layer(gap_mm: int) -> Layer:
    boxes = [
        shapely.MultiPolygon(
            [
                shapely.box(
                    EAST + c * SIDE + gap_mm,
                    NORTH + r * SIDE + gap_mm,
                    EAST + (c + 1) * SIDE - gap_mm,
                    NORTH + (r + 1) * SIDE - gap_mm,
                )
            ]
        )
        for r in range(SIZE)
        for c in range(SIZE)
    ]
    codes = [f"{k:02d}" for k in range(SIZE * SIZE)]
    rules: CodeProfile = code_profile("gbt")
    return Layer(1, "t", "cell", None, rules, SRID, codes, codes, [None] * len(codes), np.array(boxes), "x")


@lru_cache
def _located(gap_mm: int, snap_mm: int) -> tuple[Layer, Locator]:
    layer = _layer(gap_mm)
    return layer, Locator(layer.geom_mm, snap_mm=snap_mm)


def _line(*corners: tuple[float, float]) -> shapely.LineString:
    """A line through corners counted in cells from the south-west."""
    xy = np.array([(EAST + x * SIDE, NORTH + y * SIDE) for x, y in corners])
    return shapely.LineString(np.stack(to_degrees(SRID, *np.rint(xy).astype(np.int64).T), axis=1))


def _shared(*lines: shapely.LineString, gap_mm: int = 0, snap_mm: int = 0) -> Streets:
    return street_km(*_located(gap_mm, snap_mm), np.array(lines, object))


def _geodesic_km(lines: list[shapely.LineString]) -> float:
    geod = Geod(ellps="GRS80")
    total = 0.0
    for line in lines:
        for one, other in pairwise(line.coords):
            total += geod.inv(one[0], one[1], other[0], other[1])[2]
    return total / 1000


def test_a_street_inside_a_cell_is_all_its_own() -> None:
    found = _shared(_line((1.2, 1.5), (1.8, 1.5)))
    assert found.km[1 * SIZE + 1] == pytest.approx(0.06, rel=2e-3)
    assert found.km.sum() == pytest.approx(found.km[1 * SIZE + 1])
    assert found.outside_km == 0


def test_a_street_on_the_border_of_two_cells_gives_half_to_each() -> None:
    found = _shared(_line((1.0, 2.0), (2.0, 2.0)))
    assert found.km[1 * SIZE + 1] == pytest.approx(found.total_km / 2)
    assert found.km[2 * SIZE + 1] == pytest.approx(found.total_km / 2)


@pytest.mark.parametrize("snap_mm", [0, 50_000])
def test_the_other_side_of_the_districts_border_is_not_ours(snap_mm: int) -> None:
    found = _shared(_line((0.0, 0.0), (1.0, 0.0)), snap_mm=snap_mm)
    assert found.km[0] == pytest.approx(found.total_km / 2)
    assert found.outside_km == pytest.approx(found.total_km / 2)


def test_cells_that_begin_at_the_kerb_still_get_their_side() -> None:
    found = _shared(_line((1.25, 2.0), (1.75, 2.0)), gap_mm=20_000)
    assert found.km[1 * SIZE + 1] == pytest.approx(found.total_km / 2)
    assert found.km[2 * SIZE + 1] == pytest.approx(found.total_km / 2)


def test_a_border_that_wavers_by_metres_gives_the_same() -> None:
    straight = _shared(_line((1.0, 2.0), (2.0, 2.0)))
    beside = _shared(_line((1.0, 2.0 + 0.1), (2.0, 2.0 + 0.1)))
    assert beside.km[1 * SIZE + 1] == pytest.approx(straight.km[1 * SIZE + 1], rel=1e-4)


def test_no_street_no_length() -> None:
    found = _shared()
    assert found.km.tolist() == [0.0] * SIZE * SIZE
    assert (found.outside_km, found.total_km) == (0.0, 0.0)


def test_points_on_one_another_have_no_length() -> None:
    lines = [shapely.LineString([(108.9, 34.2), (108.9, 34.2)]), shapely.LineString()]
    assert _shared(*lines).total_km == 0


_inside = st.floats(0.45, SIZE - 0.45, allow_nan=False)
_anywhere = st.floats(-1.0, SIZE + 1.0, allow_nan=False)


@given(st.lists(st.lists(st.tuples(_inside, _inside), min_size=2, max_size=6), min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_every_metre_inside_the_district_is_counted_once(
    streets: list[list[tuple[float, float]]],
) -> None:
    lines = [_line(*corners) for corners in streets]
    found = _shared(*lines)
    assert SIDES_M[-1] <= 45
    assert math.isclose(found.km.sum(), _geodesic_km(lines), rel_tol=1e-9, abs_tol=1e-12)
    assert found.outside_km == 0


@given(st.lists(st.lists(st.tuples(_anywhere, _anywhere), min_size=2, max_size=6), min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_no_metre_is_lost_or_doubled(streets: list[list[tuple[float, float]]]) -> None:
    lines = [_line(*corners) for corners in streets]
    found = _shared(*lines)
    assert math.isclose(found.km.sum() + found.outside_km, _geodesic_km(lines), rel_tol=1e-9, abs_tol=1e-12)
    assert (found.km >= 0).all()


@given(st.lists(st.tuples(_anywhere, _anywhere), min_size=2, max_size=6))
@settings(deadline=None, max_examples=30)
def test_the_direction_of_a_line_does_not_matter(corners: list[tuple[float, float]]) -> None:
    assert np.allclose(_shared(_line(*corners)).km, _shared(_line(*corners[::-1])).km, atol=1e-9)
