"""`gridsvc spec show`: an edition as it is stored: clauses, limits, stages, units, rules."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import NotFound, Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.handling import Clause, ClauseUnit, Limit, Rule, RuleUnit, Specification

_MEANS = {"through": Text("连续", "through"), "working": Text("工作时间", "working")}
_GRADES = {"area": Text("按区域", "by area"), "urgency": Text("按紧急程度", "by urgency")}
_OUTCOMES = {
    "assign": Text("指定", "assign"),
    "rank": Text("排序", "rank"),
    "decide": Text("人工决定", "decide"),
}


def register(app: typer.Typer) -> None:
    """Add the command to `gridsvc spec`."""
    app.command()(show)


def show(
    edition: Annotated[
        str | None, typer.Argument(help="Name of an edition (spec list); else the one in force.")
    ] = None,
    code: Annotated[str | None, typer.Option("--class", help="Only this class.")] = None,
    kind: Annotated[Literal["component", "event"] | None, typer.Option(help="component or event.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an edition: what it declares, its clauses with limits, stages and units, and its rules."""
    from gridsvc.catalog import load_classes
    from gridsvc.handling import load_specifications
    from gridsvc.handling.workbook import chosen_edition

    with transaction() as connection:
        editions = load_specifications(connection, withdrawn=True)
        found = chosen_edition(editions, edition, datetime.now(get_settings().zone))
        names = {(x.kind, x.code): x.name for x in load_classes(connection, found.scheme)}
    clauses = [x for x in found.clauses if code in (None, x.class_code) and kind in (None, x.kind)]
    if not clauses:
        raise NotFound(
            "unknown_class", Text("该版本没有这个类别的条款", "the edition has no clause for this class")
        )
    classes = {(each.kind, each.class_code) for each in clauses}
    rules = [rule for rule in found.rules if any(rule.covers(*each) for each in classes)]
    if as_json:
        print_json(
            {
                **edition_as_dict(found),
                "clauses": [_clause(each, names[each.kind, each.class_code]) for each in clauses],
                "rules": [_rule(each) for each in rules],
            }
        )
        return
    print(f"{found.name}\t{found.scheme}\t{say(meanings(found))}")
    last = None
    for clause in clauses:
        if (clause.kind, clause.class_code) != last:
            last = (clause.kind, clause.class_code)
            print(f"{clause.kind} {clause.class_code} {names[last]}")
        _print_clause(clause)
    for rule in rules:
        _print_rule(rule)


def meanings(edition: Specification) -> Text:
    """Return what an edition says that 小时, 天 and its grades mean, and that it does not say it."""
    parts = []
    for word, en, means, declared in (
        ("小时", "hour", edition.hour_means, edition.hour_declared),
        ("天", "day", edition.day_means, edition.day_declared),
    ):
        known = _MEANS[means]
        parts.append(
            Text(
                f"{word}={known.zh}" + ("" if declared else "（未说明）"),
                f"{en}={known.en}" + ("" if declared else " (undeclared)"),
            )
        )
    if edition.grade_means is not None:
        grades = _GRADES[edition.grade_means]
        parts.append(Text(f"分级{grades.zh}", f"grades {grades.en}"))
    return Text("，".join(each.zh for each in parts), ", ".join(each.en for each in parts))


def edition_as_dict(edition: Specification) -> dict[str, Any]:
    """Return what an edition says of itself, with the number of its clauses."""
    zone = get_settings().zone
    effective, withdrawn = edition.effective_from, edition.withdrawn_at
    return {
        "edition": edition.name,
        "scheme": edition.scheme,
        "effective": effective.astimezone(zone).isoformat() if effective else None,
        "kinds": list(edition.kinds),
        "hour_means": edition.hour_means,
        "hour_declared": edition.hour_declared,
        "day_means": edition.day_means,
        "day_declared": edition.day_declared,
        "grade_means": edition.grade_means,
        "source": edition.source,
        "imported_at": edition.imported_at.astimezone(zone).isoformat(),
        "withdrawn_at": withdrawn.astimezone(zone).isoformat() if withdrawn else None,
        "clauses": len(edition.clauses),
        "rules": len(edition.rules),
    }


