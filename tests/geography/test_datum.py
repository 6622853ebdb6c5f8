"""GCJ-02 and BD-09 against published numbers and against themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography import DATUMS, from_wgs84, to_wgs84

_METRES_PER_DEGREE = 111_320.0

# assignment.md section 6; three implementations agree.
_WGS84 = (116.404, 39.915)
_GCJ02 = (116.41024449916938, 39.91640428150164)
_SAME_NUMBERS_GCJ02_TO_BD09 = (116.41036949371029, 39.92133699351021)
_BD09_TO_GCJ02_CLOSED = (116.39762729119315, 39.90865673957631)

lons = st.floats(72.1, 137.7)
lats = st.floats(0.93, 55.7)


def _metres(a: tuple[np.ndarray, np.ndarray], b: tuple[float, float]) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]) * _METRES_PER_DEGREE)


def test_published_values() -> None:
    assert np.allclose(from_wgs84("gcj02", *_WGS84), _GCJ02, rtol=0, atol=1e-9)
    assert np.allclose(to_wgs84("gcj02", *_GCJ02), _WGS84, rtol=0, atol=1e-9)
    # The published step is GCJ-02 to BD-09: start from the WGS 84 place whose GCJ-02 numbers those are.
    start = to_wgs84("gcj02", *_WGS84)
    assert np.allclose(from_wgs84("bd09", *start), _SAME_NUMBERS_GCJ02_TO_BD09, rtol=0, atol=1e-9)


def test_published_bd09_inverse_is_the_closed_form_and_ours_is_exact() -> None:
    ours = from_wgs84("gcj02", *to_wgs84("bd09", *_WGS84))
    # 0.215 m is the largest error of the closed form (assignment.md section 6).
    assert _metres(ours, _BD09_TO_GCJ02_CLOSED) < 0.215
    assert np.allclose(from_wgs84("bd09", *to_wgs84("gcj02", *ours)), _WGS84, rtol=0, atol=1e-12)


@pytest.mark.parametrize("datum", DATUMS)
@given(lon=lons, lat=lats)
def test_round_trip_is_below_a_micrometre(datum: str, lon: float, lat: float) -> None:
    assert _metres(to_wgs84(datum, *from_wgs84(datum, lon, lat)), (lon, lat)) < 1e-6


@given(lon=lons, lat=lats)
def test_shift_is_that_of_china(lon: float, lat: float) -> None:
    moved = from_wgs84("gcj02", np.array(lon), np.array(lat))
    assert 20 < _metres(moved, (lon, lat)) < 1500


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize(
    "place",
    [(-122.4, 37.8), (0.0, 0.0), (72.0039, 30.0), (137.8348, 30.0), (100.0, 0.8292), (100.0, 55.8272)],
)
def test_outside_the_box_nothing_moves(datum: str, place: tuple[float, float]) -> None:
    assert to_wgs84(datum, *place) == place
    assert from_wgs84(datum, *place) == place


def test_shapes_of_arrays_and_missing_numbers() -> None:
    lon = np.array([[108.95, np.nan], [116.4, -122.4]])
    lat = np.array([[34.25, 34.25], [39.9, 37.8]])
    kept = lon.copy()
    x, y = to_wgs84("gcj02", lon, lat)
    assert x.shape == y.shape == (2, 2)
    assert np.isnan(x[0, 1])
    assert (x[1, 1], y[1, 1]) == (-122.4, 37.8)
    assert np.array_equal(lon, kept, equal_nan=True)
    one = to_wgs84("gcj02", 108.95, 34.25)
    assert (one[0], one[1]) == (x[0, 0], y[0, 0])
    assert to_wgs84("cgcs2000", [108.95], [34.25])[0] == [108.95]


def test_another_word_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        to_wgs84("mars", 108.95, 34.25)
    assert caught.value.code == "bad_datum"
