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
from gridsvc.tracks.reading import load_tracks, track_ends
from gridsvc.tracks.sampling import local_days

_AT_ONCE = 50
_M_PER_DEGREE = 110_500.0
"""No degree of latitude is shorter."""


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
    tracks = track_ends(connection, before=before)
    # The newest first: what somebody came by yesterday is not looked for in last year's tracks.
    for begin in range(0, len(tracks), _AT_ONCE):
        some = tracks[begin : begin + _AT_ONCE]
        # A long track may have passed elsewhere on its last days: none passes later than it ends.
        latest = np.datetime64(some[0][1].astimezone(zone).date(), "D")
        left = left[~(found[left] >= latest)]
        if not len(left):
            break
        tree = shapely.STRtree(points[left])
        about = shapely.STRtree(np.asarray(shapely.points(lon[left], lat[left]), object))
        widest = min(float(np.abs(lat[left]).max()) + 1e-3, 89.9)
        reach = within_m / (_M_PER_DEGREE * np.cos(np.radians(widest)))
        day = np.full(len(left), "NaT", "datetime64[D]")
        for _, track in load_tracks(connection, [number for number, _ in some]):
            # Most of the old tracks come near nothing that is left: to tell so their steps are not needed.
            if not about.query(_lines(track), predicate="dwithin", distance=reach).size:
                continue
            start = np.flatnonzero(track.joined)
            xy = np.column_stack(to_millimetres(srid, track.lon, track.lat)).astype(np.float64)
            ways = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
            way, place = tree.query(ways, predicate="dwithin", distance=within_m * 1000)
            days = local_days(track.at[start[way]], zone).astype("datetime64[D]")
            passed = np.full(len(left), "NaT", "datetime64[D]")
            np.fmax.at(passed, place, days)
            day = np.fmax(day, passed)
        found[left] = np.fmax(found[left], day)
    return found


def _lines(track: Track) -> NDArray[np.object_]:
    """Return the line of each span, in degrees."""
    xy = np.column_stack([track.lon, track.lat])
    lines = np.empty(len(track.spans), object)
    lines[:] = [shapely.linestrings(xy[first : last + 1]) for first, last in track.spans]
    return lines
