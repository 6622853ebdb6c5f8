"""A sheet as one HTML file that needs no network: folium, with every script, style and glyph inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import folium
import shapely
from folium.plugins import HeatMap
from numpy.typing import NDArray

from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure, PageScript, script_json
from gridsvc.errors import Text
from gridsvc.hotspots.sheets import wording
from gridsvc.hotspots.sheets.colours import HEAT
from gridsvc.hotspots.sheets.outlines import bounds, in_degrees
from gridsvc.hotspots.sheets.overlay import Overlay, mercator_overlay
from gridsvc.hotspots.sheets.page_data import all_text, page_data
from gridsvc.hotspots.sheets.sheet import Sheet

_HERE = Path(__file__).resolve().parent
_MAX_ZOOM = 20


def draw_page(sheet: Sheet, language: str = "zh") -> str:
    """Return the HTML in `language` (`zh` or `en`)."""
    overlay = mercator_overlay(sheet.surface) if sheet.surface is not None else None
    data = page_data(sheet, language, overlay) | {"maxZoom": _MAX_ZOOM}
    figure = OfflineFigure(
        title=sheet.title.in_language(language),
        without=MARKER_PACKAGES,
        language="zh-CN" if language == "zh" else "en",
    )
    west, south, east, north = bounds(sheet.cells.layer)
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
    layers = _layers(sheet, overlay, language)
    for layer in layers.values():
        layer.add_to(drawn)
    control = folium.LayerControl(collapsed=False, position="topright")
    control.add_to(drawn)
    names = {name: layer.get_name() for name, layer in layers.items()} | {"control": control.get_name()}
    named = ", ".join(f"{layer}: {name}" for layer, name in names.items())
    drawn.add_child(
        PageScript(
            style=_HERE / "page.css",
            script=_HERE / "page.js",
            glyphs=all_text(data),
            call=f"showSheet({drawn.get_name()}, {{{named}}}, {script_json(data)});",
        )
    )
    return figure.render()


def _layers(sheet: Sheet, overlay: Overlay | None, language: str) -> dict[str, Any]:
    """Return folium's layers from the lowest; their names are ours alone: it runs them as templates."""
    cells = sheet.cells.layer
    layers: dict[str, Any] = {
        "cells": _areas(in_degrees(cells.srid, cells.geom_mm), wording.CELL_LAYER, language)
    }
    if overlay is not None:
        layers["surface"] = folium.raster_layers.ImageOverlay(
            overlay.address,
            [list(corner) for corner in overlay.bounds],
            name=wording.SURFACE_LAYER.in_language(language),
            pixelated=False,
        )
    if sheet.surface is not None and sheet.surface.contours:
        lines = [shapely.transform(shape, lambda xy: xy * 1000) for _, shape in sheet.surface.contours]
        layers["contours"] = _areas(
            in_degrees(sheet.surface.srid, lines), wording.CONTOUR_LAYER, language, interactive=False
        )
    streets = sheet.cells.upper("street")
    if streets is not None:
        layers["streets"] = _areas(
            in_degrees(streets.srid, streets.geom_mm), wording.STREET_LAYER, language, interactive=False
        )
    if sheet.shapes:
        shapes = [shape.geometry_mm for shape in sheet.shapes]
        layers["shapes"] = _areas(in_degrees(cells.srid, shapes), wording.SHAPE_LAYER, language)
    if sheet.heat is not None and len(sheet.heat):
        layers["heat"] = HeatMap(  # type: ignore[no-untyped-call]
            [[lat, lon, weight] for lon, lat, weight in sheet.heat.tolist()],
            name=wording.HEAT_LAYER.in_language(language),
            show=sheet.heat_shown,
            radius=11,
            blur=13,
            max_zoom=_MAX_ZOOM,
            min_opacity=0.01,
            gradient={str(at): colour for at, colour in HEAT.items()},
        )
    return layers


def _areas(shapes: NDArray[Any] | Sequence[Any], name: Text, language: str, **options: Any) -> folium.GeoJson:
    """Return a layer of shapes, each with its number alone: folium would run names as templates."""
    features = [
        {"type": "Feature", "properties": {"i": index}, "geometry": shapely.geometry.mapping(shape)}
        for index, shape in enumerate(shapes)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return folium.GeoJson(collection, name=name.in_language(language), **options)
