"""The stops of a patrol as a table to tick off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table, TableStyle

from gridsvc.patrol.outputs.sheet_style import FONT, FRAME, HEAD, INK, LINE, QUIET, WIDTH, paragraph
from gridsvc.patrol.outputs.sheet_words import word
from gridsvc.patrol.outputs.wording import clock, look_for
from gridsvc.patrol.plan import KIND_WORDS, Plan, PlannedRoute, PlannedStop, called

_COLUMNS = ("number", "time", "place", "way", "look_for", "done", "note")
_WIDTHS_MM = (9.0, 21.0, 44.0, 32.0, 47.0, 11.0)
_MOST_STREETS = 6


def stops_table(plan: Plan, route: PlannedRoute, language: str) -> Table:
    """Return the table: start, stops and breaks in order, the way back; its head is on every page."""
    rows: list[list[Any]] = [
        [paragraph(word(name, language), 8, QUIET, language=language) for name in _COLUMNS]
    ]
    start, from_ = word("start", language), called(route.patrol.start_name).in_language(language)
    rows.append(_plain_row(clock(plan, route.leaves), f"{start}　{from_}", "", language))
    rows += [_stop_row(plan, stop, language) for stop in route.stops]
    if route.patrol.end is not None:
        end = f"{word('end', language)}　{called(route.patrol.end_name).in_language(language)}"
        way = word("metres", language, m=round(route.home_m)) if route.home_m else ""
        rows.append(_plain_row(clock(plan, route.returns), end, way, language))
    else:
        rows.append(_plain_row(clock(plan, route.returns), word("ends_there", language), "", language))
    widths = [width * mm for width in _WIDTHS_MM]
    return plain_table(rows, widths)


def plain_table(rows: list[list[Any]], widths: Sequence[float]) -> Table:
    """Return a table as wide as the page; the last column has what the others leave."""
    made = _PlainTable(rows, colWidths=[*widths, WIDTH - sum(widths)], repeatRows=1)
    made.setStyle(_style())
    return made


class _PlainTable(Table):  # type: ignore[misc]
    """Parts between rows; within a row only where that alone is taller than a page."""

    def split(self, width: float, height: float) -> list[Any]:
        parts: list[Any] = super().split(width, height)
        if parts or height < FRAME - 1:
            return parts
        self.splitInRow = 1
        return super().split(width, height)  # type: ignore[no-any-return]


def _style() -> TableStyle:
    """Return the look of all tables: lines between rows, a grey head."""
    return TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), FONT, 8.5),
            ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), HEAD),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )


def _plain_row(time: str, what: str, way: str, language: str) -> list[Any]:
    said = paragraph(what, 8.5, QUIET, language=language)
    return ["", time, said, paragraph(way, 7.5, QUIET, language=language), "", "", ""]


def _stop_row(plan: Plan, stop: PlannedStop, language: str) -> list[Any]:
    minutes = word("minutes", language, n=round(stop.dwell_minutes))
    time = [
        paragraph(clock(plan, stop.arrives), 10, language=language),
        paragraph(f"{minutes} → {clock(plan, stop.leaves)}", 7, QUIET, language=language),
    ]
    if not stop.number:
        return [
            "",
            time,
            paragraph(stop.name.in_language(language), 8.5, QUIET, language=language),
            "",
            "",
            "",
            "",
        ]
    about = [KIND_WORDS[stop.kind].in_language(language)]
    if stop.cell:
        about.append(word("cell", language, code=stop.cell))
    if stop.window is not None:
        about.append(word("window", language, span="–".join(clock(plan, moment) for moment in stop.window)))
    place = [
        paragraph(stop.name.in_language(language), 9.5, language=language),
        paragraph(" · ".join(about), 7, QUIET, language=language),
    ]
    if stop.along_m:
        place.append(paragraph(word("walk", language, m=round(stop.along_m)), 8, language=language))
    look = [paragraph(look_for(stop).in_language(language), 8.5, language=language)] if stop.classes else []
    look += [paragraph(reason.in_language(language), 7, QUIET, language=language) for reason in stop.because]
    return [
        paragraph(str(stop.number), 11, language=language),
        time,
        place,
        _way(stop, language),
        look,
        Tick(),
        "",
    ]


def _way(stop: PlannedStop, language: str) -> list[Any]:
    if not stop.way_m:
        return []
    streets = list(stop.streets)
    if len(streets) > _MOST_STREETS:
        streets = [*streets[: _MOST_STREETS - 1], "…", streets[-1]]
    length = word("metres", language, m=round(stop.way_m))
    return [
        paragraph(" → ".join(streets), 7.5, language=language),
        paragraph(length, 7, QUIET, language=language),
    ]


class Tick(Flowable):  # type: ignore[misc]
    """An empty box to tick."""

    def __init__(self, side: float = 4.5 * mm) -> None:
        super().__init__()
        self.width = self.height = side

    def draw(self) -> None:
        """Draw it."""
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.8)
        self.canv.rect(0, 0, self.width, self.height)
