"""Plans as they are kept: written once, read by number or by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Text
from gridsvc.patrol.plan import Plan
from gridsvc.patrol.plans.places_kept import pieces_of, places_json, places_of
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import StreetPieces
from gridsvc.postgres import copy_rows


@dataclass(frozen=True, slots=True, eq=False)
class KeptPlan:
    """A plan with what it was made from. `followed_by`: the later plan of the shift, None: this one holds."""

    plan: Plan
    asked: PlanAsked
    places: Places
    pieces: StreetPieces | None
    made_by: str
    follows: int | None
    followed_by: int | None


@cache
def _of(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def keep_plan(
    connection: Connection,
    plan: Plan,
    asked: PlanAsked,
    places: Places,
    *,
    made_by: str,
    pieces: StreetPieces | None = None,
    follows: int | None = None,
) -> Plan:
    """Store a plan with its request, its candidates and its stops; return it with its number.

    `follows`: the plan that it was made from, the last of its line: the table holds that by a unique column.
    """
    number = connection.scalar(
        text(
            "INSERT INTO patrol_plan"
            " (day, team, begins, ends, made_at, made_by, follows, seed, value, asked, places, plan)"
            " VALUES (:day, :team, :begins, :ends, :made_at, :made_by, :follows, :seed, :value,"
            " CAST(:asked AS jsonb), CAST(:places AS jsonb), CAST(:plan AS jsonb)) RETURNING id"
        ),
        {
            "day": plan.day,
            "team": asked.team,
            "begins": plan.begins,
            "ends": plan.ends,
            "made_at": plan.made_at,
            "made_by": made_by,
            "follows": follows,
            "seed": plan.seed,
            "value": plan.value,
            "asked": _of(PlanAsked).dump_json(asked).decode(),
            "places": places_json(places, pieces),
            "plan": _of(Plan).dump_json(plan).decode(),
        },
    )
    copy_rows(
        connection,
        "patrol_stop",
        [
            "plan_id", "patrol", "position", "key", "kind", "cell_code", "zone_code", "begins", "ends",
            "value", "geom",
        ],
        _stop_rows(number, plan),
    )  # fmt: skip
    return replace(plan, id=number)


def _stop_rows(number: int | None, plan: Plan) -> Iterable[tuple[Any, ...]]:
    for route in plan.routes:
        for position, stop in enumerate(route.stops, 1):
            yield (
                number, route.patrol.name, position, stop.key, stop.kind, stop.cell, stop.zone, stop.begins,
                stop.leaves, stop.value, f"SRID=4326;POINT({stop.lon!r} {stop.lat!r})",
            )  # fmt: skip


def read_plan(connection: Connection, number: int) -> KeptPlan:
    """Return the plan of that number; NotFound (`no_such_plan`)."""
    row = connection.execute(
        text(
            "SELECT p.plan, p.asked, p.places, p.made_by, p.follows, later.id AS followed_by"
            " FROM patrol_plan AS p LEFT JOIN patrol_plan AS later ON later.follows = p.id WHERE p.id = :id"
        ),
        {"id": number},
    ).one_or_none()
    if row is None:
        raise NotFound(
            "no_such_plan",
            Text(f"没有编号为 {number} 的巡查计划。", f"there is no patrol plan {number}."),
            remedy=Text("请看已有计划的列表。", "See the list of plans."),
        )
    plan: Plan = _of(Plan).validate_python(row.plan)
    asked: PlanAsked = _of(PlanAsked).validate_python(row.asked)
    return KeptPlan(
        replace(plan, id=number),
        asked,
        places_of(row.places),
        pieces_of(row.places),
        row.made_by,
        row.follows,
        row.followed_by,
    )


_LIST = text(
    "SELECT p.id, p.day, p.team, p.begins, p.ends, p.made_at, p.made_by, p.follows, p.seed, p.value,"
    " later.id AS followed_by, p.form, p.bound, p.patrols,"
    " (SELECT count(*) FROM patrol_stop WHERE plan_id = p.id AND kind <> 'break') AS stops"
    " FROM patrol_plan AS p LEFT JOIN patrol_plan AS later ON later.follows = p.id"
    " WHERE (CAST(:first AS date) IS NULL OR p.day >= :first)"
    " AND (CAST(:last AS date) IS NULL OR p.day <= :last)"
    " AND (CAST(:before AS bigint) IS NULL OR p.id < :before) ORDER BY p.id DESC LIMIT :limit"
)


def list_plans(
    connection: Connection,
    *,
    first: date | None = None,
    last: date | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Return what plans there are, newest first, as plain values; `before`: those with a lower number."""
    rows = connection.execute(
        _LIST, {"first": first, "last": last, "before": before, "limit": limit}
    ).mappings()
    return [dict(row) for row in rows]
