"""A sheet as the answer of a request: rows of plain values, and what must be said beside them."""

from __future__ import annotations

from typing import Any

import orjson
import shapely

from gridsvc.hotspots.sheets.outlines import in_degrees
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.sheets.table import described, plain_table


def sheet_answer(sheet: Sheet, language: str) -> dict[str, Any]:
    """Return title, headline, remarks, columns, legend and provenance; `cells`, a row each; `outlines`.

    `step` of a cell is its place in the classes of the legend, `where` its street and community. `outlines`
    are GeoJSON features in WGS 84. `top`: the codes for the list beside the map.
    """
    table = plain_table(sheet, language) | {"step": sheet.scale.step.tolist()}
    srid = sheet.cells.layer.srid
    return described(sheet, language) | {
        "cells": [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)],
        "top": [sheet.cells.layer.codes[cell] for cell in sheet.ranking(20)],
        "shown": sheet.shown_column.name,
        "details": {
            sheet.cells.layer.codes[cell]: [line.in_language(language) for line in lines]
            for cell, lines in sheet.details.items()
        },
        "outlines": [
            {
                "type": "Feature",
                "geometry": orjson.Fragment(shapely.to_geojson(in_degrees(srid, [shape.geometry_mm])[0])),
                "properties": {
                    "title": shape.title.in_language(language),
                    "lines": [line.in_language(language) for line in shape.lines],
                    "colour": shape.colour,
                },
            }
            for shape in sheet.shapes
        ],
    }
