"""A covering of the cells by square buckets: most places are decided by one look at a table.

It is built row by row of buckets, in bands of rows, so that a grid of millions of cells needs little more
memory to build than to keep. Nothing in a row depends on another row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.edges import Edges, Ints

Ints32 = NDArray[np.int32]

FAR = -1  # no cell here, nor near
NEAR = -2  # no cell here, but one may be within the snapping distance
# A mixed bucket holds MIXED - k: its candidates stand at k in the candidate lists.
MIXED = -3

_LEAST_BUCKETS = 2_500_000
_BUCKETS_PER_CELL = 40
_FINEST = 12  # 2**12 mm = 4.096 m
_PIECES_AT_ONCE = 2_000_000  # some 500 MB of working memory


@dataclass(frozen=True, slots=True, eq=False)
class Covering:
    """Square buckets of 2**shift mm, `pad` of them beyond the layer on each side.

    `table` (ny * nx) holds the owner of a bucket that lies in one cell alone, or FAR, NEAR, or MIXED - k.
    The candidates of the k-th mixed bucket are `candidate[candidate_start[k]:candidate_start[k + 1]]`. Each
    is a stretch, one cell in one row of buckets; candidates stand in the order of their cells. Stretch s is
    of cell `stretch_cell[s]`, whose edges in that row are `edge[stretch_start[s]:stretch_start[s + 1]]`.
    """

    shift: int
    pad: int
    nx: int
    ny: int
    table: Ints32
    candidate_start: Ints
    candidate: Ints32
    stretch_cell: Ints32
    stretch_start: Ints
    edge: Ints32

    def at(self, px: Ints, py: Ints) -> Ints32:
        """Return what the table holds of places in mm from the layer's origin, FAR beyond it; shape (n,)."""
        column, row = px >> self.shift, py >> self.shift
        column += self.pad
        row += self.pad
        # Seen without a sign what is negative is very large: one comparison does for both ends.
        beside = column.view(np.uint64) >= np.uint64(self.nx)
        beside |= row.view(np.uint64) >= np.uint64(self.ny)
        beyond = np.flatnonzero(beside)
        row *= self.nx
        row += column
        row[beyond] = 0
        found: Ints32 = self.table.take(row)
        found[beyond] = FAR
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The lists of a band of rows; stretches and edges numbered within the band."""

    mixed: Ints  # buckets
    counts: Ints  # candidates of each
    candidate: Ints
    stretch_cell: Ints32
    stretch_counts: Ints
    edge: Ints


def cover(edges: Edges, cells: int, near_mm: int, *, buckets: int = _LEAST_BUCKETS) -> Covering:
    """Build the covering of `cells` cells; `near_mm` is the snapping distance.

    `buckets`: about how many there are at most, or more where there are many cells.
    """
    width, height = edges.width, edges.height
    most = max(buckets, _BUCKETS_PER_CELL * cells)
    shift = _FINEST
    while ((width >> shift) + 1) * ((height >> shift) + 1) > most:
        shift += 1
    pad = (near_mm >> shift) + 2
    nx, rows = (width >> shift) + 1 + 2 * pad, (height >> shift) + 1
    ny = rows + 2 * pad
    table = np.full(nx * ny, FAR, np.int32)
    builder = _Builder(edges, cells, shift, pad, nx, table)
    bands = [builder.build(first, beyond) for first, beyond in _bands(edges, rows, shift)]
    mixed = np.concatenate([band.mixed for band in bands])
    _mark_near(table, mixed, nx, ny, near_mm // (1 << shift) + 1)
    table[mixed] = MIXED - np.arange(len(mixed), dtype=np.int32)
    before = np.cumsum([0, *(len(band.stretch_cell) for band in bands)])
    return Covering(
        shift=shift,
        pad=pad,
        nx=nx,
        ny=ny,
        table=table,
        candidate_start=_starts(np.concatenate([band.counts for band in bands])),
        candidate=np.concatenate(
            [(band.candidate + start).astype(np.int32) for band, start in zip(bands, before, strict=False)]
        ),
        stretch_cell=np.concatenate([band.stretch_cell for band in bands]),
        stretch_start=_starts(np.concatenate([band.stretch_counts for band in bands])),
        edge=np.concatenate([band.edge.astype(np.int32) for band in bands]),
    )


def _starts(counts: Ints) -> Ints:
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def _bands(edges: Edges, rows: int, shift: int) -> Iterator[tuple[int, int]]:
    """Cut the rows into bands (first, beyond) of about as many pieces of edges as fit into memory."""
    first, last = edges.ends[:, 1] >> shift, edges.ends[:, 3] >> shift
    change = np.bincount(first, minlength=rows + 1) - np.bincount(last + 1, minlength=rows + 1)[: rows + 1]
    pieces = np.cumsum(np.cumsum(change)[:rows])
    band = pieces // _PIECES_AT_ONCE
    cuts = np.flatnonzero(np.diff(band)) + 1
    limits = [0, *cuts.tolist(), rows]
    yield from pairwise(limits)


class _Builder:
    """Writes owners into the table and returns the lists, band by band."""

    def __init__(self, edges: Edges, cells: int, shift: int, pad: int, nx: int, table: Ints32) -> None:
        self._edges = edges
        self._cells = cells
        self._shift = shift
        self._pad = pad
        self._nx = nx
        self._table = table
        self._first, self._last = edges.ends[:, 1] >> shift, edges.ends[:, 3] >> shift

    def build(self, first_row: int, beyond: int) -> _Band:
        """Build the rows from `first_row` up to, but without, `beyond`."""
        ends = self._edges.ends
        # Every edge in every row of the band that it touches: a piece.
        edge = np.flatnonzero((self._first < beyond) & (self._last >= first_row))
        index, row = _spread(
            np.maximum(self._first[edge], first_row), np.minimum(self._last[edge], beyond - 1)
        )
        edge = edge[index]
        order = np.argsort((row - first_row) * self._cells + self._edges.cell[edge], kind="stable")
        edge, row = edge[order], row[order]
        cell = self._edges.cell[edge]
        # The pieces of one cell in one row are a stretch.
        new = np.ones(len(edge), bool)
        new[1:] = (row[1:] != row[:-1]) | (cell[1:] != cell[:-1])
        stretch_start = np.flatnonzero(new)
        stretch = np.cumsum(new) - 1
        stretch_cell, stretch_row = cell[stretch_start], row[stretch_start]
        stretch_counts = np.diff(np.append(stretch_start, len(edge)))

        left, right = _columns(ends[edge], row, self._shift)
        part, column = _spread(left, right)
        # Each bucket that a stretch touches, once, in the order of stretch and column.
        touched = _distinct(stretch[part] * self._nx + column + self._pad)
        stretch, column = touched // self._nx, touched % self._nx
        bucket = (stretch_row[stretch] + self._pad) * self._nx + column
        mixed = _distinct(bucket)

        gap = np.flatnonzero((stretch[1:] == stretch[:-1]) & (column[1:] - column[:-1] > 1))
        inside = self._inside(
            column[gap] + 1, stretch_row[stretch[gap]], stretch[gap], stretch_start, stretch_counts, edge
        )
        gap = gap[inside]
        held, held_bucket = self._own(stretch[gap], bucket[gap] + 1, bucket[gap + 1] - 1, stretch_cell, mixed)
        if len(held):
            stretch, bucket = np.concatenate([stretch, held]), np.concatenate([bucket, held_bucket])
        # Stretches of a row stand in the order of their cells, and so do the candidates of a bucket.
        by_bucket = np.lexsort((stretch, bucket))
        bucket = bucket[by_bucket]
        return _Band(
            mixed=mixed,
            counts=np.diff(np.searchsorted(bucket, np.append(mixed, np.iinfo(np.int64).max))),
            candidate=stretch[by_bucket],
            stretch_cell=stretch_cell,
            stretch_counts=stretch_counts,
            edge=edge,
        )

    def _inside(
        self, column: Ints, row: Ints, stretch: Ints, start: Ints, counts: Ints, edge: Ints
    ) -> NDArray[np.bool_]:
        """Return whether the cell of a stretch holds the middle of a bucket which none of its edges touch."""
        if not len(column):
            return np.zeros(0, bool)
        half = (1 << self._shift) // 2
        x, y = ((column - self._pad) << self._shift) + half, (row << self._shift) + half
        place, at = _spread(start[stretch], start[stretch] + counts[stretch] - 1)
        x0, y0, x1, y1 = self._edges.ends[edge[at]].T
        crosses = (y0 <= y[place]) & (y[place] < y1)
        crosses &= (x1 - x0) * (y[place] - y0) - (y1 - y0) * (x[place] - x0) > 0
        first = np.cumsum(counts[stretch]) - counts[stretch]
        return np.asarray(np.logical_xor.reduceat(crosses, first))

    def _own(
        self, stretch: Ints, first: Ints, last: Ints, stretch_cell: Ints32, mixed: Ints
    ) -> tuple[Ints, Ints]:
        """Give the buckets first…last of each stretch to its cell, the lowest where cells overlap.

        Returns the stretches that hold a mixed bucket whole, and which: there are such where cells overlap.
        """
        # The last to write is the lowest cell.
        order = np.argsort(-stretch_cell[stretch], kind="stable")
        index, bucket = _spread(first[order], last[order])
        stretch = stretch[order][index]
        self._table[bucket] = stretch_cell[stretch]
        position = np.searchsorted(mixed, bucket)
        held = position < len(mixed)
        held[held] = mixed[position[held]] == bucket[held]
        return stretch[held], bucket[held]


def _distinct(values: Ints) -> Ints:
    """Return the distinct values in order. np.unique hashes, and is forty times slower on such runs."""
    values = np.sort(values)
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return values[new]


def _spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return, for ranges first…last, the index of the range and each value in it."""
    counts = last - first + 1
    index = np.repeat(np.arange(len(first)), counts)
    value = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts) + first[index]
    return index, value


