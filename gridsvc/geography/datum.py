"""Coordinates of Chinese web maps: GCJ-02 and BD-09 to and from WGS 84, exactly inverted.

Formulas: the public ones (Krassovsky ellipsoid); GCJ-02 shifts points inside one box of longitude and
latitude, BD-09 shifts GCJ-02 again. CGCS2000 is taken as WGS 84: they differ by decimetres at most, which
is less than any report knows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gridsvc.errors import InputRefused, Text

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats]
_Forward = Callable[[Floats, Floats], Pair]

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")

_AXIS = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BAIDU = np.pi * 3000.0 / 180.0
# Each turn of the fixed-point iteration makes the error some 150 (GCJ-02) or 50 (BD-09) times smaller:
# 6 turns leave less than the rounding of the numbers themselves.
_TURNS = 6


def to_wgs84(datum: str, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Convert degrees of `datum` to WGS 84 degrees; arrays of any shape, NaN stays NaN.

    What lies outside the box of GCJ-02 (lon 72.004 to 137.8347, lat 0.8293 to 55.8271) is unchanged.
    The inverse of `from_wgs84` within 1e-9 m (less than one shift, 0.7 km, from the rim of the box it may
    not be, because points beyond the rim are not shifted). Raises `InputRefused` (`bad_datum`).
    """
    check_datum(datum)
    x, y = _pair(lon, lat)
    if datum in ("wgs84", "cgcs2000"):
        return x, y
    inside = _in_box(x, y)
    u, v = x[inside], y[inside]
    if datum == "bd09":
        u, v = _inverted(_gcj02_to_bd09, u, v)
    x[inside], y[inside] = _inverted(_wgs84_to_gcj02, u, v)
    return x, y


def from_wgs84(datum: str, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Convert WGS 84 degrees to degrees of `datum`; arrays of any shape, outside the box unchanged."""
    check_datum(datum)
    x, y = _pair(lon, lat)
    if datum in ("wgs84", "cgcs2000"):
        return x, y
    inside = _in_box(x, y)
    u, v = _wgs84_to_gcj02(x[inside], y[inside])
    if datum == "bd09":
        u, v = _gcj02_to_bd09(u, v)
    x[inside], y[inside] = u, v
    return x, y


def check_datum(datum: str) -> None:
    """Raise `InputRefused` (`bad_datum`) when `datum` is not one of `DATUMS`."""
    if datum not in DATUMS:
        known = ", ".join(DATUMS)
        raise InputRefused(
            "bad_datum",
            Text(f"不认识坐标基准“{datum[:40]}”。", f"Unknown datum {datum[:40]!r}."),
            remedy=Text(f"可用：{known}。", f"Use one of: {known}."),
        )


def _pair(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return x.copy(), y.copy()


def _in_box(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = (x >= _WEST) & (x <= _EAST) & (y >= _SOUTH) & (y <= _NORTH)
    return inside


def _inverted(forward: _Forward, u: Floats, v: Floats) -> Pair:
    """Solve `forward(x, y) = (u, v)`: start at (u, v), move by what is still missing."""
    x, y = u.copy(), v.copy()
    for _ in range(_TURNS):
        a, b = forward(x, y)
        x += u - a
        y += v - b
    return x, y


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY2 * np.sin(radians) ** 2
    meridian = _AXIS * (1.0 - _ECCENTRICITY2) / (w2 * np.sqrt(w2))
    parallel = _AXIS / np.sqrt(w2) * np.cos(radians)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
