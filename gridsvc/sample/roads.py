"""Road links between crossings, from the edges of the cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.grid import Grid
from gridsvc.sample.network import LANE


@dataclass(frozen=True, slots=True)
class Roads:
    """Links in EPSG:4545 metres; a link runs from crossing to crossing along the borders of cells.

    `start` and `end` are numbers of nodes, shared by the links that meet there.
    """

    lines: NDArray[np.object_]
    kind: NDArray[np.int64]
    street: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def link_roads(grid: Grid) -> Roads:
    """Join the edges of roads where nothing else meets; walls are no roads."""
    road = grid.edges.kind <= LANE
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(list(grid.edges.lines[road]))))
    middles = shapely.line_interpolate_point(merged, 0.5, normalized=True)
    nearest = shapely.STRtree(grid.edges.lines[road]).query_nearest(middles, all_matches=False)[1]
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(merged, i)) for i in (0, -1)])
    order = np.lexsort((ends[: len(merged), 1], ends[: len(merged), 0]))
    merged, nearest = merged[order], nearest[order]
    ends = np.concatenate([ends[: len(order)][order], ends[len(order) :][order]])
    _nodes, numbers = np.unique(ends, axis=0, return_inverse=True)
    numbers = numbers.ravel() + 1
    return Roads(
        merged,
        grid.edges.kind[road][nearest],
        grid.edges.street[road][nearest],
        numbers[: len(merged)],
        numbers[len(merged) :],
    )
