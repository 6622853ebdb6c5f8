"""A place with an accuracy, and what its report says of the road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A round normal distribution about a place: `x`, `y` and `sigma` in mm of the grid's system.

    `heading_deg`, `house_number`: as in `Queries`, NaN and -1 for none.
    """

    x: int
    y: int
    sigma: float
    heading_deg: float
    house_number: int

    def facts(self, n: int) -> tuple[Floats, Ints]:
        """Return heading and house number as columns of n rows."""
        return np.full(n, self.heading_deg), np.full(n, self.house_number, np.int64)

    def density(self, x: Ints, y: Ints) -> Floats:
        """Return how likely places are, shape (n,); 1 at the centre."""
        squared = (x - self.x).astype(np.float64) ** 2 + (y - self.y).astype(np.float64) ** 2
        return np.asarray(np.exp(-squared / (2 * self.sigma**2)))
