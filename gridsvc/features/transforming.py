"""From a system of a question to the stored degrees, longitude first."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from gridsvc.features.crs import System

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def _transformer(srid: int) -> Transformer:
    return Transformer.from_crs(srid, 4326, always_xy=True)


def to_stored(system: System, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude of x (east) and y (north) in `system`; infinity where there is none."""
    if system.stored:
        return x, y
    lon, lat = _transformer(system.srid).transform(x, y)
    return np.asarray(lon), np.asarray(lat)
