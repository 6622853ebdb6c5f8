"""From fixes as a device wrote them to a track: in order, without what cannot be true, cut at gaps."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gridsvc.geography import to_wgs84
from gridsvc.tabular import MISSING_INSTANT
from gridsvc.tracks.fixes import EPOCH, Fixes, Floats, Instants, Track

GAP_S = 120.0
"""Between two fixes further apart in time nobody knows where the patrol was (patrol.md section 5)."""
FASTEST_M_S = 40.0
"""No patrol goes faster; a fix that would need it is thrown by its receiver."""
REST_S = 4 * 3600.0
"""After so long without a fix another track begins."""
REASONS = ("no_time", "no_place", "in_future", "too_old", "repeated", "jump")
"""Why a fix is left out."""

_FEWEST_TOGETHER = 5  # so many fixes beside the way are a cut in it, not a jump: the device was elsewhere
_PASSES = 30
_LATE = timedelta(minutes=10)  # a device's clock may be a little ahead
_OLDEST_YEAR = 2000  # a receiver without a fix begins at 1970 or 1980
_GEOD = Geod(ellps="WGS84")


def clean(fixes: Fixes, *, datum: str, now: datetime) -> Track:
    """Return the track of fixes in `datum`: sorted, one at an instant, without jumps, cut where time is lost.

    Two fixes are joined when at most `GAP_S` lie between them and nobody need go faster than `FASTEST_M_S`.
    Fewer than 5 fixes that cannot be reached are jumps and left out; more are kept, cut off at both ends.
    """
    lon, lat = to_wgs84(datum, fixes.lon, fixes.lat)
    at = fixes.at
    reason = np.full(len(at), -1, np.int8)
    latest = _micros(now + _LATE)
    oldest = _micros(datetime(_OLDEST_YEAR, 1, 1, tzinfo=EPOCH.tzinfo))
    there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    # Receivers write 0, 0 when they know nothing; nobody patrols the Gulf of Guinea.
    there &= ~((np.abs(fixes.lon) < 1e-9) & (np.abs(fixes.lat) < 1e-9))
    for number, wrong in enumerate((at == MISSING_INSTANT, ~there, at > latest, at < oldest)):
        reason[(reason < 0) & wrong] = number
    good = np.flatnonzero(reason < 0)
    unordered = bool((np.diff(at[good]) < 0).any())
    order = good[np.argsort(at[good], kind="stable")]
    again = np.concatenate([[False], np.diff(at[order]) == 0]) if len(order) else np.zeros(0, bool)
    reason[order[again]] = REASONS.index("repeated")
    order = order[~again]
    kept = _without_jumps(at[order], lon[order], lat[order])
    reason[np.delete(order, kept)] = REASONS.index("jump")
    order = order[kept]
    counts = np.bincount(reason[reason >= 0], minlength=len(REASONS))
    at, lon, lat = at[order], lon[order], lat[order]
    return Track(
        fixes.patrol,
        fixes.where,
        at,
        lon,
        lat,
        _reachable(at, lon, lat) & (np.diff(at) <= GAP_S * 1e6),
        {name: int(count) for name, count in zip(REASONS, counts, strict=True) if count},
        unordered,
    )


def parted(track: Track) -> list[Track]:
    """Return the tracks between rests of `REST_S` or more; `dropped` stays with the first."""
    cuts = np.flatnonzero(np.diff(track.at) >= REST_S * 1e6) + 1
    if not len(cuts):
        return [track]
    parts = []
    for number, rows in enumerate(np.split(np.arange(len(track)), cuts)):
        first, last = int(rows[0]), int(rows[-1])
        parts.append(
            Track(
                track.patrol,
                track.where,
                track.at[rows],
                track.lon[rows],
                track.lat[rows],
                track.joined[first:last],
                track.dropped if number == 0 else {},
                track.unordered,
            )
        )
    return parts


def _without_jumps(at: Instants, lon: Floats, lat: Floats) -> NDArray[np.intp]:
    """Return the fixes, of those in the order of time, that no jump throws out of the way."""
    kept = np.arange(len(at))
    for turn in range(_PASSES + 1):
        cut = ~_reachable(at[kept], lon[kept], lat[kept])
        if not cut.any():
            break
        block = np.concatenate([[0], np.cumsum(cut)])
        size = np.bincount(block)
        endless = np.iinfo(size.dtype).max
        before, after = np.concatenate([[endless], size[:-1]]), np.concatenate([size[1:], [endless]])
        small = size < _FEWEST_TOGETHER
        # First what is smaller than its neighbours: without it they may well be one. Of equals the later
        # goes. When that ends nowhere, whatever is small goes.
        thrown = small & (size <= before) & (size < after) if turn < _PASSES else small
        if not thrown.any():
            thrown = small & (size <= before) & (size <= after)
        if not thrown.any():
            thrown = small
        if not thrown.any():
            break
        kept = kept[~thrown[block]]
    return kept


def _reachable(at: Instants, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Return whether each fix can be reached from the one before it, shape (n − 1,)."""
    if len(at) < 2:
        return np.zeros(0, bool)
    metres = np.asarray(_GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])
    # Half a second of rounding, and the error of two places: neither makes a jump.
    reach = (np.diff(at) / 1e6 + 0.5) * FASTEST_M_S + 30.0
    return np.asarray(metres <= reach)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
