"""What each border of a grid follows: a road, a river, a wall, a compound, the outer border, or the rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.building.coverage_sides import Sides
from gridsvc.geography.rings import Floats, Geometries

BOUNDARY, PARENT, COMPOUND, RIVER, WALL, ROAD, RULE = (
    "boundary", "parent", "compound", "river", "wall", "road", "rule",
)  # fmt: skip
KINDS = (BOUNDARY, PARENT, COMPOUND, RIVER, WALL, ROAD, RULE)
_ON_MM = 10.0  # noding and rounding move a line by less


def followed(sides: Sides, lines: Mapping[str, Geometries]) -> npt.NDArray[np.int64]:
    """Return for each edge the number in `KINDS` of what it follows; the first of several.

    `lines` are those that the grid was built from, in millimetres, by their kind.
    """
    middle = shapely.points(sides.edges.mean(axis=1))
    kind = np.full(len(sides.edges), KINDS.index(RULE), dtype=np.int64)
    kind[sides.areas[:, 0] < 0] = KINDS.index(BOUNDARY)
    for name in KINDS[1:-1]:
        given = lines.get(name)
        if given is None or not len(given):
            continue
        free = np.flatnonzero(kind == KINDS.index(RULE))
        on = shapely.STRtree(given).query(middle[free], predicate="dwithin", distance=_ON_MM)[0]
        kind[free[np.unique(on)]] = KINDS.index(name)
    return kind


def lengths_m(sides: Sides, kind: npt.NDArray[np.int64]) -> dict[str, float]:
    """Return the metres of border of each kind; a border between two areas counts once."""
    total: Floats = np.bincount(kind, weights=sides.lengths, minlength=len(KINDS)) / 1000.0
    return {name: float(round(total[k], 1)) for k, name in enumerate(KINDS)}
