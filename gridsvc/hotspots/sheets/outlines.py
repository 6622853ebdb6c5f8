"""Geometry of maps: from whole millimetres to degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography import Layer
from gridsvc.geography.projection import to_degrees

DECIMALS = 6  # of a degree: 0.1 m


def in_degrees(srid: int, shapes: Any, decimals: int = DECIMALS) -> NDArray[Any]:
    """Return shapes of millimetres in EPSG:`srid` as lon, lat of WGS 84, wound as RFC 7946 asks."""

    def degrees(millimetres: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = np.rint(millimetres).astype(np.int64).T
        return np.round(np.stack(to_degrees(srid, x, y), axis=1), decimals).astype(np.float64)

    turned = shapely.transform(np.atleast_1d(np.asarray(shapes, object)), degrees)
    return np.asarray(shapely.orient_polygons(turned))


def bounds(layer: Layer) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a layer in degrees."""
    west, south, east, north = shapely.total_bounds(layer.geom_mm)
    lon, lat = to_degrees(
        layer.srid, np.array([west, east, west, east]), np.array([south, north, north, south])
    )
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
