"""A plan as a PDF to hand out: for each patrol its sheets, and at the end the shift at a glance."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate, Spacer

from gridsvc.patrol.outputs import wording
from gridsvc.patrol.outputs.backdrop import Backdrop
from gridsvc.patrol.outputs.sheet_map import RouteMap
from gridsvc.patrol.outputs.sheet_overview import overview as overview_of
from gridsvc.patrol.outputs.sheet_style import (
    FONT,
    FOOT_HEIGHT,
    FRAME,
    HEAD_HEIGHT,
    INK,
    MARGIN,
    PAGE,
    QUIET,
    WARNING,
    WIDTH,
    paragraph,
    use_font,
)
from gridsvc.patrol.outputs.sheet_table import stops_table
from gridsvc.patrol.outputs.sheet_words import word
from gridsvc.patrol.plan import Plan, PlannedRoute


def draw_sheets(
    plan: Plan, language: str = "zh", backdrop: Backdrop | None = None, *, overview: bool = True
) -> bytes:
    """Return the PDF, A4; the same plan gives the same bytes.

    A patrol's sheets: totals, a map of its route, the table of its stops. Pages are counted for each patrol.
    `overview`: whether the sheet for the leader of the shift is there as well.
    """
    use_font()
    held = io.BytesIO()
    document = BaseDocTemplate(
        held,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN + HEAD_HEIGHT,
        bottomMargin=MARGIN + FOOT_HEIGHT,
        title=wording.printable(wording.title(plan).in_language(language)),
        author="gridsvc",
        lang="zh-CN" if language == "zh" else "en",
        invariant=1,
    )
    sections = [(route.patrol.name, _route(plan, route, backdrop, language)) for route in plan.routes]
    if overview or not sections:
        sections.append((word("overview", language), overview_of(plan, language)))
    story: list[Any] = []
    for number, (name, content) in enumerate(sections):
        document.addPageTemplates(_template(number, name))
        # The first template is used without being asked for.
        story += [NextPageTemplate(str(number)), PageBreak()] if number else []
        story += content
    document.build(story, canvasmaker=_canvas_for(plan, language))
    return held.getvalue()


def _route(plan: Plan, route: PlannedRoute, backdrop: Backdrop | None, language: str) -> list[Any]:
    about = wording.patrol_line(plan, route).in_language(language)
    held: list[Any] = [paragraph(about, 10, language=language)]
    if not route.stops:
        return [*held, Spacer(0, 3 * mm), paragraph(word("stays", language), 10, language=language)]
    totals = wording.totals_line(route.totals).in_language(language)
    held.append(paragraph(totals, 9, QUIET, language=language))
    held += [Spacer(0, 2 * mm), RouteMap(route, backdrop, language), Spacer(0, 3 * mm)]
    return [*held, stops_table(plan, route, language)]


def _template(number: int, name: str) -> PageTemplate:
    frame = Frame(
        MARGIN,
        MARGIN + FOOT_HEIGHT,
        WIDTH,
        FRAME,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )

    def begin(canvas: Any, _: Any) -> None:
        canvas.section = (number, name)

    return PageTemplate(id=str(number), frames=[frame], onPage=begin)


def _canvas_for(plan: Plan, language: str) -> Callable[..., Canvas]:
    title = wording.title(plan).in_language(language)
    seed = word("seed", language, seed=plan.seed)

    class Counted(Canvas):  # type: ignore[misc]
        """Holds pages back until it is known how many there are of each patrol."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._held: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802
            self._held.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            pages = Counter(page["section"] for page in self._held)
            done: Counter[tuple[int, str]] = Counter()
            for page in self._held:
                self.__dict__.update(page)
                done[self.section] += 1
                self._edges(self.section[1], done[self.section], pages[self.section])
                super().showPage()
            super().save()

        def _edges(self, name: str, page: int, pages: int) -> None:
            right, top = PAGE[0] - MARGIN, PAGE[1] - MARGIN
            self.setFillColor(INK)
            self.setFont(FONT, 17)
            self.drawString(MARGIN, top - 6 * mm, _fitted(name, 17, WIDTH * 0.55))
            self.setFont(FONT, 9)
            self.setFillColor(QUIET)
            self.drawRightString(right, top - 3 * mm, title)
            if plan.synthetic:
                self.setFillColor(WARNING)
                self.drawRightString(right, top - 8 * mm, wording.SYNTHETIC.in_language(language))
            self.setStrokeColor(INK)
            self.setLineWidth(0.8)
            self.line(MARGIN, top - 10.5 * mm, right, top - 10.5 * mm)
            self.setFont(FONT, 8)
            self.setFillColor(QUIET)
            self.drawString(MARGIN, MARGIN, f"{word('sheet', language)} · {title} · {seed}")
            self.drawRightString(right, MARGIN, word("page", language, page=page, pages=pages))

    return Counted


def _fitted(words: str, size: float, width: float) -> str:
    """Return as much of a name as has room."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    shown = wording.printable(words).replace("\n", " ")
    if stringWidth(shown, FONT, size) <= width:
        return shown
    while shown and stringWidth(shown + "…", FONT, size) > width:
        shown = shown[:-1]
    return shown + "…"
