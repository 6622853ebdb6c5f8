"""A resolution as the outside reads it: the JSON of `POST /api/v1/resolve`, with its reasons."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridsvc.handling import Clause, Limit
from gridsvc.responsibility.borders import boundary_road_of
from gridsvc.responsibility.candidates import Verdict
from gridsvc.responsibility.deadlines import NO_DEADLINE
from gridsvc.responsibility.due import local_time
from gridsvc.responsibility.matched import component_of
from gridsvc.responsibility.reasons import UPPER, area_of, reasons_of
from gridsvc.responsibility.resolutions import Resolutions

Answer = dict[str, Any]


def answer_of(result: Resolutions, row: int, language: str = "zh") -> Answer:
    """Return the answer of one row; the row must have no problem. `language` (zh, en) is the reasons'.

    Without an accuracy the shares of the candidates sum to 1. With one they are shares of where the place may
    be, and sum to less by what lies outside every area and by candidates too small to be listed.
    Distances are in metres, instants in the service's time zone.
    """
    atlas = result.atlas
    clause_index = int(result.clause[row])
    verdict = result.verdict_of(row)
    clause = atlas.clauses.clauses[clause_index] if clause_index >= 0 else None
    cell = _cell(result, row)
    road = boundary_road_of(result, row)
    deadline = _instant(result, int(result.deadline[row]))
    stages, provisional = _stages(result, row)
    class_ = int(result.class_[row])
    lead = None
    if verdict is not None and verdict.unit is not None:
        lead = {"code": verdict.unit, "name": atlas.units.get(verdict.unit, verdict.unit)}
    return {
        "cell": cell,
        "cells": _cells(result, row),
        "boundary_road": road,
        "component": component_of(result, row),
        "class": _class(result, class_),
        "clause": None if clause is None else _clause(result, clause_index, clause),
        "clauses": _sub_conditions(result, row, class_),
        "decision": "needs_decision" if verdict is None else verdict.decision,
        "unit": lead,
        "candidates": [] if verdict is None else _candidates(verdict, language),
        "confidence": 0.0 if verdict is None else round(verdict.confidence, 6),
        "limit": _limit(result.limit_of(row)),
        "deadline": deadline,
        "stages": stages,
        "provisional_calendar": bool(result.provisional[row]) or provisional,
        "reasons": reasons_of(result, row, cell, road, deadline, language),
        "atlas": atlas.version,
    }


def _cell(result: Resolutions, row: int) -> Answer | None:
    index = int(result.cell[row])
    if index < 0:
        return None
    layers = result.atlas.moments[result.moment[row]].grid.layers
    snapped = float(result.snapped_mm[row])
    cell: Answer = {
        "code": layers["cell"].codes[index],
        "on_boundary": bool(result.on_boundary[row]),
        "on_outer_boundary": bool(result.on_outer_boundary[row]),
        "snapped_outside_m": None if np.isnan(snapped) else round(snapped / 1000, 3),
    }
    for level in reversed(UPPER):
        cell[level] = area_of(result, row, level)
    return cell


def _cells(result: Resolutions, row: int) -> list[Answer]:
    found = result.cells.get(row, ())
    if not found:
        return []
    codes = result.atlas.moments[result.moment[row]].grid.layers["cell"].codes
    return [{"code": codes[cell], "share": round(share, 6)} for cell, share in found]


def _class(result: Resolutions, index: int) -> Answer | None:
    if index < 0:
        return None
    found = result.atlas.classes.rows[index]
    return {
        "scheme": found.scheme,
        "kind": found.kind,
        "code": found.code,
        "name": found.name,
        "major": {"code": found.major_code, "name": found.major_name},
    }


def _clause(result: Resolutions, index: int, clause: Clause) -> Answer:
    return {
        "id": clause.id,
        "edition": result.atlas.clauses.edition[index].name,
        "filing_condition": clause.filing_condition,
        "closing_condition": clause.closing_condition,
    }


def _sub_conditions(result: Resolutions, row: int, class_: int) -> list[Answer]:
    if class_ < 0:
        return []
    book = result.atlas.clauses
    rules = result.atlas.moments[result.moment[row]].rules
    return [
        {
            "id": book.clauses[index].id,
            "filing_condition": book.clauses[index].filing_condition,
            "limit": _limit(book.clauses[index].limit),
        }
        for index in rules.clauses_of.get(class_, ())
    ]


def _limit(limit: Limit | None) -> Answer | None:
    if limit is None:
        return None
    whole = int(limit.value)
    value = whole if whole == limit.value else float(limit.value)
    return {"value": value, "unit": limit.unit, "text": limit.text}


def _stages(result: Resolutions, row: int) -> tuple[list[Answer], bool]:
    """Return the stages to closing with their deadlines, and whether one rests on an unpublished calendar."""
    clause = int(result.clause[row])
    if clause < 0:
        return [], False
    allowance, verdict = result.atlas.allowance, result.verdict_of(row)
    calendar = result.atlas.unit_calendars.number_of(None if verdict is None else verdict.unit)
    due = allowance.stages(clause, calendar, int(result.queries.at[row]))
    stages = [
        {
            "name": each.name,
            "limit": _limit(allowance.book.limits[each.limit]),
            "deadline": _instant(result, each.deadline),
        }
        for each in due
    ]
    return stages, any(each.provisional for each in due)


def _candidates(verdict: Verdict, language: str) -> list[Answer]:
    return [
        {
            "unit": {"code": candidate.unit, "name": candidate.name},
            "share": round(candidate.share, 6),
            "role": candidate.role,
            "because": candidate.because.in_language(language),
            "refused": candidate.refused.in_language(language) if candidate.refused else None,
        }
        for candidate in verdict.candidates
    ]


def _instant(result: Resolutions, instant: int) -> str | None:
    return None if instant == NO_DEADLINE else local_time(instant, result.atlas.calendar.zone).isoformat()
