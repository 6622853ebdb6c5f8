"""Which places need no outline to tell the zone that holds them: most squares are touched by none."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.responsibility.covering import FAR, MIXED, NEAR, Covering, cover
from gridsvc.responsibility.edges import edges_of

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]

_BUCKETS = 1_000_000  # 4 MB for each kind of zones
_EXACT = 2**62  # mm²: beyond that, the products of the covering's rule would not fit


class ZoneSquares:
    """A covering of zones by squares. Immutable, safe to share between threads."""

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        """Take outlines in whole millimetres, in the order of their zones."""
        self._corner = (0, 0)
        self._covering: Covering | None = None
        bounds = shapely.total_bounds(shapes)
        self._empty = not np.isfinite(bounds).all()
        if self._empty or (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) >= _EXACT:
            return
        self._corner = (int(bounds[0]), int(bounds[1]))
        covering = cover(edges_of(shapes, self._corner), len(shapes), 0, buckets=_BUCKETS)
        covering.table[covering.table == NEAR] = FAR
        self._covering = covering

    def at(self, x: Ints, y: Ints) -> Indexes:
        """Return what holds the square of each place in mm, shape (n,): a zone, FAR or, if an outline must be
        asked, MIXED or less.

        A zone: the lowest of those that hold all of the square, and none has its outline there. FAR: no zone
        has any of it.
        """
        covering = self._covering
        if covering is None:
            return np.full(len(x), FAR if self._empty else MIXED, np.int32)
        return covering.at(x - self._corner[0], y - self._corner[1])
