"""The OpenAPI 3.0 document of `/ogc`: every parameter that is taken, path by path."""

from __future__ import annotations

from typing import Any

from gridsvc import __version__
from gridsvc.api.ogc.documents import GEOJSON, JSON, OPENAPI, SCHEMA
from gridsvc.api.ogc.parameters import DEFAULT_LIMIT, MOST_LIMIT
from gridsvc.errors import Text
from gridsvc.features import COLLECTIONS, LANGUAGES, Collection, System

_OBJECT = {"type": "object"}
_NUMBERS = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}


def describe(base: str, systems: list[System], language: str) -> dict[str, Any]:
    """Return the document; `base` is the address of the landing page."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_language(language)

    paths: dict[str, Any] = {
        "/": _get(say("首页", "Landing page"), "landing", JSON, [_format()]),
        "/api": _get(say("接口描述", "This document"), "api", OPENAPI, [_format()]),
        "/conformance": _get(say("符合的标准", "Conformance"), "conformance", JSON, [_format()]),
        "/collections": _get(say("全部集合", "The collections"), "collections", JSON, [_format()]),
    }
    for each in COLLECTIONS:
        title = each.title.in_language(language)
        path = f"/collections/{each.id}"
        paths |= {
            path: _get(title, f"{each.id}.collection", JSON, [_format()], missing=True),
            f"{path}/queryables": _get(
                say(f"{title}：可查询属性", f"{title}: queryables"),
                f"{each.id}.queryables",
                SCHEMA,
                [_format()],
            ),
            f"{path}/items": _get(
                say(f"{title}：要素", f"{title}: features"),
                f"{each.id}.items",
                GEOJSON,
                _items(each, systems, language),
                schema="FeatureCollection",
            ),
            f"{path}/items/{{featureId}}": _get(
                say(f"{title}：单个要素", f"{title}: one feature"),
                f"{each.id}.item",
                GEOJSON,
                [
                    {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}},
                    _format("json", "geojson"),
                    _system("crs", systems),
                ],
                schema="Feature",
                missing=True,
            ),
        }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": say("gridsvc 要素服务", "gridsvc features"),
            "version": __version__,
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "security": [{"key": []}, {"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "gridsvc_session"},
            },
            "schemas": _SCHEMAS,
        },
    }


def _get(
    summary: str,
    operation: str,
    media_type: str,
    parameters: list[dict[str, Any]],
    *,
    schema: str | None = None,
    missing: bool = False,
) -> dict[str, Any]:
    answer: dict[str, Any] = {"$ref": f"#/components/schemas/{schema}"} if schema else _OBJECT
    problem = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    }
    responses: dict[str, Any] = {
        "200": {"description": "OK", "content": {media_type: {"schema": answer}}},
        "304": {"description": "Not modified"},
        "400": {"description": "A parameter is unknown or faulty", "content": problem},
        "401": {"description": "A key is required", "content": problem},
        "403": {"description": "The key's role may not", "content": problem},
        "503": {"description": "Not available now", "content": problem},
    }
    if missing:
        responses["404"] = {"description": "There is none of that id", "content": problem}
    return {
        "get": {
            "summary": summary,
            "operationId": operation,
            "parameters": parameters,
            "responses": responses,
        }
    }


def _query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema} | more


def _format(*formats: str) -> dict[str, Any]:
    return _query("f", {"type": "string", "enum": list(formats or ("json",))})


def _system(name: str, systems: list[System]) -> dict[str, Any]:
    return _query(name, {"type": "string", "format": "uri", "enum": [each.uri for each in systems]})


def _items(collection: Collection, systems: list[System], language: str) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT}
    return [
        _format("json", "geojson"),
        _query("limit", limit, style="form", explode=False),
        _query("bbox", _NUMBERS, style="form", explode=False),
        _system("bbox-crs", systems),
        _query("datetime", {"type": "string"}, style="form", explode=False),
        _system("crs", systems),
        _query("filter", {"type": "string"}),
        _query("filter-lang", {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}),
        _system("filter-crs", systems),
        _query("token", {"type": "string"}),
        *(
            _query(
                each.name,
                {name: value for name, value in each.schema(language).items() if name != "title"},
                description=each.title.in_language(language),
            )
            for each in collection.properties
        ),
    ]


_LINKS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["href", "rel", "type"],
        "properties": {each: {"type": "string"} for each in ("href", "rel", "type", "title")},
    },
}
_FEATURE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"type": "object", "nullable": True},
        "properties": {"type": "object", "nullable": True},
        "links": _LINKS,
    },
}
_SCHEMAS: dict[str, Any] = {
    "Feature": _FEATURE,
    "FeatureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
            "links": _LINKS,
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            **{each: {"type": "string"} for each in ("type", "title", "detail", "code")},
            "status": {"type": "integer"},
        },
    },
}
