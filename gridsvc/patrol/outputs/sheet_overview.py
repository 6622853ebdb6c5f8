"""The last sheet: the shift at a glance, for who hands the others out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from gridsvc.errors import Text
from gridsvc.patrol.outputs import wording
from gridsvc.patrol.outputs.sheet_style import QUIET, WARNING, paragraph
from gridsvc.patrol.outputs.sheet_table import plain_table
from gridsvc.patrol.outputs.sheet_words import word
from gridsvc.patrol.plan import MODE_WORDS, OmittedPlace, Plan, called

_MOST_OMITTED = 60
_PATROL_COLUMNS = ("patrol", "mode", "span", "stops", "km", "travel", "dwell", "expected")
_PATROL_WIDTHS_MM = (38.0, 24.0, 34.0, 14.0, 18.0, 18.0, 18.0)
_PLACE_WIDTHS_MM = (70.0, 36.0, 56.0)


def overview(plan: Plan, language: str) -> list[Any]:
    """Return what the sheet holds: the answer, each patrol, what is left out and why, how it was made."""

    def said(words: Text, size: float = 9, colour: Any = None) -> Any:
        shown = {} if colour is None else {"colour": colour}
        return paragraph(words.in_language(language), size, language=language, **shown)

    held: list[Any] = [said(wording.headline(plan), 13), said(wording.quality(plan))]
    held += [Spacer(0, 3 * mm), _patrols(plan, language)]
    if plan.dropped:
        held += [*_head("dropped", language), _places(plan.dropped, language)]
    if plan.floors:
        held += _floors(plan, language)
    if plan.omitted:
        first = sorted(plan.omitted, key=lambda place: -place.value)[:_MOST_OMITTED]
        held += [*_head("omitted", language, n=len(plan.omitted)), _places(first, language)]
        if len(plan.omitted) > len(first):
            more = word("omitted_more", language, n=len(plan.omitted) - len(first))
            held.append(paragraph(more, 8, QUIET, language=language))
    if plan.remarks:
        held += [*_head("remarks", language), *(said(remark, 8) for remark in plan.remarks)]
    at = plan.made_at.astimezone(plan.zone).isoformat(timespec="minutes")
    versions = "; ".join(f"{name} = {value}" for name, value in plan.versions.items())
    made = word("made", language, at=at, versions=versions)
    return [*held, Spacer(0, 3 * mm), paragraph(made, 7, QUIET, language=language)]


def _head(name: str, language: str, **values: object) -> list[Any]:
    return [
        Spacer(0, 4 * mm),
        paragraph(word(name, language, **values), 10, language=language),
        Spacer(0, mm),
    ]


def _patrols(plan: Plan, language: str) -> Table:
    rows: list[list[Any]] = [_cells([word(name, language) for name in _PATROL_COLUMNS], language, QUIET)]
    for route in plan.routes:
        name, mode = route.patrol.name, MODE_WORDS[route.patrol.mode].in_language(language)
        span = f"{wording.clock(plan, route.leaves)}–{wording.clock(plan, route.returns)}"
        sums = route.totals
        rows.append(
            _cells(
                [name, mode, span if route.stops else "—", f"{sums.stops}", f"{sums.km:.1f}",
                 f"{sums.travel_minutes:.0f}", f"{sums.dwell_minutes:.0f}", wording.amount(sums.expected)],
                language,
            )
        )  # fmt: skip
    sums = plan.totals
    rows.append(
        _cells(
            [word("total", language), "", "", f"{sums.stops}", f"{sums.km:.1f}", f"{sums.travel_minutes:.0f}",
             f"{sums.dwell_minutes:.0f}", wording.amount(sums.expected)],
            language,
        )
    )  # fmt: skip
    return _table(rows, _PATROL_WIDTHS_MM)


def _places(places: Sequence[OmittedPlace], language: str) -> Table:
    rows = [_cells([word(name, language) for name in ("place", "cells", "reason", "value")], language, QUIET)]
    for place in places:
        told = [place.name.in_language(language), place.cell or "", place.because.in_language(language)]
        rows.append(_cells([*told, f"{place.value:.2f}"], language))
    return _table(rows, _PLACE_WIDTHS_MM)


def _floors(plan: Plan, language: str) -> list[Any]:
    unmet = [floor for floor in plan.floors if not floor.met]
    if not unmet:
        met = word("floors_met", language, n=len(plan.floors))
        return [Spacer(0, 4 * mm), paragraph(met, 9, language=language)]
    held = _head("floors", language)
    for floor in unmet:
        because = f"　{floor.because.in_language(language)}" if floor.because else ""
        zone = called(floor.name).in_language(language)
        told = word("floor", language, floor=floor.floor, visits=floor.visits)
        held.append(paragraph(f"{zone}　{told}{because}", 8.5, WARNING, language=language))
    return held


def _cells(words: Sequence[str], language: str, colour: Any = None) -> list[Any]:
    shown = {} if colour is None else {"colour": colour}
    return [paragraph(each, 8 if colour else 8.5, language=language, **shown) for each in words]


def _table(rows: list[list[Any]], widths_mm: Sequence[float]) -> Table:
    return plain_table(rows, [width * mm for width in widths_mm])
