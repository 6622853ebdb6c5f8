"""`/api/v1/reports`: handing a report in, and reading what came in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from anyio import to_thread
from fastapi import FastAPI, Header, Path, Query
from psycopg.errors import QueryCanceled
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.access import Identity
from gridsvc.api.bodies import JSON_TYPES, media_type, read_body
from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Code, Name, ReportRequest
from gridsvc.api.openapi import answer, body
from gridsvc.api.problems import problem_response, validation_problem
from gridsvc.cases import (
    Addresses,
    NewReport,
    Once,
    Reading,
    ReportFilter,
    ReportPage,
    find_report,
    list_reports,
    submit_report,
)
from gridsvc.errors import InputRefused, Place, ServiceFailed, Text

BODY_LIMIT = 1024 * 1024
LISTING_TIMEOUT_MS = 15_000
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class ReportQuery(BaseModel):
    """How reports are listed."""

    model_config = ConfigDict(extra="forbid")

    class_: Annotated[Name | None, Query(alias="class", description="小类代码，或来源系统的原文")] = None
    kind: Literal["component", "event"] | None = None
    scheme: Code | None = None
    source: Name | None = None
    origin: Name | None = None
    flag: Code | None = None
    cell: Code | None = None
    street: Code | None = None
    unit: Code | None = None
    since: Annotated[AwareDatetime | None, Query(description="上报时间起（含），须带时区")] = None
    until: Annotated[AwareDatetime | None, Query(description="上报时间止（不含），须带时区")] = None
    number: Annotated[Name | None, Query(description="案件编号：来源系统的，或本系统的 id")] = None
    limit: Annotated[int, Query(ge=1, le=1000)] = 100
    after: Annotated[str | None, Query(max_length=200, description="上一页的 next 所给的位置")] = None


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of reports."""
    zone = context.settings.zone

    @app.post(
        "/api/v1/reports",
        tags=["reports"],
        status_code=201,
        summary="上报 · hand a report in",
        openapi_extra=body("ReportRequest"),
        responses=answer(201, "ReportFiled"),
    )
    async def submit(
        request: Request,
        idempotency_key: Annotated[
            str | None,
            Header(description="重试时用同一值：同一内容只生成一条上报；1 至 255 个可见字符"),
        ] = None,
    ) -> Response:
        identity = require(request, "reports:write")
        media_type(request, JSON_TYPES)
        raw = await read_body(request, BODY_LIMIT)
        try:
            asked = ReportRequest.model_validate_json(raw)
        except ValidationError as error:
            return problem_response(validation_problem(error, context.language(request)))
        new = NewReport(
            opened_at=asked.at_or(context.clock(), zone),
            lon=asked.lon,
            lat=asked.lat,
            datum=asked.datum,
            accuracy_m=asked.accuracy_m,
            accuracy_kind=asked.accuracy_kind,
            heading_deg=asked.heading_deg,
            house_number=asked.house_number,
            scheme=asked.scheme,
            kind=asked.kind,
            class_code=asked.class_,
            component_id=asked.component_id,
            facts=asked.facts,
            clause_id=asked.clause_id,
            text=asked.text,
            address=asked.address,
            source=asked.source,
        )
        once = once_of(identity, idempotency_key, asked)
        atlas = context.holder.current
        addresses, reading = await _read_address(context, asked.address)
        language = context.settings.language
        stored = await context.write(
            lambda connection: submit_report(
                connection,
                atlas,
                new,
                once=once,
                language=language,
                addresses=addresses,
                reading=reading,
            )
        )
        return json_response(
            {
                "id": stored.id,
                "case_id": None,
                "resolution": stored.resolution,
                "flags": stored.flags,
                "placed_by": stored.placed_by,
            },
            201,
            {"Location": f"/api/v1/reports/{stored.id}"}
            | ({"Idempotent-Replayed": "true"} if stored.replayed else {}),
        )

    @app.get(
        "/api/v1/reports",
        tags=["reports"],
        summary="上报列表 · reports, newest first",
        responses=answer(200, "ReportPage"),
    )
    async def listed(request: Request, query: Annotated[ReportQuery, Query()]) -> Response:
        require(request, "reports:read")
        wanted = ReportFilter(
            scheme=query.scheme,
            kind=query.kind,
            class_code=query.class_,
            source=query.source,
            origin=query.origin,
            flag=query.flag,
            cell_code=query.cell,
            street_code=query.street,
            unit_code=query.unit,
            since=query.since,
            until=query.until,
            number=query.number,
        )
        after, matched = read_position(query.after)

        def work(connection: Connection) -> ReportPage:
            connection.execute(text(f"SET LOCAL statement_timeout = {LISTING_TIMEOUT_MS}"))
            return list_reports(connection, wanted, limit=query.limit, after=after, matched=matched)

        try:
            page = await context.read(work)
        except OperationalError as error:
            if not isinstance(error.orig, QueryCanceled):
                raise
            raise ServiceFailed(
                "listing_timeout",
                Text("查询耗时过长，已中止。", "The listing took too long and was stopped."),
                remedy=Text("请缩小时间范围或加条件。", "Narrow the time span, or add a filter."),
            ) from error
        following = None
        if page.after is not None:
            kept = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
            following = (
                f"/api/v1/reports?{urlencode([*kept, ('after', write_position(page.after, page.matched))])}"
            )
        return json_response(
            {
                "numberMatched": page.matched,
                "numberReturned": len(page.reports),
                "reports": [local(each, zone) for each in page.reports],
                "next": following,
            }
        )

    @app.get(
        "/api/v1/reports/{report_id}",
        tags=["reports"],
        summary="单条上报 · one report",
        responses=answer(200, "ReportView"),
    )
    async def one(request: Request, report_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Response:
        require(request, "reports:read")
        found = await context.read(lambda connection: find_report(connection, report_id))
        return json_response(local(found, zone))


async def _read_address(
    context: Context, address: str | None
) -> tuple[Addresses, Reading] | tuple[None, None]:
    """Return what an address gives, read before the transaction, for it takes time; nothing without one.

    A report is worth more than the help of its address: while there is no gazetteer, it is taken without.
    """
    gazetteer = context.holder.gazetteer_if_loaded
    if not address or gazetteer is None:
        return None, None
    addresses = Addresses.of(gazetteer, context.settings)
    return addresses, await to_thread.run_sync(addresses.read, address)


def once_of(identity: Identity, key: str | None, asked: ReportRequest) -> Once | None:
    """Return what makes a retry recognisable, or None without a key.

    The key counts for its sender alone, so that nobody meets another's report by chance or by design. The
    fingerprint is of the fields, not of the bytes: white space and the order of fields do not matter.
    """
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InputRefused(
            "bad_idempotency_key",
            Text(
                "Idempotency-Key 应为 1 至 255 个可见的 ASCII 字符。",
                "An Idempotency-Key has 1 to 255 visible ASCII characters.",
            ),
            place=Place(column="Idempotency-Key"),
        )
    fields = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
    fingerprint = hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
    # A line break is in neither name nor key; a slash may be in both.
    return Once("\n".join((identity.by, identity.name, key)), fingerprint)


def local(report: dict[str, Any], zone: Any) -> dict[str, Any]:
    """Return the report with its instants in the installation's time zone."""
    return {
        name: local(value, zone)
        if isinstance(value, dict) and name == "resolution_summary"
        else value.astimezone(zone)
        if isinstance(value, datetime)
        else value
        for name, value in report.items()
    }


def write_position(after: tuple[datetime, int], matched: int) -> str:
    """Return the place behind a report, and how many the first page counted, as an opaque text."""
    plain = f"{after[0].isoformat()} {after[1]} {matched}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_position(given: str | None) -> tuple[tuple[datetime, int] | None, int | None]:
    """Read what `write_position` wrote; the first page has neither."""
    if given is None:
        return None, None
    try:
        instant, number, count = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode().split(" ")
        position, matched = (datetime.fromisoformat(instant), int(number)), int(count)
        if position[0].tzinfo is None or not 0 < position[1] < 2**63 or not 0 <= matched < 2**63:
            raise ValueError(given)
    except (ValueError, binascii.Error):
        raise InputRefused(
            "bad_position",
            Text("after 不是本服务给出的位置。", "This position was not given by this service."),
            place=Place(column="after"),
        ) from None
    return position, matched
