"""Where each patrol is at an instant, if it keeps to its plan, and what it has done by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import shapely

from gridsvc.patrol.plan import PlannedRoute, PlannedStop, minutes_between
from gridsvc.patrol.plans.request import Spot


@dataclass(frozen=True, slots=True, eq=False)
class Whereabouts:
    """A patrol at an instant: where it is free to turn elsewhere, and from when.

    `done`: stops made, the present one included, which it ends; `pause_due`: whether its break is still to
    come; `gone_home`: whether it has ended for the day.
    """

    spot: Spot
    free: datetime
    done: tuple[PlannedStop, ...]
    pause_due: bool
    gone_home: bool = False


def whereabouts(route: PlannedRoute, at: datetime) -> Whereabouts:
    """Return where the patrol of a route is at `at`.

    On the way it can turn at once, at the point of its way that the share of the leg's time gives; at a stop
    it ends its visit or its break first.
    """
    patrol = route.patrol
    breaks = [stop for stop in route.stops if stop.kind == "break"]
    begun = tuple(stop for stop in route.stops if stop.begins <= at)
    pause_due = bool(breaks) and breaks[0] not in begun
    here = Spot(*patrol.start, patrol.start_name)
    if not route.stops or at <= route.leaves:
        return Whereabouts(here, max(at, patrol.begins), (), pause_due)
    if at >= route.returns:
        where = Spot(*patrol.end, patrol.end_name) if patrol.end else _spot(route.stops[-1])
        return Whereabouts(where, at, route.stops, pause_due, gone_home=route.returns >= patrol.ends)
    left = route.leaves
    if begun:
        here, left = _spot(begun[-1]), begun[-1].leaves
    if begun and at < left:
        return Whereabouts(here, left, begun, pause_due)
    ahead = route.stops[len(begun)] if len(begun) < len(route.stops) else None
    line = ahead.way if ahead else route.home
    arrives = ahead.arrives if ahead else route.returns
    if ahead is not None and at >= ahead.arrives:  # it waits there
        return Whereabouts(_spot(ahead), at, begun, pause_due)
    if line is None or arrives <= left:
        return Whereabouts(here, at, begun, pause_due)
    share = minutes_between(left, at) / minutes_between(left, arrives)
    point = shapely.line_interpolate_point(line, min(1.0, share), normalized=True)
    lon, lat = shapely.get_coordinates(point)[0].tolist()
    return Whereabouts(Spot(lon, lat, f"{at:%H:%M} 途中"), at, begun, pause_due)


def _spot(stop: PlannedStop) -> Spot:
    return Spot(stop.lon, stop.lat, stop.name.zh)
