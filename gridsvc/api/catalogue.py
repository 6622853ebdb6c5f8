"""What a map and a form need: areas as GeoJSON, and who is asking."""

from __future__ import annotations

import gzip
import math
from datetime import datetime
from typing import Annotated, Literal

import orjson
from fastapi import FastAPI, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Instant, Name
from gridsvc.api.openapi import answer
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography import (
    AreaEdition,
    Box,
    areas_in_force,
    edition_named,
    extent,
    features_json,
    is_synthetic,
)

_GEOJSON = "application/geo+json"
_MOST_KEPT = 8  # editions whose collection stays in memory: four levels, and as many of history


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of areas and the session."""
    collections: dict[int, bytes] = {}  # by edition, the one asked for last at the end

    @app.get(
        "/api/v1/session",
        tags=["access"],
        summary="当前身份 · who is asking",
        responses=answer(200, "SessionAnswer"),
    )
    async def session(request: Request) -> Response:
        identity = request.state.identity
        return json_response(
            {
                "name": identity.name,
                "role": identity.role,
                "may": identity.actions,
                "language": context.language(request),
            }
        )

    @app.get(
        "/api/v1/areas",
        tags=["areas"],
        summary="区域：现行的、某时的或某版本的 · areas in force now, then, or of an edition, as GeoJSON",
        responses={200: {"description": "OK", "content": {_GEOJSON: {"schema": {"type": "object"}}}}},
    )
    async def areas(
        request: Request,
        level: Annotated[
            Literal["district", "street", "community", "cell"] | None,
            Query(description="缺省为 cell，或 edition 的层级 · [cell, or that of the edition]"),
        ] = None,
        bbox: Annotated[str | None, Query(description="west,south,east,north，度", max_length=200)] = None,
        at: Annotated[Instant | None, Query(description="某时有效；缺省为现在 · [now]")] = None,
        edition_name: Annotated[
            Name | None, Query(alias="edition", description="版本名；不能与 at 同用 · an edition by its name")
        ] = None,
    ) -> Response:
        require(request, "areas:read")
        box = read_box(bbox)
        moment = at or context.clock()
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=context.settings.zone)
        if edition_name is not None:
            _refuse_both(edition_name, at)
            named = await context.read(lambda connection: edition_named(connection, edition_name))
            _refuse_other_level(level, named)
            edition: AreaEdition | None = named
        else:
            edition = await context.read(
                lambda connection: areas_in_force(connection, level or "cell", moment)
            )
        if edition is None:
            return Response(_collection(None, "[]", None), media_type=_GEOJSON)
        # An edition never changes once it is published, so its number is all that its tag must name.
        etag = f'W/"areas-{edition.id}-{edition.digest[:12]}"'
        headers = {
            "ETag": etag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding, Authorization, Cookie",
        }
        if box is None and etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if box is not None:
            content = await context.read(lambda connection: _read(connection, edition, box))
            return Response(content, media_type=_GEOJSON)
        kept = collections.pop(edition.id, None)
        if kept is None:
            kept = await context.read(lambda connection: gzip.compress(_read(connection, edition, None), 5))
        collections[edition.id] = kept
        if len(collections) > _MOST_KEPT:
            del collections[next(iter(collections))]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(kept, headers=headers | {"Content-Encoding": "gzip"}, media_type=_GEOJSON)
        return Response(gzip.decompress(kept), headers=headers, media_type=_GEOJSON)


def _refuse_both(edition: str, at: datetime | None) -> None:
    if at is not None:
        raise InputRefused(
            "edition_and_at",
            Text("edition 与 at 只能给一个。", "Give edition or at, not both."),
            place=Place(column="edition", value=edition),
        )


def _refuse_other_level(level: str | None, edition: AreaEdition) -> None:
    if level is not None and edition.level != level:
        raise InputRefused(
            "level_and_edition",
            Text(
                f"版本 {edition.name} 是 {edition.level} 层的，不是 {level} 层的。",
                f"The edition {edition.name} is of level {edition.level}, not {level}.",
            ),
            remedy=Text(
                f"请去掉 level，或写 level={edition.level}。",
                f"Leave out level, or give level={edition.level}.",
            ),
            place=Place(column="level", value=level),
        )


def read_box(given: str | None) -> Box | None:
    """Read `west,south,east,north` in degrees.

    Raises:
        InputRefused: `bad_bbox`.
    """
    if given is None:
        return None
    try:
        west, south, east, north = (float(part) for part in given.split(","))
        inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    except ValueError:
        inside = False
    if not inside or not all(map(math.isfinite, (west, south, east, north))):
        raise InputRefused(
            "bad_bbox",
            Text("bbox 应为 西,南,东,北 四个度数。", "bbox is west,south,east,north in degrees."),
            place=Place(column="bbox", value=given),
        )
    return Box(west, south, east, north)


def _read(connection: Connection, edition: AreaEdition, box: Box | None) -> bytes:
    return _collection(edition, features_json(connection, edition.id, box), extent(connection, edition.id))


def _collection(edition: AreaEdition | None, features: str, around: Box | None) -> bytes:
    head = {
        "type": "FeatureCollection",
        "edition": edition
        and {
            "name": edition.name,
            "source": edition.source,
            "synthetic": is_synthetic(edition),
        },
        "bbox": around and [round(each, 6) for each in around],
    }
    if around is None:
        del head["bbox"]
    return orjson.dumps(head)[:-1] + b',"features":' + features.encode() + b"}"
