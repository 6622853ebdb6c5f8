"""From the solution back to streets and clocks: the routes as their readers see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from gridsvc.errors import Text
from gridsvc.patrol.plan import (
    Expected,
    PlannedPatrol,
    PlannedRoute,
    PlannedStop,
    Totals,
    called,
    minutes_between,
)
from gridsvc.patrol.plans.posing import Posed
from gridsvc.patrol.plans.request import PlanAsked, Spot
from gridsvc.patrol.plans.street_form import PosedStreets
from gridsvc.patrol.routing.problem import MINUTE, NOWHERE
from gridsvc.patrol.routing.solution import Route, Solution, Timed
from gridsvc.patrol.value.places import Places


@dataclass(frozen=True, slots=True)
class _Leg:
    """A way between two rows: its line, metres and streets; nothing where one stays."""

    line: Any = None
    metres: float = 0.0
    streets: tuple[str, ...] = ()


def tell_routes(
    posed: Posed, solution: Solution, places: Places, asked: PlanAsked, zone_of: Sequence[str | None]
) -> tuple[PlannedRoute, ...]:
    """Return the route of every patrol. `zone_of[i]`: the zone with the floor in which place i lies."""
    legs = _legs(posed, solution)
    return tuple(
        _told(posed, number, route, places, asked, zone_of, legs)
        for number, route in enumerate(solution.routes)
    )


def total_of(routes: Sequence[PlannedRoute]) -> Totals:
    """Return the sums over routes."""
    return Totals(*(sum(getattr(route.totals, name) for route in routes) for name in Totals.__slots__))


def _rows(posed: Posed, patrol: int, route: Route) -> list[int]:
    """Return the rows that a route passes, from its start to its end."""
    if not route.visits:
        return []
    end = int(posed.problem.patrols.end[patrol])
    rows = [int(posed.problem.patrols.start[patrol])]
    rows += posed.problem.visits.at[[timed.visit for timed in route.visits]].tolist()
    return rows if end == NOWHERE else [*rows, end]


def _legs(posed: Posed, solution: Solution) -> dict[tuple[int, int, int], _Leg]:
    """Return the way of every leg by (mode, row, row), each found once."""
    wanted: dict[int, set[tuple[int, int]]] = {}
    for patrol, route in enumerate(solution.routes):
        rows = _rows(posed, patrol, route)
        mode = int(posed.problem.patrols.mode[patrol])
        wanted.setdefault(mode, set()).update(pairwise(rows))
    found = {}
    for mode, pairs in wanted.items():
        listed = sorted(pairs)
        ways = posed.ground[mode].ways(listed)
        for pair, way in zip(listed, ways, strict=True):
            found[mode, *pair] = _Leg(way.line, way.metres, way.names) if way else _Leg()
    return found


def _told(
    posed: Posed,
    number: int,
    route: Route,
    places: Places,
    asked: PlanAsked,
    zone_of: Sequence[str | None],
    legs: dict[tuple[int, int, int], _Leg],
) -> PlannedRoute:
    patrol, mode = asked.patrols[number], int(posed.problem.patrols.mode[number])

    told = PlannedPatrol(
        patrol.name,
        patrol.mode,
        patrol.begins,
        patrol.ends,
        (patrol.start.lon, patrol.start.lat),
        patrol.start.name,
        (patrol.end.lon, patrol.end.lat) if patrol.end else None,
        patrol.end.name if patrol.end else "",
        patrol.zones,
    )
    if not route.visits:
        return PlannedRoute(told, instant(asked, route.leaves), instant(asked, route.leaves), (), Totals())
    rows = _rows(posed, number, route)
    stops: list[PlannedStop] = []
    here: Spot | PlannedStop = patrol.start
    if route.pause and route.pause_after < 0:
        stops.append(_break(here, instant(asked, route.pause[0]), instant(asked, route.pause[1])))
    for position, timed in enumerate(route.visits):
        leg = legs[mode, rows[position], rows[position + 1]]
        stop = _stop(posed, timed, position + 1, places, asked, zone_of, leg)
        lon, lat = posed.snapped[mode].lon, posed.snapped[mode].lat
        row = rows[position + 1]
        stop = replace(stop, lon=float(lon[row]), lat=float(lat[row]))
        if isinstance(posed, PosedStreets):
            line, metres = posed.along(timed.visit)
            stop = replace(stop, along=line, along_m=metres)
        stops.append(stop)
        here = stop
        if route.pause and route.pause_after == position:
            stops.append(_break(here, instant(asked, route.pause[0]), instant(asked, route.pause[1])))
    home = legs[mode, rows[-2], rows[-1]] if posed.problem.patrols.end[number] != NOWHERE else _Leg()
    return PlannedRoute(
        told,
        instant(asked, route.leaves),
        instant(asked, route.returns),
        tuple(stops),
        _totals(posed, number, route, rows, stops, home.metres),
        home.line,
        home.metres,
    )


def instant(asked: PlanAsked, deciseconds: float) -> datetime:
    """Return the instant so long after the shift's begin, by the clock of its zone."""
    after = asked.begins.astimezone(UTC) + timedelta(seconds=float(deciseconds) / 10)
    return after.astimezone(asked.zone)