def _print_clause(clause: Clause) -> None:
    number = f"  {clause.ordinal}. "
    print(number + clause.filing_condition)
    parts = [clause.limit_text or ("" if clause.graded else say(Text("无时限", "no limit")))]
    if clause.limit is not None:
        parts.append(f"({clause.limit.value} {clause.limit.unit})")
    parts += [f"{grade}={text}" for grade, text, _ in clause.graded]
    if clause.season_from is not None:
        parts.append(f"[{clause.season_from}..{clause.season_to}]")
    print(f"     {' '.join(each for each in parts if each)} → {clause.closing_condition or '—'}")
    for stage in clause.stages:
        after = say(Text("自上一步起", "from the step before")) if stage.counts_from == "previous" else ""
        print(f"       · {stage.name} {stage.limit.text} {after}".rstrip())
    print("     " + _units(clause.units))
    for title, text in (
        (Text("依据", "basis"), clause.legal_basis),
        (Text("采集", "collection"), clause.collection_rule),
        *((Text(name, name), text) for name, text in clause.other),
    ):
        if text:
            print(f"     {say(title)}: {text}")


def _print_rule(rule: Rule) -> None:
    from gridsvc.handling import condition_text

    words = [say(condition_text(each)) for each in rule.conditions]
    marks = [say(_OUTCOMES[rule.outcome])]
    if rule.listed_only:
        marks.append(say(Text("限条款所列", "if listed")))
    if rule.is_fallback:
        marks.append(say(Text("兜底", "fallback")))
    head = f"{rule.code} [{rule.priority}] {rule.kind or '*'} {','.join(rule.class_codes)}".rstrip()
    print(f"{head}: {' & '.join(words) or '—'} → {'/'.join(marks)} {_units(rule.units)}".rstrip())
    for text in (rule.note, rule.basis):
        if text:
            print(f"     {text}")


def _units(units: tuple[ClauseUnit, ...] | tuple[RuleUnit, ...]) -> str:
    lead = [f"{unit.text} [{unit.unit_code or unit.means}]" for unit in units if unit.role == "lead"]
    assist = [f"{unit.text} [{unit.unit_code or unit.means}]" for unit in units if unit.role == "assist"]
    text = "；".join(lead)
    return text + (f" + {say(Text('配合', 'assisting'))}: {'；'.join(assist)}" if assist else "")


def _clause(clause: Clause, name: str) -> dict[str, Any]:
    return {
        "id": clause.id,
        "kind": clause.kind,
        "class": clause.class_code,
        "name": name,
        "ordinal": clause.ordinal,
        "filing_condition": clause.filing_condition,
        "closing_condition": clause.closing_condition,
        "responsible": clause.responsible_text,
        "supervising": clause.supervising_text,
        "units": [_unit(each) for each in clause.units],
        "limit": _limit(clause.limit),
        "limit_text": clause.limit_text,
        "graded": [
            {"grade": grade, "text": text, "limit": _limit(limit)} for grade, text, limit in clause.graded
        ],
        "stages": [
            {"name": each.name, "limit": _limit(each.limit), "counts_from": each.counts_from}
            for each in clause.stages
        ],
        "season": [clause.season_from, clause.season_to] if clause.season_from else None,
        "legal_basis": clause.legal_basis,
        "collection_rule": clause.collection_rule,
        "other": dict(clause.other),
        "sheet": clause.sheet,
        "row": clause.row,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "code": rule.code,
        "priority": rule.priority,
        "kind": rule.kind,
        "classes": list(rule.class_codes),
        "conditions": [
            {"fact": each.fact, "negated": each.negated, "values": list(each.values)}
            for each in rule.conditions
        ],
        "outcome": rule.outcome,
        "units": [_unit(each) for each in rule.units],
        "listed_only": rule.listed_only,
        "is_fallback": rule.is_fallback,
        "note": rule.note,
        "basis": rule.basis,
        "sheet": rule.sheet,
        "row": rule.row,
    }


def _unit(unit: ClauseUnit | RuleUnit) -> dict[str, Any]:
    return {"means": unit.means, "text": unit.text, "code": unit.unit_code, "role": unit.role}


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return {"value": float(limit.value), "unit": limit.unit, "text": limit.text} if limit else None
