"""Rules that tie, contradict themselves, or leave something out."""

from __future__ import annotations

from dataclasses import replace

from gridsvc.handling.linting import Surroundings, Upheld, World
from tests.handling.linting.editions import (
    AS_WRITTEN,
    LAST,
    OWNERS,
    SQUAD,
    STREET,
    body,
    clause,
    edition,
    found,
    lint,
    rule,
)

OWNER = body("each_owner", "产权单位")
OFFICE = body("street_office", "所属街办")


def test_two_rules_of_one_priority_tie_only_where_they_meet_and_differ() -> None:
    known = rule("R1", 10, [OWNER], ("owner", "known"))
    unknown = rule("R2", 10, [OFFICE], ("owner", "unknown"))
    site = rule("R3", 10, [body("builder", "施工单位")], ("site", "open"))
    same = rule("R4", 20, [OWNER], ("owner", "known"))
    again = rule("R5", 20, [OWNER], ("component", "matched"))
    report = lint(edition([clause()], [known, unknown, LAST]))
    assert "rules_tie" not in found(report)
    report = lint(edition([clause()], [known, unknown, site, LAST]))
    assert found(report)["rules_tie"] == [(4, "优先级"), (4, "优先级")]
    assert "rules_tie" not in found(lint(edition([clause()], [same, again, LAST])))


def test_rules_that_a_sure_one_keeps_apart_do_not_tie() -> None:
    both = rule("R1", 1, [], ("owner", "known"), ("site", "open"), outcome="decide")
    known = rule("R2", 10, [OWNER], ("owner", "known"))
    site = rule("R3", 10, [body("builder", "施工单位")], ("site", "open"))
    assert "rules_tie" not in found(lint(edition([clause()], [both, known, site, LAST])))


def test_conditions_that_cannot_hold_and_classes_that_are_not_there() -> None:
    twice = rule("R1", 1, [OWNER], ("owner", "known"), ("!owner", "known"))
    none = rule("R2", 2, [OWNER], ("!site", "none", "open", "handed_over"))
    elsewhere = rule("R3", 3, [OWNER], class_codes=("02*",))
    other = rule("R4", 4, [OWNER], kind="event")
    cells = found(lint(edition([clause()], [twice, none, elsewhere, other, LAST])))
    assert cells["rule_contradictory"] == [(2, "事实：权属单位"), (3, "事实：工地")]
    assert cells["rule_without_class"] == [(4, "适用类别"), (5, "适用类别")]


def test_a_rule_that_may_lead_nowhere_hides_nothing_but_its_own_bodies() -> None:
    owner = rule("R1", 10, [OWNER])
    office = rule("R2", 20, [OFFICE])
    again = rule("R3", 30, [OWNER], ("owner", "known"))
    listed = rule("R4", 40, [AS_WRITTEN])
    within = rule("R5", 50, [OFFICE], listed_only=True)
    cells = found(lint(edition([clause(units=[OWNERS, STREET])], [owner, office, again, listed, within])))
    assert cells["rule_never_applies"] == [(4, "优先级"), (6, "优先级")]


def test_the_fallback_is_there_for_every_class_and_goes_last() -> None:
    part = replace(LAST, class_codes=("0101",))
    clauses = [clause(1), clause(2, "0202"), clause(3, "0203")]
    around = Surroundings(reported={("component", "0202"): 7, ("component", "0101"): 5})
    report = lint(edition(clauses, [part]), around)
    (missing,) = [each for each in report.findings if each.kind == "fallback_missing"]
    assert missing.cases == 7
    assert "0202" in missing.message.en
    assert "0101" not in missing.message.en
    assert "fallback_missing" not in found(lint(edition(clauses, [LAST])))
    early = replace(LAST, priority=1)
    cells = found(lint(edition(clauses, [early, rule("R1", 10, [OWNER], ("owner", "known"))])))
    assert cells["fallback_not_last"] == [(100, "优先级")]
    assert found(lint(edition(clauses, [])))["rules_missing"] == [(None, None)]


def test_words_that_need_a_fact_need_a_rule_that_asks_for_it() -> None:
    both = [clause(units=[OWNERS, STREET])]
    assert found(lint(edition(both, [LAST])))["words_without_rule"] == [(3, "处置单位")]
    for using in (
        rule("R1", 1, [OWNER], ("owner", "known")),
        rule("R1", 1, [AS_WRITTEN], ("component", "matched")),
        rule("R1", 1, [body("each_owner", "产权单位"), OFFICE], outcome="rank"),
    ):
        assert "words_without_rule" not in found(lint(edition(both, [using, LAST])))
    idle = rule("R1", 1, [AS_WRITTEN], ("site", "open"))
    assert "words_without_rule" in found(lint(edition(both, [idle, LAST])))
    ranking = rule("R1", 1, [OFFICE], outcome="rank")
    assert found(lint(edition(both, [ranking, LAST])))["words_only_ranked"] == [(3, "处置单位")]
    # The only body of a clause needs nobody to choose it.
    assert "words_without_rule" not in found(lint(edition([clause(units=[OWNERS])], [LAST])))


def test_bodies_that_nobody_can_look_up() -> None:
    vague = rule("R1", 1, [body("each_department", "有关部门")])
    unlisted = rule("R2", 2, [body("builder", "施工单位")], listed_only=True)
    cells = found(lint(edition([clause(units=[SQUAD, STREET])], [vague, unlisted, LAST])))
    assert cells["rule_leads_nowhere"] == [(2, "主责单位")]
    assert cells["rule_idle"] == [(3, "主责单位")]


def test_facts_of_the_map_and_of_the_rules_go_together() -> None:
    site = rule("R1", 1, [body("builder", "施工单位")], ("site", "open"))
    around = Surroundings(zone_kinds=frozenset({"compound"}))
    cells = found(lint(edition([clause()], [site, LAST]), around))
    assert cells["fact_unused"] == [(None, "小区"), (None, "物业管理")]
    assert cells["fact_without_source"] == [(2, "事实：工地")]
    assert not {"fact_unused", "fact_without_source"} & found(lint(edition([clause()], [site, LAST]))).keys()


def test_upheld_refusals_are_shown_against_rule_and_clause() -> None:
    specification = edition([clause(7, units=[STREET])], [LAST])
    around = Surroundings(
        upheld=(Upheld(99, 7, "甲街道办", 3), Upheld(None, 7, "乙街道办", 2), Upheld(5, 5, "别处", 9))
    )
    report = lint(specification, around)
    shown = [(each.place.row, each.cases) for each in report.findings if each.kind == "rule_refused"]
    assert shown == [(100, 3), (9, 2)]


def test_refusals_are_not_shown_against_the_rules_of_a_file_with_the_same_numbers() -> None:
    loaded = edition([clause()], [LAST])
    world = World(around=Surroundings(upheld=(Upheld(LAST.id, 1, "甲街道办", 3),)))
    assert world.around_edition(replace(loaded, id=1)).upheld
    assert not world.around_edition(replace(loaded, id=0)).upheld
