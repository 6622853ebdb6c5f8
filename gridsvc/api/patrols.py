"""`/api/v1/patrols`: plans of shifts, and planning anew within one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Name
from gridsvc.api.openapi import answer
from gridsvc.api.patrol_models import MustVisitRequest, PatrolRequest, PlanRequest, ReplanRequest, SpotRequest
from gridsvc.geography import to_wgs84
from gridsvc.patrol.network.building import load_streets
from gridsvc.patrol.outputs.backdrop import backdrop_of
from gridsvc.patrol.outputs.plain import plan_as_dict
from gridsvc.patrol.outputs.writing import MEDIA_TYPES, draw_plan
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
from gridsvc.patrol.plans.replanned import Again
from gridsvc.patrol.plans.request import PatrolAsked, PlanAsked, Spot
from gridsvc.patrol.plans.request_faults import check_request
from gridsvc.patrol.plans.roster import Usual, make_roster
from gridsvc.patrol.plans.spellings import parse_patrol_span, parse_pause, parse_span
from gridsvc.patrol.plans.varying import fresh_seed
from gridsvc.patrol.value.given import GivenPlace
from gridsvc.patrol.value.must_asked import MustAsked

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
            asked = replace(_asked(wanted, settings.zone, depot), seed=seed)
            check_request(asked)
            musts = MustAsked(
                listed=tuple(
                    _given(each, number, settings.zone) for number, each in enumerate(wanted.must_visit, 1)
                ),
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
        return _answer(Planned(kept, material.streets, refused), 201)

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

        def work(connection: Connection) -> Response:
            kept = read_plan(connection, plan_id)
            if query.f == "json" and query.patrol is None:
                return json_response(
                    plan_as_dict(kept.plan) | {"follows": kept.follows, "followed_by": kept.followed_by}
                )
            drawn = query.f in ("html", "pdf")
            backdrop = backdrop_of(load_streets(connection)) if drawn else None
            content = draw_plan(kept.plan, query.f, language, patrol=query.patrol, backdrop=backdrop)
            return Response(content, media_type=MEDIA_TYPES[query.f])

        return await context.read(work)

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
                urgent=[_given(each, number, settings.zone) for number, each in enumerate(wanted.urgent, 1)],
                positions={each.patrol: Spot(each.lon, each.lat, each.patrol) for each in wanted.positions},
                absent=frozenset(wanted.absent),
                done=None if wanted.done is None else frozenset(wanted.done),
                seconds=wanted.seconds,
            )

        async with context.batch_turns:
            again = await context.read(collect)
            made = await to_thread.run_sync(again.make)
            kept = await context.write(lambda connection: keep_again(connection, again, *made, made_by=by))
        return _answer(kept, 201)


def _answer(planned: Planned, status: int) -> Response:
    number = planned.plan.id
    refused = [fault.as_dict() for fault in planned.refused]
    return json_response(
        plan_as_dict(planned.plan) | {"refused": refused}, status, {"Location": f"/api/v1/patrols/{number}"}
    )


def _spot(given: SpotRequest) -> Spot:
    return Spot(given.lon, given.lat, given.name or f"{given.lon:.5f}, {given.lat:.5f}")


def _given(each: MustVisitRequest, number: int, zone: ZoneInfo) -> GivenPlace:
    lon, lat = (float(value) for value in to_wgs84(each.datum, each.lon, each.lat))
    begins, ends = (
        moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone)
        for moment in (each.from_, each.to)
    )
    return GivenPlace(lon, lat, each.name, begins, ends, each.minutes, each.weight, each.required, number)


def _asked(wanted: PlanRequest, zone: ZoneInfo, depot: Spot | None) -> PlanAsked:
    begins, ends = parse_span(wanted.shift, wanted.date, zone)
    usual = Usual(
        mode=wanted.mode,
        begins=begins,
        ends=ends,
        depots=tuple(_spot(each) for each in wanted.depots) or ((depot,) if depot else ()),
        returns=wanted.returns,
        pause=wanted.break_ or None,
    )
    if isinstance(wanted.patrols, int):
        patrols = make_roster(wanted.patrols, usual)
    else:
        alike = make_roster(len(wanted.patrols), usual)
        patrols = tuple(
            _patrol(given, plain, usual) for given, plain in zip(wanted.patrols, alike, strict=True)
        )
    return PlanAsked(
        day=wanted.date,
        begins=begins,
        ends=ends,
        zone=zone,
        patrols=patrols,
        classes=tuple(wanted.classes),
        scheme=wanted.scheme,
        kind=wanted.kind,
        weights=wanted.weights,
        form=wanted.form,
        most_places=wanted.places,
        weeks=wanted.weeks,
        dwells=tuple(wanted.dwell),
        repeats=wanted.repeats,
        floor_kind=wanted.floor_zones,
        floor=wanted.floor,
        exploration=wanted.exploration,
        within=wanted.within,
        balance=wanted.balance,
        seconds=wanted.seconds,
        iterations=wanted.iterations,
        team=wanted.team,
    )


def _patrol(given: PatrolRequest, plain: PatrolAsked, usual: Usual) -> PatrolAsked:
    begins, ends = parse_patrol_span(given.shift, usual.begins) if given.shift else (plain.begins, plain.ends)
    start = _spot(given.start) if given.start else plain.start
    end = _spot(given.end) if given.end else (start if usual.returns else None)
    return PatrolAsked(
        given.name,
        given.mode or plain.mode,
        begins,
        ends,
        start,
        end,
        parse_pause(given.break_, begins, ends) if given.break_ else usual.pause_in(begins, ends),
        tuple(given.zones),
        given.most_minutes,
    )
