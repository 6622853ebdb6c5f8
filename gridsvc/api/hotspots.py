"""`/api/v1/hotspots`: hotspots as objects, and the numbers of the cells behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Code, Kind, Name
from gridsvc.api.openapi import answer
from gridsvc.hotspots.products.hot_cells import find_hot_cells
from gridsvc.hotspots.products.trend import read_trend
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.sheets.answering import sheet_answer
from gridsvc.hotspots.sheets.geojson import draw_geojson
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.spots import hotspot_history, latest_answer, list_hotspots, list_series

_GEOJSON = "application/geo+json"
_AS_GEOJSON = {_GEOJSON: {"schema": {"type": "object"}}}


class CellQuery(BaseModel):
    """What is asked of the cells."""

    model_config = ConfigDict(extra="forbid")

    classes: Annotated[list[Name], Field(alias="class", min_length=1, max_length=50)]
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    scheme: Code | None = None
    kind: Kind | None = None
    source: list[Name] = Field(default=[], max_length=50)
    hours: Annotated[str, Field(max_length=20)] | None = None
    exposure: Annotated[str, Field(max_length=64)] | None = None
    f: Literal["json", "geojson"] = "json"


class SeriesQuery(BaseModel):
    """Which week of which series: without `to` the last one made."""

    model_config = ConfigDict(extra="forbid")

    series: Name
    last: Annotated[date | None, Field(alias="to")] = None


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of hotspots."""
    settings = context.settings

    def question(query: CellQuery) -> Question:
        return Question.of(
            query.classes,
            query.first,
            query.last,
            settings.zone,
            scheme=query.scheme,
            kind=query.kind,
            sources=query.source,
            hours=query.hours,
        )

    def live(product: str, summary: str, find: Callable[..., Any]) -> None:
        @app.get(
            f"/api/v1/hotspots/{product}",
            tags=["hotspots"],
            summary=summary,
            responses=answer(200, "SheetAnswer"),
        )
        async def computed(request: Request, query: Annotated[CellQuery, Query()]) -> Response:
            require(request, "hotspots:read")
            asked, language = question(query), context.language(request)

            def work(connection: Connection) -> bytes | dict[str, Any]:
                found = find(
                    connection,
                    asked,
                    now=context.clock(),
                    snap_outside_m=settings.snap_outside_m,
                    exposure=query.exposure,
                )
                sheet: Sheet = found.sheet()
                if query.f == "geojson":
                    return draw_geojson(sheet, language)
                result: dict[str, Any] = found.as_dict()
                return sheet_answer(sheet, language) | {"result": result}

            # In the few turns of features: a question over ten years leaves reports the others.
            told = await context.read_features(work)
            if isinstance(told, bytes):
                return Response(told, media_type=_GEOJSON)
            return json_response(told)

    live("cells", "哪些网格多于偶然 · which cells have more than chance", find_hot_cells)
    live("trend", "哪些网格在变 · how cells change from week to week", read_trend)

    @app.get(
        "/api/v1/hotspots/series",
        tags=["hotspots"],
        summary="关注的问题 · what is watched, and its last week",
        responses=answer(200, "SeriesList"),
    )
    async def series(request: Request) -> Response:
        require(request, "hotspots:read")
        return json_response({"series": await context.read(list_series)})

    @app.get(
        "/api/v1/hotspots",
        tags=["hotspots"],
        summary="某系列某周的热点 · the hotspots of a week of a series, ranked, as GeoJSON",
        responses={200: {"description": "OK", "content": _AS_GEOJSON}},
    )
    async def hotspots(request: Request, query: Annotated[SeriesQuery, Query()]) -> Response:
        require(request, "hotspots:read")
        found = await context.read(lambda connection: list_hotspots(connection, query.series, query.last))
        return json_response(found, headers={"Content-Type": _GEOJSON})

    for product in ("alerts", "forecast"):
        _stored(app, context, product)

    @app.get(
        "/api/v1/hotspots/{hotspot_id}",
        tags=["hotspots"],
        summary="一个热点的历周 · a hotspot from week to week",
        responses=answer(200, "HotspotHistory"),
    )
    async def history(request: Request, hotspot_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
        require(request, "hotspots:read")
        return json_response(await context.read(lambda connection: hotspot_history(connection, hotspot_id)))


def _stored(app: FastAPI, context: Context, product: str) -> None:
    """Add an endpoint that answers what the last refresh found: it takes too long for a request."""
    said = {
        "alerts": "最近几天是否出现聚集 · what began in the last days",
        "forecast": "下周何处 · where next week",
    }

    @app.get(f"/api/v1/hotspots/{product}", tags=["hotspots"], summary=said[product])
    async def stored(request: Request, query: Annotated[SeriesQuery, Query()]) -> Response:
        require(request, "hotspots:read")
        return json_response(
            await context.read(
                lambda connection: latest_answer(connection, query.series, product, query.last)
            )
        )
