"""A resolution as the outside reads it: the JSON of `POST /api/v1/resolve`, with its reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridsvc.errors import Text
from gridsvc.handling import Clause
from gridsvc.responsibility.borders import border_reason, boundary_road_of, road_reason
from gridsvc.responsibility.candidates import Candidate, Verdict
from gridsvc.responsibility.deadlines import NO_DEADLINE
from gridsvc.responsibility.resolving import Resolutions

Answer = dict[str, Any]

_FROM_ABOVE = ("district", "street", "community")


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
    deadline = _deadline(result, row)
    class_ = int(result.class_[row])
    lead = None
    if verdict is not None and verdict.unit is not None:
        lead = {"code": verdict.unit, "name": atlas.units.get(verdict.unit, verdict.unit)}
    return {
        "cell": cell,
        "cells": _cells(result, row),
        "boundary_road": road,
        "component": None,
        "class": _class(result, class_),
        "clause": None if clause is None else _clause(result, clause_index, clause),
        "clauses": _sub_conditions(result, row, class_),
        "decision": "needs_decision" if verdict is None else verdict.decision,
        "unit": lead,
        "candidates": [] if verdict is None else _candidates(verdict, language),
        "confidence": 0.0 if verdict is None else round(verdict.confidence, 6),
        "limit": None if clause is None else _limit(clause),
        "deadline": deadline,
        "stages": [],
        "provisional_calendar": bool(result.provisional[row]),
        "reasons": _reasons(result, row, cell, road, clause, verdict, deadline, language),
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
    for level in ("community", "street", "district"):
        cell[level] = _area(result, row, level)
    return cell


def _cells(result: Resolutions, row: int) -> list[Answer]:
    found = result.cells.get(row, ())
    if not found:
        return []
    codes = result.atlas.moments[result.moment[row]].grid.layers["cell"].codes
    return [{"code": codes[cell], "share": round(share, 6)} for cell, share in found]


def _area(result: Resolutions, row: int, level: str) -> Answer | None:
    index = int(result.areas[level][row])
    if index < 0:
        return None
    layer = result.atlas.moments[result.moment[row]].grid.layers[level]
    return {"code": layer.codes[index], "name": layer.names[index]}


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
            "limit": _limit(book.clauses[index]),
        }
        for index in rules.clauses_of.get(class_, ())
    ]


def _limit(clause: Clause) -> Answer | None:
    if clause.limit is None:
        return None
    value = clause.limit.value
    whole = int(value)
    return {
        "value": whole if whole == value else float(value),
        "unit": clause.limit.unit,
        "text": clause.limit.text,
    }


def _candidates(verdict: Verdict, language: str) -> list[Answer]:
    return [
        {
            "unit": {"code": candidate.unit, "name": candidate.name},
            "share": round(candidate.share, 6),
            "role": "lead",
            "because": candidate.because.in_language(language),
            "refused": candidate.refused.in_language(language) if candidate.refused else None,
        }
        for candidate in verdict.candidates
    ]


def _deadline(result: Resolutions, row: int) -> str | None:
    instant = int(result.deadline[row])
    if instant == NO_DEADLINE:
        return None
    return _local(instant, result.atlas.calendar.zone).isoformat()


def _local(instant: int, zone: ZoneInfo) -> datetime:
    # Deadlines end on whole seconds for a reader; the fraction of the report's own second is dropped.
    return datetime.fromtimestamp(instant // 1_000_000, UTC).astimezone(zone)


def _reasons(
    result: Resolutions,
    row: int,
    cell: Answer | None,
    road: Answer | None,
    clause: Clause | None,
    verdict: Verdict | None,
    deadline: str | None,
    language: str,
) -> list[Answer]:
    reasons = [_place_reason(result, row, cell, language)]
    border = border_reason(result, row, language) if road is None else None
    if border is not None:
        reasons.append(border)
    if clause is None:
        text = Text(
            "现行处置规范没有该小类的条款。", "No specification in force has a clause for this class."
        )
        reasons.append({"step": "clause", "text": text.in_language(language)})
        return reasons if road is None else [*reasons, road_reason(result, row, road, language)]
    rules = result.atlas.moments[result.moment[row]].rules
    count = len(rules.clauses_of.get(int(result.class_[row]), ()))
    chosen = int(result.queries.clause_id[row]) == clause.id
    reasons.append(
        {
            "step": "clause",
            "text": _clause_text(count, clause.ordinal, chosen).in_language(language),
            "facts": {"ordinal": clause.ordinal, "sub_conditions": count, "chosen": chosen},
        }
    )
    if road is not None:
        reasons.append(road_reason(result, row, road, language))
    if verdict is not None:
        refused = [c for c in verdict.candidates if c.refused is not None]
        reasons.append({"step": "rule", "text": verdict.reason.in_language(language)})
        reasons += [{"step": "rule", "text": _refusal_text(c).in_language(language)} for c in refused]
    reasons.append(
        {"step": "deadline", "text": _deadline_text(result, row, clause, deadline).in_language(language)}
    )
    return reasons


def _place_reason(result: Resolutions, row: int, cell: Answer | None, language: str) -> Answer:
    if cell is None:
        return _outside_reason(result, row, language)
    names = [cell[level]["name"] for level in _FROM_ABOVE if cell[level]]
    where = "".join(names)
    zh = f"地点位于单元网格 {cell['code']}" + (f"（{where}）" if where else "")
    en = f"The place lies in cell {cell['code']}" + (f" ({' / '.join(names)})" if names else "")
    if cell["snapped_outside_m"] is not None:
        zh += f"之外 {cell['snapped_outside_m']:.1f} 米，就近归入该网格"
        en += f", {cell['snapped_outside_m']:.1f} m outside it: the nearest cell has it"
    elif cell["on_boundary"]:
        zh += "的边界上，按西、南边归己的规则归入该网格"
        en += ", on its border: a cell owns its west and south side"
    facts: Answer = {"cell": cell["code"], "datum": result.queries.datum[row] or "wgs84"}
    return {"step": "place", "text": Text(zh + "。", en + ".").in_language(language), "facts": facts}


def _outside_reason(result: Resolutions, row: int, language: str) -> Answer:
    grid = result.atlas.moments[result.moment[row]].grid
    lon, lat = float(result.lon[row]), float(result.lat[row])
    inside = [area for level in _FROM_ABOVE if (area := _area(result, row, level))]
    if inside:
        area = inside[-1]
        text = Text(
            f"地点在{area['name']}内，但不在任何单元网格内。",
            f"The place is in {area['name']} ({area['code']}) but in no cell.",
        )
        return {"step": "place", "text": text.in_language(language), "facts": {"area": area["code"]}}
    nearest = grid.nearest(lon, lat)
    if nearest is None:
        text = Text("尚未载入任何区域，无法定位。", "No area is loaded: nothing can be located.")
        return {"step": "place", "text": text.in_language(language)}
    code, name, metres = nearest
    zh = f"地点在所有区域之外，最近的是 {code} {name}，距离 {metres:,.0f} 米。"
    en = f"The place is outside every area; the nearest is {code} {name}, {metres:,.0f} m away."
    if abs(lon) <= 90 and grid.covers(lat, lon):
        zh += "经纬度对调后在区域之内，可能颠倒了。"
        en += " Swapped, lon and lat lie inside: they may have been exchanged."
    facts = {"nearest": code, "distance_m": round(metres, 1)}
    return {"step": "place", "text": Text(zh, en).in_language(language), "facts": facts}


def _clause_text(count: int, ordinal: int, chosen: bool) -> Text:
    if count == 1:
        return Text("该小类只有一项立案条件。", "The class has one filing condition.")
    if chosen:
        return Text(
            f"按所选的第 {ordinal} 项立案条件（共 {count} 项）。",
            f"By filing condition {ordinal} of {count}, as chosen.",
        )
    return Text(
        f"该小类有 {count} 项立案条件，未说明是哪一项，暂按第 {ordinal} 项。",
        f"The class has {count} filing conditions and none was chosen: number {ordinal} is assumed.",
    )


def _refusal_text(candidate: Candidate) -> Text:
    assert candidate.refused is not None
    return Text(
        f"“{candidate.name}”未采用：{candidate.refused.zh}",
        f"{candidate.name} set aside: {candidate.refused.en}",
    )


def _deadline_text(result: Resolutions, row: int, clause: Clause, deadline: str | None) -> Text:
    if clause.limit is None:
        return Text("规范未给出可识别的处置时限。", "The specification gives no limit that can be read.")
    if deadline is None:
        return Text(
            f"时限“{clause.limit.text}”超出工作日历的范围，无法计算截止时间。",
            f"The limit {clause.limit.text} ends beyond the working calendar: there is no deadline.",
        )
    begin = _to_the_minute(_local(int(result.queries.at[row]), result.atlas.calendar.zone).isoformat())
    end = _to_the_minute(deadline)
    counted = _counting(result, int(result.clause[row]), clause.limit.unit)
    zh = f"时限“{clause.limit.text}”{counted.zh}，自 {begin} 起算，至 {end} 止。"
    en = f"Limit {clause.limit.text} ({counted.en}) from {begin} ends {end}."
    if result.provisional[row]:
        zh += "该年度放假安排尚未公布，暂按周一至周五计算。"
        en += " The holidays of that year are not published: Monday to Friday were counted."
    return Text(zh, en)


def _to_the_minute(instant: str) -> str:
    return f"{instant[:10]} {instant[11:16]}"


_THROUGH = Text("连续计时（含夜间和节假日）", "runs through nights and holidays")
_WORKING = Text("只计工作时间", "counts working time only")


def _counting(result: Resolutions, clause: int, unit: str) -> Text:
    if unit.startswith("urgent"):
        return _THROUGH
    if unit.startswith("work"):
        return _WORKING
    edition = result.atlas.clauses.edition[clause]
    means = edition.hour_means if unit == "hour" else edition.day_means
    counted = _THROUGH if means == "through" else _WORKING
    return Text("按本版规范" + counted.zh, counted.en + " by this edition")
