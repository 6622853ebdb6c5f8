"""`replan_patrols`: a plan made anew within its shift, kept as the one that follows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Text
from gridsvc.patrol.network.building import load_streets
from gridsvc.patrol.plan import minutes_between
from gridsvc.patrol.plans.gathering import speeds_of
from gridsvc.patrol.plans.keeping import keep_plan, read_plan
from gridsvc.patrol.plans.planning import Planned
from gridsvc.patrol.plans.replanning import Change, replan
from gridsvc.patrol.plans.request import PlanAsked, Spot
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.given import GivenPlace
from gridsvc.patrol.value.merging import no_places
from gridsvc.patrol.value.must import MustVisits, must_visits
from gridsvc.patrol.value.must_asked import MustAsked
from gridsvc.settings import Settings
from gridsvc.zones import load_zones


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

    Raises what `read_plan` and `replan` raise; an urgent place outside every cell is among the refused.
    """
    # Two dispatchers at once: the second waits, and is told that a later plan has taken the place.
    if connection.scalar(text("SELECT 1 FROM patrol_plan WHERE id = :id FOR UPDATE"), {"id": number}) is None:
        raise NotFound(
            "no_such_plan", Text(f"没有编号为 {number} 的巡查计划。", f"there is no patrol plan {number}.")
        )
    kept = read_plan(connection, number)
    streets = load_streets(connection)
    found = _urgent(connection, kept.asked, urgent, at, now, settings)
    places = found.places
    count = len(places)
    marked = replace(
        places,
        kind=np.full(count, "urgent", object),
        key=np.array([f"urgent:{at:%H%M%S}:{key}" for key in places.key], object),
        opens=np.maximum(places.opens, minutes_between(kept.asked.begins, at)),
    )
    change = Change(at, marked, positions or {}, absent, done, seconds)
    zones = load_zones(connection, at=kept.asked.begins)
    plan, asked, whole = replan(
        kept, change, streets, zones, made_at=now, speeds=speeds_of(settings), progress=progress
    )
    stored = keep_plan(connection, plan, asked, whole, made_by=made_by, pieces=kept.pieces, follows=number)
    return Planned(stored, streets, found.refused)


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
    wanted = Asked(
        classes=asked.classes,
        scheme=asked.scheme,
        kind=asked.kind,
        day=asked.day,
        begins=asked.begins,
        ends=asked.ends,
        zone=asked.zone,
    )
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
