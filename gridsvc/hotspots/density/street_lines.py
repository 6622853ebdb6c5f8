"""From lines of a road layer to a street network, and from places to the nearest link of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gridsvc.hotspots.density.network import PER_METRE, Integers, OnNetwork, StreetNetwork

Floats = NDArray[np.float64]

JOINED_M = 0.5
"""Ends so near each other are one node, and an end so near another line lies on it."""


@dataclass(frozen=True, slots=True, eq=False)
class StreetLines:
    """A network with the line of every link: `lines` (shapely, metres), `source[i]` the row that it is of."""

    network: StreetNetwork
    lines: NDArray[Any]
    source: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Projected:
    """Places on the network: `rows` of those given that lie within the distance, and where, (found,) each."""

    rows: Integers
    on: OnNetwork
    distance_m: Floats


def network_of_lines(lines: NDArray[Any], *, joined_m: float = JOINED_M) -> StreetLines:
    """Return the network of lines in metres; rows that are no line, or have no length, are left out.

    Lines meet where their ends lie within `joined_m`, where an end lies on another line, and where they
    cross: a layer that says nothing of levels has no bridges, and people walk. A link runs from meeting to
    meeting.
    """
    source = np.flatnonzero(
        (shapely.get_type_id(lines) == 1) & ~shapely.is_empty(lines) & (shapely.length(lines) > joined_m)
    )
    kept = lines[source]
    row, at = _meetings(kept, joined_m)
    pieces, owner = _cut_lines(kept, row, at)
    ends = shapely.get_coordinates(
        np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    )
    nodes, number = _nodes(ends, joined_m)
    start, end = number[: len(pieces)], number[len(pieces) :]
    length = shapely.length(pieces)
    # What is left of a line between two meetings that became one node leads nowhere.
    real = (length > 1e-3) & ~((start == end) & (length <= 2 * joined_m))
    network = StreetNetwork.of(nodes, start[real], end[real], length[real])
    return StreetLines(network, pieces[real], source[owner[real]])


def project(streets: StreetLines, x_m: Floats, y_m: Floats, farthest_m: float) -> Projected:
    """Return the places (metres, shape (n,)) on their nearest links, those within `farthest_m` of one."""
    if not len(x_m) or not len(streets.lines):
        none = np.empty(0, np.int64)
        return Projected(none, OnNetwork(none, none), np.empty(0))
    points = shapely.points(x_m, y_m)
    tree = shapely.STRtree(streets.lines)
    (rows, link), distance = tree.query_nearest(
        points, max_distance=farthest_m, return_distance=True, all_matches=False
    )
    along = np.asarray(shapely.line_locate_point(streets.lines[link], np.asarray(points)[rows]))
    return Projected(rows.astype(np.int64), OnNetwork.of(streets.network, link, along), distance)


def _meetings(lines: NDArray[Any], joined_m: float) -> tuple[Integers, Floats]:
    """Return (line, metres along it) of the places at which it meets others, its ends not among them."""
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    pair = one < other
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
    line, points = np.concatenate([line, near]), np.concatenate([points, ends[end]])
    at = shapely.line_locate_point(lines[line], points)
    inside = (at > joined_m) & (at < shapely.length(lines)[line] - joined_m)
    return line[inside].astype(np.int64), at[inside]


def _end(parts: NDArray[Any], index: int) -> NDArray[Any]:
    """Return points as they are, and the first (0) or last (-1) point of lines."""
    lines = shapely.get_type_id(parts) == 1
    return np.where(lines, shapely.get_point(parts, index), parts)


def _cut_lines(lines: NDArray[Any], row: Integers, at: Floats) -> tuple[NDArray[Any], Integers]:
    """Return the pieces of lines between the cuts, and the line of each."""
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


def _nodes(ends: Floats, joined_m: float) -> tuple[int, Integers]:
    """Return how many nodes there are, and the node of every end."""
    pairs = cKDTree(ends).query_pairs(joined_m, output_type="ndarray") if len(ends) else np.empty((0, 2), int)
    matrix = sparse.coo_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(ends), len(ends))
    )
    count, labels = connected_components(matrix, directed=False)
    return int(count), np.asarray(labels, np.int64)


def offsets_m(on: OnNetwork) -> Floats:
    """Return the metres of places from the starts of their links."""
    return on.offset_um / PER_METRE
