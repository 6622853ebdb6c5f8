"""Two roads contest ground where they run along each other, and not where they cross."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.roads.contested import contested
from tests.roads.town_roads import line

NORTH = line((0, 0), (0, 1000))


def turned(degrees: float, length_m: float) -> shapely.LineString:
    """A line through the middle of NORTH, at an angle to it."""
    along = np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]) * length_m / 2
    return shapely.LineString([np.array([0, 500]) - along, np.array([0, 500]) + along])


@given(st.floats(31, 149), st.floats(10, 900), st.floats(5, 60), st.floats(5, 60))
def test_crossing_is_no_contest(degrees: float, length_m: float, half_m: float, other_m: float) -> None:
    assert contested(NORTH, half_m, turned(degrees, length_m), other_m) is None


@given(st.floats(0, 19), st.floats(81, 900), st.booleans())
def test_beside_it_is_one(off_m: float, length_m: float, backwards: bool) -> None:
    beside = line((off_m, 10), (off_m, 10 + length_m))
    found = contested(shapely.reverse(beside) if backwards else beside, 20, NORTH, 20)
    assert found is not None
    assert found.length == pytest.approx(length_m, abs=0.01)
    assert contested(NORTH, 20, line((off_m + 21, 10), (off_m + 21, 10 + length_m)), 20) is None


@pytest.mark.parametrize(("overlap_m", "is_one"), [(-5, False), (0, False), (38, False), (60, True)])
def test_one_after_the_other(overlap_m: float, is_one: bool) -> None:
    onwards = line((0, 1000 - overlap_m), (0, 1500))
    assert (contested(NORTH, 20, onwards, 20) is not None) is is_one
