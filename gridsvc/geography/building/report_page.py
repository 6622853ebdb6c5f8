"""The report of a built grid as one page: numbers, what is doubtful, and a map to point at. No network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.building.following import KINDS, RULE
from gridsvc.geography.building.plan import BuiltGrid
from gridsvc.geography.building.roadrules import REASON_WORDS
from gridsvc.geography.rings import Floats

_KIND_WORDS = {
    "boundary": "外边界 outer border",
    "parent": "社区界 community border",
    "compound": "院落 compound",
    "river": "河流 river",
    "wall": "墙 wall",
    "road": "道路 road",
    "rule": "按规则 by rule",
}
_MOST_DOUBTS = 200
_STYLE = """
body{font:15px/1.5 "Noto Sans SC","Microsoft YaHei",sans-serif;margin:1.5rem auto;max-width:1200px;
padding:0 1rem;color:#222}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:1.6rem}
table{border-collapse:collapse}td,th{border-bottom:1px solid #ddd;padding:.2rem .8rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto;border:1px solid #ddd}
.warn{background:#fff4d6;padding:.5rem .8rem;border-left:4px solid #e0a800}
svg .c{fill:#f4f1e8;stroke:none}svg .c.h{fill:#e9e4f4}svg .c:hover{fill:#ffe08a}
.k{margin-right:1.2rem;white-space:nowrap}.k i{display:inline-block;width:1.6rem;margin-right:.3rem;
vertical-align:middle}svg path.l{fill:none;stroke-linecap:round;pointer-events:none}
"""
_RIM = "#5a73a0"
_RIMS = {"community": 7.0, "street": 20.0}
_STROKES = {
    "rule": ("#aaa", 4.0),
    "road": ("#d7301f", 9.0),
    "river": ("#2b8cbe", 9.0),
    "wall": ("#7a5c3e", 8.0),
    "compound": ("#756bb1", 7.0),
    "parent": ("#08306b", 8.0),
    "boundary": ("#111", 8.0),
}


def page(grid: BuiltGrid, numbers: dict[str, Any], credit: str) -> str:
    """Return the page as HTML, Chinese first; `numbers` is the `summary`, `credit` names the sources."""
    name = grid.levels["district"].names[0]
    title = f"单元网格划分报告 · {name}"
    cells, borders = numbers["cells"], numbers["borders"]
    low, target, high = cells["limits_m2"]
    facts = [
        ("单元网格 cells", f"{numbers['counts']['cell']:,}"),
        ("社区 communities", f"{numbers['counts']['community']:,}"),
        ("街道 streets", f"{numbers['counts']['street']:,}"),
        ("总面积 area", f"{numbers['area_m2']:,.0f} m²"),
        ("与边界面积差 difference from the boundary", f"{numbers['difference_m2']:.3f} m²"),
        (
            f"面积在 {low:,.0f}–{high:,.0f} m² within the limits",
            f"{cells['within']:,} ({cells['share_within']:.1%})",
        ),
        (f"中位面积 median (目标 target {target:,.0f})", f"{cells['median_m2']:,.0f} m²"),
        (
            "最小、最大 smallest, largest",
            f"{cells['smallest_m2']:,.0f} · {cells['largest_m2']:,.0f} m²",
        ),
        ("没有临路的网格 cells without a road", f"{numbers['cells_without_road']:,}"),
        ("院落 compounds", f"{numbers['compounds']['given']:,}"),
        *_former(numbers["former"]),
    ]
    total = sum(borders[kind] for kind in KINDS)
    lengths = [
        (_KIND_WORDS[kind], f"{borders[kind]:,.0f} m", f"{borders[kind] / total:.1%}")
        for kind in KINDS
        if borders[kind]
    ]
    reasons = [
        (f"{REASON_WORDS[reason]} {reason}", f"{count:,}")
        for reason, count in numbers["roads"]["left_out"].items()
    ]
    return "".join(
        (
            "<!doctype html><html lang=zh><meta charset=utf-8>",
            f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
            _placeholder_note(grid),
            _table(facts),
            "<h2>网格图 · Map</h2>",
            _legend(grid, borders),
            _map(grid),
            "<h2>边界依据 · What borders follow</h2>",
            _table(lengths),
            "<h2>未采用的道路 · Links left out</h2>",
            _table(reasons) if reasons else "<p>无 none</p>",
            _doubts(numbers["doubts"]),
            f"<p>{escape(credit)}</p></html>",
        )
    )


def _former(former: dict[str, Any] | None) -> list[tuple[str, str]]:
    if former is None:
        return []
    kept, passed = former["kept"], former["passed_over"]
    return [("沿用原编码 codes kept", f"{kept:,}"), ("跳过的旧编码 codes passed over", f"{passed:,}")]


def _placeholder_note(grid: BuiltGrid) -> str:
    if not grid.placeholders:
        return ""
    return (
        "<p class=warn><b>占位</b>：街道和社区的界线不是官方界线，由街道办事处的位置推定，仅作占位。"
        "<br><b>Placeholders</b>: the borders of streets and communities are not official; they were derived"
        " from the places of the offices.</p>"
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    body = "".join(
        f"<tr><th>{escape(row[0])}" + "".join(f"<td class=n>{escape(cell)}" for cell in row[1:])
        for row in rows
    )
    return f"<table>{body}</table>"


def _doubts(found: list[dict[str, Any]]) -> str:
    if not found:
        return ""
    shown = "".join(
        f"<tr><td>{escape(str(each['code']))}<td>{escape(str(each['value'] or ''))}"
        f"<td>{escape(each['reason'])}<br>{escape(each['reason_en'])}"
        for each in found[:_MOST_DOUBTS]
    )
    return f"<h2>存疑 · Doubtful ({len(found)})</h2><table>{shown}</table>"


def _map(grid: BuiltGrid) -> str:
    """Return the cells as SVG in metres, each with its code; borders in the colour of what they follow."""
    west, south, east, north = shapely.total_bounds(grid.cells.shapes) / 1e3
    corner = np.array([west, north])
    parts = [f'<svg viewBox="0 0 {east - west:.0f} {north - south:.0f}" role="img">']
    area = shapely.area(grid.cells.shapes) / 1e6
    for k, shape in enumerate(grid.cells.shapes):
        words = f"{grid.cells.codes[k]} {grid.cells.names[k]} {area[k]:,.0f} m²"
        kind = "c h" if grid.cell_compound[k] >= 0 else "c"
        rings = "".join(
            _path(shapely.get_coordinates(ring), corner) + "Z" for ring in shapely.get_rings(shape)
        )
        parts.append(
            f'<path class="{kind}" fill-rule=evenodd d="{rings}"><title>{escape(words)}</title></path>'
        )
    parts.append(_edges(grid, RULE, corner))
    for name, width in _RIMS.items():
        rims = shapely.get_parts(shapely.boundary(grid.levels[name].shapes))
        drawn = "".join(_path(shapely.get_coordinates(rim), corner) for rim in rims)
        parts.append(f'<path class=l stroke="{_RIM}" stroke-width="{width}" d="{drawn}"/>')
    # On top of communities: whether their borders follow roads is what one wants to see.
    parts += [_edges(grid, kind, corner) for kind in KINDS if kind != RULE]
    return "".join(parts) + "</svg>"


def _edges(grid: BuiltGrid, kind: str, corner: Floats) -> str:
    edges = grid.sides.edges[grid.follows == KINDS.index(kind)]
    if not len(edges):
        return ""
    lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(edges)))
    drawn = "".join(_path(shapely.get_coordinates(line), corner) for line in lines)
    colour, width = _STROKES[kind]
    return f'<path class=l stroke="{colour}" stroke-width="{width}" d="{drawn}"/>'


def _legend(grid: BuiltGrid, borders: dict[str, Any]) -> str:
    note = "（占位 placeholder）" if grid.placeholders else ""
    drawn = [(_STROKES[kind][0], 3, _KIND_WORDS[kind]) for kind in KINDS if borders[kind]]
    drawn += [(_RIM, 2, f"社区 community{note}"), (_RIM, 5, f"街道 street{note}")]
    return "<p>" + " ".join(
        f'<span class=k><i style="border-top:{width}px solid {colour}"></i>{escape(words)}</span>'
        for colour, width, words in drawn
    )


def _path(xy: Floats, corner: Floats) -> str:
    """Return an SVG path in decimetres below and right of `corner` (metres)."""
    places = np.round((xy / 1e3 - corner) * (1.0, -1.0), 1)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places.tolist())
