"""A plan made anew within its shift: gathered, planned, kept as the one that follows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.patrol.network.building import load_streets
from gridsvc.patrol.network.modes import ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Plan, minutes_between
from gridsvc.patrol.plans.changing import Change, check_change
from gridsvc.patrol.plans.floor_zones import floors_of
from gridsvc.patrol.plans.gathering import speeds_of, wanted_of
from gridsvc.patrol.plans.keeping import KeptPlan, keep_plan, read_plan
from gridsvc.patrol.plans.material import FloorZones
from gridsvc.patrol.plans.planning import Planned
from gridsvc.patrol.plans.replanning import replan
from gridsvc.patrol.plans.request import PlanAsked, Spot
from gridsvc.patrol.value.given import GivenPlace
from gridsvc.patrol.value.merging import no_places
from gridsvc.patrol.value.must import MustVisits, must_visits
from gridsvc.patrol.value.must_asked import MustAsked
from gridsvc.patrol.value.places import Places
from gridsvc.settings import Settings
from gridsvc.zones import Zone, load_zones


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """All that a plan is made anew of, in memory."""

    kept: KeptPlan
    change: Change
    streets: Streets
    zones: Sequence[Zone]
    floors: FloorZones | None
    speeds: ModeSpeeds
    now: datetime

    def make(self, progress: Callable[[float], None] | None = None) -> tuple[Plan, PlanAsked, Places]:
        """Return the plan, its request and its places; raises what `replan` raises."""
        return replan(
            self.kept,
            self.change,
            self.streets,
            self.zones,
            made_at=self.now,
            floors=self.floors,
            speeds=self.speeds,
            progress=progress,
        )


def replan_patrols(
    connection: Connection,
    number: int,
    *,
    at: datetime,
    now: datetime,
    settings: Settings,
    made_by: str,
    urgent: Sequence[GivenPlace] = (),
    positions: Mapping[str, Spot] | None = None,
    absent: frozenset[str] = frozenset(),
    done: frozenset[str] | None = None,
    seconds: float = 3.0,
    progress: Callable[[float], None] | None = None,
) -> Planned:
    """Plan the rest of a shift anew from `at` on, and keep it as the plan that follows.

    Raises what `gather_again`, `replan` and `keep_again` raise.
    """
    again = gather_again(
        connection,
        number,
        at=at,
        now=now,
        settings=settings,
        urgent=urgent,
        positions=positions,
        absent=absent,
        done=done,
        seconds=seconds,
    )
    return keep_again(connection, again, *again.make(progress), made_by=made_by)


def gather_again(
    connection: Connection,
    number: int,
    *,
    at: datetime,
    now: datetime,
    settings: Settings,
    urgent: Sequence[GivenPlace] = (),
    positions: Mapping[str, Spot] | None = None,
    absent: frozenset[str] = frozenset(),
    done: frozenset[str] | None = None,
    seconds: float = 3.0,
) -> Again:
    """Return what the plan is made anew of.

    Raises what `read_plan` and `check_change` raise, and InputRefused (`urgent_refused`): of an urgent place
    that cannot be taken. The others are not planned without it: a plan is made anew for what is urgent.
    """
    kept = read_plan(connection, number)
    streets = load_streets(connection)
    found = _urgent(connection, kept.asked, urgent, at, now, settings)
    places = found.places
    marked = replace(
        places,
        kind=np.full(len(places), "urgent", object),
        # A plan is followed once: its number tells apart what came in at different times.
        key=np.array([f"urgent:{number}:{key}" for key in places.key], object),
        opens=np.maximum(places.opens, minutes_between(kept.asked.begins, at)),
    )
    change = Change(at, marked, positions or {}, absent, done, seconds)
    check_change(kept, change)
    _check_urgent(found.refused)
    zones = load_zones(connection, at=kept.asked.begins)
    floors = floors_of(connection, kept.asked, zones, streets) if kept.asked.floor else None
    return Again(kept, change, streets, zones, floors, speeds_of(settings), now)


def keep_again(
    connection: Connection, again: Again, plan: Plan, asked: PlanAsked, places: Places, *, made_by: str
) -> Planned:
    """Keep the plan as the one that follows; Conflict (`plan_followed`) if another one has come meanwhile."""
    number = again.kept.plan.id
    assert number is not None
    # Two dispatchers at once: the second waits here, and is told that a later plan has taken the place.
    connection.execute(text("SELECT 1 FROM patrol_plan WHERE id = :id FOR UPDATE"), {"id": number})
    check_change(read_plan(connection, number), again.change)
    stored = keep_plan(
        connection, plan, asked, places, made_by=made_by, pieces=again.kept.pieces, follows=number
    )
    return Planned(stored, again.streets)


def _check_urgent(refused: Sequence[Fault]) -> None:
    if refused:
        raise InputRefused(
            "urgent_refused",
            Text(f"{len(refused)} 个紧急地点不能接受。", f"{len(refused)} urgent places cannot be taken."),
            faults=[replace(each, place=replace(each.place, column="urgent")) for each in refused],
        )


def _urgent(
    connection: Connection,
    asked: PlanAsked,
    urgent: Sequence[GivenPlace],
    at: datetime,
    now: datetime,
    settings: Settings,
) -> MustVisits:
    if not urgent:
        return MustVisits(no_places(), ())
    wanted = wanted_of(asked)
    listed = tuple(
        each if each.begins else replace(each, begins=at, ends=each.ends or asked.ends) for each in urgent
    )
    return must_visits(
        connection,
        wanted,
        MustAsked(listed=listed),
        now=now,
        snap_outside_m=settings.snap_outside_m,
    )
