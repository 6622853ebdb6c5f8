"""Where each patrol is at an instant, if it keeps to its plan, and what it has done by then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import shapely
from shapely.ops import substring

from gridsvc.geography.projection import srid_for, to_degrees, to_millimetres
from gridsvc.patrol.plan import ON_THE_WAY, Line, PlannedRoute, PlannedStop, minutes_between
from gridsvc.patrol.plans.request import Spot

AT_IT_M = 100.0
"""Who is told to be so near the stop of a visit under way is still there: phones and yards."""


@dataclass(frozen=True, slots=True, eq=False)
class Whereabouts:
    """A patrol at an instant: where it is free to turn elsewhere, and from when.

    `done`: stops made, the present one included, which it ends; `pause_due`: whether its break is still to
    come; `left`: whether it has set out; `gone_home`: whether it has ended for the day. `way`: the part of
    its way (lon, lat) that it has gone since its last stop, `way_m` long; None where it stands.
    """

    spot: Spot
    free: datetime
    done: tuple[PlannedStop, ...]
    pause_due: bool
    left: bool = True
    gone_home: bool = False
    way: Line = field(default=None, repr=False)
    way_m: float = 0.0


def whereabouts(route: PlannedRoute, at: datetime) -> Whereabouts:
    """Return where the patrol of a route is at `at`.

    On the way it can turn at once, at the point of its way that the share of the leg's time gives; at a stop
    it ends its visit or its break first.
    """
    patrol = route.patrol
    begun = tuple(stop for stop in route.stops if stop.begins <= at)
    pause_due = not any(stop.kind == "break" for stop in begun)
    here = Spot(*patrol.start, patrol.start_name)
    if route.returns <= route.leaves or at <= route.leaves:
        return Whereabouts(here, max(at, patrol.begins), (), pause_due, left=False)
    if at >= route.returns:
        last = _spot(route.stops[-1]) if route.stops else here
        where = Spot(*patrol.end, patrol.end_name) if patrol.end else last
        return Whereabouts(where, at, route.stops, pause_due, gone_home=route.returns >= patrol.ends)
    left = route.leaves
    if begun:
        here, left = _spot(begun[-1]), begun[-1].leaves
    if begun and at < left:
        return Whereabouts(here, left, begun, pause_due)
    ahead = route.stops[len(begun)] if len(begun) < len(route.stops) else None
    line, metres = (ahead.way, ahead.way_m) if ahead else (route.home, route.home_m)
    arrives = ahead.arrives if ahead else route.returns
    if line is None or arrives <= left:
        return Whereabouts(_spot(ahead) if ahead else here, at, begun, pause_due)
    # Once there it waits for the visit to begin.
    share = min(1.0, minutes_between(left, at) / minutes_between(left, arrives))
    gone = _first_part(line, share)
    lon, lat = shapely.get_coordinates(gone)[-1].tolist()
    clock = at.astimezone(patrol.begins.tzinfo)
    spot = _spot(ahead) if ahead and share >= 1 else Spot(lon, lat, f"{clock:%H:%M} {ON_THE_WAY}")
    return Whereabouts(spot, at, begun, pause_due, way=gone, way_m=share * metres)


def as_told(
    here: Whereabouts,
    route: PlannedRoute,
    at: datetime,
    *,
    position: Spot | None = None,
    done: Collection[PlannedStop] | None = None,
    absent: bool = False,
) -> Whereabouts:
    """Return where a patrol is by what is told of it, which goes before what its plan has.

    `position`: where it is. `done`: the stops of its route that were visited, maybe ahead of the plan; None:
    those that the plan has had. A visit under way is ended first, unless it is told to be made already or
    the patrol to be elsewhere; one that is `absent` ends none.
    """
    made, free = here.done, here.free
    now = max(at, route.patrol.begins)
    if done is not None:
        rests = here.done[-1:] if here.done and here.done[-1].kind == "break" and here.free > at else ()
        made = tuple(
            stop if stop in rests else _until(stop, at)
            for stop in route.stops
            if any(stop is each for each in done) or (stop.kind == "break" and stop in here.done)
        )
        if not rests:
            free = now
    elif absent:
        made = tuple(stop for stop in here.done if stop.leaves <= at)
    known = replace(here, done=made, free=free, left=here.left or bool(made))
    if len(made) != len(here.done):
        known = replace(known, way=None, way_m=0.0)
        if made and made[-1].begins >= at:  # ahead of its plan
            known = replace(known, spot=_spot(made[-1]))
    if position is None:
        return known
    known = replace(known, spot=position, way=None, way_m=0.0)
    last = made[-1] if made else None
    if last is not None and last.leaves > at:
        if last.kind == "break" or _apart_m(position, _spot(last)) <= AT_IT_M:
            return known
        known = replace(known, done=(*made[:-1], _until(last, at)))
    return replace(known, free=now)


def _until(stop: PlannedStop, at: datetime) -> PlannedStop:
    """Return the stop with nothing of it after `at`."""
    arrives, begins, leaves = (min(each, at) for each in (stop.arrives, stop.begins, stop.leaves))
    return replace(stop, arrives=arrives, begins=begins, leaves=leaves)


def _first_part(line: Line, share: float) -> Line:
    """Return the part of a line in degrees that is so great a share of its length in metres."""
    lon, lat = shapely.get_coordinates(line).T
    srid = srid_for(float(lon[0]), float(lat[0]))
    part = substring(
        shapely.LineString(np.stack(to_millimetres(srid, lon, lat), axis=1)), 0, share, normalized=True
    )
    x, y = np.rint(shapely.get_coordinates(part)).astype(np.int64).T
    if len(x) == 1:  # nothing of it yet
        x, y = np.repeat(x, 2), np.repeat(y, 2)
    return shapely.LineString(np.stack(to_degrees(srid, x, y), axis=1))


def _apart_m(one: Spot, other: Spot) -> float:
    srid = srid_for(one.lon, one.lat)
    x, y = to_millimetres(srid, np.array([one.lon, other.lon]), np.array([one.lat, other.lat]))
    return float(np.hypot(*np.diff(np.stack([x, y]), axis=1)[:, 0])) / 1000


def _spot(stop: PlannedStop) -> Spot:
    return Spot(stop.lon, stop.lat, stop.name.zh)
