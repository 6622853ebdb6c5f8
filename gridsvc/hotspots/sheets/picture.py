"""A sheet as a PNG, by matplotlib: the map on the left, what it says on the right."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from gridsvc.assets.font import font_path
from gridsvc.errors import Text
from gridsvc.geography import Layer
from gridsvc.hotspots.sheets.colours import hatch_colour
from gridsvc.hotspots.sheets.overlay import full_colour, heat_pixels
from gridsvc.hotspots.sheets.picture_words import INK, write_words
from gridsvc.hotspots.sheets.sheet import Sheet

_DPI = 160
# How matplotlib writes the hatches of `Step`.
HATCHES = {"": None, "/": "////", "\\": "\\\\\\\\", "x": "xxxx", ".": "...."}
_CONTOUR = "#7a0177"


def draw_picture(sheet: Sheet, language: str = "zh") -> bytes:
    """Return a PNG of about 1,900 × 1,300 pixels, north up, in the projected system of the cells."""
    with _chinese_font():
        figure = Figure(figsize=(12, 8), dpi=_DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0.01, 0.02, 0.69, 0.90))
        axes.set_aspect("equal")
        _draw_cells(axes, sheet)
        _draw_surface(axes, sheet)
        _draw_streets(axes, sheet)
        _draw_shapes(axes, sheet)
        _draw_scale_and_north(axes, language)
        axes.axis("off")
        write_words(figure, sheet, language)
        held = io.BytesIO()
        canvas.print_png(  # type: ignore[no-untyped-call]
            held, metadata={"Title": sheet.title.in_language(language), "Software": "gridsvc"}
        )
        return held.getvalue()


@contextmanager
def _chinese_font() -> Iterator[None]:
    path = str(font_path())
    name = FontProperties(fname=path).get_name()
    if name not in {entry.name for entry in fontManager.ttflist}:
        fontManager.addfont(path)
    settings: dict[Any, Any] = {
        "font.family": [name, "DejaVu Sans"],
        # A class may be called anything: a dollar sign in its name is no formula.
        "text.parse_math": False,
        "text.color": INK,
        "hatch.linewidth": 0.5,
    }
    with mpl.rc_context(settings):
        yield


def _draw_cells(axes: Axes, sheet: Sheet) -> None:
    shapes = sheet.cells.layer.geom_mm
    for number, step in enumerate(sheet.scale.steps):
        paths = [_outline(shape) for shape in shapes[sheet.scale.step == number]]
        if not paths:
            continue
        # The colour of a hatch is that of the edges: drawn first alone, the borders then over it.
        if step.hatch:
            axes.add_collection(
                PathCollection(
                    paths,
                    facecolors=step.colour,
                    edgecolors=hatch_colour(step.colour),
                    linewidths=0,
                    hatch=HATCHES[step.hatch],
                )
            )
        axes.add_collection(
            PathCollection(
                paths,
                facecolors="none" if step.hatch else step.colour,
                edgecolors="#a9b0b8",
                linewidths=0.25,
            )
        )
    west, south, east, north = shapely.total_bounds(shapes) / 1000
    margin = 0.02 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - 2.5 * margin, north + margin)


def _draw_surface(axes: Axes, sheet: Sheet) -> None:
    surface = sheet.surface
    if surface is None or surface.srid != sheet.cells.layer.srid:
        return
    rows, columns = surface.values.shape
    extent = (
        surface.west_m,
        surface.west_m + columns * surface.step_m,
        surface.north_m - rows * surface.step_m,
        surface.north_m,
    )
    pixels = heat_pixels(surface.values, full_colour(surface.values))
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(pixels, extent=extent, origin="upper", interpolation="bilinear", zorder=2)
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
    for _, shape in surface.contours:
        lines = [shape] if shape.geom_type == "Polygon" else list(shape.geoms)
        paths = [_outline(line, 1.0) for line in lines if not line.is_empty]
        if paths:
            axes.add_collection(
                PathCollection(paths, facecolors="none", edgecolors=_CONTOUR, linewidths=0.6, zorder=2.5)
            )


def _draw_streets(axes: Axes, sheet: Sheet) -> None:
    streets = sheet.cells.upper("street")
    if streets is None or streets.srid != sheet.cells.layer.srid:
        return
    paths = [_outline(shape) for shape in streets.geom_mm]
    axes.add_collection(
        PathCollection(paths, facecolors="none", edgecolors="#33393f", linewidths=0.9, zorder=3)
    )
    _name_streets(axes, streets)


def _name_streets(axes: Axes, streets: Layer) -> None:
    """Write the names, the largest street first; one that would lie over another is left out."""
    halo = [withStroke(linewidth=2.5, foreground="white")]
    axes.apply_aspect()
    kept: list[Any] = []
    for street in np.argsort(-shapely.area(streets.geom_mm), kind="stable"):
        inside = shapely.point_on_surface(streets.geom_mm[street])
        name = axes.text(
            inside.x / 1000,
            inside.y / 1000,
            streets.names[street],
            ha="center",
            va="center",
            fontsize=8,
            path_effects=halo,
            zorder=5,
            clip_on=True,  # a street may lie beyond the cells
        )
        box = name.get_window_extent()
        if any(box.overlaps(other) for other in kept):
            name.remove()
        else:
            kept.append(box)


def _draw_shapes(axes: Axes, sheet: Sheet) -> None:
    for shape in sheet.shapes:
        parts = shapely.get_parts(shape.geometry_mm)
        paths = [_outline(part) for part in parts if part.geom_type in ("Polygon", "MultiPolygon")]
        for colour, width in (("white", 3.2), (shape.colour, 1.8)):
            axes.add_collection(
                PathCollection(paths, facecolors="none", edgecolors=colour, linewidths=width, zorder=4)
            )
    _number_shapes(axes, sheet)


def _number_shapes(axes: Axes, sheet: Sheet) -> None:
    if len(sheet.shapes) < 2:
        return
    halo = [withStroke(linewidth=2.5, foreground="white")]
    for number, shape in enumerate(sheet.shapes, 1):
        inside = shapely.point_on_surface(shape.geometry_mm)
        axes.text(
            inside.x / 1000,
            inside.y / 1000,
            str(number),
            ha="center",
            va="center",
            fontsize=8,
            path_effects=halo,
            zorder=6,
        )


def _outline(shape: Any, per_metre: float = 1000.0) -> Outline:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(
        *(Outline(shapely.get_coordinates(ring) / per_metre, closed=True) for ring in rings)
    )


def _draw_scale_and_north(axes: Axes, language: str) -> None:
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wanted = (east - west) / 5
    base = 10 ** np.floor(np.log10(wanted))
    length = float(max(step * base for step in (1, 2, 5) if step * base <= wanted))
    height = (north - south) * 0.006
    x, y = west + (east - west) * 0.02, south + (north - south) * 0.012
    for part, colour in enumerate((INK, "white")):
        bar = Rectangle(
            (x + part * length / 2, y), length / 2, height, facecolor=colour, edgecolor=INK, lw=0.7
        )
        bar.set_zorder(6)
        axes.add_patch(bar)
    said = (
        Text(f"{length:.0f} 米", f"{length:.0f} m")
        if length < 1000
        else Text(f"{length / 1000:g} 千米", f"{length / 1000:g} km")
    )
    axes.text(x + length, y + height * 1.6, said.in_language(language), ha="right", va="bottom", fontsize=8)
    _draw_north(axes, x + length * 1.25, y, (north - south) * 0.035, language)


def _draw_north(axes: Axes, x: float, y: float, tall: float, language: str) -> None:
    """Draw an arrow to grid north of the projected system."""
    half = tall * 0.28
    arrow = Polygon(
        [(x - half, y), (x, y + tall * 0.28), (x + half, y), (x, y + tall)],
        closed=True,
        facecolor=INK,
        edgecolor=INK,
        lw=0.5,
    )
    arrow.set_zorder(6)
    axes.add_patch(arrow)
    said = Text("北", "N").in_language(language)
    axes.text(x, y + tall * 1.06, said, ha="center", va="bottom", fontsize=8)
