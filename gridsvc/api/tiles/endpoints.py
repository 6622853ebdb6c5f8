"""The endpoints of `/tiles`: the list, TileJSON, and the tiles themselves."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Hashable
from datetime import datetime

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.addresses import address, base_url
from gridsvc.api.context import Context
from gridsvc.api.gate import require
from gridsvc.api.parameters import read_parameters
from gridsvc.api.remembering import UNHEARD_S, Remembering
from gridsvc.api.sending import REVALIDATE, VARY, etag_of, is_known, send, takes_gzip
from gridsvc.api.tiles.cache import TileCache
from gridsvc.api.tiles.tilejson import tile_template, tilejson
from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.features import (
    LAYERS,
    Layer,
    Measures,
    TileSource,
    exists,
    find_layer,
    read_span,
    table_state,
    tile,
    tile_source,
)

ACTION = "features:read"
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
IMMUTABLE = "private, max-age=31536000, immutable"
# Level 5 saves 2 to 7 % of the bytes, and takes up to 2.7 times as long.
_LEVEL = 2
_MEGABYTE = 1 << 20
_MOST_MEASURED = 1_000


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints. A tile is made once for each version of its layer, and then sent from memory."""
    states = Remembering(UNHEARD_S)
    remembered = Remembering()
    cache = TileCache(context.settings.tile_cache_mb * _MEGABYTE)
    making: dict[Hashable, asyncio.Task[bytes]] = {}
    measured: dict[str, Measures] = {}

    async def source_of(layer: Layer, at: str | None, edition: str | None) -> TileSource:
        instant = None if at is None else read_at(at)
        collection = layer.collection
        if not collection.timed:
            instant = None
        changes = context.holder.changes
        state = await states.get(
            (layer.id, changes),
            lambda: context.read_features(lambda connection: table_state(connection, collection)),
        )

        async def ask() -> TileSource:
            when = instant or context.clock()
            if len(measured) > _MOST_MEASURED:
                measured.clear()
            return await context.read_features(
                lambda connection: tile_source(connection, layer, when, edition, measured, state)
            )

        found: TileSource = await remembered.get((layer.id, instant, edition, state), ask)
        return found

    async def packed(source: TileSource, z: int, x: int, y: int) -> bytes:
        """Return a tile as it is kept: compressed, or empty."""
        key = (source.layer.id, source.version, z, x, y)
        kept = cache.get(key)
        if kept is not None:
            return kept
        made = making.get(key)
        if made is None:

            async def make() -> bytes:
                content = await context.read_features(
                    lambda connection: pack(tile(connection, source, z, x, y))
                )
                cache.put(key, content)
                return content

            made = making[key] = asyncio.create_task(make())
            made.add_done_callback(lambda task: making.pop(key, None) and task.cancelled())
        return await asyncio.shield(made)

    @app.get("/tiles", tags=["tiles"], summary="图层列表 · the layers")
    async def layers(request: Request) -> Response:
        require(request, ACTION)
        read_parameters(request, ())
        base = base_url(request, context.settings)
        language = context.language(request)
        content = {
            "layers": [
                {
                    "id": each.id,
                    "title": each.collection.title.in_language(language),
                    "tilejson": address(base, "tiles", f"{each.id}.json"),
                    "tiles": tile_template(base, each, []),
                }
                for each in LAYERS
            ]
        }
        written = orjson.dumps(content)
        return await send(request, written, "application/json", etag_of(written))

    @app.get("/tiles/{name}.json", tags=["tiles"], summary="TileJSON 3.0")
    async def describe(request: Request, name: str) -> Response:
        require(request, ACTION)
        layer = find_layer(name)
        given = read_parameters(request, ("at", "edition"))
        source = await source_of(layer, *_time(given))
        written = orjson.dumps(
            tilejson(
                base_url(request, context.settings), source, list(given.items()), context.language(request)
            )
        )
        return await send(request, written, "application/json", etag_of(written))

    @app.get(
        "/tiles/{name}/{zoom}/{column}/{row}.mvt",
        tags=["tiles"],
        summary="矢量瓦片 · a vector tile (z/x/y, y from the north)",
        responses={
            200: {"description": "OK", "content": {MEDIA_TYPE: {}}},
            204: {"description": "Nothing there"},
        },
    )
    async def one(request: Request, name: str, zoom: str, column: str, row: str) -> Response:
        require(request, ACTION)
        layer = find_layer(name)
        given = read_parameters(request, ("at", "edition")) if request.url.query else {}
        z, x, y = (_number(each) for each in (zoom, column, row))
        if not exists(layer, z, x, y):
            raise NotFound(
                "no_such_tile",
                Text(
                    f"图层 {layer.id} 只有 {layer.minzoom}–{layer.maxzoom} 级瓦片，行列号须在范围内。",
                    f"{layer.id} has tiles of zoom {layer.minzoom} to {layer.maxzoom},"
                    " with rows and columns within.",
                ),
            )
        source = await source_of(layer, *_time(given))
        headers = {
            "ETag": f'W/"{source.version}-{z}-{x}-{y}"',
            # Under the name of an edition a tile never changes.
            "Cache-Control": IMMUTABLE if "edition" in given else REVALIDATE,
            "Vary": VARY,
        }
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        content = await packed(source, z, x, y)
        if not content:
            return Response(status_code=204, headers=headers)
        if takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return Response(content, headers=headers, media_type=MEDIA_TYPE)


def pack(content: bytes) -> bytes:
    """Compress a tile; an empty one stays empty."""
    return gzip.compress(content, _LEVEL, mtime=0) if content else b""


def _number(text: str) -> int:
    """Read a number of a tile; -1, which no tile has, for what is none."""
    # Seven digits are more than the deepest zoom has; Python refuses to read thousands of them.
    return int(text) if len(text) <= 7 and text.isascii() and text.isdigit() else -1


def read_at(text: str) -> datetime:
    """Read `at`, one instant; raise WrongUsage `bad_datetime`."""
    span = read_span(text)
    if "/" in text or span.start is None:
        raise WrongUsage("bad_datetime", Text("at 是一个时刻。", "`at` is one instant."))
    return span.start


def _time(given: dict[str, str]) -> tuple[str | None, str | None]:
    if len(given) > 1:
        raise WrongUsage("two_times", Text("at 与 edition 只能给一个。", "Give `at` or `edition`, not both."))
    return given.get("at"), given.get("edition")
