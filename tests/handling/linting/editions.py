"""Specifications in plain values, for lint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gridsvc.handling import AS_LISTED, Clause, ClauseUnit, Condition, Limit, Rule, RuleUnit, Specification
from gridsvc.handling.linting.findings import LintReport
from gridsvc.handling.linting.running import lint_subject
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import NOTHING_AROUND, Surroundings

SCHEME = "gbt30428.2-2013"
OWNERS = ClauseUnit("each_owner", "各产权单位", None)
STREET = ClauseUnit("street_office", "所属街办", None)
SQUAD = ClauseUnit("territorial_enforcement", "属地行政执法部门", None)
NAMED_BEFORE = ClauseUnit("named", "示范市住房保障服务中心", "H-01")
WATER = ClauseUnit("named", "水务公司", "W-01")


def limit(text: str = "4工作时", value: str = "4", unit: str = "work_hour") -> Limit:
    return Limit(Decimal(value), unit, text)


def clause(
    number: int = 1, code: str = "0101", units: Sequence[ClauseUnit] = (WATER,), **given: Any
) -> Clause:
    """A clause of the component 0101; any field may be given."""
    fields: dict[str, Any] = {
        "id": number,
        "kind": "component",
        "class_code": code,
        "ordinal": number,
        "filing_condition": f"条件{number}",
        "closing_condition": "修复",
        "responsible_text": "、".join(unit.text for unit in units),
        "supervising_text": None,
        "limit_text": "4工作时",
        "limit": limit(),
        "units": tuple(units),
        "sheet": "部件",
        "row": number + 2,
    }
    return Clause(**(fields | given))


def body(means: str, text: str | None = None, code: str | None = None, role: str = "lead") -> RuleUnit:
    return RuleUnit(means, text or means, role, code)


AS_WRITTEN = body(AS_LISTED, "条款所列")


def rule(
    code: str, priority: int, units: Sequence[RuleUnit] = (AS_WRITTEN,), *conditions: Any, **given: Any
) -> Rule:
    """A rule of all classes; a condition is (fact, value, value …), with ! before the fact: negated."""
    fields: dict[str, Any] = {
        "id": int("".join(each for each in code if each.isdigit())),
        "code": code,
        "priority": priority,
        "kind": None,
        "class_codes": (),
        "conditions": tuple(
            Condition(fact.removeprefix("!"), tuple(values), fact.startswith("!"))
            for fact, *values in conditions
        ),
        "outcome": "assign",
        "units": tuple(units),
        "listed_only": False,
        "is_fallback": False,
        "note": None,
        "basis": None,
        "sheet": "规则",
        "row": int("".join(each for each in code if each.isdigit())) + 1,
    }
    return Rule(**(fields | given))


LAST = rule("R99", 999, [body("street_office", "所属街办")], is_fallback=True)


def edition(clauses: Sequence[Clause], rules: Sequence[Rule] = (LAST,), **given: Any) -> Specification:
    fields: dict[str, Any] = {
        "id": 1,
        "name": "规范",
        "scheme": SCHEME,
        "effective_from": None,
        "hour_means": "through",
        "day_means": "through",
        "source": "规范.xlsx",
        "digest": "",
        "imported_at": datetime(2026, 1, 1, tzinfo=UTC),
        "withdrawn_at": None,
        "clauses": tuple(clauses),
        "hour_declared": True,
        "day_declared": True,
        "rules": tuple(sorted(rules, key=lambda each: (each.priority, each.code))),
    }
    return Specification(**(fields | given))


def lint(specification: Specification, around: Surroundings = NOTHING_AROUND) -> LintReport:
    """Every check of its own, without what an import says of the form."""
    names = {(each.kind, each.class_code): "井盖" for each in specification.clauses}
    return lint_subject(Subject(specification, names), around)


def found(report: LintReport) -> dict[str, list[Any]]:
    """Kinds with their cells (row, column)."""
    cells: dict[str, list[Any]] = {}
    for each in report.findings:
        cells.setdefault(each.kind, []).append((each.place.row, each.place.column))
    return cells
