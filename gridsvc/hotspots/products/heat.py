"""The places of a heat layer: few enough for a browser, every incident in one of them."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.reading import read_places

Floats = NDArray[np.float64]

MOST_PLACES = 30_000
MOST_READ = 500_000
"""Above so many incidents the heat is that of the cells' centres: their places would fill the memory."""
# Steps to which a heat layer may round, in 1e-5 degrees (about a metre): the finest with few enough places.
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def heat_places(
    connection: Connection,
    question: Question,
    incidents: NDArray[np.int64],
    *,
    now: datetime,
    snap_outside_m: float,
    cells: Cells,
) -> tuple[Floats, float]:
    """Return rows of lon, lat (degrees) and incidents, and the step in degrees to which they were rounded."""
    layer = cells.layer
    if incidents.sum() > MOST_READ:
        some = np.flatnonzero(incidents)
        centres = shapely.get_coordinates(shapely.centroid(layer.geom_mm[some]))
        x, y = np.rint(centres).astype(np.int64).T
        weights = incidents[some].astype(np.float64)
    else:
        places = read_places(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
        x, y = (np.rint(each * 1000).astype(np.int64) for each in (places.x_m, places.y_m))
        weights = np.ones(len(x))
    lon, lat = to_degrees(layer.srid, x, y)
    return rounded_places(lon, lat, weights)


def rounded_places(
    lon: Floats, lat: Floats, weights: Floats, most: int = MOST_PLACES
) -> tuple[Floats, float]:
    """Return lon, lat, weight by place, rounded as finely as leaves at most `most` places, and the step."""
    for step in _STEPS:
        x, y = (np.rint(each / (step * 1e-5)).astype(np.int64) for each in (lon, lat))
        # One whole number for each place: a sort of numbers is far faster than one of rows.
        distinct, place = np.unique(x * 100_000_000 + y, return_inverse=True)
        if len(distinct) <= most or step == _STEPS[-1]:
            sums = np.bincount(place, weights=weights, minlength=len(distinct))
            y_of = (distinct + 50_000_000) % 100_000_000 - 50_000_000
            x_of = (distinct - y_of) // 100_000_000
            degrees = np.round(np.column_stack([x_of, y_of]) * (step * 1e-5), 5)
            return np.column_stack([degrees, sums]), step * 1e-5
    raise AssertionError("unreachable")
