"""The plan of a whole shift: what was done, then what is to come."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.patrol.network.lines import Way
from gridsvc.patrol.network.modes import ModeSpeeds
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import Ground
from gridsvc.patrol.plan import Line, Plan, PlannedRoute, PlannedStop, Totals, minutes_between
from gridsvc.patrol.plans.posing import DEPOT_WITHIN_M
from gridsvc.patrol.plans.request import PatrolAsked, PlanAsked
from gridsvc.patrol.plans.telling import total_of
from gridsvc.patrol.plans.whereabouts import Whereabouts


def homeward(
    streets: Streets, asked: PlanAsked, made: Plan, where: Mapping[str, Whereabouts], speeds: ModeSpeeds
) -> dict[str, Way]:
    """Return the way home of each patrol that is out and has nothing more to do, by name."""
    nothing_more = {route.patrol.name for route in made.routes if not route.stops}
    found = {}
    for patrol in asked.patrols:
        if patrol.name in nothing_more and where[patrol.name].left and patrol.end is not None:
            way = _way_home(streets, patrol, speeds)
            if way is not None:
                found[patrol.name] = way
    return found


def _way_home(streets: Streets, patrol: PatrolAsked, speeds: ModeSpeeds) -> Way | None:
    assert patrol.end is not None
    lon, lat = np.array([(each.lon, each.lat) for each in (patrol.start, patrol.end)]).T
    on = snap(streets, lon, lat, patrol.mode, within_m=DEPOT_WITHIN_M, speeds=speeds)
    return Ground.of(streets, patrol.mode, on, speeds).ways([(0, 1)])[0]


def rejoined(
    before: Plan, made: Plan, where: Mapping[str, Whereabouts], home: Mapping[str, Way], at: datetime
) -> Plan:
    """Return the plan `before` as it was until `at`, and as it was `made` anew from then on."""
    anew = {route.patrol.name: route for route in made.routes}
    routes = tuple(
        _route(
            route,
            anew.get(route.patrol.name),
            where[route.patrol.name],
            home.get(route.patrol.name),
        )
        for route in before.routes
    )
    had = sum(stop.value for each in where.values() for stop in each.done)
    told = Text(
        f"{at.astimezone(before.zone):%H:%M} 由第 {before.id} 号计划重新规划",
        f"Planned anew at {at.astimezone(before.zone):%H:%M} from plan {before.id}",
    )
    return replace(
        made,
        begins=before.begins,
        ends=before.ends,
        routes=routes,
        floors=before.floors,
        totals=total_of(routes),
        value=made.value + had,
        possible=made.possible + had,
        bound=made.bound + had,
        greedy=made.greedy + had,
        remarks=(told, *made.remarks),
        replanned_at=at,
    )


def _route(
    before: PlannedRoute, anew: PlannedRoute | None, here: Whereabouts, home: Way | None
) -> PlannedRoute:
    done = _numbered(here.done)
    to_come = anew.stops if anew else ()
    number = max((stop.number for stop in done), default=0)
    coming = [replace(stop, number=stop.number + number) if stop.number else stop for stop in to_come]
    line, home_m = (anew.home, anew.home_m) if anew else (None, 0.0)
    returns = anew.returns if anew else before.leaves
    if home is not None:
        line, home_m = home.line, home.metres
        returns = here.free + timedelta(seconds=home.time / 10)
    elif not to_come and here.left:
        ended = done[-1].leaves if done else before.leaves
        returns = here.free if anew else ended
    # Where it turned on its way, the leg to the next stop begins where it was last.
    first = next((row for row, stop in enumerate(coming) if stop.kind != "break"), None)
    if anew and first is not None:
        stop = coming[first]
        coming[first] = replace(stop, way=_chained(here.way, stop.way), way_m=here.way_m + stop.way_m)
    elif anew:
        line, home_m = _chained(here.way, line), home_m + here.way_m
    leaves = before.leaves if here.left or not anew else anew.leaves
    return PlannedRoute(
        before.patrol,
        leaves,
        max(leaves, returns),
        (*done, *coming),
        _totals(before, anew, here, home),
        line,
        home_m,
    )


def _numbered(stops: tuple[PlannedStop, ...]) -> tuple[PlannedStop, ...]:
    """Return the stops that were made counted from 1: one that was passed over has no number."""
    count = itertools.count(1)
    return tuple(replace(stop, number=next(count)) if stop.number else stop for stop in stops)


def _totals(before: PlannedRoute, anew: PlannedRoute | None, here: Whereabouts, home: Way | None) -> Totals:
    """Return the sums of what was done, of the way since, and of what is to come."""
    made, done = anew.totals if anew else Totals(), here.done
    working = [stop for stop in done if stop.kind != "break"]
    dwell = sum(stop.dwell_minutes for stop in working)
    pause = sum(stop.dwell_minutes for stop in done if stop.kind == "break")
    idle = sum(minutes_between(stop.arrives, stop.begins) for stop in working)
    ended = done[-1].leaves if done else before.leaves
    travel = max(0.0, minutes_between(before.leaves, ended) - dwell - pause - idle) if done else 0.0
    if anew and here.left:
        travel += max(0.0, minutes_between(ended, here.free))
        idle += minutes_between(here.free, anew.leaves) if anew.stops else 0.0
    if home is not None:
        travel += home.time / 600
    return Totals(
        stops=made.stops + len(working),
        value=made.value + sum(stop.value for stop in working),
        expected=made.expected + sum(stop.expected for stop in working),
        travel_minutes=made.travel_minutes + travel,
        dwell_minutes=made.dwell_minutes + dwell,
        idle_minutes=made.idle_minutes + idle,
        break_minutes=made.break_minutes + pause,
        km=made.km
        + (sum(stop.way_m + stop.along_m for stop in done) + here.way_m + (home.metres if home else 0.0))
        / 1000,
    )


def _chained(first: Line, then: Line) -> Line:
    """Return one line of two, each maybe None."""
    if first is None or then is None:
        return then if first is None else first
    return shapely.LineString(np.concatenate([shapely.get_coordinates(first), shapely.get_coordinates(then)]))
