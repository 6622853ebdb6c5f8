"""A sheet as GeoJSON (RFC 7946): WGS 84, one feature a cell, null for what is unknown."""

from __future__ import annotations

import orjson
import shapely

from gridsvc.hotspots.sheets.outlines import bounds, in_degrees
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.sheets.table import described, plain_table


def draw_geojson(sheet: Sheet, language: str) -> bytes:
    """Return the file; its foreign member `gridsvc` says what the numbers are, and holds the outlines."""
    layer = sheet.cells.layer
    table = plain_table(sheet, language)
    shapes = shapely.to_geojson(in_degrees(layer.srid, layer.geom_mm))
    rows = zip(*table.values(), strict=True)
    features = [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": orjson.Fragment(shape),
            "properties": dict(zip(table, row, strict=True)),
        }
        for shape, row in zip(shapes, rows, strict=True)
    ]
    outlines = [
        {
            "type": "Feature",
            "geometry": orjson.Fragment(shapely.to_geojson(in_degrees(layer.srid, [shape.geometry_mm])[0])),
            "properties": {
                "title": shape.title.in_language(language),
                "lines": [line.in_language(language) for line in shape.lines],
            },
        }
        for shape in sheet.shapes
    ]
    collection = {
        "type": "FeatureCollection",
        "bbox": [round(each, 6) for each in bounds(layer)],
        "gridsvc": described(sheet, language)
        | {"outlines": {"type": "FeatureCollection", "features": outlines}},
        "features": features,
    }
    return orjson.dumps(collection)
