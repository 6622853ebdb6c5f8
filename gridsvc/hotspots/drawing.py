"""The map as a PNG, by matplotlib."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from gridsvc.assets.font import font_path
from gridsvc.errors import Text
from gridsvc.geography.projection import to_millimetres
from gridsvc.hotspots import wording
from gridsvc.hotspots.breaks import break_of, count_breaks
from gridsvc.hotspots.counting import ReportCounts
from gridsvc.hotspots.page import HEAT_GRADIENT

Floats = NDArray[np.float64]

BANDWIDTH_M = 100.0
_INK, _GREY = "#22272e", "#57606a"
_DPI = 160


def draw_picture(counts: ReportCounts, language: str = "zh") -> bytes:
    """Return a PNG of about 1,900 × 1,300 pixels, north up, in the projected system of the cells.

    The heat is a quartic kernel density of `BANDWIDTH_M`, written in the legend.
    """
    with _chinese_font():
        figure = Figure(figsize=(12, 8), dpi=_DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0.01, 0.02, 0.70, 0.90))
        _draw_cells(axes, counts)
        _draw_heat(axes, counts)
        _draw_streets(axes, counts)
        _draw_scale(axes, language)
        axes.set_aspect("equal")
        axes.axis("off")
        _write(figure, counts, language)
        held = io.BytesIO()
        canvas.print_png(  # type: ignore[no-untyped-call]
            held, metadata={"Title": wording.title(counts, language), "Software": "gridsvc"}
        )
        return held.getvalue()


@contextmanager
def _chinese_font() -> Iterator[None]:
    path = str(font_path())
    name = FontProperties(fname=path).get_name()
    if name not in {entry.name for entry in fontManager.ttflist}:
        fontManager.addfont(path)
    # A class may be called anything: a dollar sign in its name is no formula.
    with mpl.rc_context({"font.family": [name, "DejaVu Sans"], "text.parse_math": False, "text.color": _INK}):
        yield


def _draw_cells(axes: Axes, counts: ReportCounts) -> None:
    breaks = count_breaks(counts.counts)
    colours = [breaks[index].colour for index in break_of(breaks, counts.counts)]
    paths = [_outline(shape) for shape in counts.cells.layer.geom_mm]
    axes.add_collection(PathCollection(paths, facecolors=colours, edgecolors="#a9b0b8", linewidths=0.25))
    west, south, east, north = shapely.total_bounds(counts.cells.layer.geom_mm) / 1000
    margin = 0.02 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - 2.5 * margin, north + margin)


def _draw_streets(axes: Axes, counts: ReportCounts) -> None:
    streets = counts.cells.upper("street")
    if streets is None or streets.srid != counts.cells.layer.srid:
        return
    paths = [_outline(shape) for shape in streets.geom_mm]
    axes.add_collection(PathCollection(paths, facecolors="none", edgecolors="#33393f", linewidths=0.9))
    halo = [withStroke(linewidth=2.5, foreground="white")]
    for name, inside in zip(streets.names, shapely.point_on_surface(streets.geom_mm), strict=True):
        axes.text(
            inside.x / 1000, inside.y / 1000, name, ha="center", va="center", fontsize=8, path_effects=halo
        )


def _outline(shape: shapely.MultiPolygon) -> Outline:
    rings = [ring for part in shape.geoms for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(
        *(Outline(shapely.get_coordinates(ring) / 1000, closed=True) for ring in rings)
    )


def _draw_heat(axes: Axes, counts: ReportCounts) -> None:
    if len(counts.heat) == 0:
        return
    layer = counts.cells.layer
    x, y = to_millimetres(layer.srid, counts.heat[:, 0], counts.heat[:, 1])
    west, south, east, north = shapely.total_bounds(layer.geom_mm) / 1000
    step = max(BANDWIDTH_M / 8, (east - west) / 1500)
    columns, rows = int((east - west) / step) + 1, int((north - south) / step) + 1
    grid, _, _ = np.histogram2d(
        y / 1000,
        x / 1000,
        bins=(rows, columns),
        range=((south, south + rows * step), (west, west + columns * step)),
        weights=counts.heat[:, 2],
    )
    density = kernel_density(grid, step, BANDWIDTH_M)
    if density.max() == 0:
        return
    shown = np.minimum(density / np.quantile(density[density > 0], 0.995), 1)
    stops = [(0.0, "#ffffb2"), *HEAT_GRADIENT.items()]
    pixels = LinearSegmentedColormap.from_list("heat", stops)(shown)
    pixels[..., 3] = np.clip(shown * 1.6, 0, 0.85)
    extent = (west, west + columns * step, south, south + rows * step)
    axes.imshow(pixels, extent=extent, origin="lower", interpolation="bilinear", zorder=2)


def kernel_density(counts: Floats, step_m: float, bandwidth_m: float) -> Floats:
    """Return reports per km² on a raster of counts, by the quartic kernel 3/(πh²)·(1 − d²/h²)² for d < h.

    `counts` has shape (rows, columns), `step_m` is the side of a pixel. The kernel's sum over pixels is
    made exactly 1, so that mass away from the margin is conserved.
    """
    reach = int(np.ceil(bandwidth_m / step_m))
    offsets = np.arange(-reach, reach + 1) * step_m
    squared = (offsets[:, None] ** 2 + offsets[None, :] ** 2) / bandwidth_m**2
    kernel = np.where(squared < 1, (1 - squared) ** 2, 0.0)
    kernel /= kernel.sum()
    shape = [size + 2 * reach for size in counts.shape]
    product = np.fft.rfft2(counts, shape) * np.fft.rfft2(kernel, shape)
    whole = np.fft.irfft2(product, shape)[reach:-reach, reach:-reach]
    # The transform leaves noise of 1e-16 of the largest value where nothing is.
    cleaned: Floats = np.where(whole > whole.max() * 1e-9, whole, 0.0)
    return cleaned / (step_m / 1000) ** 2


def _draw_scale(axes: Axes, language: str) -> None:
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wanted = (east - west) / 5
    base = 10 ** np.floor(np.log10(wanted))
    length = float(max(step * base for step in (1, 2, 5) if step * base <= wanted))
    height = (north - south) * 0.006
    x, y = west + (east - west) * 0.02, south + (north - south) * 0.012
    for part, colour in enumerate((_INK, "white")):
        bar = Rectangle(
            (x + part * length / 2, y), length / 2, height, facecolor=colour, edgecolor=_INK, lw=0.7
        )
        bar.set_zorder(5)
        axes.add_patch(bar)
    said = (
        Text(f"{length:.0f} 米", f"{length:.0f} m")
        if length < 1000
        else Text(f"{length / 1000:g} 千米", f"{length / 1000:g} km")
    )
    axes.text(x + length, y + height * 1.6, said.in_language(language), ha="right", va="bottom", fontsize=8)


def _write(figure: Figure, counts: ReportCounts, language: str) -> None:
    left, top = 0.735, 0.90
    figure.text(0.02, 0.955, wording.title(counts, language), fontsize=17, va="center")
    figure.text(left, top, wording.total(counts, language), fontsize=20, va="top")
    figure.text(left, top - 0.055, wording.period(counts, language), fontsize=9.5, color=_GREY, va="top")
    handles = [
        Patch(
            facecolor=each.colour,
            edgecolor="#a9b0b8",
            label=f"{each.label()} {wording.CASES.in_language(language)}"
            f"({each.cells:,} {wording.CELLS.in_language(language)})",
        )
        for each in count_breaks(counts.counts)
    ]
    legend = figure.legend(
        handles=handles,
        title=wording.REPORTS_PER_CELL.in_language(language),
        loc="upper left",
        bbox_to_anchor=(left - 0.006, top - 0.095),
        frameon=False,
        fontsize=9,
        alignment="left",
    )
    legend.get_title().set_fontsize(10)
    _write_ramp(figure, left, 0.50, language)
    lines = wording.remarks(counts, language)
    if not counts.total:
        lines = [wording.NO_REPORTS.in_language(language), *lines]
    figure.text(left, 0.45, _wrapped(lines), fontsize=8.5, color=_GREY, va="top", linespacing=1.6)
    if counts.cells.synthetic:
        said = wording.SYNTHETIC.in_language(language)
        figure.text(left, 0.955, said, fontsize=9.5, color="#7a3f00", va="center")


def _write_ramp(figure: Figure, left: float, bottom: float, language: str) -> None:
    said = Text(
        f"热力层：四次核密度，带宽 {BANDWIDTH_M:.0f} 米",
        f"Heat: quartic kernel, bandwidth {BANDWIDTH_M:.0f} m",
    )
    figure.text(left, bottom + 0.035, said.in_language(language), fontsize=10, va="bottom")
    axes = figure.add_axes((left + 0.02, bottom, 0.17, 0.018))
    colours = LinearSegmentedColormap.from_list("heat", [(0.0, "#ffffff"), *HEAT_GRADIENT.items()])
    axes.imshow(np.linspace(0, 1, 256)[None, :], aspect="auto", cmap=colours)
    axes.axis("off")
    y = bottom + 0.009
    figure.text(left, y, wording.SPARSE.in_language(language), fontsize=9, va="center")
    figure.text(left + 0.2, y, wording.DENSE.in_language(language), fontsize=9, va="center")


def _wrapped(lines: list[str], width: int = 44) -> str:
    """Break lines at `width` columns, a Chinese character being two."""
    broken = []
    for line in lines:
        current, used = "", 0
        for character in line:
            size = 2 if ord(character) > 0x2E7F else 1
            if used + size > width:
                broken.append(current)
                current, used = "", 0
            current, used = current + character, used + size
        broken.append(current)
    return "\n".join(broken)
