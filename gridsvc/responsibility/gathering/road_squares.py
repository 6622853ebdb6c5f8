"""Which of many lines is nearest, settled square by square once: most places are answered by one look.

A square whose places are all nearest to lines of one value, and all within reach, has that value; one that
nothing reaches has none. The others list the few straight pieces that can be nearest to any of their places.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.responsibility.line_squares import Pieces, SquareTable, half_diagonal, listed, runs

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]

UNDECIDED = -2
_NONE = -1
_FINEST = 13  # squares of 2**13 mm = 8 m
_MOST_SQUARES = 4_000_000
_TIE_MM = 1e-3
"""Distances that differ by less are for exact arithmetic to compare."""


class RoadSquares:
    """Squares over lines in whole millimetres. Immutable, safe to share between threads."""

    def __init__(self, lines: NDArray[np.object_], value: Ints, reach_mm: int) -> None:
        """Take lines, a value (0 or more) of each, and how far off a line still counts."""
        xy, line = shapely.get_coordinates(lines, return_index=True)
        joined = np.flatnonzero(line[1:] == line[:-1])
        low = np.floor(xy.min(axis=0, initial=np.inf if len(xy) else 0.0)) - 2 * reach_mm
        high = np.ceil(xy.max(axis=0, initial=-np.inf if len(xy) else 0.0)) + 2 * reach_mm
        self._origin = low.astype(np.int64)
        self._reach = float(reach_mm)
        moved = xy - self._origin
        self._pieces = Pieces.of(moved[joined], moved[joined + 1], self._reach)
        self._value = value[line[joined]].astype(np.int32)
        self._table = SquareTable.over(
            self._origin, high.astype(np.int64), _FINEST, _MOST_SQUARES, otherwise=_NONE
        )
        self._settle()

    def find(self, x: Ints, y: Ints) -> Indexes:
        """Return the value of the nearest line of places in mm, -1 for none within reach; shape (n,).

        UNDECIDED where lines of several values are equally near, or one is as far off as the reach.
        """
        found = self._table.at(x, y, otherwise=_NONE)
        mixed = np.flatnonzero(found <= UNDECIDED)
        if len(mixed):
            px, py = x.take(mixed) - self._origin[0], y.take(mixed) - self._origin[1]
            found[mixed] = self._measured(UNDECIDED - found[mixed], px, py)
        return found

    def _measured(self, number: Indexes, px: Ints, py: Ints) -> Indexes:
        """Return what `find` does, of places in mixed squares, by the distance to each piece."""
        place, at, begin = runs(self._start, number)
        piece = self._piece[at]
        x, y = px.take(place).astype(np.float64), py.take(place).astype(np.float64)
        mm = self._pieces.distance(piece, x, y)
        least = np.minimum.reduceat(mm, begin)
        near = mm <= least[place] + _TIE_MM
        value = self._value[piece]
        found = np.maximum.reduceat(np.where(near, value, np.int32(_NONE)), begin)
        other = np.minimum.reduceat(np.where(near, value, np.iinfo(np.int32).max), begin)
        edge = np.abs(least - self._reach) <= _TIE_MM
        inside = np.where(found == other, found, np.int32(UNDECIDED))
        return np.where(edge, np.int32(UNDECIDED), np.where(least < self._reach, inside, np.int32(_NONE)))

    def _settle(self) -> None:
        """Fill in the table, and the lists of the squares that it does not settle."""
        shift, settled = self._table.shift, self._table.number
        lists = listed(self._pieces, shift, self._table.columns, nearest=True)
        self._start, self._piece = lists.start, lists.piece
        if not len(lists.square):
            return
        value = self._value[lists.piece]
        highest = np.maximum.reduceat(value, lists.start[:-1])
        lowest = np.minimum.reduceat(value, lists.start[:-1])
        plain = (highest == lowest) & (lists.least + half_diagonal(shift) <= self._reach)
        mixed = np.flatnonzero(~plain)
        settled[lists.square[plain]] = highest[plain]
        settled[lists.square[mixed]] = UNDECIDED - np.arange(len(mixed), dtype=np.int32)
        counts = np.diff(lists.start)
        self._piece = lists.piece[np.repeat(~plain, counts)]
        self._start = np.append(0, np.cumsum(counts[mixed])).astype(np.int64)
