"""`/api/v1/tracks`: where patrols went, handed in as GPX, and what they covered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.bodies import media_type, read_body
from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Name
from gridsvc.api.openapi import answer
from gridsvc.tracks import (
    TrackImport,
    coverage,
    delete_track,
    import_tracks,
    list_tracks,
    show_track,
    track_feature,
)
from gridsvc.tracks.coverage_files import coverage_features

BODY_LIMIT = 20_000_000
_GPX = ("application/gpx+xml", "application/xml", "text/xml", "text/csv")
_GEOJSON = "application/geo+json"
_Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class HandingIn(BaseModel):
    """How a track is to be read."""

    model_config = ConfigDict(extra="forbid")

    patrol: Annotated[
        Name | None, Field(description="巡查员；缺省为轨迹的名称 · [the names of the tracks]")
    ] = None
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] | None = None
    local_times: bool = Field(
        default=False, description="无时区的时间为当地时间 · times without a zone are local"
    )
    replace: bool = Field(default=False, description="取代同一时间的轨迹 · takes the place of those then")


class TrackQuery(BaseModel):
    """Which tracks are listed: days are local, both included."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    patrol: Name | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class CoverageQuery(BaseModel):
    """What coverage is asked for: days are local, both included."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    by: Literal["cell", "zone", "street"] = "cell"
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "patrol"
    f: Literal["json", "geojson"] = "json"


class OneTrackQuery(BaseModel):
    """How one track is shown."""

    model_config = ConfigDict(extra="forbid")

    f: Literal["json", "geojson"] = "json"


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of tracks."""
    settings = context.settings

    @app.post(
        "/api/v1/tracks",
        tags=["tracks"],
        status_code=201,
        summary="上传轨迹 · hand in a track (GPX; the same one again is known, and answered 200)",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {name: {"schema": {"type": "string"}} for name in _GPX},
            }
        },
        responses=answer(200, "TracksTaken") | answer(201, "TracksTaken"),
    )
    async def hand_in(request: Request, query: Annotated[HandingIn, Query()]) -> Response:
        require(request, "tracks:write")
        if query.replace:  # else who may not delete a colleague's track could replace it by one of two fixes
            require(request, "tracks:delete")
        kind = media_type(request, _GPX)
        content = await read_body(request, BODY_LIMIT)

        def work(connection: Connection) -> TrackImport:
            return import_tracks(
                connection,
                content,
                now=context.clock(),
                zone=settings.zone,
                snap_outside_m=settings.snap_outside_m,
                largest_mb=settings.largest_import_mb,
                file="tracks.csv" if kind == "text/csv" else "track.gpx",
                patrol=query.patrol,
                datum=query.datum,
                local_times=query.local_times,
                replace=query.replace,
            )

        # Of the few turns of large computations: a day of fixes leaves single calls their share.
        async with context.batch_turns:
            done = await context.write(work)
        headers = {"Location": f"/api/v1/tracks/{done.tracks[0].id}"} if len(done.tracks) == 1 else None
        return json_response(done.as_dict(), 201 if done.stored else 200, headers)

    @app.get(
        "/api/v1/tracks",
        tags=["tracks"],
        summary="轨迹列表 · the tracks, newest first",
        responses=answer(200, "TrackList"),
    )
    async def tracks(request: Request, query: Annotated[TrackQuery, Query()]) -> Response:
        require(request, "tracks:read")

        def look(connection: Connection) -> list[dict[str, Any]]:
            return list_tracks(
                connection,
                zone=settings.zone,
                first=query.first,
                last=query.last,
                patrol=query.patrol,
                most=query.limit,
            )

        return json_response({"tracks": await context.read(look)})

    @app.get(
        "/api/v1/tracks/coverage",
        tags=["tracks"],
        summary="巡查覆盖 · where patrols have been in a period, and where never",
        responses=answer(200, "CoverageAnswer"),
    )
    async def covered(request: Request, query: Annotated[CoverageQuery, Query()]) -> Response:
        require(request, "tracks:coverage")

        def look(connection: Connection) -> bytes | dict[str, Any]:
            found = coverage(
                connection,
                query.first,
                query.last,
                by=query.by,
                kind=query.kind,
                now=context.clock(),
                zone=settings.zone,
            )
            return orjson.dumps(coverage_features(found)) if query.f == "geojson" else found.as_dict()

        told = await context.read_features(look)
        return Response(told, media_type=_GEOJSON) if isinstance(told, bytes) else json_response(told)

    @app.get(
        "/api/v1/tracks/{track_id}",
        tags=["tracks"],
        summary="一条轨迹 · a track with its minutes by cell and by street",
        responses=answer(200, "TrackView"),
    )
    async def one(request: Request, track_id: _Number, query: Annotated[OneTrackQuery, Query()]) -> Response:
        require(request, "tracks:read")
        if query.f == "geojson":
            feature = await context.read(lambda connection: track_feature(connection, track_id))
            return json_response(feature, headers={"Content-Type": _GEOJSON})
        return json_response(await context.read(lambda connection: show_track(connection, track_id)))

    @app.delete(
        "/api/v1/tracks/{track_id}",
        tags=["tracks"],
        status_code=204,
        summary="删除轨迹及其分钟 · take a track away, with its minutes",
    )
    async def remove(request: Request, track_id: _Number) -> Response:
        require(request, "tracks:delete")
        await context.write(lambda connection: delete_track(connection, track_id))
        return Response(status_code=204)
