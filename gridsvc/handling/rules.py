"""Responsibility rules: which of the units of a clause answers, by the facts of a place and an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gridsvc.handling.expressions import UnitExpression
from gridsvc.handling.tables import responsibility_rule, rule_condition, rule_unit

ROLES = ("lead", "assist")
AS_LISTED = "as_listed"
"""A rule's word for the bodies that the clause lists, in its order (条款所列)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact of `handling.facts` and the values that fulfil it (any of them; `negated`: none of them).

    An unknown fact fulfils no condition, negated or not: nobody is made responsible by what nobody knows.
    """

    fact: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class RuleUnit(UnitExpression):
    """A body that a rule names; `means` is one of MEANS or AS_LISTED; `unit_code` set when it is named."""

    role: str
    unit_code: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one edition. Of those that apply, the one of smallest `priority`, then `code`, decides.

    `kind` None: both kinds. `class_codes`: codes, or beginnings with a star (01*); (): every class.
    `outcome`: assign: the lead bodies of `units` answer, and nobody else; it is passed over where they lead
    to no unit. rank: they go before the other bodies of the clause, which follow in its order. decide: a
    person does. `listed_only`: of `units` those count that the clause lists. `is_fallback`: what it assigns
    is marked as the territorial fallback, and counted as that.
    """

    id: int
    code: str
    priority: int
    kind: str | None
    class_codes: tuple[str, ...]
    conditions: tuple[Condition, ...]
    outcome: str
    units: tuple[RuleUnit, ...]
    listed_only: bool
    is_fallback: bool
    note: str | None
    basis: str | None
    sheet: str | None
    row: int | None

    def covers(self, kind: str, class_code: str) -> bool:
        """Return whether the rule speaks of a class at all."""
        if self.kind not in (None, kind):
            return False
        return not self.class_codes or any(
            class_code.startswith(each[:-1]) if each.endswith("*") else class_code == each
            for each in self.class_codes
        )

    @property
    def facts(self) -> frozenset[str]:
        """The facts that the rule asks for."""
        return frozenset(condition.fact for condition in self.conditions)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Return rules in the order in which they are tried."""
    return sorted(rules, key=lambda rule: (rule.priority, rule.code))


def load_rules(connection: Connection, edition_ids: Sequence[int]) -> dict[int, tuple[Rule, ...]]:
    """Return the rules of editions, in the order in which they are tried."""
    conditions: dict[int, list[Condition]] = defaultdict(list)
    units: dict[int, list[RuleUnit]] = defaultdict(list)
    wanted = select(responsibility_rule.c.id).where(responsibility_rule.c.edition_id.in_(edition_ids))
    for each in connection.execute(
        select(rule_condition)
        .where(rule_condition.c.rule_id.in_(wanted))
        .order_by(rule_condition.c.rule_id, rule_condition.c.fact)
    ).mappings():
        conditions[each["rule_id"]].append(Condition(each["fact"], tuple(each["values"]), each["negated"]))
    for row in connection.execute(
        select(rule_unit)
        .where(rule_unit.c.rule_id.in_(wanted))
        .order_by(rule_unit.c.rule_id, rule_unit.c.ordinal)
    ):
        units[row.rule_id].append(RuleUnit(row.means, row.text, row.role, row.unit_code))
    found: dict[int, list[Rule]] = {number: [] for number in edition_ids}
    for row in connection.execute(
        select(responsibility_rule).where(responsibility_rule.c.edition_id.in_(edition_ids))
    ):
        found[row.edition_id].append(
            Rule(
                id=row.id,
                code=row.code,
                priority=row.priority,
                kind=row.kind,
                class_codes=tuple(row.class_codes),
                conditions=tuple(conditions[row.id]),
                outcome=row.outcome,
                units=tuple(units[row.id]),
                listed_only=row.listed_only,
                is_fallback=row.is_fallback,
                note=row.note,
                basis=row.basis,
                sheet=row.sheet,
                row=row.row,
            )
        )
    return {number: tuple(in_order(rules)) for number, rules in found.items()}
