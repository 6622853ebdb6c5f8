"""Rows of 规则 as drafts of rules, with every fault that the sheet alone shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from gridsvc.catalog import shown
from gridsvc.errors import Fault, Place, Text
from gridsvc.handling.drafts import DraftRule
from gridsvc.handling.expressions import DraftUnit, parse_units
from gridsvc.handling.facts import FACTS
from gridsvc.handling.forms import FormRow
from gridsvc.handling.rules import AS_LISTED, Condition
from gridsvc.handling.workbook.columns import (
    FACT,
    KIND_WORDS,
    NO,
    OUTCOME_WORDS,
    RULE_COLUMNS,
    YES,
    Column,
    plain,
)
from gridsvc.handling.workbook.conditions import contradiction, never_holds, read_condition
from gridsvc.handling.workbook.priorities import Order, read_order
from gridsvc.handling.workbook.rule_order import bad_priority, number_drafts
from gridsvc.handling.workbook.sheet_rows import TableRows, word

AS_LISTED_WORD = "条款所列"
_COLUMNS: Mapping[str, Column] = {column.field: column for column in RULE_COLUMNS}
_YES_NO = {"yes": YES, "no": NO}
_AS_LISTED = re.compile(
    r"(?:^|(?<=[、,，;；\r\n]))\s*条款(?:中)?所列(?:的)?(?:单位|各单位)?\s*(?=$|[、,，;；\r\n])"
)
_CLASS = re.compile(r"[0-9A-Za-z]{1,16}|[0-9A-Za-z]{1,15}\*")
_WINDOWS = {"clock": "22:00-06:00", "season": "11-15..03-15"}


def draft_rules(file: str, table: TableRows, refused: list[Fault], doubtful: list[Fault]) -> list[DraftRule]:
    """Return the rules of the sheet with their priorities as numbers, in the order of the sheet.

    What is wrong is added to `refused`, each with its row and column; the rules are whole only when nothing
    was added.
    """
    for header, column in table.other.items():
        refused.append(_unknown_column(file, table, header))
        # The rules that use it: without the condition each would hold for more than it says.
        refused.extend(
            replace(_unknown_column(file, table, header), place=row.place(f"other_{column}"))
            for row in table.rows
            if row.text(f"other_{column}")
        )
    rules: list[DraftRule] = []
    orders: dict[str, Order] = {}
    rows: dict[str, FormRow] = {}
    for row in table.rows:
        if row.row in table.broken:
            continue
        rule = _rule(row, refused, doubtful)
        code = rule.code
        if not code:
            refused.append(row.fault("missing_code", "code", "规则没有编码", "the rule has no code"))
            continue
        if code in rows:
            refused.append(
                row.fault(
                    "duplicate_rule",
                    "code",
                    f"规则 {shown(code, 40)} 已在第 {rows[code].row} 行",
                    f"rule {shown(code, 40)} stands already in row {rows[code].row}",
                )
            )
            continue
        rows[code] = row
        rules.append(rule)
        order = read_order(row.text("priority"))
        if order is None:
            refused.append(bad_priority(row))
        else:
            orders[code] = order
    number_drafts(rules, orders, rows, refused)
    _contradictory(rules, refused, doubtful)
    return rules


def _rule(row: FormRow, refused: list[Fault], doubtful: list[Fault]) -> DraftRule:
    outcome = word(row, _COLUMNS["outcome"], OUTCOME_WORDS, refused)
    units = (*_units(row, "lead", doubtful), *_units(row, "assist", doubtful))
    fallback = word(row, _COLUMNS["is_fallback"], _YES_NO, refused) == "yes"
    if outcome is None:
        outcome = "assign"
    if outcome != "decide" and not any(unit.role == "lead" for unit in units):
        refused.append(
            row.fault("rule_without_lead", "lead", "规则没有主责单位", "the rule names no lead unit")
        )
    if fallback and outcome != "assign":
        refused.append(
            row.fault(
                "fallback_not_assigned",
                "is_fallback",
                "兜底规则的结果只能是指定",
                "a fallback assigns; it has no other outcome",
            )
        )
    return DraftRule(
        code=row.text("code"),
        priority=0,
        units=units,
        kind=word(row, _COLUMNS["kind"], KIND_WORDS, refused),
        class_codes=_classes(row, refused),
        conditions=_conditions(row, refused),
        outcome=outcome,
        listed_only=word(row, _COLUMNS["listed_only"], _YES_NO, refused) == "yes",
        is_fallback=fallback,
        note=row.text("note") or None,
        basis=row.text("basis") or None,
        row=row,
    )


def _units(row: FormRow, field: str, doubtful: list[Fault]) -> list[DraftUnit]:
    text = row.text(field)
    if not text:
        return []
    units: list[DraftUnit] = []
    at = 0
    for match in [*_AS_LISTED.finditer(text), None]:
        part = text[at : match.start() if match else None].strip("、,，;； \t\r\n\u3000")
        if part:
            read, doubts = parse_units(part)
            doubtful.extend(replace(doubt, place=row.place(field)) for doubt in doubts)
            units.extend(unit if field == "lead" else replace(unit, role="assist") for unit in read)
        if match is not None:
            units.append(DraftUnit(AS_LISTED, AS_LISTED_WORD, role=field))
            at = match.end()
    return units


def _classes(row: FormRow, refused: list[Fault]) -> tuple[str, ...]:
    codes: list[str] = []
    for part in re.split(r"[、,，;；\s]+", unicodedata.normalize("NFKC", row.text("classes"))):
        if not part or part in codes:
            continue
        if not _CLASS.fullmatch(part):
            refused.append(
                row.fault(
                    "bad_class",
                    "classes",
                    f"“{shown(part, 40)}”不是代码，也不是代码的开头加 *",
                    f"“{shown(part, 40)}” is neither a code nor the beginning of one with *",
                )
            )
            continue
        codes.append(part)
    return tuple(codes)


def _conditions(row: FormRow, refused: list[Fault]) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    for fact in FACTS.values():
        field = f"fact_{fact.name}"
        text = row.text(field)
        if not text:
            continue
        condition, wrong = read_condition(fact, text)
        for each in wrong:
            known = "、".join(words.zh for words in fact.words.values())
            if fact.form in _WINDOWS:
                known = f"形如 {_WINDOWS[fact.form]}"
            refused.append(
                row.fault(
                    "unknown_fact_value" if fact.form == "closed" else f"bad_{fact.form}",
                    field,
                    f"{fact.title.zh}没有“{shown(each, 40)}”这个值；可用：{known}",
                    f"{fact.title.en} has no value “{shown(each, 40)}”; it takes: {known}",
                    Text("相反的条件写成 不是：值", "turn a condition round by 不是：value"),
                )
            )
        if condition is None:
            continue
        if never_holds(condition):
            refused.append(
                row.fault(
                    "condition_never_holds",
                    field,
                    "这个条件排除了所有的值，永远不成立",
                    "the condition leaves no value; it can never hold",
                )
            )
        conditions.append(condition)
    for first, second in combinations(conditions, 2):
        why = contradiction(first, second)
        if why is not None:
            refused.append(row.fault("condition_never_holds", f"fact_{second.fact}", why.zh, why.en))
    return tuple(conditions)


def _contradictory(rules: Sequence[DraftRule], refused: list[Fault], doubtful: list[Fault]) -> None:
    """Find rules of one priority that ask the same of the same classes: with other units they contradict."""
    first: dict[object, DraftRule] = {}
    for rule in rules:
        asks = (
            rule.priority,
            rule.kind,
            frozenset(rule.class_codes),
            frozenset((each.fact, frozenset(each.values), each.negated) for each in rule.conditions),
        )
        before = first.setdefault(asks, rule)
        if before is rule or rule.row is None or before.row is None:
            continue
        same = _answer(rule) == _answer(before)
        fault = rule.row.fault(
            "rule_twice" if same else "rules_contradict",
            "lead" if not same else "code",
            f"与第 {before.row.row} 行的规则 {before.code} 适用范围、条件和优先级都相同"
            + ("，结果也相同" if same else "，结果却不同"),
            f"asks the same of the same classes with the same priority as rule {before.code} in row"
            f" {before.row.row}" + (", and answers the same" if same else ", but answers otherwise"),
        )
        (doubtful if same else refused).append(fault)


def _answer(rule: DraftRule) -> tuple[object, ...]:
    units = tuple((unit.role, unit.means, plain(unit.text)) for unit in rule.units)
    return rule.outcome, units, rule.listed_only, rule.is_fallback


def _unknown_column(file: str, table: TableRows, header: str) -> Fault:
    place = Place(file, table.name, table.header_row, shown(header, 60))
    if plain(header).startswith(plain(FACT)):
        known = "、".join(fact.title.zh for fact in FACTS.values())
        return Fault(
            "unknown_fact",
            Text(f"没有这个事实；可用：{known}", f"there is no such fact; there are: {known}"),
            place,
        )
    return Fault(
        "unknown_column",
        Text(
            "规则表没有这一列；多余的条件不能不读",
            "the rules have no such column, and a condition cannot be left unread",
        ),
        place,
        Text("删去这一列", "delete the column"),
    )
