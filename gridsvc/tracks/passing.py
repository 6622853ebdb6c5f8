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
from gridsvc.tracks.fixes import Floats
from gridsvc.tracks.reading import load_tracks, track_ids
from gridsvc.tracks.sampling import local_days

_AT_ONCE = 50


def last_passed(
    connection: Connection,
    lon: Floats,
    lat: Floats,
    within_m: float,
    before: datetime,
    *,
    zone: ZoneInfo | None = None,
) -> NDArray[np.datetime64]:
    """Return the last local day on which a track came within `within_m` metres of each place, shape (n,).

    `lon`, `lat`: degrees, WGS 84. Tracks that begin before the aware instant `before` count; NaT: nobody ever
    came by, or the place is none. Days are those of `zone`, by default of the settings.
    """
    zone = zone or get_settings().zone
    found = np.full(len(lon), "NaT", "datetime64[D]")
    left = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90))
    if not len(left):
        return found
    srid = srid_for(float(np.median(lon[left])), float(np.median(lat[left])))
    points = np.empty(len(lon), object)
    points[left] = shapely.points(*to_millimetres(srid, lon[left], lat[left]))
    ids = track_ids(connection, before=before)
    # The newest first: what somebody came by yesterday is not looked for in last year's tracks.
    for begin in range(0, len(ids), _AT_ONCE):
        if not len(left):
            break
        tree = shapely.STRtree(points[left])
        day = np.full(len(left), "NaT", "datetime64[D]")
        for _, track in load_tracks(connection, ids[begin : begin + _AT_ONCE]):
            start = np.flatnonzero(track.joined)
            xy = np.column_stack(to_millimetres(srid, track.lon, track.lat)).astype(np.float64)
            ways = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
            way, place = tree.query(ways, predicate="dwithin", distance=within_m * 1000)
            days = local_days(track.at[start[way]], zone).astype("datetime64[D]")
            passed = np.full(len(left), "NaT", "datetime64[D]")
            np.fmax.at(passed, place, days)
            day = np.fmax(day, passed)
        known = ~np.isnat(day)
        found[left[known]] = day[known]
        left = left[~known]
    return found
