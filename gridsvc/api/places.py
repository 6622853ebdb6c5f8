"""`/api/v1/places`: what a name, pinyin or an address means."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import FastAPI, Query
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import storable
from gridsvc.api.openapi import answer
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.gazetteer import find_places

Asked = Annotated[str, AfterValidator(storable)]


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoint."""

    @app.get(
        "/api/v1/places",
        tags=["places"],
        summary="地名地址 · places by name, pinyin or address",
        responses=answer(200, "PlaceList"),
    )
    async def places(
        request: Request,
        q: Annotated[
            Asked,
            Query(
                min_length=1, max_length=2000, description="地名、拼音或地址，如 友谊东路与太乙路十字西北角"
            ),
        ],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        near: Annotated[
            str | None, Query(max_length=100, description="经度,纬度：同样符合的，近者在前")
        ] = None,
    ) -> Response:
        require(request, "places:read")
        around = read_near(near)
        gazetteer = context.holder.gazetteer
        found = await to_thread.run_sync(lambda: find_places(gazetteer, q, limit=limit, near=around))
        return json_response(found.as_dict())


def read_near(given: str | None) -> tuple[float, float] | None:
    """Read `lon,lat` in degrees of WGS 84.

    Raises:
        InputRefused: `bad_near`.
    """
    if given is None:
        return None
    try:
        lon, lat = (float(part) for part in given.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputRefused(
            "bad_near",
            Text("near 应为 经度,纬度。", "near is lon,lat in degrees."),
            place=Place(column="near", value=given),
        )
    return lon, lat
