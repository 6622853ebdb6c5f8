"""Why an answer is what it is: the reasons of one row, in the order in which they were found."""

from __future__ import annotations

from typing import Any

from gridsvc.errors import Text
from gridsvc.handling import Clause, fact_value_text
from gridsvc.responsibility.borders import border_reason, road_reason
from gridsvc.responsibility.candidates import Candidate, Verdict
from gridsvc.responsibility.due import deadline_reason, local_time
from gridsvc.responsibility.matched import component_reason
from gridsvc.responsibility.resolutions import Resolutions

Answer = dict[str, Any]

UPPER = ("district", "street", "community")
"""The levels above the cell, from above."""


def area_of(result: Resolutions, row: int, level: str) -> Answer | None:
    """Return code and name of the area of a level in which a row's place lies, None for none."""
    index = int(result.areas[level][row])
    if index < 0:
        return None
    layer = result.atlas.moments[result.moment[row]].grid.layers[level]
    return {"code": layer.codes[index], "name": layer.names[index]}


def reasons_of(
    result: Resolutions,
    row: int,
    cell: Answer | None,
    road: Answer | None,
    deadline: str | None,
    language: str,
) -> list[Answer]:
    """Return the reasons of one row; `cell`, `road` and `deadline` are what the answer says of them.

    `rule` of a reason is the id of the rule in its edition, `facts` what it went by.
    """
    found: list[Answer | None] = [_place_reason(result, row, cell, language)]
    found.append(border_reason(result, row, language) if road is None else None)
    found.append(component_reason(result, row, language))
    clause_index, verdict = int(result.clause[row]), result.verdict_of(row)
    clause = result.atlas.clauses.clauses[clause_index] if clause_index >= 0 else None
    found.append(_clause_reason(result, row, clause, language))
    if road is not None:
        found.append(road_reason(result, row, road, language))
    if clause is not None and verdict is not None:
        found += _rule_reasons(result, row, clause, verdict, language)
        found.append(deadline_reason(result, row, clause, deadline, language))
    return [each for each in found if each is not None]


def _clause_reason(result: Resolutions, row: int, clause: Clause | None, language: str) -> Answer:
    if clause is None:
        text = Text(
            "现行处置规范没有该小类的条款。", "No specification in force has a clause for this class."
        )
        return {"step": "clause", "text": text.in_language(language)}
    rules = result.atlas.moments[result.moment[row]].rules
    count = len(rules.clauses_of.get(int(result.class_[row]), ()))
    chosen = int(result.queries.clause_id[row]) == clause.id
    return {
        "step": "clause",
        "text": _clause_text(count, clause.ordinal, chosen).in_language(language),
        "facts": {"ordinal": clause.ordinal, "sub_conditions": count, "chosen": chosen},
    }


def _rule_reasons(
    result: Resolutions, row: int, clause: Clause, verdict: Verdict, language: str
) -> list[Answer]:
    """Return why these units: the rule that decided, those passed over before it, and who was set aside."""
    decided: Answer = {"step": "rule", "text": verdict.reason.in_language(language)}
    rule_id = None
    if verdict.rule is not None:
        rule_id = verdict.rule.id
        decided["rule"] = rule_id
        decided["facts"] = {
            name: _clock_of(result, row, name) or fact_value_text(name, value).in_language(language)
            for name, value in verdict.facts
        }
    upheld = result.atlas.refusals.get((rule_id, clause.id, verdict.unit or ""), 0)
    if upheld:
        decided["text"] += _upheld_text(upheld, ruled=rule_id is not None).in_language(language)
        decided["facts"] = decided.get("facts", {}) | {"refusals_upheld": upheld}
    passed = [
        {
            "step": "rule",
            "rule": each.rule.id,
            "text": each.why.in_language(language),
            "facts": {"missing": list(each.missing)},
        }
        for each in verdict.passed
    ]
    aside = [
        {"step": "rule", "text": _refusal_text(each).in_language(language)}
        for each in verdict.candidates
        if each.refused is not None
    ]
    return [decided, *passed, *aside]


def _clock_of(result: Resolutions, row: int, name: str) -> str | None:
    """Return the report's own time of day or day of the year, None of another fact.

    The value that rules were held against is where an interval begins, for all reports in it.
    """
    form = {"time": "%H:%M", "season": "%m-%d"}.get(name)
    if form is None:
        return None
    return local_time(int(result.queries.at[row]), result.atlas.calendar.zone).strftime(form)


def _place_reason(result: Resolutions, row: int, cell: Answer | None, language: str) -> Answer:
    if cell is None:
        return _outside_reason(result, row, language)
    names = [cell[level]["name"] for level in UPPER if cell[level]]
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
    inside = [area for level in UPPER if (area := area_of(result, row, level))]
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


def _upheld_text(count: int, *, ruled: bool) -> Text:
    """Return what follows the reason of a decision whose like was refused before, and rightly so."""
    return Text(
        f"该{'规则' if ruled else '条款'}此前被退单成立 {count} 次。",
        f" Refusals of this {'rule' if ruled else 'clause'} were upheld before: {count}.",
    )
