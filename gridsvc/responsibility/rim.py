"""The outline of a layer, for places just outside: the nearest cell, and how far off it is.

Distances are those of GEOS to the bit: the same operations in the same order, in arrays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.edges import Edges
from gridsvc.responsibility.line_squares import Pieces, expected_pairs, listed, runs

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Indexes = NDArray[np.int32]

_FINEST = 13  # squares of 2**13 mm = 8 m
_MOST_SQUARES = 4_000_000
_MOST_PAIRS = 8_000_000
"""About so many pairs of squares and edges are looked at to list them, or 8 for each edge."""


class Rim:
    """The edges nearest to places outside, by square. Immutable, safe to share between threads."""

    def __init__(self, edges: Edges, reach_mm: int) -> None:
        """Take a layer's edges; `reach_mm`: how near outside still counts, 0: nothing does."""
        rim = _rim(edges) if reach_mm else np.empty(0, np.int64)
        self._reach = float(reach_mm)
        self._cell = edges.cell[rim]
        ends = edges.ends[rim].astype(np.float64)
        self._corner = np.array([-2 * reach_mm, -2 * reach_mm], np.int64)
        moved = ends - np.tile(self._corner, 2)
        self._pieces = Pieces.of(moved[:, :2], moved[:, 2:], self._reach)
        width, height = edges.width + 4 * reach_mm, edges.height + 4 * reach_mm
        self._shift = _shift_for(self._pieces, width, height)
        self._nx, self._ny = (width >> self._shift) + 1, (height >> self._shift) + 1
        self._table = np.full(self._nx * self._ny, -1, np.int32)
        lists = listed(self._pieces, self._shift, self._nx, nearest=True)
        self._table[lists.square] = np.arange(len(lists.square), dtype=np.int32)
        self._start, self._piece = lists.start, lists.piece

    def nearest(self, px: Ints, py: Ints) -> tuple[Indexes, Floats]:
        """Return the nearest cell within reach (lowest code among equals, -1: none) and its distance in mm.

        Places in mm from the layer's origin, outside every cell, shape (n,).
        """
        cell, distance = np.full(len(px), -1, np.int32), np.full(len(px), np.nan)
        x, y = px - self._corner[0], py - self._corner[1]
        column, row = x >> self._shift, y >> self._shift
        within = (column >= 0) & (column < self._nx) & (row >= 0) & (row < self._ny)
        number = self._table[np.where(within, row * self._nx + column, 0)]
        near = np.flatnonzero(within & (number >= 0))
        if not len(near):
            return cell, distance
        place, at, begin = runs(self._start, number[near])
        piece, row = self._piece[at], near[place]
        mm = self._distance(piece, x[row].astype(np.float64), y[row].astype(np.float64))
        least = np.minimum.reduceat(mm, begin)
        of_piece = np.where(mm == least[place], self._cell[piece], np.iinfo(np.int32).max)
        lowest = np.minimum.reduceat(of_piece, begin)
        reached = least <= self._reach
        cell[near[reached]], distance[near[reached]] = lowest[reached], least[reached]
        return cell, distance

    def _distance(self, piece: Indexes, x: Floats, y: Floats) -> Floats:
        """Return how far places are from edges, as `geos::algorithm::Distance::pointToSegment` does."""
        pieces = self._pieces
        begin, along, length2 = pieces.begin[piece], pieces.along[piece], pieces.length2[piece]
        qx, qy = x - begin[:, 0], y - begin[:, 1]
        wx, wy = along[:, 0], along[:, 1]
        part = (qx * wx + qy * wy) / length2
        aside = np.abs((qx * wy - qy * wx) / length2) * np.sqrt(length2)
        ahead = part >= 1.0
        rx, ry = np.where(ahead, qx - wx, qx), np.where(ahead, qy - wy, qy)
        return np.where(ahead | (part <= 0.0), np.sqrt(rx * rx + ry * ry), aside)


def _rim(edges: Edges) -> Ints:
    """Return the edges on which the nearest point of the cells lies, seen from outside.

    Those of the outline, and those that end on it: a cell may touch the outline with a corner alone.
    """
    height = edges.height + 1
    begin, end = (edges.ends[:, k] * height + edges.ends[:, k + 1] for k in (0, 2))
    corners = np.concatenate([begin[edges.outer], end[edges.outer]])
    return np.flatnonzero(np.isin(begin, corners) | np.isin(end, corners))


def _shift_for(pieces: Pieces, width: int, height: int) -> int:
    """Return the size of squares for which neither the table nor the lists grow too long."""
    shift = _FINEST
    while (
        ((width >> shift) + 1) * ((height >> shift) + 1) > _MOST_SQUARES
        or expected_pairs(pieces, shift) > max(_MOST_PAIRS, 8 * len(pieces.length2))
    ):
        shift += 1
    return shift
