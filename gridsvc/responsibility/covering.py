"""A covering of the cells by square buckets: most places are decided by one look at a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FAR = -1  # no cell here, nor near
NEAR = -2  # no cell here, but one may be within the snapping distance
# A mixed bucket holds _MIXED - k: its candidates stand at k in the candidate lists.
MIXED = -3

_MOST_BUCKETS = 1_500_000
_FINEST = 12  # 2**12 mm = 4.096 m


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of all rings, oriented upwards, in mm from the layer's origin; all shape (edges,)."""

    x0: Ints
    y0: Ints
    x1: Ints
    y1: Ints
    cell: Ints
    outer: NDArray[np.bool_]  # no cell on its other side


@dataclass(frozen=True, slots=True)
class Covering:
    """Square buckets of 2**shift mm.

    `table` (ny * nx) holds the owner of a bucket that lies in one cell alone, or FAR, NEAR, or MIXED - k.
    Candidates of the k-th mixed bucket are `candidate[candidate_start[k]:candidate_start[k + 1]]`, in
    order of the cells; the edges of a candidate that cross the bucket's row are
    `edge[edge_start[c]:edge_end[c]]` for its position c.
    """

    shift: int
    nx: int
    ny: int
    table: NDArray[np.int32]
    candidate_start: Ints
    candidate: NDArray[np.int32]
    edge_start: Ints
    edge_end: Ints
    edge: Ints


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
    owner = cell[ring_polygon[ring[:-1][wanted]]].astype(np.int64)
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
    return Edges(ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3], owner, outer)


def _one_sided(ends: Ints, swapped: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which edges have cells on one side only; rings run with their cell to the left."""
    _, same = np.unique(ends, axis=0, return_inverse=True)
    same = same.ravel()
    left, right = (
        np.bincount(same[side], minlength=same.max(initial=-1) + 1) for side in (~swapped, swapped)
    )
    return np.asarray(((left == 0) | (right == 0))[same])


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


def cover(geometries: NDArray[np.object_], edges: Edges, origin: tuple[int, int], near_mm: int) -> Covering:
    """Build the covering; `geometries` in mm, `near_mm` the snapping distance."""
    width = max(int(edges.x0.max(initial=0)), int(edges.x1.max(initial=0)))
    height = int(edges.y1.max(initial=0))
    shift = _FINEST
    while ((width >> shift) + 1) * ((height >> shift) + 1) > _MOST_BUCKETS:
        shift += 1
    side = 1 << shift
    pad = (near_mm >> shift) + 2
    nx, ny = (width >> shift) + 1 + 2 * pad, (height >> shift) + 1 + 2 * pad

    # Every edge in every row that it touches, and there the buckets that it touches.
    first_row, last_row = edges.y0 >> shift, edges.y1 >> shift
    piece, row = _spread(first_row, last_row)
    left, right = _columns(edges, piece, row, shift)
    part, column = _spread(left, right)
    bucket = (row[part] + pad) * nx + column + pad
    row_cell = row * len(geometries) + edges.cell[piece]

    order = np.argsort(row_cell, kind="stable")
    row_cells, row_cell_start = np.unique(row_cell[order], return_index=True)
    row_cell_end = np.append(row_cell_start[1:], len(order))

    pairs = np.unique(np.stack([bucket, edges.cell[piece][part]], axis=1), axis=0)
    mixed = np.unique(pairs[:, 0])
    pairs = _with_containing(pairs, mixed, geometries, origin, shift, nx, pad)

    table = np.full(nx * ny, FAR, np.int32)
    _fill_pure(table, mixed, geometries, origin, shift, nx, ny, pad)
    _mark_near(table, mixed, nx, ny, near_mm // side + 1)
    table[mixed] = MIXED - np.arange(len(mixed), dtype=np.int32)

    pair_row = pairs[:, 0] // nx - pad
    position = np.searchsorted(row_cells, pair_row * len(geometries) + pairs[:, 1])
    return Covering(
        shift=shift,
        nx=nx,
        ny=ny,
        table=table,
        candidate_start=np.searchsorted(pairs[:, 0], np.append(mixed, nx * ny)),
        candidate=pairs[:, 1].astype(np.int32),
        edge_start=row_cell_start[position],
        edge_end=row_cell_end[position],
        edge=piece[order],
    )


def _spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return, for ranges first…last, the index of the range and each value in it."""
    counts = last - first + 1
    index = np.repeat(np.arange(len(first)), counts)
    value = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts) + first[index]
    return index, value


def _columns(edges: Edges, piece: Ints, row: Ints, shift: int) -> tuple[Ints, Ints]:
    """Return the first and last bucket column that an edge touches in a row, never too few."""
    x0, y0, x1, y1 = (values[piece] for values in (edges.x0, edges.y0, edges.x1, edges.y1))
    rise = np.maximum(y1 - y0, 1)
    slope = (x1 - x0) / rise
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


def _centres(buckets: Ints, origin: tuple[int, int], shift: int, nx: int, pad: int) -> NDArray[np.object_]:
    half = (1 << shift) // 2
    x = ((buckets % nx - pad) << shift) + half + origin[0]
    y = ((buckets // nx - pad) << shift) + half + origin[1]
    return np.asarray(shapely.points(x, y))


def _with_containing(
    pairs: Ints,
    mixed: Ints,
    geometries: NDArray[np.object_],
    origin: tuple[int, int],
    shift: int,
    nx: int,
    pad: int,
) -> Ints:
    """Add cells that hold a mixed bucket whole: there are such where cells overlap."""
    tree = shapely.STRtree(geometries)
    point, cell = tree.query(_centres(mixed, origin, shift, nx, pad), predicate="intersects")
    return np.unique(np.concatenate([pairs, np.stack([mixed[point], cell], axis=1)]), axis=0)


def _fill_pure(
    table: NDArray[np.int32],
    mixed: Ints,
    geometries: NDArray[np.object_],
    origin: tuple[int, int],
    shift: int,
    nx: int,
    ny: int,
    pad: int,
) -> None:
    """Give each bucket that no edge touches its owner: the lowest cell that holds its centre.

    Between two mixed buckets of a row nothing changes, so one centre of each run is asked.
    """
    is_mixed = np.zeros(nx * ny, bool)
    is_mixed[mixed] = True
    starts = ~is_mixed
    starts[1:] &= is_mixed[:-1] | (np.arange(1, nx * ny) % nx == 0)
    run_start = np.flatnonzero(starts)
    point, cell = shapely.STRtree(geometries).query(
        _centres(run_start, origin, shift, nx, pad), predicate="intersects"
    )
    owner = np.full(len(run_start), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(owner, point, cell.astype(np.int32))
    owner[owner == np.iinfo(np.int32).max] = FAR
    pure = np.flatnonzero(~is_mixed)
    table[pure] = owner[np.searchsorted(run_start, pure, "right") - 1]


def _mark_near(table: NDArray[np.int32], mixed: Ints, nx: int, ny: int, reach: int) -> None:
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