def _break(here: Spot | PlannedStop, begins: datetime, ends: datetime) -> PlannedStop:
    where = here.name if isinstance(here, PlannedStop) else called(here.name)
    minutes = minutes_between(begins, ends)
    return PlannedStop(
        key="break",
        number=0,
        kind="break",
        name=Text(f"休息（{where.zh}）", f"break ({where.en})"),
        lon=here.lon,
        lat=here.lat,
        cell=here.cell if isinstance(here, PlannedStop) else None,
        zone=None,
        arrives=begins,
        begins=begins,
        leaves=ends,
        value=0.0,
        expected=0.0,
        classes=(),
        window=None,
        because=(Text(f"休息 {minutes:g} 分钟", f"a break of {minutes:g} minutes"),),
    )


def _stop(
    posed: Posed,
    timed: Timed,
    number: int,
    places: Places,
    asked: PlanAsked,
    zone_of: Sequence[str | None],
    leg: _Leg,
) -> PlannedStop:
    visits, place = posed.problem.visits, int(posed.place[timed.visit])
    value = float(visits.value[timed.visit])
    # The dwell changes what is met as it changes what the visit is worth.
    factor = value / float(places.value[place]) if places.value[place] > 0 else 1.0
    return PlannedStop(
        key=str(places.key[place]),
        number=number,
        kind=places.kind[place],
        name=places.name[place],
        lon=float(places.lon[place]),
        lat=float(places.lat[place]),
        cell=places.cell[place],
        zone=zone_of[place],
        arrives=instant(asked, timed.arrives),
        begins=instant(asked, timed.begins),
        leaves=instant(asked, timed.leaves),
        value=value,
        expected=float(places.expected[place]) * factor,
        classes=tuple(Expected(each.code, each.name, each.number * factor) for each in places.classes[place]),
        window=(
            (instant(asked, places.opens[place] * MINUTE), instant(asked, places.closes[place] * MINUTE))
            if places.windowed[place]
            else None
        ),
        because=places.because[place],
        way=leg.line,
        way_m=leg.metres,
        streets=leg.streets,
    )


def _totals(
    posed: Posed, number: int, route: Route, rows: Sequence[int], stops: Sequence[PlannedStop], home_m: float
) -> Totals:
    travel = sum(posed.problem.leg(number, *pair) for pair in pairwise(rows)) / MINUTE
    dwell = float(posed.problem.visits.service[[timed.visit for timed in route.visits]].sum()) / MINUTE
    pause = (route.pause[1] - route.pause[0]) / MINUTE if route.pause else 0.0
    return Totals(
        stops=len(route.visits),
        value=sum(stop.value for stop in stops),
        expected=sum(stop.expected for stop in stops),
        travel_minutes=travel,
        dwell_minutes=dwell,
        idle_minutes=max(0.0, (route.returns - route.leaves) / MINUTE - travel - dwell - pause),
        break_minutes=pause,
        km=(sum(stop.way_m + stop.along_m for stop in stops) + home_m) / 1000,
    )
