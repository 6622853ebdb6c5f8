"""`/api/v1/patrols`: plans of shifts, and planning anew within one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Name
from gridsvc.api.openapi import answer
from gridsvc.api.patrol_asked import given_places, plan_asked
from gridsvc.api.patrol_models import PlanRequest, ReplanRequest
from gridsvc.patrol.network.building import load_streets
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.outputs.backdrop import backdrop_of
from gridsvc.patrol.outputs.plain import plan_as_dict
from gridsvc.patrol.outputs.writing import MEDIA_TYPES, draw_plan
from gridsvc.patrol.plan import Plan
from gridsvc.patrol.plans import (
    Planned,
    default_depot,
    gather_again,
    keep_again,
    keep_plan,
    list_plans,
    make_plan,
    read_plan,
)
from gridsvc.patrol.plans.gathering import gather
from gridsvc.patrol.plans.keeping import KeptPlan
from gridsvc.patrol.plans.replanned import Again
from gridsvc.patrol.plans.request import PlanAsked, Spot
from gridsvc.patrol.plans.request_faults import check_request
from gridsvc.patrol.plans.varying import fresh_seed
from gridsvc.patrol.value.must_asked import MustAsked

DRAWINGS_AT_ONCE = 3
"""Maps and sheets that are drawn beside each other; the others wait, without a connection."""
_Number = Annotated[int, Path(ge=1, le=2**53)]


class PlanQuery(BaseModel):
    """Which plans are listed: days are local, both included."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    before: Annotated[int | None, Field(ge=1, le=2**53, description="上一页最后一个编号")] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class OnePlanQuery(BaseModel):
    """How a plan is shown."""

    model_config = ConfigDict(extra="forbid")

    f: Literal["json", "geojson", "gpx", "html", "pdf"] = "json"
    patrol: Name | None = None


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of patrol plans."""
    settings = context.settings
    drawing_turns = CapacityLimiter(DRAWINGS_AT_ONCE)

    @app.post(
        "/api/v1/patrols",
        tags=["patrols"],
        status_code=201,
        summary="规划一个班次 · plan the routes of a shift",
        responses=answer(201, "PlanView"),
    )
    async def plan(request: Request, wanted: PlanRequest) -> Response:
        by = require(request, "patrols:write").name
        seed = fresh_seed() if wanted.seed is None else wanted.seed

        def collect(connection: Connection) -> Any:
            depot = None if wanted.depots else default_depot(connection, context.clock())
            asked = replace(plan_asked(wanted, settings.zone, depot), seed=seed)
            check_request(asked)
            musts = MustAsked(
                listed=given_places(wanted.must_visit, settings.zone),
                open_cases=wanted.open_cases,
                units=tuple(wanted.units),
                recurrent=wanted.recurrent,
                inspect=wanted.inspect,
            )
            now = context.clock()
            return asked, *gather(connection, asked, musts, now=now, settings=settings, seed=seed)

        # No connection is held while the search runs.
        async with context.batch_turns:
            asked, material, refused = await context.read(collect)
            made, places = await to_thread.run_sync(make_plan, material, asked)
            kept = await context.write(
                lambda connection: keep_plan(
                    connection, made, asked, places, made_by=by, pieces=material.pieces
                )
            )
        return _answer(Planned(kept, material.streets, refused), asked)

    @app.get(
        "/api/v1/patrols",
        tags=["patrols"],
        summary="已有计划 · the plans that were made, newest first",
        responses=answer(200, "PlanList"),
    )
    async def plans(request: Request, query: Annotated[PlanQuery, Query()]) -> Response:
        require(request, "patrols:read")
        found = await context.read(
            lambda connection: list_plans(
                connection, first=query.first, last=query.last, before=query.before, limit=query.limit
            )
        )
        times = ("begins", "ends", "made_at")
        listed = [each | {name: each[name].astimezone(settings.zone) for name in times} for each in found]
        return json_response({"plans": listed})

    @app.get(
        "/api/v1/patrols/{plan_id}",
        tags=["patrols"],
        summary="一个计划，或其 GPX、地图、打印单 · a plan, or its GPX, map, sheets",
        responses=answer(200, "PlanView"),
    )
    async def one(request: Request, plan_id: _Number, query: Annotated[OnePlanQuery, Query()]) -> Response:
        require(request, "patrols:read")
        language = context.language(request)

        drawn = query.f in ("html", "pdf")

        def work(connection: Connection) -> tuple[KeptPlan, Streets | None]:
            return read_plan(connection, plan_id), load_streets(connection) if drawn else None

        kept, streets = await context.read(work)
        if query.f == "json" and query.patrol is None:
            told = {"follows": kept.follows, "followed_by": kept.followed_by}
            return json_response(plan_as_dict(kept.plan) | told | _fell_out(kept.plan, kept.asked))

        def draw() -> bytes:
            backdrop = backdrop_of(streets) if streets else None
            return draw_plan(kept.plan, query.f, language, patrol=query.patrol, backdrop=backdrop)

        # Sheets take seconds: a connection held so long is missing for everybody else. Lines do not wait.
        content = await to_thread.run_sync(draw, limiter=drawing_turns if drawn else None)
        return Response(content, media_type=MEDIA_TYPES[query.f])

    @app.post(
        "/api/v1/patrols/{plan_id}/replan",
        tags=["patrols"],
        status_code=201,
        summary="班次中重新规划 · plan the rest of a shift anew",
        responses=answer(201, "PlanView"),
    )
    async def anew(request: Request, plan_id: _Number, wanted: ReplanRequest) -> Response:
        by = require(request, "patrols:write").name
        now = context.clock()
        at = wanted.at or now

        def collect(connection: Connection) -> Again:
            return gather_again(
                connection,
                plan_id,
                at=at if at.tzinfo else at.replace(tzinfo=settings.zone),
                now=now,
                settings=settings,
                urgent=given_places(wanted.urgent, settings.zone),
                positions={each.patrol: Spot(each.lon, each.lat, each.patrol) for each in wanted.positions},
                absent=frozenset(wanted.absent),
                done=None if wanted.done is None else frozenset(wanted.done),
                seconds=wanted.seconds,
            )

        async with context.batch_turns:
            again = await context.read(collect)
            made = await to_thread.run_sync(again.make)
            kept = await context.write(lambda connection: keep_again(connection, again, *made, made_by=by))
        return _answer(kept, made[1], follows=plan_id)


def _answer(planned: Planned, asked: PlanAsked, follows: int | None = None) -> Response:
    number = planned.plan.id
    told = {"follows": follows, "followed_by": None, "refused": [each.as_dict() for each in planned.refused]}
    return json_response(
        plan_as_dict(planned.plan) | told | _fell_out(planned.plan, asked),
        201,
        {"Location": f"/api/v1/patrols/{number}"},
    )


def _fell_out(plan: Plan, asked: PlanAsked) -> dict[str, list[str]]:
    """Return who has a route and is on duty no more."""
    on_duty = {patrol.name for patrol in asked.patrols}
    names = [route.patrol.name for route in plan.routes]
    return {"absent": [name for name in names if name not in on_duty]}
