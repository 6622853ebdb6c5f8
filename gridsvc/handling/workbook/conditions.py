"""Conditions of a rule as cells: 车行道、人行道, or 不是：已知.

Values stand between 、, any of them fulfils the condition; 不是： before them turns it round. A value that
holds one of the signs is put in double quotes, a quote inside doubled, as in CSV.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from gridsvc.errors import Text
from gridsvc.handling.fact_values import condition_text, fact_value_text, fulfils, read_fact_value
from gridsvc.handling.facts import FACTS, Fact
from gridsvc.handling.rules import Condition

NOT = "不是："
_LEAP_YEAR = date(2024, 1, 1)
_NOT = re.compile(r"\s*(?:不是|不为|非|除|not)\s*[:：]\s*|\s*(?:≠|!=|<>)\s*", re.IGNORECASE)
_VALUE = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[、,，;；\r\n]|$)|([^、,，;；\r\n]*))')
_SIGN = re.compile(r'[、,，;；\r\n"]')
# The inventory knows nobody of a component that it does not have.
_NEVER_WITH = (
    ("component", {"unregistered"}, "owner", {"known"}),
    ("component", {"unregistered"}, "maintainer", {"known"}),
    ("component", {"unregistered"}, "supervisor", {"known"}),
)


def write_condition(condition: Condition) -> str:
    """Return the cell of a condition; `read_condition` gives the same one back."""
    closed = FACTS[condition.fact].form == "closed"
    values = [
        fact_value_text(condition.fact, value).zh if closed else _quoted(value) for value in condition.values
    ]
    return (NOT if condition.negated else "") + "、".join(values)


def read_condition(fact: Fact, text: str) -> tuple[Condition | None, list[str]]:
    """Return the condition that a cell says, and the values in it that mean nothing."""
    inverted = _NOT.match(text)
    rest = text[inverted.end() :] if inverted else text
    values: list[str] = []
    wrong: list[str] = []
    for each in _split(rest):
        value = read_fact_value(fact, each)
        if value is None:
            wrong.append(each)
        elif value not in values:
            values.append(value)
    if wrong or not values:
        return None, wrong or [text]
    return Condition(fact.name, tuple(values), bool(inverted)), []


def never_holds(condition: Condition) -> bool:
    """Return whether nothing at all fulfils a condition: not at any time of day, for no known value."""
    fact = FACTS[condition.fact]
    if fact.form == "closed":
        return not _allowed(condition)
    if fact.form == "clock":
        minutes = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60))
        return condition.negated and not any(fulfils(condition, each) for each in minutes)
    if fact.form == "season":
        days = (f"{_LEAP_YEAR + timedelta(days=day):%m-%d}" for day in range(366))
        return condition.negated and not any(fulfils(condition, each) for each in days)
    return False


def contradiction(first: Condition, second: Condition) -> Text | None:
    """Return why two conditions on different facts can never hold together, or None."""
    for fact, values, other, others in _NEVER_WITH:
        pair = {first.fact: first, second.fact: second}
        if {fact, other} != pair.keys():
            continue
        if _allowed(pair[fact]) <= values and _allowed(pair[other]) <= others:
            one, two = condition_text(first), condition_text(second)
            return Text(
                f"“{one.zh}”与“{two.zh}”不能同时成立", f"“{one.en}” and “{two.en}” never hold together"
            )
    return None


def _allowed(condition: Condition) -> set[str]:
    """Return the values of a closed fact that fulfil a condition."""
    words = set(FACTS[condition.fact].words)
    return words - set(condition.values) if condition.negated else words & set(condition.values)


def _quoted(value: str) -> str:
    if _SIGN.search(value) or _NOT.match(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def _split(text: str) -> list[str]:
    values: list[str] = []
    at = 0
    while at <= len(text):
        match = _VALUE.match(text, at)
        assert match is not None  # the second branch takes anything, nothing included
        value = match[1].replace('""', '"') if match[1] is not None else match[2]
        if value.strip():
            values.append(value)
        at = match.end() + 1
    return values
