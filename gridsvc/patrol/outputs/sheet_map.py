"""The route of a patrol as a drawing on paper, true to scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from gridsvc.patrol.outputs.backdrop import Backdrop
from gridsvc.patrol.outputs.colours import LAND, ROUTES, STREET, STREET_NAME
from gridsvc.patrol.outputs.lines import pieces
from gridsvc.patrol.outputs.paper import Floats, Frame, heads, moved, names_along, spread
from gridsvc.patrol.outputs.sheet_style import FONT, INK, LINE, QUIET, WIDTH, use_font
from gridsvc.patrol.outputs.sheet_words import word
from gridsvc.patrol.outputs.wording import printable
from gridsvc.patrol.plan import PlannedRoute

_HEIGHTS = (60 * mm, 105 * mm)
_MARK = 2.3 * mm
_NAME = 6.5
_ASIDE = 0.55 * mm
"""The way keeps to the right of its street, so that the way back is seen beside it."""
_COLOUR = HexColor(ROUTES[0])


class RouteMap(Flowable):  # type: ignore[misc]
    """The route, its numbered stops, and the streets around as light lines."""

    def __init__(self, route: PlannedRoute, backdrop: Backdrop | None, language: str) -> None:
        super().__init__()
        use_font()
        self.route, self.language = route, language
        ways = [piece for stop in route.stops for piece in pieces(stop.way)] + pieces(route.home)
        walked = [piece for stop in route.stops for piece in pieces(stop.along)]
        stops = [(stop.lon, stop.lat) for stop in route.stops]
        ends = [route.patrol.start] + ([route.patrol.end] if route.patrol.end is not None else [])
        places = np.array(stops + ends, float)
        self.frame = Frame.around(np.concatenate([places, *ways, *walked]), WIDTH, _HEIGHTS)
        self.width, self.height = self.frame.width, self.frame.height
        self.ways = [self.frame.placed(each) for each in ways]
        self.walked = [self.frame.placed(each) for each in walked]
        self.stops = self.frame.placed(places[: len(stops)])
        self.ends = self.frame.placed(places[len(stops) :])
        self.streets: list[Floats] = []
        self.names: list[str] = []
        if backdrop is not None:
            near = backdrop.within(*self.frame.box())
            for line, name in zip(near.lines, near.names, strict=True):
                for piece in pieces(line):
                    self.streets.append(self.frame.placed(piece))
                    self.names.append(name or "")

    def draw(self) -> None:
        """Draw it: land, streets, names, way, stops, scale."""
        pen = self.canv
        pen.saveState()
        box = pen.beginPath()
        box.rect(0, 0, self.width, self.height)
        pen.setFillColor(HexColor(LAND))
        pen.clipPath(box, stroke=0, fill=1)
        pen.setLineJoin(1)
        pen.setLineCap(1)
        for line, name in zip(self.streets, self.names, strict=True):
            _stroke(pen, line, HexColor(STREET), 1.6 if name else 0.8)
        self._draw_route(pen)
        self._draw_names(pen)
        self._draw_stops(pen)
        self._draw_scale(pen)
        pen.restoreState()
        pen.setStrokeColor(LINE)
        pen.setLineWidth(0.6)
        pen.rect(0, 0, self.width, self.height)

    def _draw_names(self, pen: Any) -> None:
        for name, (x, y), turn in names_along(self.streets, self.names, self.frame, _NAME):
            shown = printable(name)
            pen.saveState()
            pen.translate(x, y)
            pen.rotate(turn)
            pen.setStrokeColor(HexColor(LAND))
            pen.setLineWidth(2)
            pen.setFillColor(HexColor(STREET_NAME))
            pen.setFont(FONT, _NAME)
            # First a rim in the colour of the land: a name may lie on the route.
            for mode in (1, 0):
                pen.drawCentredString(0, -2.3, shown, mode=mode)
            pen.restoreState()

    def _draw_route(self, pen: Any) -> None:
        for line in self.walked:
            _stroke(pen, moved(line, _ASIDE), _COLOUR, 5, opacity=0.35)
        ways = [moved(line, _ASIDE) for line in (*self.ways, *self.walked)]
        for line in ways:
            _stroke(pen, line, white, 2.8)
        for line in ways:
            _stroke(pen, line, _COLOUR, 1.5)
        for line in ways:
            for (x, y), turn in heads(line, 16 * mm):
                pen.saveState()
                pen.translate(x, y)
                pen.rotate(turn)
                head = pen.beginPath()
                head.moveTo(-3, -3)
                for to in ((4, 0), (-3, 3), (-1.4, 0)):
                    head.lineTo(*to)
                head.close()
                pen.setFillColor(_COLOUR)
                pen.setStrokeColor(white)
                pen.setLineWidth(0.5)
                pen.drawPath(head, stroke=1, fill=1)
                pen.restoreState()

    def _draw_stops(self, pen: Any) -> None:
        for x, y in self.ends:
            pen.setFillColor(INK)
            pen.setStrokeColor(white)
            pen.setLineWidth(0.8)
            pen.saveState()
            pen.translate(x, y)
            pen.rotate(45)
            pen.rect(-4, -4, 8, 8, stroke=1, fill=1)
            pen.restoreState()
        numbered = [
            (stop.number, at) for stop, at in zip(self.route.stops, self.stops, strict=True) if stop.number
        ]
        marks = spread(np.array([at for _, at in numbered], float).reshape(-1, 2), 2 * _MARK, self.frame)
        for (_, at), mark in zip(numbered, marks, strict=True):
            if np.hypot(*(mark - at)) > 1:
                pen.setStrokeColor(_COLOUR)
                pen.setLineWidth(0.6)
                pen.line(*at, *mark)
                pen.setFillColor(_COLOUR)
                pen.circle(*at, 1.2, stroke=0, fill=1)
        for (number, _), (x, y) in zip(numbered, marks, strict=True):
            pen.setFillColor(_COLOUR)
            pen.setStrokeColor(white)
            pen.setLineWidth(0.8)
            pen.circle(x, y, _MARK, stroke=1, fill=1)
            pen.setFillColor(white)
            pen.setFont(FONT, 7.5 if number < 100 else 6)
            pen.drawCentredString(x, y - 2.6, str(number))

    def _draw_scale(self, pen: Any) -> None:
        metres = self.frame.round_length(35 * mm)
        long = metres * self.frame.per_metre
        right, low = self.width - 4 * mm, 4 * mm
        said = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
        pen.setFillColor(HexColor(LAND))
        pen.rect(right - long - 22, low - 5, long + 28, 26, stroke=0, fill=1)
        pen.setStrokeColor(QUIET)
        pen.setLineWidth(0.9)
        pen.lines(
            [
                (right - long, low, right, low),
                (right - long, low, right - long, low + 3),
                (right, low, right, low + 3),
            ]
        )
        pen.setFillColor(QUIET)
        pen.setFont(FONT, 7)
        pen.drawRightString(right - 3, low + 3.5, said)
        if not self.streets:
            pen.drawString(4 * mm, low, word("no_streets", self.language))
        x, y = right - long - 11, low + 7
        arrow = pen.beginPath()
        arrow.moveTo(x, y + 12)
        for to in ((x - 3.5, y), (x, y + 3), (x + 3.5, y)):
            arrow.lineTo(*to)
        arrow.close()
        pen.drawPath(arrow, stroke=0, fill=1)
        pen.drawCentredString(x, y - 7.5, word("north", self.language))


def _stroke(pen: Any, line: Floats, colour: Any, width: float, *, opacity: float = 1.0) -> None:
    drawn = pen.beginPath()
    drawn.moveTo(*line[0].tolist())
    for x, y in line[1:].tolist():
        drawn.lineTo(x, y)
    pen.setStrokeColor(colour)
    pen.setLineWidth(width)
    pen.setStrokeAlpha(opacity)
    pen.drawPath(drawn, stroke=1, fill=0)
    pen.setStrokeAlpha(1)
