"""The outline of a layer, for places just outside: the nearest cell, and how far off it is.

Distances are those of GEOS to the bit: the same operations in the same order, in arrays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.edges import Edges
from gridsvc.responsibility.line_squares import Pieces, SquareTable, expected_pairs, listed, runs

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
        low = np.full(2, -2 * reach_mm, np.int64)
        high = np.array([edges.width, edges.height], np.int64) + 2 * reach_mm
        moved = ends - np.tile(low, 2)
        self._low = low
        self._pieces = Pieces.of(moved[:, :2], moved[:, 2:], self._reach)
        shift = _FINEST
        while expected_pairs(self._pieces, shift) > max(_MOST_PAIRS, 8 * len(rim)):
            shift += 1
        self._table = SquareTable.over(low, high, shift, _MOST_SQUARES, otherwise=-1)
        lists = listed(self._pieces, self._table.shift, self._table.columns, nearest=True)
        self._table.number[lists.square] = np.arange(len(lists.square), dtype=np.int32)
        self._start, self._piece = lists.start, lists.piece

    def nearest(self, px: Ints, py: Ints) -> tuple[Indexes, Floats]:
        """Return the nearest cell within reach (lowest code among equals, -1: none) and its distance in mm.

        Places in mm from the layer's origin, outside every cell, shape (n,).
        """
        cell, distance = np.full(len(px), -1, np.int32), np.full(len(px), np.nan)
        number = self._table.at(px, py, otherwise=-1)
        near = np.flatnonzero(number >= 0)
        if not len(near):
            return cell, distance
        place, at, begin = runs(self._start, number[near])
        piece, row = self._piece.take(at), near.take(place)
        x, y = px.take(row) - self._low[0], py.take(row) - self._low[1]
        mm = self._distance(piece, x.astype(np.float64), y.astype(np.float64))
        least = np.minimum.reduceat(mm, begin)
        of_piece = np.where(mm == least.take(place), self._cell.take(piece), np.iinfo(np.int32).max)
        lowest = np.minimum.reduceat(of_piece, begin)
        reached = np.flatnonzero(least <= self._reach)
        cell[near[reached]], distance[near[reached]] = lowest[reached], least[reached]
        return cell, distance

    def _distance(self, piece: Indexes, x: Floats, y: Floats) -> Floats:
        """Return how far places are from edges, as `geos::algorithm::Distance::pointToSegment` does."""
        bx, by = self._pieces.begin.take(piece, axis=0).T
        wx, wy = self._pieces.along.take(piece, axis=0).T
        length2 = self._pieces.length2.take(piece)
        qx, qy = x - bx, y - by
        part = (qx * wx + qy * wy) / length2
        aside = np.abs((qx * wy - qy * wx) / length2) * np.sqrt(length2)
        ahead = part >= 1.0
        rx, ry = np.where(ahead, qx - wx, qx), np.where(ahead, qy - wy, qy)
        return np.asarray(np.where(ahead | (part <= 0.0), np.sqrt(rx * rx + ry * ry), aside))


def _rim(edges: Edges) -> Ints:
    """Return the edges on which the nearest point of the cells lies, seen from outside.

    Those of the outline, and those that end on it: a cell may touch the outline with a corner alone.
    """
    height = edges.height + 1
    begin, end = (edges.ends[:, k] * height + edges.ends[:, k + 1] for k in (0, 2))
    corners = np.concatenate([begin[edges.outer], end[edges.outer]])
    return np.flatnonzero(np.isin(begin, corners) | np.isin(end, corners))
