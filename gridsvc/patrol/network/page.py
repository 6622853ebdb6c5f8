"""The network as one HTML file that needs no network: who may use which street, and what leads nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import shapely

from gridsvc.errors import Text
from gridsvc.patrol.network.clip import lines_in_degrees
from gridsvc.patrol.network.link_table import mode_states
from gridsvc.patrol.network.modes import MODES, SPEEDS, ModeSpeeds
from gridsvc.patrol.network.report import MODE_WORDS, NetworkReport
from gridsvc.patrol.network.streets import Streets

_HERE = Path(__file__).resolve().parent
_WORDS = {
    "title": Text("巡查路网", "Streets for patrols"),
    "main": Text("可往返", "one can come and go"),
    "one_side": Text("可用，但不能往返于主体路网", "usable, but cut off from the rest"),
    "closed": Text("不能用", "closed to it"),
    "unnamed": Text("无名路", "no name"),
    "one_way": Text("单行", "one way"),
    "metres": Text("米", "m"),
    "more": Text("路网说明", "About the network"),
}


def draw_network(
    streets: Streets, report: NetworkReport, language: str = "zh", speeds: ModeSpeeds = SPEEDS
) -> str:
    """Return the HTML in `language` (`zh` or `en`)."""
    import folium

    from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure, PageScript, script_json

    data = _data(streets, report, language, speeds)
    figure = OfflineFigure(
        title=data["words"]["title"], without=MARKER_PACKAGES, language="zh-CN" if language == "zh" else "en"
    )
    drawn = folium.Map(
        location=data["bounds"][0],
        zoom_start=13,
        tiles=None,  # an intranet has none
        prefer_canvas=True,
        zoom_control="topright",
        font_size="13px",
        maxZoom=20,
        zoomSnap=0.25,
        attributionControl=False,
    )
    figure.add_child(drawn)
    drawn.add_child(
        PageScript(
            style=_HERE / "page.css",
            script=_HERE / "page.js",
            glyphs=[orjson.dumps(data).decode()],
            call=f"showNetwork({drawn.get_name()}, {script_json(data)});",
        )
    )
    return figure.render()


def _data(streets: Streets, report: NetworkReport, language: str, speeds: ModeSpeeds) -> dict[str, Any]:
    """Return what the page shows; a link is [latitudes and longitudes, name, state by mode, way, metres]."""
    lines = lines_in_degrees(streets)
    west, south, east, north = shapely.total_bounds(lines).tolist()
    states = [mode_states(streets, mode, speeds).tolist() for mode in MODES]
    names = [str(each) if each else None for each in streets.roads.names[streets.road]]
    links = [
        [shapely.get_coordinates(line)[:, ::-1].round(6).tolist(), name, list(state), int(way), round(metres)]
        for line, name, state, way, metres in zip(
            lines, names, zip(*states, strict=True), streets.way, streets.length_m.tolist(), strict=True
        )
    ]
    return {
        "links": links,
        "modes": [MODE_WORDS[mode].in_language(language) for mode in MODES],
        "told": [line.in_language(language) for line in report.lines()],
        "words": {key: text.in_language(language) for key, text in _WORDS.items()},
        "sources": sorted({str(each) for each in streets.roads.sources}),
        "bounds": [[south, west], [north, east]],
    }
