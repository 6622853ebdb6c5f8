"""Classes: the list of a form, the search of a dispatcher, and what a class is in the other schemes."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.models import Name
from gridsvc.api.openapi import answer
from gridsvc.catalog import ClassIndex, load_class_index, load_links
from gridsvc.responsibility import Atlas

_MOST_HITS = 100


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of classes."""
    indexes: dict[int, ClassIndex] = {}  # by the number of changes heard of; only the last is kept

    async def index() -> ClassIndex:
        changes = context.holder.changes
        found = indexes.get(changes)
        if found is None:
            found = await context.read(load_class_index)
            indexes.clear()
            indexes[changes] = found
        return found

    @app.get(
        "/api/v1/classes", tags=["classes"], summary="类别 · classes", responses=answer(200, "ClassList")
    )
    async def classes(
        request: Request,
        scheme: Annotated[Name | None, Query()] = None,
        kind: Annotated[Literal["component", "event"] | None, Query()] = None,
        q: Annotated[
            Name | None,
            Query(
                description="代码、名称、拼音、英文或俗称；给出时每条附匹配理由 · then each says why it fits"
            ),
        ] = None,
    ) -> Response:
        require(request, "classes:read")
        atlas = context.holder.current
        in_force = scheme_in_force(atlas, context.clock())
        if q is not None:
            hits = (await index()).find(q, scheme=scheme, kind=kind, prefer=in_force, limit=_MOST_HITS)
            rows = [
                {name: value for name, value in each.as_dict().items() if name != "source"} for each in hits
            ]
        else:
            rows = [
                _shown(each.as_dict())
                for each in atlas.classes.rows
                if scheme in (None, each.scheme) and kind in (None, each.kind)
            ]
        return json_response(
            {
                "schemes": sorted({each.scheme for each in atlas.classes.rows}),
                "in_force": in_force,
                "classes": rows,
            }
        )

    @app.get(
        "/api/v1/classes/{scheme}/{kind}/{code}/crosswalk",
        tags=["classes"],
        summary="其他方案中的对应类别 · what a class is in the other schemes",
        responses=answer(200, "ClassLinks"),
    )
    async def crosswalk(
        request: Request,
        scheme: Name,
        kind: Literal["component", "event"],
        code: Name,
        to: Annotated[Name | None, Query(description="只要这个方案 · only this other scheme")] = None,
    ) -> Response:
        require(request, "classes:read")
        links = await context.read(
            lambda connection: load_links(connection, scheme, to, kind=kind, code=code)
        )
        return json_response({"links": [_shown(each.as_dict()) for each in links]})


def scheme_in_force(atlas: Atlas, now: datetime) -> str | None:
    """Return the scheme of the handling specification that took effect last, or None."""
    begun: dict[str, float] = {}
    for edition in atlas.clauses.edition:
        since = edition.effective_from.timestamp() if edition.effective_from else -math.inf
        if since <= now.timestamp():
            begun[edition.scheme] = max(since, begun.get(edition.scheme, -math.inf))
    return max(begun, key=lambda scheme: begun[scheme], default=None)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out where a row was taken from: hundreds of times the same long sentence."""
    return {name: value for name, value in row.items() if name != "source"}
