"""Straight pieces of lines, listed by the squares that they reach: what may be near a place, by one look.

A tree of boxes is asked place by place and answers with far more than is near; these lists are a column's
work, outside the interpreter's lock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Indexes = NDArray[np.int32]

ROUNDING_MM = 1.0
_STEP_MM = 32_000  # a slanting piece is listed in steps, not by one box around it
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """m straight pieces, in mm from some origin: where they begin, (m, 2), and which way they run, (m, 2).

    `length2`, shape (m,): their squared lengths, at least 1. `reach`, shape (m,): how far off, in mm, a place
    may be from a piece.
    """

    begin: Floats
    along: Floats
    length2: Floats
    reach: Floats

    @classmethod
    def of(cls, begin: Floats, end: Floats, reach: Floats | float) -> Pieces:
        """Take where pieces begin and end, shape (m, 2) each, and their reach, or one for all."""
        along = end - begin
        length2 = np.maximum((along**2).sum(axis=1), 1.0)
        return cls(begin, along, length2, np.broadcast_to(np.float64(reach), length2.shape))

    def distance(self, piece: NDArray[np.integer], px: Floats, py: Floats) -> Floats:
        """Return how far places are from pieces, in mm, shape (k,)."""
        ax, ay = self.along.take(piece, axis=0).T
        bx, by = self.begin.take(piece, axis=0).T
        qx, qy = px - bx, py - by
        part = np.clip((qx * ax + qy * ay) / self.length2.take(piece), 0.0, 1.0)
        return np.asarray(np.hypot(qx - part * ax, qy - part * ay))


@dataclass(frozen=True, slots=True, eq=False)
class SquareTable:
    """A number for each square of 2**shift mm from `corner`, row by row; shape (rows * columns,)."""

    corner: tuple[int, int]
    shift: int
    columns: int
    rows: int
    number: Indexes

    @classmethod
    def over(cls, low: Ints, high: Ints, shift: int, most: int, otherwise: int) -> SquareTable:
        """Return a table over a box in mm with at most `most` squares, none finer than `shift`."""
        width, height = (high - low).tolist()
        while ((width >> shift) + 1) * ((height >> shift) + 1) > most:
            shift += 1
        columns, rows = (width >> shift) + 1, (height >> shift) + 1
        number = np.full(rows * columns, otherwise, np.int32)
        return cls((int(low[0]), int(low[1])), shift, columns, rows, number)

    def at(self, x: Ints, y: Ints, otherwise: int) -> Indexes:
        """Return the number of the square of each place in mm, shape (n,); `otherwise` off the table."""
        column, row = x - self.corner[0], y - self.corner[1]
        column >>= self.shift
        row >>= self.shift
        # Seen without a sign what is negative is very large: one comparison does for both ends.
        beside = column.view(np.uint64) >= np.uint64(self.columns)
        beside |= row.view(np.uint64) >= np.uint64(self.rows)
        beyond = np.flatnonzero(beside)
        row *= self.columns
        row += column
        row[beyond] = 0
        found: Indexes = self.number.take(row)
        found[beyond] = otherwise
        return found


@dataclass(frozen=True, slots=True, eq=False)
class SquareLists:
    """The squares into which the reach of any piece goes, ascending, shape (k,), with their lists.

    `piece[start[i]:start[i + 1]]` may be within reach of a place in the i-th, ascending; of a list of the
    nearest those are left out that are nearest to no place in it. `least`: how far the nearest is from its
    middle, in mm.
    """

    square: Ints
    start: Ints
    piece: Indexes
    least: Floats


def listed(pieces: Pieces, shift: int, columns: int, *, nearest: bool) -> SquareLists:
    """List pieces by squares of 2**shift mm; a square's number is row * columns + column, from the origin.

    `nearest`: only the pieces that can be the nearest one.
    """
    half = half_diagonal(shift)
    square, piece, mm = _pairs(pieces, shift, columns)
    order = np.lexsort((piece, square))
    square, piece, mm = square[order], piece[order], mm[order]
    once = np.ones(len(square), bool)
    once[1:] = (square[1:] != square[:-1]) | (piece[1:] != piece[:-1])
    square, piece, mm = square[once], piece[once], mm[once]
    first = np.flatnonzero(np.append(True, square[1:] != square[:-1])[: len(square)])
    if not len(first):
        return SquareLists(square, np.zeros(1, np.int64), piece, mm)
    least = np.minimum.reduceat(mm, first)
    counts = np.diff(np.append(first, len(square)))
    square = square[first]
    if nearest:
        # Farther than that from the middle, a piece is nowhere in the square the nearest one.
        may = mm <= np.repeat(least + 2 * half, counts)
        piece, counts = piece[may], np.add.reduceat(may, first)
    return SquareLists(square, np.append(0, np.cumsum(counts)).astype(np.int64), piece, least)


def expected_pairs(pieces: Pieces, shift: int) -> float:
    """Return about how many pairs of pieces and squares of 2**shift mm `listed` looks at."""
    step = max(_STEP_MM, 1 << shift)
    length = np.sqrt(pieces.length2)
    wide = (np.minimum(length, step) + 2 * pieces.reach) / (1 << shift) + 2
    return float(((length // step + 1) * wide**2).sum())


def half_diagonal(shift: int) -> float:
    """Return how far a place in a square of 2**shift mm is from its middle at most, in mm, and a little."""
    return float((1 << shift) * 0.5**0.5 + ROUNDING_MM)


def runs(start: Ints, number: NDArray[np.integer]) -> tuple[Ints, Ints, Ints]:
    """Return the entries of the lists `number`, one after the other: whose each is, and which.

    That is: index in `number` and index in what `start` cuts, shape (entries,) each; and where in these the
    list of each begins, shape (k,).
    """
    first = start.take(number)
    counts = start.take(number + 1) - first
    begin = np.cumsum(counts) - counts
    whose = np.repeat(np.arange(len(number)), counts)
    which = np.arange(len(whose))
    which += np.repeat(first - begin, counts)
    return whose, which, begin


def _pairs(pieces: Pieces, shift: int, columns: int) -> tuple[Ints, Indexes, Floats]:
    """Return squares, pieces that may be within their reach, and how far these are from the middles."""
    side = 1 << shift
    steps = (np.sqrt(pieces.length2) // max(_STEP_MM, side)).astype(np.int64) + 1
    of = np.repeat(np.arange(len(steps)), steps)
    step = np.arange(len(of)) - np.repeat(np.cumsum(steps) - steps, steps)
    along = pieces.along[of] / steps[of, None]
    begin = pieces.begin[of] + along * step[:, None]
    margin = pieces.reach[of, None] + ROUNDING_MM
    low = np.floor(np.minimum(begin, begin + along) - margin).astype(np.int64) >> shift
    high = np.ceil(np.maximum(begin, begin + along) + margin).astype(np.int64) >> shift
    wide = high - low + 1
    squares = wide[:, 0] * wide[:, 1]
    cuts = np.flatnonzero(np.diff(np.cumsum(squares) // _PAIRS_AT_ONCE)) + 1
    parts = []
    for run in np.split(np.arange(len(of)), cuts):
        k = np.repeat(run, squares[run])
        at = np.arange(len(k)) - np.repeat(np.cumsum(squares[run]) - squares[run], squares[run])
        column, row = low[k, 0] + at % wide[k, 0], low[k, 1] + at // wide[k, 0]
        middle = (np.stack([column, row]) + 0.5) * side
        piece = of[k]
        mm = pieces.distance(piece, middle[0], middle[1])
        kept = mm <= pieces.reach[piece] + half_diagonal(shift)
        parts.append((row[kept] * columns + column[kept], piece[kept].astype(np.int32), mm[kept]))
    square, piece, mm = (np.concatenate(each) for each in zip(*parts, strict=True))
    return square.astype(np.int64), piece.astype(np.int32), mm
