"""The report as one HTML file that needs no network: outlines, findings on them, and a list beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import folium
import numpy as np
import orjson
import shapely

from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure, PageScript, script_json
from gridsvc.errors import Text
from gridsvc.geography.checking.findings import CheckFinding
from gridsvc.geography.checking.kinds import KINDS, SEVERITIES, SEVERITY_NAMES
from gridsvc.geography.checking.report import LayerReport
from gridsvc.geography.checking.writing import place_of
from gridsvc.geography.rings import Geometries

_HERE = Path(__file__).resolve().parent
_DECIMALS = 7  # of a degree: a centimetre
_MAX_ZOOM = 23
# A browser draws this many outlines at once; of a larger layer only the areas that are spoken of are drawn.
_MOST_OUTLINES = 20_000
# A finding is drawn with no more vertices than this; its centre and its size say the rest.
_MOST_VERTICES = 2_000
# Told apart without colour vision (Okabe and Ito), and by the shape of the marks besides.
COLOURS = {"error": "#d55e00", "warning": "#0072b2", "info": "#767676"}
_WORDS = {
    "areas": Text("个区域", "areas"),
    "against": Text("上级", "held against"),
    "all": Text("全部", "all"),
    "codes": Text("编码", "codes"),
    "filter": Text("按编码筛选", "filter by code"),
    "length": Text("长约", "about"),
    "more": Text("再显示", "show more:"),
    "none": Text("未发现任何问题。", "Nothing was found."),
    "nothing": Text("没有符合的条目。", "Nothing fits."),
    "noplace": Text("（无位置）", "(no place)"),
    "outlines": Text("只画出有问题的区域轮廓", "only the outlines of areas spoken of are drawn"),
    "rows": Text("要素", "feature"),
    "wide": Text("宽", "wide"),
}


def draw_page(reports: Sequence[LayerReport], language: str = "zh") -> str:
    """Return the HTML of the page in `language` (`zh` or `en`), whatever comes first in the data."""
    data = _page_data(reports, language)
    figure = OfflineFigure(
        title=data["title"], without=MARKER_PACKAGES, language="zh-CN" if language == "zh" else "en"
    )
    (south, west), (north, east) = data["bounds"]
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
    drawn.add_child(
        PageScript(
            style=_HERE / "page.css",
            script=_HERE / "page.js",
            glyphs=_texts(data),
            call=f"showReport({drawn.get_name()}, {script_json(data)});",
        )
    )
    return figure.render()


def _page_data(reports: Sequence[LayerReport], language: str) -> dict[str, Any]:
    kinds = [kind for kind in KINDS if any(each.kind == kind for r in reports for each in r.findings)]
    findings = [
        _finding(each, number, kinds, language)
        for number, report in enumerate(reports)
        for each in report.findings
    ]
    outlines = [_drawn_outlines(report) for report in reports]
    everything = np.concatenate([report.outlines for report in reports])
    west, south, east, north = shapely.total_bounds(everything).tolist()
    names = "、".join(report.source for report in reports)
    title = Text(f"拓扑检查：{names}", f"Topology report: {names}").in_language(language)
    return {
        "title": title,
        "bounds": [[south, west], [north, east]],
        "severities": [
            {
                "key": severity,
                "name": SEVERITY_NAMES[severity].in_language(language),
                "colour": COLOURS[severity],
                "count": sum(report.count(severity) for report in reports),
            }
            for severity in SEVERITIES
        ],
        "kinds": [
            {
                "name": KINDS[kind].title.in_language(language),
                "remedy": KINDS[kind].remedy.in_language(language),
            }
            for kind in kinds
        ],
        "layers": [
            {
                "name": report.source,
                "level": report.level,
                "areas": len(report.codes),
                "m2": round(report.total_m2),
                "against": report.against or "",
                "cut": len(shapes) < len(report.codes),
                "shapes": shapes,
            }
            for report, shapes in zip(reports, outlines, strict=True)
        ],
        "findings": findings,
        "words": {key: text.in_language(language) for key, text in _WORDS.items()},
    }


def _finding(each: CheckFinding, layer: int, kinds: list[str], language: str) -> dict[str, Any]:
    shape = each.shape
    if shape is not None and (shape.is_empty or shapely.get_num_coordinates(shape) > _MOST_VERTICES):
        shape = None if shape.is_empty else shape.envelope
    return {
        "l": layer,
        "k": kinds.index(each.kind),
        "s": SEVERITIES.index(each.severity),
        "c": list(each.codes[:8]),
        "r": list(each.rows[:8]),
        "t": each.message.in_language(language),
        "m": [_short(each.m2), _short(each.width_m), _short(each.length_m)],
        "p": place_of(each),
        "g": None if shape is None else _mapping(shape),
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _drawn_outlines(report: LayerReport) -> list[list[Any]]:
    """Return code and shape of the areas to draw."""
    chosen = list(range(len(report.codes)))
    if len(report.codes) > _MOST_OUTLINES:
        spoken = {code for each in report.findings for code in each.codes[:8]}
        chosen = [k for k in chosen if report.codes[k] in spoken][:_MOST_OUTLINES]
    shapes = _for_screen(report.outlines[chosen])
    return [[report.codes[k], _mapping(shape)] for k, shape in zip(chosen, shapes, strict=True)]


def _for_screen(shapes: Geometries) -> Geometries:
    """Return shapes without vertices that only a layer with very many of them can have too many of."""
    if shapely.get_num_coordinates(shapes).sum() <= _MOST_OUTLINES * 20:
        return shapes
    west, south, east, north = shapely.total_bounds(shapes)
    return np.asarray(shapely.simplify(shapes, max(east - west, north - south) / 20_000))


def _mapping(shape: Any) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))
    mapped: dict[str, Any] = orjson.loads(shapely.to_geojson(rounded))
    return mapped


def _texts(data: dict[str, Any]) -> list[str]:
    """Return all that the page may show, for its font."""
    shown = [data["title"], "0123456789,.%²（）()：→×+-–", *data["words"].values()]
    shown += [text for kind in data["kinds"] for text in kind.values()]
    shown += [severity["name"] for severity in data["severities"]]
    shown += [each["t"] + "".join(each["c"]) for each in data["findings"]]
    return shown + [f"{layer['name']}{layer['level']}{layer['against']}" for layer in data["layers"]]
