"""The streets as a network: lines of the road layer cleaned, cut where they meet, and joined."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sqlalchemy import Connection

from gridsvc.errors import NotFound, Text
from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.hotspots.recent import Recent
from gridsvc.patrol.network.modes import fast
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.twins import merge_twins
from gridsvc.roads import Roads, load_roads
from gridsvc.roads.noding import (
    GROUND,
    LIFTED,
    NOWHERE,
    SLIP,
    bare_crossings,
    cut_lines,
    join_ends,
    meetings,
    shared_vertices,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

JOINED_M = 0.5
"""Ends so near each other are one node, and an end so near another line lies on it."""
STUB_M = 2.0
"""What sticks out so far beyond a crossing was drawn too long; a street is longer."""
NODED_SHARE = 0.5
"""A source of which no more of the crossings than this lack a node has its nodes, and these are bridges.

In Xi'an one in six lacks one (viaducts and underpasses, each of dual carriageways four times); in a drawing
without nodes nearly all do.
"""
_RULES = "1"
"""Part of every version: to be raised when the same lines give another network."""
ACTS = (
    *("no_line", "no_length", "self_crossings", "crossings_left", "crossings_joined", "cuts"),
    *("joined_ends", "stubs", "twins", "contradictions"),
)
_WAY = {"both": 0, "forward": 1, "backward": -1}


def build_streets(roads: Roads, *, joined_m: float = JOINED_M) -> Streets:
    """Return the network of road lines (lon, lat), in whole millimetres of their projected system.

    Lines meet where their ends lie within `joined_m`, where an end lies on another line, at vertices that
    they share, and where they cross on the ground: elevated roads, expressways, ramps and turning links lead
    over or past what they cross and join at ends alone. No layer says what is a bridge. In a source that has
    its nodes (NODED_SHARE) roads that cross without one do not meet; in one drawn without nodes they do, and
    there a bridge named neither 高架, 立交 nor 隧道 becomes a crossing.

    What is no line, has no length or was drawn twice is left out; a line drawn there and back becomes one
    that is used both ways. `cleaned` counts each act (ACTS).

    Raises NotFound (`no_roads`): nothing is left.
    """
    cleaned = dict.fromkeys(ACTS, 0)
    srid, lines, road = _single_lines(roads, cleaned)
    way = np.array([_WAY[each] for each in roads.directions], np.int8)[road]
    lines, road, way = _once(lines, road, way, roads, joined_m, cleaned)
    level = _levels(roads)[road]
    lines, road, way, level = _uncrossed(lines, road, way, level, cleaned)
    layer = np.unique(roads.sources.astype(str), return_inverse=True)[1].ravel()[road]
    noded = _noded(lines, layer, level, joined_m, cleaned)
    row, at = meetings(lines, joined_m, level, noded)
    # A viaduct drawn as a copy of the street below it has its vertices, and is not that street.
    shared, there = shared_vertices(lines, 2 * layer + (level == LIFTED))
    row, at = np.concatenate([row, shared]), np.concatenate([at, there])
    pieces, owner = cut_lines(lines, row, at)
    road, way, cut = road[owner], way[owner], np.bincount(owner, minlength=len(lines))[owner] > 1
    cleaned["cuts"] = len(pieces) - len(lines)
    start, end, xy = _nodes(pieces, joined_m, cleaned)
    pieces = _at_nodes(pieces, xy[start], xy[end])
    length = shapely.length(pieces)
    real = (length > 1e-3) & ~((start == end) & (length <= 2 * joined_m))
    real &= ~_stubs(start, end, length, cut, cleaned)
    if not real.any():
        raise _no_roads()
    pieces, road, way, start, end = (each[real] for each in (pieces, road, way, start, end))
    kept, way = merge_twins(pieces, start, end, way, roads.subset(road), joined_m=joined_m, cleaned=cleaned)
    used, number = np.unique(np.concatenate([start[kept], end[kept]]), return_inverse=True)
    start, end = number[: len(kept)], number[len(kept) :]
    length = shapely.length(pieces[kept])
    return Streets(
        srid,
        xy[used],
        _parts(len(used), start, end, length),
        start.astype(np.int64),
        end.astype(np.int64),
        length,
        pieces[kept],
        road[kept],
        way[kept],
        roads,
        _version(roads, joined_m),
        cleaned,
    )


def load_streets(connection: Connection) -> Streets:
    """Return the network of the whole road layer; kept for as long as the layer stays as it is.

    Raises NotFound (`no_roads`).
    """
    roads = load_roads(connection)
    return _STREETS.get(_version(roads, JOINED_M) + _told(roads), lambda: build_streets(roads))


_STREETS: Recent[Streets] = Recent(2)


def _no_roads() -> NotFound:
    return NotFound(
        "no_roads",
        Text("还没有导入道路。", "no roads were imported yet."),
        remedy=Text("请先运行 gridsvc road import …。", "Run gridsvc road import … first."),
    )


def _single_lines(roads: Roads, cleaned: dict[str, int]) -> tuple[int, NDArray[Any], Integers]:
    """Return the system, single lines in metres of it, and the road of each."""
    given = np.asarray(roads.geometries, object)
    parts, road = shapely.get_parts(given, return_index=True)
    line = np.isin(shapely.get_type_id(parts), (1, 2)) & ~shapely.is_empty(parts)
    xy, of = shapely.get_coordinates(parts, return_index=True)
    line[of[~np.isfinite(xy).all(axis=1)]] = False
    missing = len(given) - len(np.unique(road))
    cleaned["no_line"] = missing + int((~line).sum())
    parts, road = parts[line], road[line]
    if not len(parts):
        raise _no_roads()
    bounds = shapely.bounds(parts)
    # The middle one, for a single line at 0, 0 must not choose the system.
    srid = srid_for(*(float(np.median(bounds[:, k] + bounds[:, k + 2]) / 2) for k in (0, 1)))

    def metres(degrees: Floats) -> Floats:
        return np.stack(to_millimetres(srid, degrees[:, 0], degrees[:, 1]), axis=1) / 1000

    lines = np.asarray(shapely.transform(parts, metres), object)
    long = shapely.length(lines) > 1e-3
    cleaned["no_length"] = int((~long).sum())
    if not long.any():
        raise _no_roads()
    return srid, lines[long], road[long].astype(np.int64)


def _levels(roads: Roads) -> NDArray[np.int64]:
    level = np.full(len(roads), GROUND)
    level[np.isin(roads.roles, ("ramp", "turn"))] = SLIP
    level[(roads.roles == "elevated") | fast(roads)] = LIFTED
    return level


def _noded(
    lines: NDArray[Any], layer: Integers, level: Integers, joined_m: float, cleaned: dict[str, int]
) -> Integers:
    """Return the source of every line whose source has its nodes, NOWHERE for the others."""
    ground = np.flatnonzero(level == GROUND)
    one, _, _ = bare_crossings(lines[ground], joined_m, layer[ground])
    bare = np.bincount(layer[ground][one], minlength=layer.max() + 1)
    meeting = _meeting_vertices(lines[ground], layer[ground], layer.max() + 1)
    has = bare <= NODED_SHARE * (bare + meeting)
    cleaned["crossings_left"] = int(bare[has].sum())
    cleaned["crossings_joined"] = int(bare[~has].sum())
    return np.where(has[layer], layer, NOWHERE)


def _meeting_vertices(lines: NDArray[Any], layer: Integers, layers: int) -> Integers:
    """Return how many places of each source are vertices of three arms or more, shape (layers,)."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    inner = np.full(len(xy), 2)
    inner[np.flatnonzero(np.diff(line, prepend=-1))] = 1
    inner[np.flatnonzero(np.diff(line, append=-1))] = 1
    key = np.column_stack([layer[line], np.rint(xy * 1000).astype(np.int64)])
    places, place = np.unique(key, axis=0, return_inverse=True)
    arms = np.bincount(place.ravel(), inner, len(places))
    return np.bincount(places[arms >= 3, 0], minlength=layers)


