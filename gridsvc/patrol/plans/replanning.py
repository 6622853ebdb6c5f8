"""Planning anew within a shift: from where each patrol is now, with what has come in since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Conflict, Fault, InputRefused, Place, Text
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Plan, PlannedRoute, PlannedStop, Totals, minutes_between
from gridsvc.patrol.plans.ground import zones_of_places
from gridsvc.patrol.plans.keeping import KeptPlan
from gridsvc.patrol.plans.making import Progress, make_plan
from gridsvc.patrol.plans.material import Material
from gridsvc.patrol.plans.request import PatrolAsked, Pause, PlanAsked, Spot
from gridsvc.patrol.plans.telling import total_of
from gridsvc.patrol.plans.whereabouts import Whereabouts, whereabouts
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import StreetPieces, only_pieces
from gridsvc.zones import Zone


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What has changed by the instant `at`.

    `positions`: where patrols are, by name; of the others it is taken from the plan. `absent`: patrols that
    fall out. `done`: keys of places visited, None: those that the plan has had so far. `urgent`: places that
    must be visited now, of kind `urgent`. `seconds` of searching.
    """

    at: datetime
    urgent: Places
    positions: Mapping[str, Spot]
    absent: frozenset[str] = frozenset()
    done: frozenset[str] | None = None
    seconds: float = 3.0


def replan(
    kept: KeptPlan,
    change: Change,
    streets: Streets,
    zones: Sequence[Zone],
    *,
    made_at: datetime,
    speeds: ModeSpeeds = SPEEDS,
    progress: Progress | None = None,
) -> tuple[Plan, PlanAsked, Places]:
    """Return the plan of the rest of the shift after what was done, its request, and its places.

    What was visited stays in the routes as it was; value, bound and greedy value count it too.

    Raises
    ------
    Conflict
        `plan_followed`: a later plan took its place; `shift_over`.
    InputRefused
        `bad_change`: a patrol that the plan does not have.
    """
    plan = kept.plan
    _check(kept, change)
    where = {route.patrol.name: whereabouts(route, change.at) for route in plan.routes}
    done = {name: _done(each, change) for name, each in where.items()}
    asked = _rest(kept.asked, where, change)
    if not asked.patrols:
        raise Conflict(
            "nobody_left",
            Text("没有仍在班的巡查员。", "no patrol is left on duty."),
            remedy=Text("请新作计划。", "Make a new plan."),
        )
    gone = {stop.key for stops in done.values() for stop in stops} | (change.done or frozenset())
    open_yet = np.array([key not in gone for key in kept.places.key], bool)
    places = change.urgent.joined(kept.places.only(open_yet))
    pieces = _pieces_left(kept, open_yet, streets)
    material = Material(
        streets=streets,
        places=places,
        zones=zones_of_places(zones, asked.floor_kind, places.lon, places.lat),
        made_at=made_at,
        pieces=pieces,
        speeds=speeds,
        versions={
            name: each
            for name, each in plan.versions.items()
            if name not in ("gridsvc", "engines", "network")
        },
        synthetic=plan.synthetic,
    )
    made, _places = make_plan(material, asked, progress=progress)
    return (
        _whole(plan, made, done, change),
        replace(kept.asked, seconds=asked.seconds),
        change.urgent.joined(kept.places),
    )


def _pieces_left(kept: KeptPlan, open_yet: NDArray[np.bool_], streets: Streets) -> StreetPieces | None:
    """Return the pieces of street not walked yet; Conflict (`network_changed`) where they are no more."""
    if kept.pieces is None:
        return None
    if kept.plan.versions.get("network") != streets.version:
        raise Conflict(
            "network_changed",
            Text("路网已更新，原计划的路段不再成立。", "the streets have changed since the plan was made."),
            remedy=Text("请新作计划。", "Make a new plan."),
        )
    return only_pieces(kept.pieces, np.flatnonzero(open_yet[len(open_yet) - len(kept.pieces) :]))


