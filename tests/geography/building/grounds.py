"""Grounds, roads and compounds for tests of building a grid."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import shapely

from gridsvc.geography.datum import to_wgs84


def planted_compounds(district_gcj02: Any, *, seed: int, count: int) -> list[Any]:
    """Return polygons in metres of EPSG:4545 inside a district given in GCJ-02, 10 m apart at least."""
    straight = shapely.transform(district_gcj02, lambda xy: np.column_stack(to_wgs84("gcj02", *xy.T)))
    ground = geopandas.GeoSeries([straight], crs=4326).to_crs(4545).iloc[0]
    west, south, east, north = ground.bounds
    random = np.random.default_rng(seed)
    made: list[Any] = []
    while len(made) < count:
        x, y = random.uniform(west, east), random.uniform(south, north)
        hectares = 0.3 * (8.0 / 0.3) ** random.uniform()
        long = random.uniform(1.0, 2.2)
        height = np.sqrt(1e4 * hectares * (4 / 3 if len(made) % 3 == 0 else 1.0) / long)
        width = height * long
        shape = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if len(made) % 3 == 0:
            shape = shape.difference(shapely.box(x, y, x + width, y + height))
        shape = shapely.affinity.rotate(shape, random.uniform(-12, 12), origin=(x, y))
        if ground.contains(shape) and all(shape.distance(other) > 10 for other in made):
            made.append(shape)
    return made
