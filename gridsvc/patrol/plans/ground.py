"""The zones that places lie in: those that patrols keep to, and those that have a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_millimetres
from gridsvc.zones import Zone

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ZonesOfPlaces:
    """`all[i]`: codes of every zone around place i; `floor[i]`: that of the kind with the floor, or None."""

    all: tuple[frozenset[str], ...]
    floor: tuple[str | None, ...]


def zones_of_places(zones: Sequence[Zone], floor_kind: str, lon: Floats, lat: Floats) -> ZonesOfPlaces:
    """Return the zones of places in degrees, shape (n,); a border belongs to the first by code."""
    every: list[set[str]] = [set() for _ in range(len(lon))]
    floor: list[str | None] = [None] * len(lon)
    for srid in sorted({zone.srid for zone in zones}):
        held = [zone for zone in zones if zone.srid == srid]
        x, y = to_millimetres(srid, np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        tree = shapely.STRtree([zone.geom_mm for zone in held])
        place, which = tree.query(shapely.points(x, y), predicate="intersects")
        for i, k in sorted(zip(place.tolist(), which.tolist(), strict=True)):
            every[i].add(held[k].code)
            if held[k].kind == floor_kind and floor[i] is None:
                floor[i] = held[k].code
    return ZonesOfPlaces(tuple(frozenset(codes) for codes in every), tuple(floor))
