"""A plan as one HTML file that needs no network: folium, with every script, style and glyph inside."""

from __future__ import annotations

from pathlib import Path

import folium
import orjson

from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure, PageScript, Verbatim, script_json
from gridsvc.patrol.outputs.backdrop import Backdrop
from gridsvc.patrol.outputs.page_data import page_data
from gridsvc.patrol.outputs.route_files import ROUTE_SCRIPTS, ROUTE_STYLE
from gridsvc.patrol.plan import Plan

_HERE = Path(__file__).resolve().parent
_MAX_ZOOM = 20
_PARTS = ("page_elements", "page_streets", "page_popups", "page_grounds", "page_panel")
_SCRIPTS = (*ROUTE_SCRIPTS, *(_HERE / f"{name}.js" for name in _PARTS))


def draw_page(plan: Plan, language: str = "zh", backdrop: Backdrop | None = None) -> str:
    """Return the HTML in `language` (`zh` or `en`)."""
    data = page_data(plan, language, backdrop)
    bounds = data["bounds"] or [[0.0, 0.0], [0.0, 0.0]]
    figure = OfflineFigure(
        title=data["title"], without=MARKER_PACKAGES, language="zh-CN" if language == "zh" else "en"
    )
    drawn = folium.Map(
        location=[(bounds[0][axis] + bounds[1][axis]) / 2 for axis in (0, 1)],
        zoom_start=15,
        tiles=None,  # an intranet has none
        prefer_canvas=True,
        zoom_control="topright",
        font_size="13px",
        maxZoom=_MAX_ZOOM,
        zoomSnap=0.25,
        attributionControl=False,
    )
    figure.add_child(drawn)
    for script in _SCRIPTS:
        figure.header.add_child(Verbatim(f"<script>{script.read_text('utf-8')}</script>"), name=script.stem)
    figure.header.add_child(Verbatim(f"<style>{ROUTE_STYLE.read_text('utf-8')}</style>"), name="route_style")
    drawn.add_child(
        PageScript(
            style=_HERE / "page.css",
            script=_HERE / "page.js",
            glyphs=[orjson.dumps(data).decode()],
            call=f"showPlan({drawn.get_name()}, {script_json(data)});",
        )
    )
    return figure.render()
