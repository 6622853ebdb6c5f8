"""A picture of a built grid, to be judged by eye before anybody walks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.building.following import COMPOUND, KINDS, RIVER, ROAD, RULE, WALL
from gridsvc.geography.building.plan import BuiltGrid

_COLOURS = {RULE: "#b5b5b5", ROAD: "#d7301f", RIVER: "#2b8cbe", WALL: "#7a5c3e", COMPOUND: "#756bb1"}
_WIDTHS = {RULE: 0.35, ROAD: 0.9, RIVER: 0.9, WALL: 0.9, COMPOUND: 0.8}
_DPI = 130
# Neighbouring communities shall differ, not mean anything.
_TINTS = ("#f2f0e6", "#e8f1e4", "#e6eef5", "#f5e9e6", "#efe9f4", "#e4f1f0", "#f6f1dd")


def draw(path: Path, grid: BuiltGrid, credit: str) -> None:
    """Write a PNG of the cells by community, with their borders coloured by what these follow.

    Words are English: a server has no Chinese font for certain. `credit` names the sources.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    west, south, east, north = shapely.total_bounds(grid.cells.shapes) / 1e6
    width = 12.0
    figure = Figure(figsize=(width, width * (north - south) / (east - west) + 0.8))
    FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((0.0, 0.06, 1.0, 0.94))
    place = {code: k for k, code in enumerate(grid.levels["community"].codes)}
    tint = [_TINTS[place[parent] % len(_TINTS)] for parent in grid.cells.parents]
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(s)) / 1e6 for s in grid.cells.shapes]
    axes.add_collection(PolyCollection(rings, facecolors=tint, edgecolors="none"))
    handles = []

    def draw_edges(kind: str) -> None:
        chosen = grid.follows == KINDS.index(kind)
        if not chosen.any():
            return
        edges = grid.sides.edges[chosen] / 1e6
        axes.add_collection(LineCollection(edges, colors=_COLOURS[kind], linewidths=_WIDTHS[kind]))
        label = {RULE: "by rule"}.get(kind, f"follows a {kind}")
        handles.append(Line2D([], [], color=_COLOURS[kind], linewidth=1.5, label=label))

    # Roads on top of communities: that a border of both is a road is what one wants to see.
    draw_edges(RULE)
    for name, colour, line in (("community", "#6b6b6b", 0.9), ("street", "#08306b", 2.6)):
        level = grid.levels[name]
        words = f"{name}{' (placeholder)' if level.placeholder else ''}"
        axes.add_collection(LineCollection(_rims(level.shapes), colors=colour, linewidths=line))
        handles.append(Line2D([], [], color=colour, linewidth=line, label=words))
    for kind in (WALL, RIVER, COMPOUND, ROAD):
        draw_edges(kind)
    margin = 0.01 * (east - west)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()
    bar = _round_length((east - west) / 8)
    axes.plot([east - bar, east], [south, south], color="black", linewidth=2)
    axes.annotate(f"{bar * 1000:g} m", (east - bar / 2, south), ha="center", va="bottom", fontsize=8)
    figure.legend(handles=handles, loc="lower left", ncols=len(handles), fontsize=8, frameon=False)
    figure.text(0.99, 0.012, credit, ha="right", va="bottom", fontsize=7, color="#444444")
    figure.savefig(path, dpi=_DPI, pil_kwargs={"optimize": True})


def _rims(shapes: Any) -> list[Any]:
    lines = shapely.get_parts(shapely.get_parts(shapely.boundary(shapes)))
    return [shapely.get_coordinates(line) / 1e6 for line in lines]


def _round_length(kilometres: float) -> float:
    power = 10.0 ** np.floor(np.log10(kilometres))
    return float(next(step * power for step in (5, 2, 1) if step * power <= kilometres))
