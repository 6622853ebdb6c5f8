"""The endpoints of `/ogc`; behind the gate as all else, for whoever may `features:read`."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.addresses import address, base_url
from gridsvc.api.context import Context
from gridsvc.api.gate import require
from gridsvc.api.ogc import documents
from gridsvc.api.ogc.description import describe
from gridsvc.api.ogc.documents import GEOJSON, JSON, OPENAPI, SCHEMA, link
from gridsvc.api.ogc.parameters import (
    ItemsRequest,
    read_items_request,
    write_token,
)
from gridsvc.api.parameters import read_parameters
from gridsvc.api.remembering import UNHEARD_S, Remembering
from gridsvc.api.sending import etag_of, send
from gridsvc.errors import NotFound, Text
from gridsvc.features import (
    COLLECTIONS,
    DEFAULT,
    Collection,
    Page,
    Reach,
    System,
    find_collection,
    find_system,
    offered,
    projected_srids,
    reach,
    read_feature,
    read_page,
    version,
)

ACTION = "features:read"


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints. They stand in their own OpenAPI 3.0 document, `/ogc/api`, not in `/openapi.json`."""
    remembered = Remembering(UNHEARD_S)
    # One at a time: the parser of filters holds Python's lock, and two would only hold it longer.
    reading = CapacityLimiter(1)
    reaches: dict[str, tuple[str, Reach]] = {}

    def base_of(request: Request) -> str:
        return address(base_url(request, context.settings), "ogc")

    async def systems() -> list[System]:
        key = ("srids", context.holder.changes)
        found = await remembered.get(key, lambda: context.read_features(projected_srids))
        return offered(found)

    async def reach_of(collection: Collection) -> Reach:
        """Return the extent, measured again only when the collection has changed."""
        state = await remembered.get(
            (collection.id, context.holder.changes),
            lambda: context.read_features(lambda connection: version(connection, collection)),
        )
        kept = reaches.get(collection.id)
        if kept is None or kept[0] != state:
            found = await context.read_features(lambda connection: reach(connection, collection))
            kept = reaches[collection.id] = (state, found)
        return kept[1]

    async def document(request: Request, content: Any, media_type: str = JSON) -> Response:
        written = orjson.dumps(content)
        language = context.language(request)
        return await send(request, written, media_type, etag_of(written), {"Content-Language": language})

    async def described(request: Request, collection: Collection) -> dict[str, Any]:
        return documents.collection(
            base_of(request),
            collection,
            await reach_of(collection),
            await systems(),
            context.language(request),
        )

    @app.get("/ogc", include_in_schema=False)
    @app.get("/ogc/", include_in_schema=False)
    async def landing(request: Request) -> Response:
        require(request, ACTION)
        read_parameters(request, ("f",))
        return await document(request, documents.landing(base_of(request), context.language(request)))

    @app.get("/ogc/conformance", include_in_schema=False)
    async def conformance(request: Request) -> Response:
        require(request, ACTION)
        read_parameters(request, ("f",))
        return await document(request, documents.conformance())

    @app.get("/ogc/api", include_in_schema=False)
    async def api(request: Request) -> Response:
        require(request, ACTION)
        read_parameters(request, ("f",))
        content = describe(base_of(request), await systems(), context.language(request))
        return await document(request, content, OPENAPI)

    @app.get("/ogc/collections", include_in_schema=False)
    async def collections(request: Request) -> Response:
        require(request, ACTION)
        read_parameters(request, ("f",))
        found = [await described(request, each) for each in COLLECTIONS]
        return await document(request, documents.collections(base_of(request), found, await systems()))

    @app.get("/ogc/collections/{identifier}", include_in_schema=False)
    async def collection(request: Request, identifier: str) -> Response:
        require(request, ACTION)
        found = find_collection(identifier)
        read_parameters(request, ("f",))
        return await document(request, await described(request, found))

    @app.get("/ogc/collections/{identifier}/queryables", include_in_schema=False)
    async def queryables(request: Request, identifier: str) -> Response:
        require(request, ACTION)
        found = find_collection(identifier)
        read_parameters(request, ("f",))
        content = documents.queryables(base_of(request), found, context.language(request))
        return await document(request, content, SCHEMA)

    @app.get("/ogc/collections/{identifier}/items", include_in_schema=False)
    async def items(request: Request, identifier: str) -> Response:
        require(request, ACTION)
        found = find_collection(identifier)
        now = context.clock()
        known = await systems()
        asked = await to_thread.run_sync(
            lambda: read_items_request(request, found, known, now), limiter=reading
        )
        page = await context.read_features(lambda connection: read_page(connection, asked.question))
        links = orjson.dumps(_page_links(base_of(request), asked, page))
        features = ",".join(page.features).encode()
        counts = f'"numberMatched":{page.matched},"numberReturned":{len(page.features)}'.encode()
        stamp = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z").encode()
        content = b"".join(
            (
                b'{"type":"FeatureCollection",', counts, b',"timeStamp":"', stamp, b'","links":', links,
                b',"features":[', features, b"]}",
            )
        )  # fmt: skip
        # The time of the answer is no part of what was answered.
        etag = etag_of(features, counts, links if asked.pinned is None else b"")
        return await send(request, content, GEOJSON, etag, _system_header(asked.question.system))

    # A code of a city's own may hold a slash.
    @app.get("/ogc/collections/{identifier}/items/{feature_id:path}", include_in_schema=False)
    async def item(request: Request, identifier: str, feature_id: str) -> Response:
        require(request, ACTION)
        found = find_collection(identifier)
        given = read_parameters(request, ("f", "crs"), ("json", "geojson"))
        system = find_system(given["crs"], "crs", await systems()) if "crs" in given else DEFAULT
        feature = await context.read_features(
            lambda connection: read_feature(connection, found, feature_id, system)
        )
        if feature is None:
            raise NotFound(
                "no_such_feature",
                Text(
                    f"集合 {found.id} 中没有要素 {feature_id:.80}。",
                    f"There is no feature {feature_id[:80]!r} in {found.id}.",
                ),
            )
        own = address(base_of(request), "collections", found.id)
        links = [
            link("self", address(own, "items", feature_id, query=given.items()), GEOJSON),
            link("collection", own, JSON),
        ]
        content = feature[:-1].encode() + b',"links":' + orjson.dumps(links) + b"}"
        return await send(request, content, GEOJSON, etag_of(content), _system_header(system))


def _page_links(base: str, asked: ItemsRequest, page: Page) -> list[dict[str, str]]:
    own = address(base, "collections", asked.question.collection.id)
    token = [] if asked.token is None else [("token", asked.token)]
    links = [
        link("self", address(own, "items", query=[*asked.said, *token]), GEOJSON),
        link("collection", own, JSON),
    ]
    if page.following is not None:
        following = ("token", write_token(page.following, asked.pinned))
        links.append(link("next", address(own, "items", query=[*asked.said, following]), GEOJSON))
    return links


def _system_header(system: System) -> dict[str, str]:
    return {"Content-Crs": f"<{system.uri}>"}
