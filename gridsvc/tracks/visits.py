"""How long patrols were in each zone, day by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import shapely
from sqlalchemy import Connection

from gridsvc.geography import Layer, load_layer
from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.tracks.effort import effort_by_day
from gridsvc.zones import Zone, load_zones

ZONE_VISIT_MINUTES = 3.0
"""Fewer minutes in a zone are a way through it, not a visit."""
CELL_VISIT_MINUTES = 1.0
"""Fewer minutes in a cell are the end of a way along its border."""


def zone_visits(
    connection: Connection,
    kind: str,
    first: date,
    last: date,
    *,
    least_minutes: float = ZONE_VISIT_MINUTES,
    counted_on: Mapping[int, date] | None = None,
    without: Collection[int] = (),
) -> dict[str, dict[date, float]]:
    """Return the minutes of each visit from `first` to `last`, inclusive: by zone code and local day.

    `counted_on`, `without`: as `effort_by_day` has them.

    Every zone of the kind that holds at any time has an entry, an empty one if nobody came. A day with less
    than `least_minutes` is none. Minutes are those of the cells, from files as well as tracks (`effort`); a
    zone given as a polygon has the cells of which a point well inside lies in it.
    """
    zones = load_zones(connection, kind)
    minutes: dict[str, dict[date, float]] = {zone.code: {} for zone in zones}
    if not zones:
        return minutes
    effort = effort_by_day(connection, first, last, counted_on=counted_on, without=without)
    for edition, rows in effort.items():
        holders = zones_of_cells(load_layer(connection, edition), zones)
        for cell, day, amount in rows:
            for zone in holders.get(cell, ()):
                by_day = minutes[zone]
                by_day[day] = by_day.get(day, 0.0) + amount
    return {
        code: {day: amount for day, amount in sorted(by_day.items()) if amount >= least_minutes}
        for code, by_day in minutes.items()
    }


def zones_of_cells(layer: Layer, zones: list[Zone]) -> dict[str, list[str]]:
    """Return the codes of the zones that each cell is in, by code of the cell; in none: no entry."""
    found: dict[str, set[str]] = {}
    drawn = [zone for zone in zones if zone.given_as == "polygon"]
    for zone in zones:
        for cell in zone.cells:
            found.setdefault(cell, set()).add(zone.code)
    if drawn:
        inside = np.rint(shapely.get_coordinates(shapely.point_on_surface(layer.geom_mm))).astype(np.int64)
        lon, lat = to_degrees(layer.srid, inside[:, 0], inside[:, 1])
        for srid in sorted({zone.srid for zone in drawn}):
            mine = [zone for zone in drawn if zone.srid == srid]
            points = shapely.points(*to_millimetres(srid, lon, lat))
            tree = shapely.STRtree([zone.geom_mm for zone in mine])
            for cell, zone in np.asarray(tree.query(points, predicate="intersects")).T.tolist():
                found.setdefault(layer.codes[cell], set()).add(mine[zone].code)
    return {cell: sorted(codes) for cell, codes in found.items()}
