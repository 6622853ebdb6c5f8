"""Lines of a plan as coordinates: whatever shapely holds, in pieces of two places or more."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DECIMALS = 7
"""Of degrees in files: a centimetre."""


def pieces(line: Any) -> list[Floats]:
    """Return the coordinates (lon, lat) of a line, shape (k, 2) each, k >= 2; none for None or a point.

    Repeated places are left out: where a patrol stands still there is no direction.
    """
    if line is None or shapely.is_empty(line):
        return []
    found = []
    for part in shapely.get_parts(line):
        xy = np.round(shapely.get_coordinates(part), DECIMALS)
        moved = np.r_[True, (np.diff(xy, axis=0) != 0).any(axis=1)] if len(xy) else np.zeros(0, bool)
        if moved.sum() >= 2:
            found.append(xy[moved])
    return found


def line_geometry(line: Any) -> dict[str, Any] | None:
    """Return a line as a geometry of GeoJSON: LineString, MultiLineString, or None without any length."""
    parts = [piece.tolist() for piece in pieces(line)]
    if not parts:
        return None
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def point_geometry(lon: float, lat: float) -> dict[str, Any]:
    """Return a place as a geometry of GeoJSON."""
    return {"type": "Point", "coordinates": [round(float(lon), DECIMALS), round(float(lat), DECIMALS)]}