def _columns(ends: Ints, row: Ints, shift: int) -> tuple[Ints, Ints]:
    """Return the first and last bucket column that an edge touches in a row, never too few."""
    x0, y0, x1, y1 = ends.T
    slope = (x1 - x0) / np.maximum(y1 - y0, 1)
    low = np.clip(row << shift, y0, y1)
    high = np.clip((row + 1) << shift, y0, y1)
    level = y0 == y1
    at_low = np.where(level, x0, x0 + slope * (low - y0))
    at_high = np.where(level, x1, x0 + slope * (high - y0))
    # One millimetre more on each side makes up for the rounding of the floats.
    return (
        np.floor(np.minimum(at_low, at_high) - 1).astype(np.int64) >> shift,
        np.ceil(np.maximum(at_low, at_high) + 1).astype(np.int64) >> shift,
    )


def _mark_near(table: Ints32, mixed: Ints, nx: int, ny: int, reach: int) -> None:
    """Mark the empty buckets within `reach` buckets of a covered one."""
    covered = (table >= 0).reshape(ny, nx)
    covered.ravel()[mixed] = True
    wide = covered.copy()
    for step in range(1, reach + 1):
        wide[:, step:] |= covered[:, :-step]
        wide[:, :-step] |= covered[:, step:]
    high = wide.copy()
    for step in range(1, reach + 1):
        high[step:] |= wide[:-step]
        high[:-step] |= wide[step:]
    near = high.ravel() & (table == FAR)
    table[near] = NEAR
