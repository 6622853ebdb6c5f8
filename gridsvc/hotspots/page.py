"""The map as one HTML file that needs no network: folium, with every script, style and glyph inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import folium
import numpy as np
import shapely
from folium.plugins import HeatMap
from numpy.typing import NDArray

from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure, PageScript, script_json
from gridsvc.errors import Text
from gridsvc.geography import Layer
from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots import wording
from gridsvc.hotspots.breaks import break_of, count_breaks
from gridsvc.hotspots.counting import ReportCounts

_HERE = Path(__file__).resolve().parent
_DECIMALS = 6  # of a degree: 0.1 m
_TOP_CELLS = 10
_MAX_ZOOM = 20
HEAT_RADIUS, HEAT_BLUR = 11, 13  # screen pixels
# Warm on the cells' blue, darker where denser: the two layers are told apart without colour vision too.
HEAT_GRADIENT = {0.25: "#fed976", 0.5: "#fd8d3c", 0.75: "#e31a1c", 1.0: "#800026"}


def draw_page(counts: ReportCounts, language: str = "zh") -> str:
    """Return the HTML of the map in `language` (`zh` or `en`)."""
    data = _page_data(counts, language)
    figure = OfflineFigure(
        title=wording.title(counts, language),
        without=MARKER_PACKAGES,
        language="zh-CN" if language == "zh" else "en",
    )
    west, south, east, north = _bounds(counts.cells.layer)
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=13,
        tiles=None,  # an intranet has none
        prefer_canvas=True,
        zoom_control="topright",
        font_size="13px",
        maxZoom=_MAX_ZOOM,
        zoomSnap=0.25,
        attributionControl=False,
    )
    figure.add_child(drawn)
    cells = _layer(counts.cells.layer, wording.CELL_LAYER, language)
    cells.add_to(drawn)
    names = {"cells": cells.get_name()}
    streets = counts.cells.upper("street")
    if streets is not None:
        outlines = _layer(streets, wording.STREET_LAYER, language, interactive=False)
        outlines.add_to(drawn)
        names["streets"] = outlines.get_name()
    if len(counts.heat):
        heat = HeatMap(  # type: ignore[no-untyped-call]
            [[lat, lon, int(n)] for lon, lat, n in counts.heat.tolist()],
            name=wording.HEAT_LAYER.in_language(language),
            radius=HEAT_RADIUS,
            blur=HEAT_BLUR,
            max_zoom=_MAX_ZOOM,
            min_opacity=0.01,
            gradient={str(at): colour for at, colour in HEAT_GRADIENT.items()},
        )
        heat.add_to(drawn)
        names["heat"] = heat.get_name()
    control = folium.LayerControl(collapsed=False, position="topright")
    control.add_to(drawn)
    names["control"] = control.get_name()
    named = ", ".join(f"{layer}: {name}" for layer, name in names.items())
    drawn.add_child(
        PageScript(
            style=_HERE / "heatmap.css",
            script=_HERE / "heatmap.js",
            glyphs=_all_text(data),
            call=f"showHeatmap({drawn.get_name()}, {{{named}}}, {script_json(data)});",
        )
    )
    return figure.render()


def _page_data(counts: ReportCounts, language: str) -> dict[str, Any]:
    codes = counts.cells.layer.codes
    breaks = count_breaks(counts.counts)
    classes = break_of(breaks, counts.counts)
    streets = counts.cells.upper("street")
    west, south, east, north = _bounds(counts.cells.layer)
    zone = counts.question.zone
    return {
        "title": wording.title(counts, language),
        "period": wording.period(counts, language),
        "total": wording.total(counts, language),
        "empty": "" if counts.total else wording.NO_REPORTS.in_language(language),
        "synthetic": wording.SYNTHETIC.in_language(language) if counts.cells.synthetic else "",
        "remarks": wording.remarks(counts, language),
        "bounds": [[south, west], [north, east]],
        "breaks": [{"label": each.label(), "colour": each.colour, "cells": each.cells} for each in breaks],
        "cells": [
            [codes[index], int(counts.counts[index]), int(classes[index]), _where(counts, index)]
            for index in range(len(codes))
        ],
        "streets": streets.names if streets is not None else [],
        "top": counts.ranking(_TOP_CELLS),
        "texts": {
            index: [
                [report.opened_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"), report.words]
                for report in reports
            ]
            for index, reports in counts.texts.items()
        },
        "heat": {
            "radius": HEAT_RADIUS,
            "blur": HEAT_BLUR,
            "maxZoom": _MAX_ZOOM,
            "step": counts.heat_step,
            "gradient": {str(at): colour for at, colour in HEAT_GRADIENT.items()},
        },
        "words": {
            name: said.in_language(language)
            for name, said in {
                "cases": wording.CASES,
                "cells": wording.CELLS,
                "dense": wording.DENSE,
                "heatHint": wording.HEAT_HINT,
                "heatLayer": wording.HEAT_LAYER,
                "latestReports": wording.LATEST_REPORTS,
                "reportsPerCell": wording.REPORTS_PER_CELL,
                "sparse": wording.SPARSE,
                "topCells": wording.TOP_CELLS,
            }.items()
        },
    }


def _where(counts: ReportCounts, index: int) -> str:
    above = counts.cells.above
    names = [above[level][index] for level in ("street", "community") if level in above]
    return " ".join(name for name in names if name)


def _layer(layer: Layer, name: Text, language: str, **options: Any) -> folium.GeoJson:
    """Return the areas of a layer, each with its number alone: folium would run names as templates."""
    features = [
        {"type": "Feature", "properties": {"i": index}, "geometry": shape}
        for index, shape in enumerate(_geojson(layer))
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return folium.GeoJson(collection, name=name.in_language(language), **options)


def _geojson(layer: Layer) -> list[dict[str, Any]]:
    """Return the geometry of each area in degrees, without the vertices that no screen shows."""

    def degrees(millimetres: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = np.rint(millimetres).astype(np.int64).T
        return np.round(np.stack(to_degrees(layer.srid, x, y), axis=1), _DECIMALS).astype(np.float64)

    shapes = shapely.transform(layer.geom_mm, degrees)
    return [shapely.geometry.mapping(shape) for shape in shapes]


def _bounds(layer: Layer) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(layer.geom_mm)
    lon, lat = to_degrees(
        layer.srid, np.array([west, east, west, east]), np.array([south, north, north, south])
    )
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _all_text(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        return [text for key, value in data.items() for text in (str(key), *_all_text(value))]
    if isinstance(data, list):
        return [text for value in data for text in _all_text(value)]
    return [str(data)]
