"""The streets that a map of routes is drawn upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.patrol.network.streets import Streets


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """Streets as a map shows them, shape (n,) each: `lines` (shapely, lon and lat), `names` (str or None)."""

    lines: NDArray[Any]
    names: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.lines)

    def within(self, west: float, south: float, east: float, north: float) -> Backdrop:
        """Return the streets that touch a box of degrees."""
        near = shapely.intersects(self.lines, shapely.box(west, south, east, north))
        return Backdrop(self.lines[near], self.names[near])


def backdrop_of(streets: Streets) -> Backdrop:
    """Return the streets of a network, each road once, as its source drew it."""
    rows = np.unique(streets.road)
    return Backdrop(streets.roads.geometries[rows], streets.roads.names[rows])
