"""Crossings: where streets of different names meet, one for each place whatever the carriageways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.gazetteer.streets import Geometries, together
from gridsvc.roads import Roads

Floats = NDArray[np.float64]
Pair = tuple[str, str]

MEETS_M = 3.0
"""Links that end this near each other meet: drawn by hand, a side street often ends just short."""
ONE_CROSSING_M = 100.0
"""Meeting points of two streets this near each other are one crossing: dual carriageways make four."""
_WIDEST_JUNCTION_M = 160.0
_STREETS = ("road", "side", "roundabout")


def crossings_of(roads: Roads, lines: Geometries, leaves: NDArray[np.object_]) -> dict[Pair, Floats]:
    """Return the crossings of every pair of street names (in order), shape (n, 2), metres.

    Streets meet where their links touch or cross, and where both come to the same roundabout or the same
    turning links. An elevated road or a ramp (`Roads.roles`) makes no crossing.
    """
    named = np.array([leaf is not None for leaf in leaves], bool)
    streets = np.flatnonzero(named & np.isin(roads.roles, _STREETS))
    if not len(streets):
        return {}
    # Where the main carriageways meet says more than where side roads do.
    main, all_ = _meetings(lines, leaves, roads.roles, streets)
    found: dict[Pair, Floats] = {}
    for pair in sorted(all_):
        points = _merged(main.get(pair, np.empty((0, 2))))
        # A side road that meets elsewhere is a crossing of its own; beside the main one it is not.
        found[pair] = _with_distant(points, _merged(all_[pair]))
    for pair, points in _by_junctions(roads, lines, leaves, streets).items():
        found[pair] = _with_distant(found.get(pair, np.empty((0, 2))), _merged(points))
    return found


def _meetings(
    lines: Geometries, leaves: NDArray[np.object_], roles: NDArray[np.object_], streets: NDArray[np.int64]
) -> tuple[dict[Pair, Floats], dict[Pair, Floats]]:
    """Return meeting points by pair: of main carriageways alone, and of all."""
    tree = shapely.STRtree(lines[streets])
    left, right = tree.query(lines[streets], predicate="dwithin", distance=MEETS_M)
    a, b = streets[left], streets[right]
    differ = (left < right) & (leaves[a] != leaves[b])
    a, b = a[differ], b[differ]
    shared = shapely.intersection(lines[a], lines[b])
    short = shapely.is_empty(shared)
    shared[short] = shapely.centroid(shapely.shortest_line(lines[a][short], lines[b][short]))
    xy, owner = shapely.get_coordinates(shared, return_index=True)
    main_rows = (roles[a] != "side") & (roles[b] != "side")
    main: dict[Pair, list[Floats]] = defaultdict(list)
    all_: dict[Pair, list[Floats]] = defaultdict(list)
    for point, k in zip(xy, owner.tolist(), strict=True):
        pair = ordered(leaves[a[k]], leaves[b[k]])
        all_[pair].append(point)
        if main_rows[k]:
            main[pair].append(point)
    return _stacked(main), _stacked(all_)


def _by_junctions(
    roads: Roads, lines: Geometries, leaves: NDArray[np.object_], streets: NDArray[np.int64]
) -> dict[Pair, Floats]:
    """Return a point for each pair of streets that come to one roundabout, or to the same turning links."""
    found: dict[Pair, list[Floats]] = defaultdict(list)
    tree = shapely.STRtree(lines[streets])
    for role in ("roundabout", "turn"):
        links = np.flatnonzero(roads.roles == role)
        if not len(links):
            continue
        for group in together(lines[links], MEETS_M):
            part = lines[links[group]]
            west, south, east, north = shapely.total_bounds(part)
            if max(east - west, north - south) > _WIDEST_JUNCTION_M:
                continue
            touching = streets[np.unique(tree.query(part, predicate="dwithin", distance=MEETS_M)[1])]
            middle = np.array([(west + east) / 2, (south + north) / 2])
            for pair in combinations(sorted(set(leaves[touching])), 2):
                found[pair].append(middle)
    return _stacked(found)


def _stacked(points: Mapping[Pair, list[Floats]]) -> dict[Pair, Floats]:
    return {pair: np.array(each, np.float64) for pair, each in points.items()}


def _merged(points: Floats) -> Floats:
    """Return the middle of each group of near points, in the order of x and y."""
    if len(points) < 2:
        return points
    distinct = np.unique(np.round(points, 3), axis=0)
    groups = together(np.asarray(shapely.points(distinct), object), ONE_CROSSING_M)
    boxes = [(distinct[group].min(axis=0) + distinct[group].max(axis=0)) / 2 for group in groups]
    return np.array(sorted(map(tuple, boxes)), np.float64)


def _with_distant(points: Floats, others: Floats) -> Floats:
    if not len(points) or not len(others):
        return points if len(points) else others
    distance = np.hypot(*(others[:, None, :] - points[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    return np.concatenate([points, others[distance > ONE_CROSSING_M]])


def ordered(a: str, b: str) -> Pair:
    """Return the two names in the order of a key."""
    return (a, b) if a < b else (b, a)
