"""Which cell a place lies in: exactly one, also on borders and corners.

The rule (assignment.md section 1) is half-open on whole millimetres. A ray from the place to the east crosses
an edge (y0 < y1) when y0 <= y < y1 and cross(edge, place - v0) > 0, in 64-bit integers; an odd number of
crossings is inside. Neighbours judge a shared edge by the same numbers, so one of them has the place: the
west and south side of a cell are its own, the east and north side the neighbour's. On the outer border, where
there may be no neighbour, the touching cell of the lowest code has it. Where published areas overlap, the
lowest code has it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text
from gridsvc.responsibility.covering import MIXED, NEAR, Covering, cover
from gridsvc.responsibility.edges import Edges, edges_of
from gridsvc.responsibility.line_squares import runs
from gridsvc.responsibility.rim import Rim

Ints = NDArray[np.int64]

_CHUNK = 262_144
_FEW = 4  # below this, Python's integers are faster than arrays
_EDGES_AT_ONCE = 4_000_000  # some 500 MB of working memory


@dataclass(frozen=True, slots=True)
class Location:
    """Where places lie; all shape (n,)."""

    cell: NDArray[np.int32]  # index into the layer's codes, -1: none
    on_boundary: NDArray[np.bool_]
    on_outer_boundary: NDArray[np.bool_]
    snapped_mm: NDArray[np.float64]  # distance to the cell for a place just outside, else NaN


class Locator:
    """Locates places in one layer of areas. Immutable, safe to share between threads."""

    def __init__(self, geometries: NDArray[np.object_], *, snap_mm: int) -> None:
        """Take polygons in whole millimetres, ordered by code; `snap_mm`: how near outside still counts."""
        bounds = shapely.total_bounds(geometries)
        self._origin = (int(bounds[0]), int(bounds[1]))
        self._edges: Edges = edges_of(geometries, self._origin)
        _refuse_beyond_exactness(self._edges)
        self._covering: Covering = cover(self._edges, len(geometries), snap_mm)
        of_candidate = np.diff(self._covering.stretch_start)[self._covering.candidate]
        self._work = np.add.reduceat(of_candidate, self._covering.candidate_start[:-1])
        self._tree = shapely.STRtree(geometries)
        self._rim = Rim(self._edges, snap_mm)

    def locate(self, x: Ints, y: Ints) -> Location:
        """Locate places given in whole millimetres, shape (n,)."""
        n = len(x)
        if n <= _FEW:
            found = [self._locate_one(px, py) for px, py in zip(x.tolist(), y.tolist(), strict=True)]
            return Location(
                np.array([cell for cell, _, _, _ in found], np.int32),
                np.array([on_boundary for _, on_boundary, _, _ in found], bool),
                np.array([on_outer for _, _, on_outer, _ in found], bool),
                np.array([mm for _, _, _, mm in found], np.float64),
            )
        located = Location(np.full(n, -1, np.int32), np.zeros(n, bool), np.zeros(n, bool), np.full(n, np.nan))
        for start in range(0, n, _CHUNK):
            self._locate_chunk(x[start : start + _CHUNK], y[start : start + _CHUNK], start, located)
        return located

    def nearest(self, x: int, y: int) -> tuple[int, float]:
        """Return the nearest cell (lowest code among equals) and its distance in mm."""
        cells, distance = self._tree.query_nearest(
            shapely.Point(x, y), return_distance=True, all_matches=True
        )
        return int(cells.min()), float(distance[0])

    def _locate_one(self, x: int, y: int) -> tuple[int, bool, bool, float]:
        """Return what `Location` has of one place, by the rule of `_decide` in Python's integers.

        Some thirty calls of numpy cost more than the half dozen edges of a bucket.
        """
        covering = self._covering
        px, py = x - self._origin[0], y - self._origin[1]
        column, row = (px >> covering.shift) + covering.pad, (py >> covering.shift) + covering.pad
        if not (0 <= column < covering.nx and 0 <= row < covering.ny):
            return -1, False, False, math.nan
        found = int(covering.table[row * covering.nx + column])
        on_edge = on_outer = False
        if found <= MIXED:
            owner, on_edge, on_outer = self._decide_one(MIXED - found, px, py)
            found = NEAR if owner < 0 else owner
        if found != NEAR:
            return found, on_edge, on_outer, math.nan
        cell, distance = self._rim.nearest(np.array([px]), np.array([py]))
        return int(cell[0]), on_edge, on_outer, float(distance[0])

    def _decide_one(self, bucket: int, px: int, py: int) -> tuple[int, bool, bool]:
        """Return owner or -1, on an edge, on the outer border, of one place in a mixed bucket."""
        covering, edges = self._covering, self._edges
        owner = toucher = -1
        on_outer = overlapped = False
        start = covering.candidate_start
        for stretch in covering.candidate[start[bucket] : start[bucket + 1]].tolist():
            numbers = covering.edge[covering.stretch_start[stretch] : covering.stretch_start[stretch + 1]]
            inside = touching = False
            for number, (x0, y0, x1, y1) in enumerate(edges.ends[numbers].tolist()):
                if not y0 <= py <= y1:
                    continue
                cross = (x1 - x0) * (py - y0) - (y1 - y0) * (px - x0)
                if cross > 0:
                    inside ^= py < y1
                elif cross == 0 and min(x0, x1) <= px <= max(x0, x1):
                    touching = True
                    on_outer |= bool(edges.outer[numbers[number]])
            # Candidates stand in the order of their cells: the first is the lowest.
            if inside and owner < 0:
                owner = int(covering.stretch_cell[stretch])
            if touching and toucher < 0:
                toucher = int(covering.stretch_cell[stretch])
            overlapped |= inside and not touching
        return (toucher if owner < 0 else owner), toucher >= 0, on_outer and not overlapped

    def _locate_chunk(self, x: Ints, y: Ints, start: int, located: Location) -> None:
        covering = self._covering
        px, py = x - self._origin[0], y - self._origin[1]
        found = covering.at(px, py)
        rows = np.flatnonzero(found <= NEAR)
        if len(rows):
            here = found[rows]
            mixed = np.flatnonzero(here <= MIXED)
            if len(mixed):
                k = MIXED - here[mixed].astype(np.int64)
                for part in self._parts(k):
                    which = mixed[part]
                    row = rows[which]
                    owner, on_edge, on_outer = self._decide(k[part], px[row], py[row])
                    here[which] = np.where(owner < 0, NEAR, owner)
                    located.on_boundary[start + row] = on_edge
                    located.on_outer_boundary[start + row] = on_outer
            near = np.flatnonzero(here == NEAR)
            if len(near):
                row = rows[near]
                here[near], located.snapped_mm[start + row] = self._rim.nearest(px[row], py[row])
            found[rows] = here
        located.cell[start : start + len(x)] = found

    def _parts(self, bucket: Ints) -> list[slice]:
        """Cut places in mixed buckets into runs whose edges fit into memory together."""
        done = np.cumsum(self._work[bucket])
        if done[-1] <= _EDGES_AT_ONCE:
            return [slice(0, len(bucket))]
        cuts = np.flatnonzero(np.diff(done // _EDGES_AT_ONCE)) + 1
        return [slice(int(a), int(b)) for a, b in pairwise([0, *cuts, len(bucket)])]

    def _decide(self, bucket: Ints, px: Ints, py: Ints) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
        """Apply the rule to places in mixed buckets; returns owner or -1, on an edge, on the outer border."""
        covering, edges = self._covering, self._edges
        place, pair, pair_start = runs(covering.candidate_start, bucket)
        stretch = covering.candidate.take(pair)
        begin = covering.stretch_start.take(stretch)
        lengths = covering.stretch_start.take(stretch + 1) - begin
        edge_end = np.cumsum(lengths)
        edge_start = edge_end - lengths
        at = np.arange(int(edge_end[-1]))
        at += np.repeat(begin - edge_start, lengths)
        edge = covering.edge.take(at)

        # A row of four at once: picked by an array of numbers they come eight times as slowly.
        x0, y0, x1, y1 = edges.ends.take(edge, axis=0).T
        qx, qy = np.repeat(px.take(place), lengths), np.repeat(py.take(place), lengths)
        above, below = qy - y0, y1 - qy
        cross = (x1 - x0) * above - (y1 - y0) * (qx - x0)
        crosses = (above >= 0) & (below > 0) & (cross > 0)
        inside = _odd(crosses, edge_start, edge_end)
        candidate = covering.stretch_cell.take(stretch).astype(np.int64)
        owner = _lowest(np.where(inside, candidate, _NONE), pair_start)
        on_line = np.flatnonzero(cross == 0)
        if len(on_line):
            x, (a, b) = qx[on_line], (x0[on_line], x1[on_line])
            on_line = on_line[
                (above[on_line] >= 0)
                & (below[on_line] >= 0)
                & (np.minimum(a, b) <= x)
                & (x <= np.maximum(a, b))
            ]
        if not len(on_line):
            never = np.zeros(len(bucket), bool)
            return np.where(owner == _NONE, -1, owner), never, never
        touches = np.zeros(len(edge), bool)
        touches[on_line] = True
        touching = np.logical_or.reduceat(touches, edge_start)
        on_edge = np.logical_or.reduceat(touching, pair_start)
        toucher = _lowest(np.where(touching, candidate, _NONE), pair_start)
        open_edge = np.logical_or.reduceat(touches & edges.outer[edge], edge_start)
        # An edge that no neighbour has is an outer one, unless another cell overlaps it.
        overlapped = np.logical_or.reduceat(inside & ~touching, pair_start)
        on_outer = np.logical_or.reduceat(open_edge, pair_start) & ~overlapped
        owner = np.where(owner == _NONE, toucher, owner)
        return np.where(owner == _NONE, -1, owner), on_edge, on_outer


_NONE = np.iinfo(np.int64).max


def _refuse_beyond_exactness(edges: Edges) -> None:
    """Raise InputRefused when the rule's products could exceed 63 bits: never a wrong cell unnoticed."""
    width, height = edges.width, edges.height
    longest = int(np.abs(edges.ends[:, 2] - edges.ends[:, 0]).max(initial=0))
    tallest = int((edges.ends[:, 3] - edges.ends[:, 1]).max(initial=0))
    if max(longest * height + tallest * width, width * height) * 1.01 < 2**63:
        return
    raise InputRefused(
        "areas_too_large",
        Text(
            f"区域范围 {width / 1e6:,.0f} × {height / 1e6:,.0f} 公里，边长过大，无法精确判定。",
            f"The areas span {width / 1e6:,.0f} × {height / 1e6:,.0f} km, edges too long to decide exactly.",
        ),
        remedy=Text(
            "请拆分为较小的图层，或加密边界顶点。", "Use smaller layers, or more vertices on long edges."
        ),
    )


def _lowest(values: Ints, starts: Ints) -> Ints:
    return np.asarray(np.minimum.reduceat(values, starts))


def _odd(flags: NDArray[np.bool_], start: Ints, end: Ints) -> NDArray[np.bool_]:
    """Return of each run of flags whether an odd number is set; sums are quicker than reducing runs."""
    before = np.zeros(len(flags) + 1, np.int32)
    np.cumsum(flags, out=before[1:])
    return np.asarray((before.take(end) - before.take(start)) & 1 == 1)
