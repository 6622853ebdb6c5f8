"""The right-hand side of a picture: title, answer, legend, remarks, credits."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gridsvc.errors import Text
from gridsvc.hotspots.sheets import wording
from gridsvc.hotspots.sheets.colours import hatch_colour
from gridsvc.hotspots.sheets.overlay import full_colour, heat_pixels
from gridsvc.hotspots.sheets.sheet import Sheet, Step

INK, GREY, WARNING = "#22272e", "#57606a", "#7a3f00"
_LEFT, _TOP, _BOTTOM = 0.715, 0.925, 0.02
_HEIGHT_IN = 8.0


def write_words(figure: Figure, sheet: Sheet, language: str) -> None:
    """Write everything that must be said beside the map, from the top downwards."""
    figure.text(0.02, 0.955, sheet.title.in_language(language), fontsize=17, va="center")
    column = _Column(figure)
    if sheet.cells.synthetic:
        column.write(wording.SYNTHETIC.in_language(language), 9, WARNING)
    column.write(wording.period(sheet, language), 9.5, GREY)
    column.write(sheet.headline.in_language(language), 12.5, INK, after=0.008)
    if sheet.warning is not None:
        column.write(sheet.warning.in_language(language), 9.5, WARNING, after=0.008)
    column.write(sheet.scale.title.in_language(language), 10, INK, after=0.004)
    for step in sheet.scale.steps:
        column.write_step(step, language)
    if sheet.surface is not None:
        column.skip(0.012)
        column.write(sheet.surface.title.in_language(language), 10, INK, after=0.004)
        top = full_colour(sheet.surface.values)
        column.write_ramp("0", f"≥ {top:,.4g} {sheet.surface.unit.in_language(language)}")
    if sheet.shapes:
        column.skip(0.012)
        column.write(wording.SHAPE_LAYER.in_language(language), 10, INK, after=0.004)
        column.write_shapes(sheet, language)
    column.skip(0.012)
    for line in sheet.remarks:
        column.write(line.in_language(language), 8.5, GREY)
    _credit(figure, sheet, language)


class _Column:
    """Writes downwards; heights are shares of the figure's."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.at = _TOP

    def skip(self, height: float) -> None:
        self.at -= height

    def write(self, words: str, size: float, colour: str, after: float = 0.0) -> None:
        lines = wrapped(words, round(455 / size))
        line_height = size * 1.45 / 72 / _HEIGHT_IN
        for line in lines:
            if self.at - line_height < _BOTTOM + 0.05:
                return
            self.figure.text(_LEFT, self.at, line, fontsize=size, color=colour, va="top")
            self.at -= line_height
        self.at -= after

    def write_step(self, step: Step, language: str) -> None:
        from gridsvc.hotspots.sheets.picture import HATCHES

        height = 0.0225
        self.figure.patches.append(
            Rectangle(
                (_LEFT, self.at - 0.017),
                0.021,
                0.015,
                transform=self.figure.transFigure,
                facecolor=step.colour,
                edgecolor=hatch_colour(step.colour) if step.hatch else "#8b939c",
                linewidth=0.6,
                hatch=HATCHES[step.hatch],
            )
        )
        y = self.at - 0.0095
        self.figure.text(_LEFT + 0.028, y, step.label.in_language(language), fontsize=9, va="center")
        said = f"{step.cells:,} {wording.CELLS.in_language(language)}"
        self.figure.text(0.985, y, said, fontsize=8.5, color=GREY, va="center", ha="right")
        self.at -= height

    def write_ramp(self, low: str, high: str) -> None:
        axes = self.figure.add_axes((_LEFT + 0.02, self.at - 0.017, 0.11, 0.014))
        axes.imshow(heat_pixels(np.linspace(0, 1, 256)[None, :], 1.0), aspect="auto")
        axes.axis("off")
        y = self.at - 0.0095
        self.figure.text(_LEFT, y, low, fontsize=9, va="center")
        self.figure.text(_LEFT + 0.137, y, high, fontsize=9, va="center")
        self.at -= 0.0225

    def write_shapes(self, sheet: Sheet, language: str, most: int = 10) -> None:
        for number, shape in enumerate(sheet.shapes[:most], 1):
            self.figure.patches.append(
                Rectangle(
                    (_LEFT, self.at - 0.017),
                    0.021,
                    0.015,
                    transform=self.figure.transFigure,
                    facecolor="none",
                    edgecolor=shape.colour,
                    linewidth=1.8,
                )
            )
            title = wrapped(shape.title.in_language(language), 50)[0]
            if len(sheet.shapes) > 1:
                self.figure.text(
                    _LEFT + 0.0105, self.at - 0.0095, str(number), fontsize=7, va="center", ha="center"
                )
            self.figure.text(_LEFT + 0.028, self.at - 0.0095, title, fontsize=9, va="center")
            self.at -= 0.0225
        rest = len(sheet.shapes) - most
        if rest > 0:
            self.write(Text(f"另有 {rest} 处", f"and {rest} more").in_language(language), 9, GREY)


def _credit(figure: Figure, sheet: Sheet, language: str) -> None:
    provenance = sheet.provenance
    layer = sheet.cells.layer
    version = provenance.as_dict()["versions"]["gridsvc"]
    parts = [f"gridsvc {version}", f"EPSG:{layer.srid}", provenance.grid]
    if provenance.snapshot:
        parts.append(
            Text(f"数据快照 {provenance.snapshot}", f"data {provenance.snapshot}").in_language(language)
        )
    lines = wrapped(" · ".join(parts), 68)[:3]
    figure.text(_LEFT, _BOTTOM, "\n".join(lines), fontsize=6.5, color=GREY, va="bottom", linespacing=1.4)


def wrapped(line: str, width: int) -> list[str]:
    """Break a line at `width` columns, a Chinese character being two; Latin words stay whole."""
    broken: list[str] = []
    current, used = "", 0
    for character in line:
        size = 2 if ord(character) > 0x2E7F else 1
        if used + size > width:
            at = current.rfind(" ")
            cut = at if at > len(current) // 2 and size == 1 and character != " " else len(current)
            broken.append(current[:cut].rstrip())
            current = current[cut:].lstrip()
            used = sum(2 if ord(each) > 0x2E7F else 1 for each in current)
        current, used = current + character, used + size
    return [*broken, current]
