"""Which of many lines is nearest, settled square by square once: most places are answered by one look.

A square whose places are all nearest to lines of one value, and all within reach, has that value; one that
nothing reaches has none. The others list the few straight pieces that can be nearest to any of their places.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNDECIDED = -2
_NONE = -1
_FINEST = 13  # squares of 2**13 mm = 8 m
_MOST_SQUARES = 4_000_000
_STEP_MM = 32_000  # a slanting piece is listed in steps, not by one box around it
_PAIRS_AT_ONCE = 1_000_000
_ROUNDING_MM = 1.0
_TIE_MM = 1e-3
"""Distances that differ by less are for exact arithmetic to compare."""


class RoadSquares:
    """Squares over lines in whole millimetres. Immutable, safe to share between threads."""

    def __init__(self, lines: NDArray[np.object_], value: Ints, reach_mm: int) -> None:
        """Take lines, a value (0 or more) of each, and how far off a line still counts."""
        xy, line = shapely.get_coordinates(lines, return_index=True)
        joined = np.flatnonzero(line[1:] == line[:-1])
        self._reach = float(reach_mm)
        low = np.floor(xy.min(axis=0, initial=np.inf if len(xy) else 0.0)) - 2 * reach_mm
        high = np.ceil(xy.max(axis=0, initial=-np.inf if len(xy) else 0.0)) + 2 * reach_mm
        self._origin = low.astype(np.int64)
        self._begin = xy[joined] - self._origin
        self._along = xy[joined + 1] - xy[joined]
        self._length2 = np.maximum((self._along**2).sum(axis=1), 1.0)
        self._value = value[line[joined]].astype(np.int32)
        width, height = (high - low).astype(np.int64).tolist()
        self._shift = _FINEST
        while ((width >> self._shift) + 1) * ((height >> self._shift) + 1) > _MOST_SQUARES:
            self._shift += 1
        self._nx, self._ny = (width >> self._shift) + 1, (height >> self._shift) + 1
        self._table = np.full(self._nx * self._ny, _NONE, np.int32)
        self._settle(*self._near_pairs())

    def find(self, x: Ints, y: Ints) -> NDArray[np.int32]:
        """Return the value of the nearest line of places in mm, -1 for none within reach; shape (n,).

        UNDECIDED where lines of several values are equally near, or one is as far off as the reach.
        """
        px, py = x - self._origin[0], y - self._origin[1]
        column, row = px >> self._shift, py >> self._shift
        within = (column >= 0) & (column < self._nx) & (row >= 0) & (row < self._ny)
        square = row * self._nx + column
        if within.all():
            found: NDArray[np.int32] = self._table[square]
        else:
            found = np.where(within, self._table[np.where(within, square, 0)], np.int32(_NONE))
        mixed = np.flatnonzero(found <= UNDECIDED)
        if len(mixed):
            found[mixed] = self._measured(UNDECIDED - found[mixed], px[mixed], py[mixed])
        return found

    def _measured(self, number: NDArray[np.int32], px: Ints, py: Ints) -> NDArray[np.int32]:
        """Return what `find` does, of places in mixed squares, by the distance to each piece."""
        first = self._start[number]
        counts = self._start[number + 1] - first
        begin = np.cumsum(counts) - counts
        place = np.repeat(np.arange(len(number)), counts)
        piece = self._piece[np.arange(len(place)) + np.repeat(first - begin, counts)]
        mm = self._distance(piece, px[place].astype(np.float64), py[place].astype(np.float64))
        least = np.minimum.reduceat(mm, begin)
        near = mm <= least[place] + _TIE_MM
        value = self._value[piece]
        found = np.maximum.reduceat(np.where(near, value, np.int32(_NONE)), begin)
        other = np.minimum.reduceat(np.where(near, value, np.iinfo(np.int32).max), begin)
        edge = np.abs(least - self._reach) <= _TIE_MM
        inside = np.where(found == other, found, np.int32(UNDECIDED))
        return np.where(edge, np.int32(UNDECIDED), np.where(least < self._reach, inside, np.int32(_NONE)))

    def _distance(self, piece: NDArray[np.integer[Any]], px: Floats, py: Floats) -> Floats:
        along = self._along[piece]
        qx, qy = px - self._begin[piece, 0], py - self._begin[piece, 1]
        part = np.clip((qx * along[:, 0] + qy * along[:, 1]) / self._length2[piece], 0.0, 1.0)
        return np.asarray(np.hypot(qx - part * along[:, 0], qy - part * along[:, 1]))

    def _near_pairs(self) -> tuple[Ints, NDArray[np.int32], Floats]:
        """Return squares, pieces that may be within their reach, and how far these are from the middles."""
        half = (1 << self._shift) * 0.5**0.5 + _ROUNDING_MM
        steps = (np.sqrt(self._length2) // _STEP_MM).astype(np.int64) + 1
        of = np.repeat(np.arange(len(steps)), steps)
        step = np.arange(len(of)) - np.repeat(np.cumsum(steps) - steps, steps)
        along = self._along[of] / steps[of, None]
        begin = self._begin[of] + along * step[:, None]
        margin = self._reach + _ROUNDING_MM
        low = np.floor(np.minimum(begin, begin + along) - margin).astype(np.int64) >> self._shift
        high = np.ceil(np.maximum(begin, begin + along) + margin).astype(np.int64) >> self._shift
        wide = high - low + 1
        squares = wide[:, 0] * wide[:, 1]
        cuts = np.flatnonzero(np.diff(np.cumsum(squares) // _PAIRS_AT_ONCE)) + 1
        parts = []
        for run in np.split(np.arange(len(of)), cuts):
            k = np.repeat(run, squares[run])
            at = np.arange(len(k)) - np.repeat(np.cumsum(squares[run]) - squares[run], squares[run])
            column, row = low[k, 0] + at % wide[k, 0], low[k, 1] + at // wide[k, 0]
            middle = (np.stack([column, row]) + 0.5) * (1 << self._shift)
            piece = of[k]
            mm = self._distance(piece, middle[0], middle[1])
            kept = mm <= self._reach + half
            parts.append((row[kept] * self._nx + column[kept], piece[kept].astype(np.int32), mm[kept]))
        square, piece, mm = (np.concatenate(each) for each in zip(*parts, strict=True))
        return square.astype(np.int64), piece.astype(np.int32), mm

    def _settle(self, square: Ints, piece: NDArray[np.int32], mm: Floats) -> None:
        """Fill in the table, and the lists of the squares that it does not settle."""
        half = (1 << self._shift) * 0.5**0.5 + _ROUNDING_MM
        order = np.lexsort((piece, square))
        square, piece, mm = square[order], piece[order], mm[order]
        once = np.append(True, (square[1:] != square[:-1]) | (piece[1:] != piece[:-1]))[: len(square)]
        square, piece, mm = square[once], piece[once], mm[once]
        first = np.flatnonzero(np.append(True, square[1:] != square[:-1]))[: len(square)]
        counts = np.diff(np.append(first, len(square)))
        least = np.minimum.reduceat(mm, first) if len(first) else mm
        # Farther than that from the middle, a piece is nowhere in the square the nearest one.
        may = mm <= np.repeat(least + 2 * half, counts)
        value = self._value[piece]
        most = np.iinfo(np.int32).max
        if len(first):
            highest = np.maximum.reduceat(np.where(may, value, np.int32(_NONE)), first)
            lowest = np.minimum.reduceat(np.where(may, value, np.int32(most)), first)
            plain = (highest == lowest) & (least + half <= self._reach)
        else:
            highest, plain = np.empty(0, np.int32), np.empty(0, bool)
        of_square = square[first]
        mixed = np.flatnonzero(~plain)
        self._table[of_square[plain]] = highest[plain]
        self._table[of_square[mixed]] = UNDECIDED - np.arange(len(mixed), dtype=np.int32)
        listed = may & np.repeat(~plain, counts)
        self._piece = piece[listed]
        each = np.add.reduceat(listed, first)[mixed] if len(first) else np.empty(0, np.int64)
        self._start = np.append(0, np.cumsum(each)).astype(np.int64)
