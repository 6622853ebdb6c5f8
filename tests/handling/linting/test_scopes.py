"""Sets of situations as boxes, held against counting every situation."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.handling import FACTS, Condition, Rule, fulfils
from gridsvc.handling.linting.rules import hides
from gridsvc.handling.linting.scopes import Space, is_empty, remainder, within, without
from tests.handling.linting.editions import body, clause, edition, found, lint, rule

# Every form of fact, with values and windows that meet, hold and miss each other.
_VALUES = {
    "owner": ["known", "unknown"],
    "site": ["none", "open", "handed_over"],
    "road_grade": ["主干道", "支路"],
    "time": ["22:00-06:00", "05:00-08:00", "08:00-22:00"],
    "season": ["11-15..03-15", "03-16..11-14"],
    "area": ["610103", "610103001", "610104"],
}
_TRUE = {
    "owner": ["known", "unknown", None],
    "site": ["none", "open", "handed_over", None],
    "road_grade": ["主干道", "支路", "次干道", None],
    "time": ["00:00", "05:00", "06:00", "08:00", "22:00"],
    "season": ["01-01", "03-16", "11-15"],
    "area": ["610103", "610103/610103001", "610104", "-", None],
}


@st.composite
def _conditions(draw: st.DrawFn) -> tuple[Condition, ...]:
    names = draw(st.lists(st.sampled_from(sorted(_VALUES)), max_size=2, unique=True))
    return tuple(
        Condition(
            name,
            tuple(draw(st.lists(st.sampled_from(_VALUES[name]), min_size=1, max_size=2, unique=True))),
            draw(st.booleans()),
        )
        for name in names
    )


@st.composite
def _rules(draw: st.DrawFn) -> list[Rule]:
    bodies = [body("each_owner"), body("street_office"), body("named", "水务公司", "W-01"), body("as_listed")]
    rules = []
    for number in range(draw(st.integers(2, 5))):
        outcome = draw(st.sampled_from(["assign", "rank", "decide"]))
        units = draw(st.lists(st.sampled_from(bodies), min_size=1, max_size=2, unique=True))
        made = rule(f"R{number}", number * 10, [] if outcome == "decide" else units, outcome=outcome)
        rules.append(replace(made, conditions=draw(_conditions()), listed_only=draw(st.booleans())))
    return rules


def _situations(rules: list[Rule]) -> list[dict[str, str | None]]:
    asked = sorted({condition.fact for each in rules for condition in each.conditions})
    return [dict(zip(asked, values, strict=True)) for values in product(*(_TRUE[name] for name in asked))]


def _applies(rule: Rule, situation: dict[str, str | None]) -> bool:
    return all(fulfils(each, situation[each.fact]) for each in rule.conditions)


@settings(max_examples=60, deadline=None)
@given(_rules())
def test_a_remainder_is_what_no_other_rule_covers(rules: list[Rule]) -> None:
    *others, last = rules
    space = Space(rules, [("component", "0101")], {"610103001": "610103"})
    left = remainder(space.box(last), [space.box(each) for each in others])
    covered = all(
        any(_applies(each, situation) for each in others)
        for situation in _situations(rules)
        if _applies(last, situation)
    )
    # Every value of _TRUE is in some part, and every part has a value in _TRUE.
    assert (not left) == covered


@settings(max_examples=60, deadline=None)
@given(_rules())
def test_a_rule_that_is_said_to_be_hidden_never_decides(rules: list[Rule]) -> None:
    listed = {"each_owner", "street_office"}
    report = lint(edition([clause()], rules))
    hidden = {each.place.value for each in report.findings if each.kind == "rule_never_applies"}
    deciding = set()
    for situation in _situations(rules):
        for resolved in (
            {"W"},
            {"W", "each_owner"},
            {"W", "street_office"},
            {"W", "each_owner", "street_office"},
        ):
            for each in rules:
                if _applies(each, situation) and _decides(each, listed, resolved):
                    deciding.add(each.code)
                    break
    assert not hidden & deciding


def _decides(rule: Rule, listed: set[str], resolved: set[str]) -> bool:
    if rule.outcome == "decide":
        return True
    for unit in rule.units:
        if unit.means == "as_listed" and listed & resolved:
            return True
        if unit.means == "named" and not rule.listed_only:
            return True
        if unit.means in resolved and (unit.means in listed or not rule.listed_only):
            return True
    return False


def test_taking_out_keeps_the_rest_and_nothing_twice() -> None:
    whole = (0b111, 0b1111)
    left = without([whole], (0b010, 0b0011))
    points = [
        (a, b) for box in left for a in range(3) for b in range(4) if box[0] >> a & 1 and box[1] >> b & 1
    ]
    assert len(points) == len(set(points)) == 12 - 2
    assert within((0b010, 0b0001), whole)
    assert is_empty((0b010, 0))


def test_windows_split_the_day_where_any_of_them_begins_or_ends() -> None:
    night = rule("R1", 1, [], ("time", "22:00-06:00"), outcome="decide")
    day = rule("R2", 2, [], ("time", "06:00-22:00"), outcome="decide")
    late = rule("R3", 3, [], ("time", "23:00-05:00"), outcome="decide")
    assert found(lint(edition([clause()], [night, day, late])))["rule_never_applies"] == [(4, "优先级")]


def test_all_values_of_a_closed_fact_leave_the_unknown_open() -> None:
    known = rule("R1", 1, [], ("owner", "known", "unknown"), outcome="decide")
    always = rule("R2", 2, [], outcome="decide")
    after = rule("R3", 3, [], ("owner", "known"), outcome="decide")
    assert "rule_never_applies" not in found(lint(edition([clause()], [known, always])))
    assert found(lint(edition([clause()], [known, always, after])))["rule_never_applies"] == [(4, "优先级")]
    assert FACTS["owner"].form == "closed"
    assert hides(always, after)
