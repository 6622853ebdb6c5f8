"""TileJSON 3.0.0 of a layer."""

from __future__ import annotations

from html import escape
from typing import Any

from gridsvc.api.addresses import address
from gridsvc.errors import Text
from gridsvc.features import Layer, TileSource
from gridsvc.geography import is_synthetic


def tile_template(base: str, layer: Layer, query: list[tuple[str, str]]) -> str:
    """Return the address of the layer's tiles, with {z}, {x} and {y} to be filled in."""
    told = address("", query=query)
    return f"{address(base, 'tiles', layer.id)}/{{z}}/{{x}}/{{y}}.mvt{told}"


def tilejson(base: str, source: TileSource, query: list[tuple[str, str]], language: str) -> dict[str, Any]:
    """Describe a layer; `query` is what pins it to a time or an edition, and goes with every tile."""
    layer = source.layer
    properties = layer.collection.named()
    fields = {name: properties[name].title.in_language(language) for name in layer.fields}
    if layer.whole_from:
        stands = Text("低级别下所代表的数量", "How many it stands for at low zooms")
        fields["count"] = stands.in_language(language)
    found: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": layer.collection.title.in_language(language),
        "description": layer.collection.description.in_language(language),
        "version": f"1.0.{source.edition.id if source.edition else 0}",
        "scheme": "xyz",
        "tiles": [tile_template(base, layer, query)],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "vector_layers": [
            {
                "id": layer.id,
                "description": layer.collection.title.in_language(language),
                "fields": fields,
                "minzoom": layer.minzoom,
                "maxzoom": layer.maxzoom,
            }
        ],
    }
    if source.edition is not None:
        # Map libraries put the attribution into their pages as HTML.
        found["attribution"] = escape(source.edition.name)
        found["edition"] = {"name": source.edition.name, "synthetic": is_synthetic(source.edition)}
    if source.box is not None:
        west, south, east, north = source.box
        found["bounds"] = [west, south, east, north]
        zoom = min(max(layer.minzoom, 12), layer.maxzoom)
        found["center"] = [(west + east) / 2, (south + north) / 2, zoom]
    return found
