"""Zones as GeoJSON: who patrols, cleans, enforces where, at any date."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.catalogue import read_box
from gridsvc.api.context import Context
from gridsvc.api.gate import require
from gridsvc.api.models import Instant
from gridsvc.api.sending import is_known, send
from gridsvc.zones import zone_features_json, zones_stamp

_GEOJSON = "application/geo+json"


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoint of zones."""

    @app.get(
        "/api/v1/zones",
        tags=["zones"],
        summary="责任网格 · the zones in force, as GeoJSON",
        responses={200: {"description": "OK", "content": {_GEOJSON: {"schema": {"type": "object"}}}}},
    )
    async def zones(
        request: Request,
        kind: Annotated[
            str | None,
            Query(description="patrol、sanitation、enforcement ……", pattern=r"^[a-z][a-z0-9_]{0,31}$"),
        ] = None,
        at: Annotated[Instant | None, Query(description="某时有效；缺省为现在 · [now]")] = None,
        bbox: Annotated[str | None, Query(description="west,south,east,north，度", max_length=200)] = None,
    ) -> Response:
        require(request, "zones:read")
        box = read_box(bbox)
        moment = context.clock() if at is None else at
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=context.settings.zone)

        def look(connection: Connection) -> tuple[str, str | None]:
            # One picture for the tag and what it names: both must be of the same zones.
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            part = "" if box is None else "-" + ",".join(map(repr, box))
            etag = f'W/"zones-{zones_stamp(connection, kind, moment) or "none"}{part}"'
            if is_known(request, etag):
                return etag, None
            return etag, zone_features_json(connection, kind, moment, box)

        etag, features = await context.read(look)
        content = b'{"type":"FeatureCollection","features":' + (features or "[]").encode() + b"}"
        return await send(request, content, _GEOJSON, etag)
