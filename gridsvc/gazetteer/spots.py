"""A place found for what an address says, before it is an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import shapely

from gridsvc.errors import Text

DRAWN = "road layer"
"""The source of crossings and of places along a road."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place found for an anchor, metres; `score` is how well the names fit (0 to 1).

    `number`: the house number that was said, None when none was or what is meant lies opposite it.
    """

    name: str
    kind: str
    x: float
    y: float
    accuracy_m: float
    source: str
    score: float
    because: tuple[Text, ...]
    shape: Any = None
    number: int | None = None

    def said(self, zh: str, en: str) -> Spot:
        """Return the spot with one more reason."""
        return replace(self, because=(*self.because, Text(zh, en)))

    @property
    def geometry(self) -> Any:
        """Return its shape, or its point."""
        return shapely.Point(self.x, self.y) if self.shape is None else self.shape

    def at(self, x: float, y: float, accuracy_m: float) -> Spot:
        """Return the spot moved, a point from now on."""
        return replace(self, x=x, y=y, accuracy_m=accuracy_m, shape=None)
