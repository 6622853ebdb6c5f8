"""The zones that have a floor, with who was there of late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plans.been import zones_been
from gridsvc.patrol.plans.floors import WEEK
from gridsvc.patrol.plans.material import FloorZones
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.zones import Zone


def floors_of(
    connection: Connection, asked: PlanAsked, zones: Sequence[Zone], streets: Streets
) -> FloorZones:
    """Return the zones with the floor, and in which of the last seven days somebody was there."""
    held = [zone for zone in zones if zone.kind == asked.floor_kind]
    index = {zone.code: number for number, zone in enumerate(held)}
    days = [asked.day - timedelta(days=back) for back in range(WEEK, 0, -1)]
    visited = np.zeros((WEEK, len(held)), np.int64)
    today = np.zeros(len(held), np.int64)
    for code, day in zones_been(connection, asked, days[0]):
        if code in index:
            by_zone = today if day == asked.day else visited[(day - days[0]).days]
            by_zone[index[code]] = 1
    lon, lat = _street_points(held, streets)
    # Where nobody was anywhere for a week the floors were not kept: they begin today.
    began = min((days[row] for row in np.flatnonzero(visited.any(axis=1)).tolist()), default=asked.day)
    if began == days[0]:
        began = date.min
    since = [
        max(began, zone.effective_from.astimezone(asked.zone).date()) if zone.effective_from else began
        for zone in held
    ]
    known = [min(WEEK, max(0, (asked.day - first).days)) for first in since]
    return FloorZones(
        tuple(zone.code for zone in held),
        tuple(zone.name for zone in held),
        lon,
        lat,
        visited,
        np.array(known, np.int64),
        today,
    )


def _street_points(
    zones: Sequence[Zone], streets: Streets
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle of the longest link within each zone (degrees), NaN where a zone has none."""
    lon, lat = np.full(len(zones), np.nan), np.full(len(zones), np.nan)
    middle = shapely.line_interpolate_point(streets.lines, 0.5, normalized=True)
    tree = shapely.STRtree(shapely.transform(middle, lambda xy: xy * 1000))
    usual = [number for number, zone in enumerate(zones) if zone.srid == streets.srid]
    zone, link = tree.query([zones[number].geom_mm for number in usual], predicate="intersects")
    order = np.lexsort((streets.length_m[link], zone))
    zone, link = zone[order], link[order]
    last = np.append(zone[1:] != zone[:-1], True) if len(zone) else np.zeros(0, bool)
    xy = np.rint(shapely.get_coordinates(middle[link[last]]) * 1000).astype(np.int64)
    found = np.array(usual, np.int64)[zone[last]]
    if len(found):
        lon[found], lat[found] = to_degrees(streets.srid, xy[:, 0], xy[:, 1])
    return lon, lat
