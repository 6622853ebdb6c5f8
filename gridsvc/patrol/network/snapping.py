"""Places on the network: the nearest street of a mode from which one can also come back."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Snapped, Streets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WITHIN_M = 60.0


def snap(
    streets: Streets,
    lon: Floats,
    lat: Floats,
    mode: str,
    *,
    within_m: float = WITHIN_M,
    speeds: ModeSpeeds = SPEEDS,
) -> Snapped:
    """Return places (degrees, shape (n,)) on their nearest links, those within `within_m` of one.

    A link of the main part of the mode's network, from which one can come and go, is taken before a nearer
    one of another part: on that one a place is snapped, but no way leads there from the main part. Of links
    equally near the first is taken. A place without numbers is on none.
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    n = len(lon)
    link = np.full(n, -1, np.int64)
    off = np.full(n, np.nan)
    network = mode_network(streets, mode, speeds)
    x, y = to_millimetres(streets.srid, lon, lat)
    points = np.asarray(shapely.points(x / 1000, y / 1000), object)
    rest = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    for among in (network.main, network.used & ~network.main):
        rows, found, distance = _nearest(streets.lines, np.flatnonzero(among), points[rest], within_m)
        link[rest[rows]], off[rest[rows]] = found, distance
        rest = np.delete(rest, rows)
    on = np.flatnonzero(link >= 0)
    along = np.full(n, np.nan)
    along[on] = np.clip(
        shapely.line_locate_point(streets.lines[link[on]], points[on]), 0, streets.length_m[link[on]]
    )
    xy = np.full((n, 2), np.nan)
    xy[on] = shapely.get_coordinates(shapely.line_interpolate_point(streets.lines[link[on]], along[on]))
    at_lon, at_lat = np.full(n, np.nan), np.full(n, np.nan)
    if len(on):
        at_lon[on], at_lat[on] = to_degrees(streets.srid, *np.rint(xy[on] * 1000).astype(np.int64).T)
    side = np.zeros(n, np.int8)
    side[on] = _sides(streets.lines[link[on]], along[on], xy[on], shapely.get_coordinates(points[on]))
    return Snapped(link, along, off, at_lon, at_lat, side)


def _nearest(
    lines: NDArray[np.object_], among: Integers, points: NDArray[np.object_], within_m: float
) -> tuple[Integers, Integers, Floats]:
    """Return (point, link, metres) of the points that have one of the links `among` within the distance."""
    if not len(among) or not len(points):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    tree = shapely.STRtree(lines[among])
    (rows, found), distance = tree.query_nearest(points, max_distance=within_m, return_distance=True)
    order = np.lexsort((found, rows))
    _, first = np.unique(rows[order], return_index=True)
    kept = order[first]
    return rows[kept], among[found[kept]], distance[kept]


def _sides(lines: NDArray[np.object_], along: Floats, xy: Floats, places: Floats) -> NDArray[np.int8]:
    """Return 1 for places on the right of their lines, -1 on the left, 0 within a decimetre."""
    before, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along + step, 0)))
        for step in (-0.5, 0.5)
    )
    ahead, away = after - before, places - xy
    left = ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0]
    return np.where(np.hypot(*away.T) <= 0.1, 0, -np.sign(left)).astype(np.int8)
