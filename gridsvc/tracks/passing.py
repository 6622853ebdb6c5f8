"""When a patrol last came by a place."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.settings import get_settings
from gridsvc.tracks.fixes import Floats, Track
from gridsvc.tracks.reading import tracks_near
from gridsvc.tracks.sampling import local_days

_M_PER_DEGREE = 110_500.0
"""No degree of latitude is shorter."""


def last_passed(
    connection: Connection,
    lon: Floats,
    lat: Floats,
    within_m: float,
    since: datetime,
    before: datetime,
    *,
    zone: ZoneInfo | None = None,
) -> NDArray[np.datetime64]:
    """Return the last local day on which a track came within `within_m` metres of each place, shape (n,).

    `lon`, `lat`: degrees, WGS 84. Tracks that begin before the aware instant `before` and end after `since`
    count, and those alone are read, the newest first and no more than are needed; NaT: nobody came by in that
    time, or the place is none. Days are those of `zone`, by default of the settings.
    """
    zone = zone or get_settings().zone
    found = np.full(len(lon), "NaT", "datetime64[D]")
    left = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90))
    if not len(left):
        return found
    srid = srid_for(float(np.median(lon[left])), float(np.median(lat[left])))
    points = np.empty(len(lon), object)
    points[left] = shapely.points(*to_millimetres(srid, lon[left], lat[left]))
    tree = shapely.STRtree(points[left])
    about = shapely.STRtree(np.asarray(shapely.points(lon[left], lat[left]), object))
    widest = min(float(np.abs(lat[left]).max()) + 1e-3, 89.9)
    reach = within_m / (_M_PER_DEGREE * np.cos(np.radians(widest)))
    west, east = float(lon[left].min()) - reach, float(lon[left].max()) + reach
    box = (west, float(lat[left].min()) - reach, east, float(lat[left].max()) + reach)
    for ends, track in tracks_near(connection, box, since, before):
        # A long track may have passed elsewhere on its last days: none passes later than it ends.
        if (found[left] >= np.datetime64(ends.astimezone(zone).date(), "D")).all():
            break
        # Most tracks come near nothing: to tell so their steps are not needed.
        if not about.query(_lines(track), predicate="dwithin", distance=reach).size:
            continue
        start = np.flatnonzero(track.joined)
        xy = np.column_stack(to_millimetres(srid, track.lon, track.lat)).astype(np.float64)
        ways = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
        way, place = tree.query(ways, predicate="dwithin", distance=within_m * 1000)
        days = local_days(track.at[start[way]], zone).astype("datetime64[D]")
        passed = np.full(len(left), "NaT", "datetime64[D]")
        np.fmax.at(passed, place, days)
        found[left] = np.fmax(found[left], passed)
    return found


def _lines(track: Track) -> NDArray[np.object_]:
    """Return the line of each span, in degrees."""
    xy = np.column_stack([track.lon, track.lat])
    lines = np.empty(len(track.spans), object)
    lines[:] = [shapely.linestrings(xy[first : last + 1]) for first, last in track.spans]
    return lines
