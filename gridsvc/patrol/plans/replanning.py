"""Planning anew within a shift: from where each patrol is now, with what has come in since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Conflict, Text
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Plan, PlannedStop, minutes_between
from gridsvc.patrol.plans.changing import Change, check_change
from gridsvc.patrol.plans.covering import owed_today, states
from gridsvc.patrol.plans.ground import zones_of_places
from gridsvc.patrol.plans.hurrying import hurried
from gridsvc.patrol.plans.keeping import KeptPlan
from gridsvc.patrol.plans.making import Progress, make_plan
from gridsvc.patrol.plans.material import FloorZones, Material
from gridsvc.patrol.plans.rejoining import homeward, rejoined
from gridsvc.patrol.plans.request import PatrolAsked, Pause, PlanAsked
from gridsvc.patrol.plans.whereabouts import Whereabouts, as_told, whereabouts
from gridsvc.patrol.value.dwell import DWELL, Had
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import StreetPieces, only_pieces
from gridsvc.zones import Zone


def replan(
    kept: KeptPlan,
    change: Change,
    streets: Streets,
    zones: Sequence[Zone],
    *,
    made_at: datetime,
    floors: FloorZones | None = None,
    speeds: ModeSpeeds = SPEEDS,
    progress: Progress | None = None,
) -> tuple[Plan, PlanAsked, Places]:
    """Return the plan of the rest of the shift after what was done, its request, and its places.

    What was visited stays in the routes as it was; value, bound and greedy value count it too. `floors`: as
    the plan itself was made with, to say anew how they stand.

    Raises
    ------
    Conflict
        `plan_followed`, `shift_over`, `before_replan` (`check_change`); `nobody_left`; `network_changed`.
    InputRefused
        `bad_change`: a patrol or a place that the plan does not have.
    """
    plan = kept.plan
    check_change(kept, change)
    where = _where(plan, change)
    asked = _rest(kept.asked, plan, where, change)
    if not asked.patrols:
        raise Conflict(
            "nobody_left",
            Text("没有仍在班的巡查员。", "no patrol is left on duty."),
            remedy=Text("请新作计划。", "Make a new plan."),
        )
    before = _had(kept, where, change)
    open_yet = (before.visits == 0) | ((before.visits < asked.repeats) & ~kept.places.kinds("street"))
    places = change.urgent.joined(kept.places.only(open_yet))
    now = minutes_between(asked.begins, change.at)
    had = before.only(open_yet).after(len(change.urgent), now)
    pieces = _pieces_left(kept, open_yet, streets)
    material = Material(
        streets=streets,
        places=places,
        zones=zones_of_places(zones, asked.floor_kind, places.lon, places.lat),
        made_at=made_at,
        pieces=pieces,
        speeds=speeds,
        had=had,
        versions={
            name: each
            for name, each in plan.versions.items()
            if name not in ("gridsvc", "engines", "network")
        },
        synthetic=plan.synthetic,
    )
    made = _made(material, asked, progress)
    # A place that was visited and is not visited again is none that was left out.
    visited = set(places.key[had.visits > 0].tolist())
    made = replace(made, omitted=tuple(each for each in made.omitted if each.key not in visited))
    whole = rejoined(plan, made, where, homeward(streets, asked, made, where, speeds), change.at)
    if floors is not None:
        zone_of = dict(zip(places.key.tolist(), material.zones.floor, strict=True))
        due, roadless = owed_today(floors, kept.asked.floor), np.flatnonzero(np.isnan(floors.lon))
        not_visited = (*whole.dropped, *whole.omitted)
        whole = replace(whole, floors=states(due, roadless, floors, whole.routes, not_visited, zone_of))
    on_duty = tuple(each for each in kept.asked.patrols if each.name not in change.absent)
    return (
        whole,
        replace(kept.asked, patrols=on_duty, seconds=asked.seconds),
        change.urgent.joined(kept.places),
    )


def _made(material: Material, asked: PlanAsked, progress: Progress | None) -> Plan:
    """Return the plan of the rest; what is urgent comes first, but for another urgent one."""
    late: set[str] = set()
    while True:
        places = hurried(material.places, asked, material.streets, material.speeds, late)
        made, _ = make_plan(replace(material, places=places), asked, progress=progress)
        given_up = {place.key for place in made.dropped if place.key.startswith("urgent:")} - late
        if not given_up or len(late) > 3:
            return made
        late |= given_up


def _where(plan: Plan, change: Change) -> dict[str, Whereabouts]:
    """Return where each patrol of the plan is, by name."""
    done = None if change.done is None else _told(plan, change.at, change.done)
    return {
        route.patrol.name: as_told(
            whereabouts(route, change.at),
            route,
            change.at,
            position=change.positions.get(route.patrol.name),
            done=done,
            absent=route.patrol.name in change.absent,
        )
        for route in plan.routes
    }


def _had(kept: KeptPlan, where: Mapping[str, Whereabouts], change: Change) -> Had:
    """Return what each place of the plan had by now; what is told to be done, and by nobody, was done now."""
    now = minutes_between(kept.asked.begins, change.at)
    ended = [
        (stop.key, minutes_between(kept.asked.begins, stop.leaves))
        for each in where.values()
        for stop in each.done
    ]
    ended += [(key, now) for key in sorted((change.done or frozenset()) - {key for key, _ended in ended})]
    visits, last = Counter(key for key, _ended in ended), dict(sorted(ended, key=lambda item: item[1]))
    return Had(
        np.array([visits[key] for key in kept.places.key], np.int64),
        np.array([max(now, last.get(key, -np.inf) + DWELL.again_minutes) for key in kept.places.key]),
    )


def _told(plan: Plan, at: datetime, done: frozenset[str]) -> list[PlannedStop]:
    """Return the stops at the places that were visited: of several at one place those begun, or the first."""
    stops = sorted((stop for route in plan.routes for stop in route.stops), key=lambda stop: stop.begins)
    found: list[PlannedStop] = []
    for key in sorted(done):
        of = [stop for stop in stops if stop.key == key and stop.kind != "break"]
        found += [stop for stop in of if stop.begins <= at] or of[:1]
    return found


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


def _rest(asked: PlanAsked, plan: Plan, where: Mapping[str, Whereabouts], change: Change) -> PlanAsked:
    """Return the request for what is left of the shift: patrols on duty, from where they are."""
    patrols = []
    set_out = {route.patrol.name: route.leaves for route in plan.routes}
    for patrol in asked.patrols:
        here = where[patrol.name]
        if patrol.name in change.absent or here.gone_home or here.free >= min(patrol.ends, asked.ends):
            continue
        patrols.append(_from_here(patrol, here, set_out[patrol.name]))
    return replace(
        asked,
        patrols=tuple(patrols),
        floor=0,
        exploration=0.0,
        within=0.0,
        balance=None,
        seconds=change.seconds,
    )


def _from_here(patrol: PatrolAsked, here: Whereabouts, left: datetime) -> PatrolAsked:
    """Return what a patrol that set out at `left`, or did not yet, can do from where it is."""
    free = here.free
    pause: Pause | None = None
    # One that has not been out has no use for a break whose hours are over.
    if patrol.pause is not None and here.pause_due and (here.done or free <= patrol.pause.last):
        pause = replace(patrol.pause, first=max(patrol.pause.first, free), last=max(patrol.pause.last, free))
    spent = minutes_between(left, free) if here.left else 0.0
    return replace(
        patrol,
        start=here.spot,
        begins=free,
        pause=pause,
        most_minutes=None if patrol.most_minutes is None else max(1.0, patrol.most_minutes - spent),
    )