def _check(kept: KeptPlan, change: Change) -> None:
    if kept.followed_by is not None:
        raise Conflict(
            "plan_followed",
            Text(
                f"该计划已由第 {kept.followed_by} 号计划接替。",
                f"plan {kept.followed_by} has taken its place.",
            ),
            remedy=Text(
                f"请对第 {kept.followed_by} 号重新规划。", f"Plan anew from plan {kept.followed_by}."
            ),
        )
    if change.at >= kept.plan.ends:
        raise Conflict("shift_over", Text("该班次已结束。", "the shift is over."))
    names = {route.patrol.name for route in kept.plan.routes}
    faults = [
        Fault(
            "unknown_patrol",
            Text(f"该计划没有巡查员“{name}”。", f"the plan has no patrol {name!r}."),
            Place(column="patrol", value=name),
        )
        for name in sorted({*change.positions, *change.absent} - names)
    ]
    if faults:
        raise InputRefused(
            "bad_change",
            Text(f"{len(faults)} 处与计划不符。", f"{len(faults)} things do not fit the plan."),
            faults=faults,
        )


def _done(where: Whereabouts, change: Change) -> tuple[PlannedStop, ...]:
    """Return the stops of a patrol that were made: those told, or those that the plan has had so far."""
    if change.done is None:
        return where.done
    return tuple(stop for stop in where.done if stop.kind == "break" or stop.key in change.done)


def _rest(asked: PlanAsked, where: Mapping[str, Whereabouts], change: Change) -> PlanAsked:
    """Return the request for what is left of the shift: patrols on duty, from where they are."""
    patrols = []
    for patrol in asked.patrols:
        here = where[patrol.name]
        if patrol.name in change.absent or here.gone_home or here.free >= patrol.ends:
            continue
        patrols.append(_from_here(patrol, here, change))
    return replace(
        asked,
        patrols=tuple(patrols),
        floor=0,
        exploration=0.0,
        within=0.0,
        balance=None,
        seconds=change.seconds,
    )


def _from_here(patrol: PatrolAsked, here: Whereabouts, change: Change) -> PatrolAsked:
    spot = change.positions.get(patrol.name, here.spot)
    free = change.at if patrol.name in change.positions else here.free
    pause: Pause | None = None
    if patrol.pause is not None and here.pause_due:
        pause = replace(patrol.pause, first=max(patrol.pause.first, free), last=max(patrol.pause.last, free))
    spent = minutes_between(patrol.begins, free)
    return replace(
        patrol,
        start=spot,
        begins=free,
        pause=pause,
        most_minutes=None if patrol.most_minutes is None else max(1.0, patrol.most_minutes - spent),
    )


def _whole(before: Plan, made: Plan, done: Mapping[str, tuple[PlannedStop, ...]], change: Change) -> Plan:
    """Return the plan of the whole shift: what was done, then what is to come."""
    anew = {route.patrol.name: route for route in made.routes}
    routes = tuple(
        _route(route, anew.get(route.patrol.name), done[route.patrol.name]) for route in before.routes
    )
    had = sum(stop.value for stops in done.values() for stop in stops)
    told = Text(
        f"{change.at:%H:%M} 由第 {before.id} 号计划重新规划",
        f"Planned anew at {change.at:%H:%M} from plan {before.id}",
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
    )


def _route(before: PlannedRoute, anew: PlannedRoute | None, done: tuple[PlannedStop, ...]) -> PlannedRoute:
    to_come = anew.stops if anew else ()
    number = max((stop.number for stop in done), default=0)
    stops = (
        *done,
        *(replace(stop, number=stop.number + number) if stop.number else stop for stop in to_come),
    )
    leaves = before.leaves if done or not anew else anew.leaves
    returns = anew.returns if anew and anew.stops else max((stop.leaves for stop in done), default=leaves)
    made = anew.totals if anew else Totals()
    working = [stop for stop in done if stop.kind != "break"]
    dwell = sum(stop.dwell_minutes for stop in working)
    pause = sum(stop.dwell_minutes for stop in done if stop.kind == "break")
    idle = sum(minutes_between(stop.arrives, stop.begins) for stop in working)
    under_way = minutes_between(before.leaves, done[-1].leaves) if done else 0.0
    totals = Totals(
        stops=made.stops + len(working),
        value=made.value + sum(stop.value for stop in working),
        expected=made.expected + sum(stop.expected for stop in working),
        travel_minutes=made.travel_minutes + max(0.0, under_way - dwell - pause - idle),
        dwell_minutes=made.dwell_minutes + dwell,
        idle_minutes=made.idle_minutes + idle,
        break_minutes=made.break_minutes + pause,
        km=made.km + sum(stop.way_m for stop in done) / 1000,
    )
    return PlannedRoute(
        before.patrol,
        leaves,
        returns,
        stops,
        totals,
        anew.home if anew else None,
        anew.home_m if anew else 0.0,
    )
