"""Lines cut where they meet: the pieces, and the nodes at which they hang together."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

GROUND, SLIP, LIFTED = 0, 1, 2
"""How a line meets others: wherever it crosses one; at ends alone; at ends alone, and of the others' ends
only at those of its kind and of slips, for what ends below it does not end on it."""


NOWHERE = -1


def meetings(
    lines: NDArray[Any],
    joined_m: float,
    level: NDArray[np.integer] | None = None,
    noded: NDArray[np.integer] | None = None,
) -> tuple[Integers, Floats]:
    """Return (line, metres along it) of the places at which it meets others, its ends not among them.

    Lines (shapely, metres) meet where an end lies within `joined_m` of another line, and where they cross;
    `level`, shape (lines,), GROUND, SLIP or LIFTED each, says which do not: without it all do. Nor do lines
    that `noded` puts into one layer (NOWHERE: in none) that has its nodes: there a crossing without one is a
    bridge.
    """
    tree = shapely.STRtree(lines)
    flat = np.zeros(len(lines), np.int64) if level is None else np.asarray(level, np.int64)
    one, other = tree.query(lines, predicate="intersects")
    pair = (one < other) & (flat[one] == GROUND) & (flat[other] == GROUND)
    if noded is not None:
        pair &= (noded[one] == NOWHERE) | (noded[one] != noded[other])
    one, other = one[pair], other[pair]
    met = shapely.intersection(lines[one], lines[other])
    # Lines that run together meet at both ends of the stretch.
    parts, which = shapely.get_parts(met, return_index=True)
    rows = [np.repeat(which, 2), np.repeat(which, 2)]
    points = np.stack([_end(parts, 0), _end(parts, -1)], axis=1).ravel()
    line = np.concatenate([one[rows[0]], other[rows[1]]])
    points = np.concatenate([points, points])
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, near = tree.query(ends, predicate="dwithin", distance=joined_m)
    below = (flat[near] == LIFTED) & (flat[end % max(len(lines), 1)] == GROUND)
    end, near = end[~below], near[~below]
    line, points = np.concatenate([line, near]), np.concatenate([points, ends[end]])
    at = shapely.line_locate_point(lines[line], points)
    inside = (at > joined_m) & (at < shapely.length(lines)[line] - joined_m)
    return line[inside].astype(np.int64), at[inside]


def shared_vertices(lines: NDArray[Any], layer: NDArray[np.integer]) -> tuple[Integers, Floats]:
    """Return (line, metres along it) of inner vertices that a line shares with another of its layer.

    To the millimetre: layers such as OpenStreetMap's say by a common vertex that lines meet.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        return np.empty(0, np.int64), np.empty(0)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    step[first] = 0
    along = np.cumsum(step)
    along -= np.repeat(along[first], np.diff(np.append(first, len(xy))))
    key = np.column_stack([layer[line], np.rint(xy * 1000).astype(np.int64)])
    _, place = np.unique(key, axis=0, return_inverse=True)
    pairs = np.unique(np.stack([place.ravel(), line], axis=1), axis=0)
    shared = np.bincount(pairs[:, 0], minlength=len(xy))[place.ravel()] > 1
    inner = np.ones(len(xy), bool)
    inner[first] = inner[np.append(first[1:], len(xy)) - 1] = False
    return line[shared & inner].astype(np.int64), along[shared & inner]


def bare_crossings(
    lines: NDArray[Any], joined_m: float, layer: NDArray[np.integer]
) -> tuple[Integers, Integers, NDArray[Any]]:
    """Return pairs of lines of one layer that cross where neither ends nor both have a vertex, and where."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    pair = (one < other) & (layer[one] == layer[other])
    one, other = one[pair], other[pair]
    parts, which = shapely.get_parts(shapely.intersection(lines[one], lines[other]), return_index=True)
    point = shapely.get_type_id(parts) == 0
    parts, one, other = parts[point], one[which[point]], other[which[point]]
    # Nearly all that touch do so at ends: these are looked at first.
    ended = np.zeros(len(parts), bool)
    for lined in (one, other):
        for k in (0, -1):
            ended |= shapely.dwithin(parts, shapely.get_point(lines[lined], k), joined_m)
    parts, one, other = parts[~ended], one[~ended], other[~ended]
    near = [shapely.dwithin(parts, _vertices(lines[lined]), joined_m) for lined in (one, other)]
    bare = ~(near[0] & near[1])
    return one[bare], other[bare], parts[bare]


def _vertices(lines: NDArray[Any]) -> NDArray[Any]:
    xy, of = shapely.get_coordinates(lines, return_index=True)
    points: Any = shapely.points(xy)
    return np.asarray(shapely.multipoints(points, indices=of), object)


def _end(parts: NDArray[Any], index: int) -> NDArray[Any]:
    """Return points as they are, and the first (0) or last (-1) point of lines."""
    lines = shapely.get_type_id(parts) == 1
    return np.where(lines, shapely.get_point(parts, index), parts)


def cut_lines(lines: NDArray[Any], row: Integers, at: Floats) -> tuple[NDArray[Any], Integers]:
    """Return the pieces of lines between the cuts (line, metres along it), and the line of each."""
    keys = np.unique(np.stack([row, np.rint(at * 1000).astype(np.int64)], axis=1), axis=0)
    pieces: list[Any] = []
    owner: list[int] = []
    firsts = np.searchsorted(keys[:, 0], np.arange(len(lines) + 1))
    for k, line in enumerate(lines):
        cuts = keys[firsts[k] : firsts[k + 1], 1] / 1000
        mine = [line] if not len(cuts) else _cut_line(line, cuts)
        pieces += mine
        owner += [k] * len(mine)
    held = np.empty(len(pieces), object)
    held[:] = pieces
    return held, np.array(owner, np.int64)


def _cut_line(line: Any, cuts: Floats) -> list[Any]:
    xy = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    marks = np.concatenate([[0.0], cuts, [along[-1]]])
    corners = np.stack([np.interp(marks, along, xy[:, k]) for k in (0, 1)], axis=1)
    return [
        shapely.LineString(
            np.concatenate(
                [corners[k : k + 1], xy[(along > marks[k]) & (along < marks[k + 1])], corners[k + 1 : k + 2]]
            )
        )
        for k in range(len(marks) - 1)
    ]


def join_ends(ends: Floats, joined_m: float) -> tuple[int, Integers]:
    """Return how many nodes there are, and the node of every end (metres, shape (n, 2))."""
    pairs = cKDTree(ends).query_pairs(joined_m, output_type="ndarray") if len(ends) else np.empty((0, 2), int)
    matrix = sparse.coo_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(ends), len(ends))
    )
    count, labels = connected_components(matrix, directed=False)
    return int(count), np.asarray(labels, np.int64)
