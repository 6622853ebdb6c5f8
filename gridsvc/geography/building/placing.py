"""Shapes in degrees brought to millimetres of a projected system."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Transformer

from gridsvc.geography.projection import to_millimetres
from gridsvc.geography.rings import Floats, Geometries


def projected(shapes: Geometries, srid: int) -> Geometries:
    """Return geometries in unrounded millimetres."""
    ways = Transformer.from_crs(4326, srid, always_xy=True)
    return np.asarray(
        shapely.transform(shapes, lambda xy: 1000.0 * np.column_stack(ways.transform(xy[:, 0], xy[:, 1])))
    )


def rounded(shapes: Geometries, srid: int) -> Geometries:
    """Return geometries in whole millimetres; what is missing or empty is left out."""

    def project(xy: Floats) -> Floats:
        return np.column_stack(to_millimetres(srid, xy[:, 0].copy(), xy[:, 1].copy())).astype(np.float64)

    there = np.array([shape for shape in shapes if shape is not None and not shape.is_empty], dtype=object)
    return np.asarray(shapely.transform(there, project), dtype=object)
