"""Who is responsible by rules: which rule decides, whom it names, what it says, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import Text
from gridsvc.handling import AS_LISTED, Clause, ClauseUnit, Condition, Rule, RuleUnit, in_order
from gridsvc.responsibility.blending import Policy, blend, blend_components
from gridsvc.responsibility.candidates import Candidate, Either, Territory, Verdict
from gridsvc.responsibility.deciding import decide
from gridsvc.responsibility.situations import NOTHING_KNOWN, Party, Situation

NAMES = {
    "S-01": "甲街道办事处",
    "S-02": "乙街道办事处",
    "E-01": "甲执法中队",
    "W-01": "水务公司",
    "T-01": "电信公司",
    "M-01": "市政中心",
    "P-01": "甲物业公司",
}
OFFICE = ClauseUnit("street_office", "所属街办", None)
SQUAD = ClauseUnit("territorial_enforcement", "属地行政执法部门", None)
OWNER = ClauseUnit("each_owner", "各产权单位", None)
WORKS = ClauseUnit("named", "市政中心", "M-01")
HELP = ClauseUnit("named", "水务公司", "W-01", "assist")
SOME = ClauseUnit("each_department", "相关部门", None)
WEST = Territory((("enforcement", ("E-01",)), ("street_office", ("S-01",))), "甲街道")
EAST = Territory((("street_office", ("S-02",)),), "乙街道")


def clause(*units: ClauseUnit, supervising: str | None = None) -> Clause:
    return Clause(
        1, "component", "0101", 1, "缺失", "补装", "、".join(u.text for u in units), supervising, None, None,
        units, None, None,
    )  # fmt: skip


def rule(
    code: str, *units: RuleUnit, priority: int = 10, when: dict[str, Any] | None = None, **more: Any
) -> Rule:
    conditions = tuple(
        Condition(fact, tuple(values.split("|")), fact.startswith("!"))
        for fact, values in (when or {}).items()
    )
    conditions = tuple(replace(each, fact=each.fact.lstrip("!")) for each in conditions)
    made = Rule(
        int(code[1:]),
        code,
        priority,
        None,
        (),
        conditions,
        "assign",
        units,
        False,
        False,
        None,
        None,
        None,
        None,
    )
    return replace(made, **more)


def lead(means: str, text: str, unit: str | None = None) -> RuleUnit:
    return RuleUnit(means, text, "lead", unit)


BY_OWNER = rule("R10", lead("each_owner", "产权单位"), when={"owner": "known"})
BY_OFFICE = rule("R20", lead("street_office", "所属街办"), priority=20)
FALLBACK = rule("R90", lead("street_office", "所属街办"), priority=90, is_fallback=True)


def known(**facts: str) -> Situation:
    return Situation(tuple(sorted(facts.items())))


def owned(*owners: Party, **facts: str) -> Situation:
    return Situation(tuple(sorted({"owner": "known", **facts}.items())), (("each_owner", owners),))


TELECOM = Party("T-01", "电信公司", "component")


def units(verdict: Verdict) -> list[tuple[str | None, float]]:
    return [(each.unit, round(each.share, 6)) for each in verdict.candidates]


def test_the_owner_of_the_inventory_answers_and_the_rest_is_set_aside() -> None:
    found = decide(clause(OFFICE, OWNER), [BY_OWNER, BY_OFFICE], WEST, owned(TELECOM), NAMES)
    assert (found.decision, found.unit, found.confidence) == ("determined", "T-01", 1.0)
    assert units(found) == [("T-01", 1.0), ("S-01", 0.0)]
    assert found.rule == BY_OWNER
    assert found.facts == (("owner", "known"),)
    assert "R10" in found.reason.zh
    assert "电信公司" in found.reason.zh
    assert "R10" in (found.candidates[1].refused or Text("", "")).zh


def test_an_unknown_fact_fulfils_neither_a_condition_nor_its_opposite() -> None:
    negated = rule("R11", lead("each_owner", "产权单位"), when={"!surface": "green"})
    plain = rule("R12", lead("each_owner", "产权单位"), when={"surface": "green"})
    found = decide(clause(OFFICE), [negated, plain, BY_OFFICE], WEST, owned(TELECOM), NAMES)
    assert (found.unit, found.rule) == ("S-01", BY_OFFICE)
    assert [(each.rule.code, each.missing) for each in found.passed] == [
        ("R11", ("surface",)),
        ("R12", ("surface",)),
    ]
    assert "位置" in found.passed[0].why.zh


def test_a_rule_whose_condition_fails_is_not_even_spoken_of() -> None:
    found = decide(clause(OFFICE), [BY_OWNER, BY_OFFICE], WEST, known(owner="unknown"), NAMES)
    assert (found.rule, found.passed) == (BY_OFFICE, ())


def test_a_rule_that_leads_to_no_unit_is_passed_over_with_its_reason() -> None:
    stranger = Party(None, "远方通信公司", "component")
    found = decide(clause(OFFICE, OWNER), [BY_OWNER, BY_OFFICE], WEST, owned(stranger), NAMES)
    assert found.unit == "S-01"
    assert "远方通信公司" in found.passed[0].why.zh


def test_several_owners_are_ranked_alike() -> None:
    two = owned(TELECOM, Party("W-01", "水务公司", "component"))
    found = decide(clause(OWNER), [BY_OWNER], WEST, two, NAMES)
    assert found.decision == "ranked"
    assert units(found) == [("T-01", 0.5), ("W-01", 0.5)]


def test_the_fallback_is_marked() -> None:
    found = decide(clause(SOME), [BY_OWNER, FALLBACK], WEST, known(owner="unknown"), NAMES)
    assert (found.decision, found.unit, found.rule) == ("fallback", "S-01", FALLBACK)


def test_a_person_decides_where_a_rule_says_so() -> None:
    ask = rule("R05", priority=5, outcome="decide", when={"component": "unregistered"})
    found = decide(clause(OFFICE), [ask, BY_OFFICE], WEST, known(component="unregistered"), NAMES)
    assert (found.decision, found.unit, found.confidence, found.rule) == ("needs_decision", None, 0.0, ask)
    assert found.candidates[0].unit == "S-01"


def test_ranking_changes_the_order_and_nothing_else() -> None:
    first = rule("R30", lead("street_office", "所属街办"), outcome="rank")
    found = decide(clause(WORKS, SOME, OFFICE), [first], WEST, NOTHING_KNOWN, NAMES)
    assert found.decision == "ranked"
    assert units(found) == [("S-01", 0.333333), ("M-01", 0.333333), (None, 0.333333)]
    assert found.confidence == pytest.approx(1 / 3)


def test_only_bodies_that_the_clause_lists() -> None:
    listed = rule("R40", lead("each_owner", "产权单位"), listed_only=True)
    assert decide(clause(OFFICE), [listed, BY_OFFICE], WEST, owned(TELECOM), NAMES).rule == BY_OFFICE
    assert decide(clause(OFFICE, OWNER), [listed, BY_OFFICE], WEST, owned(TELECOM), NAMES).rule == listed


def test_as_listed_takes_the_bodies_of_the_clause_in_their_order() -> None:
    whole = rule("R41", lead(AS_LISTED, "条款所列"))
    found = decide(clause(SQUAD, OFFICE), [whole], WEST, NOTHING_KNOWN, NAMES)
    assert units(found) == [("E-01", 0.5), ("S-01", 0.5)]
    assert found.rule == whole


def test_who_assists_has_no_share() -> None:
    helping = rule("R42", lead("street_office", "所属街办"), RuleUnit("named", "市政中心", "assist", "M-01"))
    found = decide(clause(OFFICE, HELP), [helping], WEST, NOTHING_KNOWN, NAMES)
    assert [(each.unit, each.role, each.share) for each in found.candidates] == [
        ("S-01", "lead", 1.0),
        ("M-01", "assist", 0.0),
        ("W-01", "assist", 0.0),
    ]
    assert found.decision == "determined"


def test_who_assists_is_not_set_aside_as_well() -> None:
    helping = rule(
        "R42", lead("each_owner", "产权单位"), RuleUnit("street_office", "所属街办", "assist", None)
    )
    found = decide(clause(OFFICE, OWNER), [helping], WEST, owned(TELECOM), NAMES)
    assert [(each.unit, each.role) for each in found.candidates] == [("T-01", "lead"), ("S-01", "assist")]


def test_the_supervising_department_of_the_clauses_own_column() -> None:
    by_supervisor = rule("R43", lead("supervisor", "主管部门"))
    found = decide(clause(OFFICE, supervising="市政中心"), [by_supervisor], WEST, NOTHING_KNOWN, NAMES)
    assert found.unit == "M-01"
    assert decide(clause(OFFICE), [by_supervisor, BY_OFFICE], WEST, NOTHING_KNOWN, NAMES).rule == BY_OFFICE


@pytest.mark.parametrize(
    ("means", "text"),
    [
        ("property_manager", "物业服务企业"),
        ("builder", "施工单位"),
        ("road_keeper", "道路管养单位"),
        ("maintainer", "养护单位"),
    ],
)
def test_parties_of_the_place(means: str, text: str) -> None:
    ruled = rule("R44", lead(means, text))
    there = Situation((), ((means, (Party("P-01", "甲物业公司", "zone"),)),))
    assert decide(clause(OFFICE), [ruled, BY_OFFICE], WEST, there, NAMES).unit == "P-01"
    assert decide(clause(OFFICE), [ruled, BY_OFFICE], WEST, NOTHING_KNOWN, NAMES).unit == "S-01"


def test_the_keeper_of_a_whole_boundary_road_is_the_road_keeper() -> None:
    kept = replace(WEST, road="界路", keeper="M-01")
    ruled = rule("R45", lead("road_keeper", "道路管养单位"))
    assert decide(clause(OFFICE), [ruled], kept, NOTHING_KNOWN, NAMES).unit == "M-01"


def test_outside_every_area_no_rule_decides() -> None:
    found = decide(clause(WORKS), [BY_OFFICE, FALLBACK], None, NOTHING_KNOWN, NAMES)
    assert (found.decision, found.unit, found.rule) == ("needs_decision", None, None)


def test_two_sides_of_a_road_that_nothing_settles() -> None:
    asked = Text("请补充门牌号", "give the house number")
    found = decide(clause(OFFICE), [BY_OFFICE], Either((WEST, EAST), asked), NOTHING_KNOWN, NAMES)
    assert (found.decision, found.unit, found.reason) == ("ranked", "S-01", asked)
    assert units(found) == [("S-01", 0.5), ("S-02", 0.5)]
    same = decide(clause(WORKS), [], Either((WEST, EAST), asked), NOTHING_KNOWN, NAMES)
    assert same.decision == "determined"


def test_two_sides_where_a_person_decides_either_way() -> None:
    ask = rule("R05", priority=5, outcome="decide")
    found = decide(
        clause(OFFICE), [ask, BY_OFFICE], Either((WEST, EAST), Text("?", "?")), NOTHING_KNOWN, NAMES
    )
    assert (found.decision, found.unit, found.rule) == ("needs_decision", None, ask)
    assert {each.unit for each in found.candidates} == {"S-01", "S-02"}


def test_the_rule_named_is_the_one_of_the_side_that_leads() -> None:
    """West has a squad and the first rule decides there; east has none, and only the second does."""
    squad = rule("R06", lead("territorial_enforcement", "属地行政执法部门"), priority=5)
    for sides, named in (((WEST, EAST), squad), ((EAST, WEST), BY_OFFICE)):
        found = decide(
            clause(OFFICE), [squad, BY_OFFICE], Either(sides, Text("?", "?")), NOTHING_KNOWN, NAMES
        )
        assert (found.decision, found.rule) == ("ranked", named)


def test_the_fallback_of_either_side_is_counted_as_the_fallback() -> None:
    found = decide(clause(SOME), [FALLBACK], Either((WEST, EAST), Text("?", "?")), NOTHING_KNOWN, NAMES)
    assert (found.decision, units(found)) == ("fallback", [("S-01", 0.5), ("S-02", 0.5), (None, 0.0)])
    west, east = (decide(clause(SOME), [FALLBACK], side, NOTHING_KNOWN, NAMES) for side in (WEST, EAST))
    policy = Policy(certain=0.9, doubtful=0.6, most_m=500)
    assert blend([(0.7, west), (0.3, east)], west, 40, policy).decision == "fallback"
    other = decide(clause(OFFICE), [BY_OFFICE], EAST, NOTHING_KNOWN, NAMES)
    assert blend([(0.7, west), (0.3, other)], west, 40, policy).decision == "ranked"


def test_who_is_second_everywhere_may_have_most_of_all() -> None:
    """Three components on a road that nothing settles: M-01 has a quarter of each, nobody else of two."""
    parts = []
    for name in ("S-01", "E-01", "T-01"):
        shares = ((name, 0.5), (f"{name}-2", 0.25), ("M-01", 0.25))
        bodies = tuple(Candidate(unit, unit, share, Text("", "")) for unit, share in shares)
        parts.append((1 / 3, Verdict("ranked", name, 0.5, bodies, Text("", ""))))
    found = blend_components(parts)
    assert (found.decision, found.unit, found.confidence) == ("ranked", "M-01", pytest.approx(0.25))


def test_only_bodies_that_the_clause_makes_lead() -> None:
    """The clause names the works as a helper: a rule for bodies that it lists does not make them lead."""
    helper = replace(WORKS, role="assist")
    listed = rule("R40", lead("named", "市政中心", "M-01"), listed_only=True)
    found = decide(clause(OFFICE, helper), [listed, BY_OFFICE], WEST, NOTHING_KNOWN, NAMES)
    assert (found.unit, found.rule) == ("S-01", BY_OFFICE)


def test_several_components_of_different_owners() -> None:
    answers = [
        decide(clause(OWNER), [BY_OWNER], WEST, owned(Party(code, NAMES[code], "component")), NAMES)
        for code in ("T-01", "W-01")
    ]
    unregistered = decide(clause(OWNER), [FALLBACK], WEST, known(component="unregistered"), NAMES)
    found = blend_components([(0.6, answers[0]), (0.3, answers[1]), (0.1, unregistered)])
    assert (found.decision, found.unit, round(found.confidence, 6)) == ("ranked", "T-01", 0.6)
    assert [(unit, share) for unit, share in units(found) if share] == [
        ("T-01", 0.6),
        ("W-01", 0.3),
        ("S-01", 0.1),
    ]
    assert blend_components([(0.7, answers[0]), (0.3, answers[0])]) == answers[0]


def test_an_uncertain_place_keeps_the_rule_of_the_side_that_leads() -> None:
    policy = Policy(certain=0.9, doubtful=0.6, most_m=500)
    west = decide(clause(OFFICE), [BY_OFFICE], WEST, NOTHING_KNOWN, NAMES)
    other = rule("R21", lead("street_office", "所属街办"), priority=5)
    east = decide(clause(OFFICE), [other], EAST, NOTHING_KNOWN, NAMES)
    found = blend([(0.7, east), (0.3, west)], west, 15.0, policy)
    assert (found.decision, found.unit, found.rule) == ("ranked", "S-02", other)
    assert blend([(0.55, west), (0.45, east)], west, 15.0, policy).decision == "needs_decision"


# What holds whatever the rules are.
_means = st.sampled_from(
    ["street_office", "territorial_enforcement", "each_owner", "property_manager", AS_LISTED]
)
_facts = st.sampled_from(
    [("owner", "known"), ("owner", "unknown"), ("surface", "green"), ("compound", "inside")]
)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        conditions = draw(st.lists(_facts, max_size=2, unique_by=lambda pair: pair[0]))
        outcome = draw(st.sampled_from(["assign", "assign", "rank", "decide"]))
        bodies = [lead(draw(_means), "x") for _ in range(draw(st.integers(1, 3)))]
        made.append(
            rule(
                f"R{number}",
                *([] if outcome == "decide" else bodies),
                priority=draw(st.integers(0, 3)),
                when={draw(st.sampled_from(["", "!"])) + fact: value for fact, value in conditions},
                outcome=outcome,
                listed_only=draw(st.booleans()),
                is_fallback=outcome == "assign" and draw(st.booleans()),
            )
        )
    return in_order(made)


@given(
    rules(),
    st.lists(st.sampled_from([OFFICE, SQUAD, OWNER, WORKS, HELP, SOME]), max_size=4, unique=True),
    st.dictionaries(
        st.sampled_from(["owner", "surface", "compound"]),
        st.sampled_from(["known", "unknown", "green", "inside"]),
    ),
    st.sampled_from([WEST, EAST, None, Either((WEST, EAST), Text("?", "?"))]),
    st.booleans(),
)
def test_whatever_the_rules_are(
    book: list[Rule], listed: list[ClauseUnit], facts: dict[str, str], ground: Any, has_owner: bool
) -> None:
    parties = (("each_owner", (TELECOM,)),) if has_owner else ()
    found = decide(clause(*listed), book, ground, Situation(tuple(sorted(facts.items())), parties), NAMES)
    assert (found.unit is None) == (found.decision == "needs_decision")
    shares = [each.share for each in found.candidates]
    assert all(0 <= share <= 1 for share in shares)
    # Of ground that may be one of two, one side may have nobody at all.
    whole = sum(shares)
    assert whole == pytest.approx(1.0) or not found.candidates or (isinstance(ground, Either) and whole < 1)
    assert all(each.share == 0 for each in found.candidates if each.role == "assist")
    if found.unit is not None:
        leading = next(each for each in found.candidates if each.unit == found.unit)
        assert leading.share == pytest.approx(found.confidence)
        assert leading.share == pytest.approx(max(c.share for c in found.candidates if c.unit is not None))
        assert leading.refused is None
    if found.decision == "determined":
        assert found.confidence == 1.0
    if found.decision == "fallback":
        assert found.rule is not None
        assert found.rule.is_fallback
    assert found.rule is None or found.rule in book
    # No rule before the one that decided applied and led to a unit, and each that was passed says why.
    for each in found.passed:
        assert each.rule in book
        assert each.why.zh
        assert each.why.en
