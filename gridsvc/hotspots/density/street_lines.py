"""From lines of a road layer to a street network, and from places to the nearest link of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.hotspots.density.network import PER_METRE, Integers, OnNetwork, StreetNetwork
from gridsvc.roads.noding import cut_lines, join_ends, meetings

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
    row, at = meetings(kept, joined_m)
    pieces, owner = cut_lines(kept, row, at)
    ends = shapely.get_coordinates(
        np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    )
    nodes, number = join_ends(ends, joined_m)
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


def offsets_m(on: OnNetwork) -> Floats:
    """Return the metres of places from the starts of their links."""
    return on.offset_um / PER_METRE
