"""What the gazetteer knows of one place, and what kinds of places there are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import shapely

from gridsvc.gazetteer.streets import Street

IMPORTED_KINDS = ("road", "crossing", "address", "compound", "landmark", "stop", "area")
ACCURACY_M = {
    "road": 500.0,
    "crossing": 25.0,
    "address": 12.0,
    "compound": 60.0,
    "landmark": 30.0,
    "stop": 20.0,
    "area": 400.0,
}
"""Radius (68 %) of a place that is given as a point, where its file does not say better."""
_ROUND = 0.82
"""68 % of a disk lie within this share of its radius."""
_LINE = 0.34


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A place of the gazetteer in metres of its projected system.

    `shape`: its outline or line, None for a point; `street`: of a road. `accuracy_m`: radius that holds 68 %
    of what people mean by it.
    """

    kind: str
    name: str
    x: float
    y: float
    accuracy_m: float
    source: str
    shape: Any = None
    street: Street | None = None

    def distance(self, x: float, y: float) -> float:
        """Return how far a point is from the place, 0 inside it."""
        if self.shape is None:
            return math.hypot(x - self.x, y - self.y)
        return float(shapely.distance(self.shape, shapely.Point(x, y)))


def spread_m(shape: Any) -> float:
    """Return the radius about its middle that holds 68 % of a shape: of a polygon's area, a line's length."""
    if shape.area > 0:
        return _ROUND * math.sqrt(shape.area / math.pi)
    west, south, east, north = shape.bounds
    return _LINE * math.hypot(east - west, north - south)
