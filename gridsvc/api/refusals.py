"""`/api/v1/refusals`: a unit refuses a report; the shift leader upholds or dismisses it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.access import Identity
from gridsvc.api.bodies import JSON_TYPES, media_type, read_body
from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Code
from gridsvc.api.openapi import answer, body
from gridsvc.api.problems import problem_response, validation_problem
from gridsvc.api.refusal_models import RefusalRequest, SettlementRequest
from gridsvc.api.reports import local
from gridsvc.errors import Forbidden, Text
from gridsvc.handling.refusals import (
    MOST_A_PAGE,
    RefusalFilter,
    list_refusals,
    record_refusal,
    settle_refusal,
)

BODY_LIMIT = 64 * 1024
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Asked = TypeVar("Asked", bound=BaseModel)


class RefusalQuery(BaseModel):
    """Which refusals are listed."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "upheld", "dismissed"] | None = None
    unit: Code | None = None
    report: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
    clause: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
    rule: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
    limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 100
    before: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="只列编号更小者；上一页的 next 已带")
    ] = None


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of refusals."""
    zone = context.settings.zone

    @app.post(
        "/api/v1/reports/{report_id}/refusals",
        tags=["refusals"],
        status_code=201,
        summary="退单 · a unit refuses a report",
        openapi_extra=body("RefusalRequest"),
        responses=answer(201, "RefusalView"),
    )
    async def refuse(request: Request, report_id: Number) -> Response:
        identity = require(request, "refusals:write")
        asked = await _read(context, request, RefusalRequest)
        if isinstance(asked, Response):
            return asked
        unit = _own(identity, asked.unit)
        made = await context.write(
            lambda connection: record_refusal(
                connection,
                report_id,
                reason=asked.reason,
                by=identity.name,
                at=context.clock(),
                unit=unit,
                instead=asked.instead,
            )
        )
        return json_response(local(made, zone), 201)

    @app.post(
        "/api/v1/refusals/{refusal_id}/{verb}",
        tags=["refusals"],
        summary="退单成立或不成立 · uphold or dismiss a refusal, once",
        openapi_extra=body("SettlementRequest"),
        responses=answer(200, "RefusalView"),
    )
    async def settle(request: Request, refusal_id: Number, verb: Literal["uphold", "dismiss"]) -> Response:
        identity = require(request, "refusals:settle")
        asked = await _read(context, request, SettlementRequest)
        if isinstance(asked, Response):
            return asked
        settled = await context.write(
            lambda connection: settle_refusal(
                connection,
                refusal_id,
                "upheld" if verb == "uphold" else "dismissed",
                by=identity.name,
                at=context.clock(),
                note=asked.note,
                instead=asked.instead,
            )
        )
        return json_response(local(settled, zone))

    @app.get(
        "/api/v1/refusals",
        tags=["refusals"],
        summary="退单列表 · refusals, newest first",
        responses=answer(200, "RefusalPage"),
    )
    async def listed(request: Request, query: Annotated[RefusalQuery, Query()]) -> Response:
        identity = require(request, "refusals:read")
        wanted = RefusalFilter(
            state=query.state,
            unit=_own(identity, query.unit),
            report=query.report,
            clause=query.clause,
            rule=query.rule,
        )
        # One more than the page shows whether there is another.
        found = await context.read(
            lambda connection: list_refusals(connection, wanted, limit=query.limit + 1, before=query.before)
        )
        page, following = found[: query.limit], None
        if len(found) > query.limit:
            kept = [pair for pair in request.query_params.multi_items() if pair[0] != "before"]
            following = f"/api/v1/refusals?{urlencode([*kept, ('before', page[-1]['id'])])}"
        return json_response({"refusals": [local(each, zone) for each in page], "next": following})


def _own(identity: Identity, unit: str | None) -> str | None:
    """Return the unit that is meant: a unit's key has the unit's code as its name, and speaks for it alone.

    Raises:
        Forbidden: `not_your_unit`.
    """
    if identity.role != "unit":
        return unit
    if unit is not None and unit != identity.name:
        raise Forbidden(
            "not_your_unit",
            Text(
                f"该密钥属于单位 {identity.name}，不能代表 {unit}。",
                f"This key is unit {identity.name}'s; it cannot speak for {unit}.",
            ),
        )
    return identity.name


async def _read(context: Context, request: Request, model: type[Asked]) -> Asked | Response:
    media_type(request, JSON_TYPES)
    raw = await read_body(request, BODY_LIMIT)
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        return problem_response(validation_problem(error, context.language(request)))
