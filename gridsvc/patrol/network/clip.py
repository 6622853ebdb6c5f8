"""The streets of an area as lines to be shown; ways are sought on the whole network all the same.

Clipping a network cuts the loops of one-way streets: of Beilin's clip two thirds of the nodes are left in one
strong part, of the whole six sevenths (SOURCES.md).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.streets import Streets

Lines = NDArray[np.object_]


def lines_in_degrees(streets: Streets) -> Lines:
    """Return the line of every link in lon, lat of WGS 84, shape (links,)."""

    def degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.rint(metres * 1000).astype(np.int64)
        return np.stack(to_degrees(streets.srid, whole[:, 0], whole[:, 1]), axis=1)

    return np.asarray(shapely.transform(streets.lines, degrees), object)


def clip(streets: Streets, area: Any) -> Lines:
    """Return the lines of the streets within `area` (shapely, lon and lat), cut at its border."""
    lines = lines_in_degrees(streets)
    near = shapely.STRtree(lines).query(area, predicate="intersects")
    parts = shapely.get_parts(shapely.intersection(lines[np.sort(near)], area))
    return np.asarray(parts[shapely.get_type_id(parts) == 1], object)
