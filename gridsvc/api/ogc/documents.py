"""The JSON documents of `/ogc`: landing page, conformance, collections, queryables, and their links."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gridsvc.api.addresses import address
from gridsvc.api.ogc.conformance import CLASSES
from gridsvc.errors import Text
from gridsvc.features import CRS84, DEFAULT, Collection, Reach, System

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


def link(rel: str, href: str, media_type: str, title: str | None = None) -> dict[str, str]:
    """Return a link; every one tells its type."""
    found = {"rel": rel, "href": href, "type": media_type}
    return found | {"title": title} if title else found


def landing(base: str, language: str) -> dict[str, Any]:
    """Return the landing page."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_language(language)

    return {
        "title": say("gridsvc 要素服务", "gridsvc features"),
        "description": say(
            "区域、单元网格、责任网格、部件与道路，按 OGC API – Features 提供。",
            "Areas, unit grid cells, zones, components and roads by OGC API – Features.",
        ),
        "links": [
            link("self", base, JSON, say("本页", "This page")),
            link("service-desc", address(base, "api"), OPENAPI, say("接口描述", "The API's description")),
            link("conformance", address(base, "conformance"), JSON, say("符合的标准", "What it conforms to")),
            link("data", address(base, "collections"), JSON, say("集合", "The collections")),
        ],
    }


def conformance() -> dict[str, Any]:
    """Return the declaration of conformance."""
    return {"conformsTo": list(CLASSES)}


def collections(base: str, described: list[dict[str, Any]], systems: list[System]) -> dict[str, Any]:
    """Return the list of collections; what each says of systems is the list that it points to."""
    return {
        "links": [link("self", address(base, "collections"), JSON)],
        "crs": [each.uri for each in systems],
        "collections": described,
    }


def collection(
    base: str, found: Collection, reach: Reach, systems: list[System], language: str
) -> dict[str, Any]:
    """Describe a collection."""
    own = address(base, "collections", found.id)
    extent: dict[str, Any] = {}
    if reach.box is not None:
        extent["spatial"] = {"bbox": [list(reach.box)], "crs": CRS84}
    if found.timed and reach.box is not None:
        extent["temporal"] = {"interval": [[moment(reach.start), moment(reach.end)]], "trs": _GREGORIAN}
    description: dict[str, Any] = {
        "id": found.id,
        "title": found.title.in_language(language),
        "description": found.description.in_language(language),
        "itemType": "feature",
        "crs": [each.uri for each in systems],
        "storageCrs": DEFAULT.uri,
        "links": [
            link("self", own, JSON),
            link("items", address(own, "items"), GEOJSON),
            link(QUERYABLES, address(own, "queryables"), SCHEMA),
        ],
    }
    if extent:
        description["extent"] = extent
    return description


def queryables(base: str, found: Collection, language: str) -> dict[str, Any]:
    """Return what a filter may ask of, as a JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address(base, "collections", found.id, "queryables"),
        "title": found.title.in_language(language),
        "type": "object",
        "properties": {
            "geometry": {
                "title": Text("几何", "Geometry").in_language(language),
                "format": f"geometry-{found.geometry}",
                "x-ogc-role": "primary-geometry",
            },
            **{each.name: each.schema(language) for each in found.properties},
        },
        "additionalProperties": False,
    }


def moment(instant: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