def _once(
    lines: NDArray[Any],
    road: Integers,
    way: NDArray[np.int8],
    roads: Roads,
    joined_m: float,
    cleaned: dict[str, int],
) -> tuple[NDArray[Any], Integers, NDArray[np.int8]]:
    """Leave out whole lines drawn twice: they would cut each other at every bend."""
    ends = [shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)]
    number = np.unique(np.concatenate(ends), axis=0, return_inverse=True)[1].ravel()
    start, end = number[: len(lines)], number[len(lines) :]
    kept, way = merge_twins(lines, start, end, way, roads.subset(road), joined_m=joined_m, cleaned=cleaned)
    return lines[kept], road[kept], way[kept]


def _uncrossed(
    lines: NDArray[Any],
    road: Integers,
    way: NDArray[np.int8],
    level: Integers,
    cleaned: dict[str, int],
) -> tuple[NDArray[Any], Integers, NDArray[np.int8], Integers]:
    """Cut lines on the ground that cross themselves into segments: these meet like any others."""
    crossed = ~shapely.is_simple(lines) & (level == GROUND)
    cleaned["self_crossings"] = int(crossed.sum())
    if not crossed.any():
        return lines, road, way, level
    xy, of = shapely.get_coordinates(lines[crossed], return_index=True)
    inner = (of[1:] == of[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    runs = shapely.linestrings(np.stack([xy[:-1][inner], xy[1:][inner]], axis=1))
    source = np.flatnonzero(crossed)[of[:-1][inner]]
    plain = np.flatnonzero(~crossed)
    source = np.concatenate([plain, source])
    return np.concatenate([lines[plain], runs]), road[source], way[source], level[source]


def _nodes(
    pieces: NDArray[Any], joined_m: float, cleaned: dict[str, int]
) -> tuple[Integers, Integers, Floats]:
    """Return the start and end node of every piece, and the nodes' places on whole millimetres."""
    ends = shapely.get_coordinates(
        np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    )
    nodes, number = join_ends(ends, joined_m)
    many = np.bincount(number, minlength=nodes)
    xy = np.stack([np.bincount(number, ends[:, k], nodes) / many for k in (0, 1)], axis=1)
    cleaned["joined_ends"] = int((np.hypot(*(ends - xy[number]).T) > 2e-3).sum())
    return number[: len(pieces)], number[len(pieces) :], np.round(xy, 3)


def _at_nodes(pieces: NDArray[Any], starts: Floats, ends: Floats) -> NDArray[Any]:
    """Return pieces that begin and end exactly at their nodes."""
    xy, of = shapely.get_coordinates(pieces, return_index=True)
    xy[np.flatnonzero(np.diff(of, prepend=-1))] = starts
    xy[np.flatnonzero(np.diff(of, append=len(pieces)))] = ends
    return np.asarray(shapely.linestrings(xy, indices=of), object)


def _stubs(
    start: Integers, end: Integers, length: Floats, cut: NDArray[np.bool_], cleaned: dict[str, int]
) -> NDArray[np.bool_]:
    degree = np.bincount(np.concatenate([start, end]))
    stub = cut & (length <= STUB_M) & ((degree[start] == 1) | (degree[end] == 1))
    cleaned["stubs"] = int(stub.sum())
    return np.asarray(stub)


def _parts(nodes: int, start: Integers, end: Integers, length: Floats) -> Integers:
    """Return the weakly connected part of every node, 0 the longest."""
    matrix = sparse.coo_array((np.ones(len(start), np.int8), (start, end)), shape=(nodes, nodes))
    count, label = connected_components(matrix, directed=False)
    metres = np.bincount(label[start], length, count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-metres, kind="stable")] = np.arange(count)
    return np.asarray(rank[label])


def _version(roads: Roads, joined_m: float) -> str:
    content = hashlib.sha256(f"{_RULES} {joined_m} {len(roads)}".encode())
    for column in (roads.names, roads.grades, roads.roles, roads.directions, roads.sources):
        content.update(_bytes_of(column))
    for line in shapely.to_wkb(np.asarray(roads.geometries, object)).tolist():
        content.update(line or b"-")
    return content.hexdigest()


def _told(roads: Roads) -> str:
    """Return a digest of what is told of the streets and makes no other network of them."""
    content = hashlib.sha256(np.asarray(roads.ids, np.int64).tobytes())
    for column in (roads.link_ids, roads.keepers, roads.keeper_codes):
        content.update(_bytes_of(column))
    return content.hexdigest()


def _bytes_of(column: NDArray[Any]) -> bytes:
    return "\x1f".join(str(each or "") for each in column).encode() + b"\x1e"
