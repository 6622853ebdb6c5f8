"""The edges of a layer's rings, each seen the same way by both cells that share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The edges of all rings, oriented upwards (a level one eastwards), in mm from the layer's origin.

    `ends` has shape (edges, 4): x0, y0, x1, y1, one row beside the other in memory, because whoever looks at
    an edge looks at all four. `cell` and `outer` have shape (edges,).
    """

    ends: Ints
    cell: NDArray[np.int32]
    outer: NDArray[np.bool_]  # no cell on its other side

    @property
    def width(self) -> int:
        """Return the greatest x."""
        return int(self.ends[:, 0::2].max(initial=0))

    @property
    def height(self) -> int:
        """Return the greatest y."""
        return int(self.ends[:, 3].max(initial=0))


def edges_of(geometries: NDArray[np.object_], origin: tuple[int, int]) -> Edges:
    """Return the edges of polygons given in whole millimetres.

    An edge of the outline on which corners of neighbours lie is cut there, so that each piece has its twin.
    """
    polygons, cell = shapely.get_parts(shapely.orient_polygons(geometries), return_index=True)
    rings, ring_polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    whole = np.rint(xy).astype(np.int64) - np.array(origin, np.int64)
    # A ring's last point does not lead to the next ring's first, and a point given twice is no edge.
    wanted = (ring[1:] == ring[:-1]) & (whole[1:] != whole[:-1]).any(axis=1)
    a, b = whole[:-1][wanted], whole[1:][wanted]
    owner = cell[ring_polygon[ring[:-1][wanted]]].astype(np.int32)
    # Upwards, and a level edge eastwards: then both cells of an edge see the same numbers.
    swap = (a[:, 1] > b[:, 1]) | ((a[:, 1] == b[:, 1]) & (a[:, 0] > b[:, 0]))
    ends = np.hstack([np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)])
    outer = _one_sided(ends, swap)
    pieces, of_edge = _cut_at_corners(ends, np.flatnonzero(outer))
    if len(pieces):
        whole_edges = np.setdiff1d(np.arange(len(ends)), of_edge)
        ends = np.concatenate([ends[whole_edges], pieces])
        owner, swap = (np.concatenate([each[whole_edges], each[of_edge]]) for each in (owner, swap))
        outer = _one_sided(ends, swap)
    return Edges(ends, owner, outer)


def _one_sided(ends: Ints, swapped: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which edges have cells on one side only; rings run with their cell to the left."""
    same = _numbered(ends)
    left, right = (
        np.bincount(same[side], minlength=same.max(initial=-1) + 1) for side in (~swapped, swapped)
    )
    return np.asarray(((left == 0) | (right == 0))[same])


def _numbered(ends: Ints) -> Ints:
    """Return one number for each distinct edge; sorting whole numbers is ten times faster than rows."""
    if not len(ends):
        return np.zeros(0, np.int64)
    # Each end in one number. A layer so large that these would not fit is refused by the locator.
    height = int(ends[:, 3].max()) + 1
    begin, end = (ends[:, k] * height + ends[:, k + 1] for k in (0, 2))
    order = np.lexsort((end, begin))
    begin, end = begin[order], end[order]
    new = np.ones(len(order), bool)
    new[1:] = (begin[1:] != begin[:-1]) | (end[1:] != end[:-1])
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(new) - 1
    return number


def _cut_at_corners(ends: Ints, outline: Ints) -> tuple[Ints, Ints]:
    """Cut edges of the outline where another's end lies exactly on them: the pieces, and whose they are."""
    corners = np.unique(np.concatenate([ends[outline, :2], ends[outline, 2:]]), axis=0)
    lines = shapely.linestrings(ends[outline].reshape(-1, 2, 2).astype(np.float64))
    tree = shapely.STRtree(np.asarray(shapely.points(corners.astype(np.float64))))
    at, near = tree.query(lines, predicate="dwithin", distance=1.0)
    edge, x, y = outline[at], corners[near, 0], corners[near, 1]
    x0, y0, x1, y1 = ends[edge].T
    on = (x1 - x0) * (y - y0) == (y1 - y0) * (x - x0)
    on &= ((y0 < y) & (y < y1)) | ((y0 == y1) & (y == y0) & (x0 < x) & (x < x1))
    if not on.any():
        return np.empty((0, 4), np.int64), np.empty(0, np.int64)
    edge, x, y = edge[on], x[on], y[on]
    cut = np.unique(edge)
    # Every point of a cut edge, in the order in which it runs: y first, and x where it is level.
    of = np.concatenate([edge, cut, cut])
    points = np.concatenate([np.stack([x, y], axis=1), ends[cut, :2], ends[cut, 2:]])
    order = np.lexsort([points[:, 0], points[:, 1], of])
    of, points = of[order], points[order]
    together = of[1:] == of[:-1]
    return np.hstack([points[:-1][together], points[1:][together]]), of[1:][together]
