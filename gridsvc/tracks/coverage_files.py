"""Coverage as a file: a map in one page that needs no network, GeoJSON, or a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from gridsvc.errors import Text
from gridsvc.tabular import check_target, harmless, write_whole
from gridsvc.tracks.coverage import Coverage, Covered

SUFFIXES = (".html", ".geojson", ".csv")

_DECIMALS = 6
_TITLES = {
    "cell": Text("单元网格巡查覆盖", "Cells covered by patrols"),
    "zone": Text("责任网格巡查覆盖", "Zones covered by patrols"),
    "street": Text("路段巡查覆盖", "Streets covered by patrols"),
}
# Of ColorBrewer's Blues (Brewer 2003), from one that is seen on white; never visited is no shade of it.
_NEVER = "#f4a582"
_SHADES = ("#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594")


def check_coverage_file(path: Path) -> None:
    """Refuse a file that `write_coverage` cannot write: raises what `tabular.check_target` raises."""
    check_target(path, SUFFIXES)


def write_coverage(found: Coverage, path: Path, language: str = "zh") -> int:
    """Write coverage to `path`, whole or not at all, by its suffix; return the size in bytes."""
    check_coverage_file(path)
    writers: dict[str, Callable[[Coverage, str], bytes]] = {
        ".html": _page,
        ".geojson": _geojson,
        ".csv": _table,
    }
    return write_whole(path, writers[path.suffix.lower()](found, language))


def coverage_features(found: Coverage) -> dict[str, Any]:
    """Return coverage as a GeoJSON feature collection, with what is said of the whole beside it."""
    whole = found.as_dict()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": orjson.Fragment(text),
                "properties": row.as_dict() | {"never": not row.days},
            }
            for row, text in zip(found.rows, shapely.to_geojson(_rounded(found.shapes)).tolist(), strict=True)
        ],
        "coverage": {name: value for name, value in whole.items() if name not in ("rows", "never")},
    }


def _rounded(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda degrees: np.round(degrees, _DECIMALS))


def _geojson(found: Coverage, language: str) -> bytes:  # noqa: ARG001  every writer takes it
    return orjson.dumps(coverage_features(found))


def _table(found: Coverage, language: str) -> bytes:  # noqa: ARG001  headers are names of fields
    file = io.StringIO()
    names = ["code", "name", "minutes", "days", "last_day"]
    if found.by == "street":
        names += ["metres", "length_m"]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    for row in found.rows:
        told = row.as_dict()
        writer.writerow(
            {name: harmless(told[name]) if name in ("code", "name") else told[name] for name in names}
        )
    return file.getvalue().encode("utf-8-sig")


def _page(found: Coverage, language: str) -> bytes:
    import folium

    from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure

    def say(text: Text) -> str:
        return text.in_language(language)

    title = f"{say(_TITLES[found.by])} {found.first} – {found.last}"
    figure = OfflineFigure(
        title=title, without=MARKER_PACKAGES, language="zh-CN" if language == "zh" else "en"
    )
    west, south, east, north = (float(each) for each in shapely.total_bounds(found.shapes))
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=13,
        tiles=None,  # an intranet has none
        prefer_canvas=True,
        control_scale=True,
    )
    figure.add_child(drawn)
    breaks = _breaks(found)
    features = coverage_features(found)
    for row, feature in zip(found.rows, features["features"], strict=True):
        feature["properties"]["colour"] = _colour(row, breaks)
    # What was visited is drawn last: where links cross it is what one should see.
    features["features"].sort(key=lambda feature: feature["properties"]["days"])
    labels = {
        "code": Text("编号", "code"),
        "name": Text("名称", "name"),
        "minutes": Text("分钟", "minutes"),
        "days": Text("天数", "days"),
        "last_day": Text("最近一天", "last day"),
    }
    folium.GeoJson(
        orjson.loads(orjson.dumps(features)),
        style_function=lambda feature: {
            "color": feature["properties"]["colour"],
            "weight": 3 if found.by == "street" else 0.7,
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 0.55,
        },
        tooltip=folium.GeoJsonTooltip(list(labels), [say(label) for label in labels.values()]),
    ).add_to(drawn)
    drawn.fit_bounds([[south, west], [north, east]])
    figure.html.add_child(folium.Element(_legend(found, breaks, title, say)))
    return str(figure.render()).encode()


def _breaks(found: Coverage) -> list[float]:
    minutes = np.array([row.minutes for row in found.rows if row.days])
    if not len(minutes):
        return []
    limits = np.quantile(minutes, np.arange(1, len(_SHADES)) / len(_SHADES))
    return [float(each) for each in np.unique(np.round(limits, 1))]


def _colour(row: Covered, breaks: list[float]) -> str:
    return _SHADES[int(np.searchsorted(breaks, row.minutes, side="right"))] if row.days else _NEVER


def _legend(found: Coverage, breaks: list[float], title: str, say: Callable[[Text], str]) -> str:
    from html import escape

    never = len(found.never)
    limits = ["0", *(f"{each:g}" for each in breaks)]
    steps = [(_NEVER, f"{say(Text('从未到过', 'never'))}: {never:,}")]
    for number, (shade, low) in enumerate(zip(_SHADES, limits, strict=False)):
        high = f"–{limits[number + 1]}" if number + 1 < len(limits) else "+"
        steps.append((shade, f"{low}{high} {say(Text('分钟', 'min'))}"))
    if never == len(found.rows):
        steps = steps[:1]
    rows = "".join(
        f'<div><span style="background:{colour};display:inline-block;width:1em;height:1em"></span>'
        f" {escape(words)}</div>"
        for colour, words in steps
    )
    said = "".join(f"<div>{escape(say(remark))}</div>" for remark in found.remarks)
    return (
        '<div style="position:fixed;right:12px;top:12px;z-index:1000;background:#fff;padding:8px 12px;'
        'font:14px sans-serif;box-shadow:0 1px 4px rgba(0,0,0,.4);max-width:22em">'
        f"<strong>{escape(title)}</strong>{rows}{said}</div>"
    )
