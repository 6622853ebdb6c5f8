"""Words of clauses that no rule takes up, facts that no rule asks for, rules that lead to nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gridsvc.handling.facts import FACTS
from gridsvc.handling.linting.findings import LintFinding, finding
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import Surroundings
from gridsvc.handling.rules import AS_LISTED, Rule
from gridsvc.handling.specifications import Clause

# Words that only a fact can turn into a unit, and how a reader calls them.
_NEEDING = {
    "each_owner": ("产权单位", ("owner", "component")),
    "maintainer": ("养护单位", ("maintainer", "component")),
    "property_manager": ("物业", ("property_management", "compound")),
    "builder": ("建设、施工单位", ("site",)),
    "road_keeper": ("道路管养单位", ("road_keeper", "road_grade", "boundary_road")),
}
_MOST_NAMED = 6


def find_unused_words(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find words that need a fact and have no rule, rules without a body, and facts no rule asks for."""
    edition = subject.specification
    yield from _without_rule(subject, around)
    for rule in edition.rules:
        yield from _without_body(subject, rule)
    asked: dict[str, list[Rule]] = defaultdict(list)
    for rule in edition.rules:
        for name in rule.facts:
            asked[name].append(rule)
    if around.zone_kinds is None:
        return
    for fact in FACTS.values():
        if fact.zone_kind is None:
            continue
        graded = fact.name == "management_grade" and edition.grade_means == "area"
        if fact.zone_kind in around.zone_kinds and fact.name not in asked and not graded:
            yield finding(
                "fact_unused",
                subject.whole(fact.title.zh),
                f"已载入“{fact.title.zh}”区域（{fact.zone_kind}），没有规则以它为条件",
                f"zones of {fact.title.en} ({fact.zone_kind}) are loaded, and no rule asks for it",
            )
        if fact.zone_kind not in around.zone_kinds and fact.name in asked:
            rules = "、".join(rule.code for rule in asked[fact.name][:_MOST_NAMED])
            yield finding(
                "fact_without_source",
                subject.rule_place(asked[fact.name][0], f"fact_{fact.name}"),
                f"规则 {rules} 要看“{fact.title.zh}”，而没有载入此类区域（{fact.zone_kind}）；"
                "只有上报时说明才知道",
                f"{rules} ask for {fact.title.en}, and no zones of it ({fact.zone_kind}) are loaded: only a"
                " report can tell",
            )


def _without_rule(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    edition = subject.specification
    missing: dict[tuple[str, str], list[Clause]] = defaultdict(list)
    for clause in edition.clauses:
        said = {unit.means for unit in clause.units if unit.role == "lead"} & _NEEDING.keys()
        if not said or len(clause.units) < 2:
            continue  # the only body of a clause needs no rule to be chosen
        rules = [rule for rule in edition.rules if rule.covers(clause.kind, clause.class_code)]
        for means in said:
            if any(takes_up(rule, means) for rule in rules):
                continue
            ranked = any(rule.outcome == "rank" for rule in rules)
            missing["words_only_ranked" if ranked else "words_without_rule", means].append(clause)
    for (kind, means), clauses in missing.items():
        classes = dict.fromkeys((each.kind, each.class_code) for each in clauses)
        named = "、".join(subject.name(*each) for each in list(classes)[:_MOST_NAMED])
        more = f" 等 {len(classes)} 类" if len(classes) > _MOST_NAMED else ""
        more_en = f" and {len(classes) - _MOST_NAMED} more" if len(classes) > _MOST_NAMED else ""
        first, (words, facts) = clauses[0], _NEEDING[means]
        asked = " / ".join(FACTS[fact].title.zh for fact in facts)
        asked_en = " / ".join(FACTS[fact].title.en for fact in facts)
        instead = "，只与其他单位并列" if kind == "words_only_ranked" else ""
        instead_en = ", it is only ranked with others" if kind == "words_only_ranked" else ""
        yield finding(
            kind,
            subject.clause_place(first, "units", first.responsible_text),
            f"{len(clauses)} 条写有{words}，没有规则据{asked}选用它{instead}：{named}{more}",
            f"{len(clauses)} clauses say {words}, and no rule takes it up by {asked_en}{instead_en}:"
            f" {named}{more_en}",
            cases=None if around.reported is None else sum(around.reported.get(each, 0) for each in classes),
        )


def takes_up(rule: Rule, means: str) -> bool:
    """Say whether a rule makes the body behind `means` answer: by naming it, or as the clause lists it.

    The clause's own list counts where a condition of the rule looks at a fact that tells of the body. What a
    rule that ranks does not name merely follows.
    """
    facts = _NEEDING[means][1]
    return any(
        unit.means == means or (unit.means == AS_LISTED and not rule.facts.isdisjoint(facts))
        for unit in rule.units
        if unit.role == "lead"
    )


def _without_body(subject: Subject, rule: Rule) -> Iterator[LintFinding]:
    """Find rules whose bodies no clause of their classes lists, or that name none at all."""
    if rule.outcome == "decide":
        return
    leading = [unit for unit in rule.units if unit.role == "lead"]
    covered = [
        clause for clause in subject.specification.clauses if rule.covers(clause.kind, clause.class_code)
    ]
    words = "、".join(unit.text for unit in leading)
    if not leading or all(unit.means == "each_department" for unit in leading):
        yield finding(
            "rule_leads_nowhere",
            subject.rule_place(rule, "lead", words),
            f"规则 {rule.code} 没有写明能找到的主责单位",
            f"rule {rule.code} names no leading body that can be looked up",
        )
    elif rule.listed_only and covered and not any(unit.means == AS_LISTED for unit in leading):
        wanted = {(unit.means, unit.unit_code) for unit in leading}
        if not any(
            (unit.means, unit.unit_code if unit.means == "named" else None) in wanted
            for clause in covered
            for unit in clause.units
            if unit.role == "lead"
        ):
            yield finding(
                "rule_idle",
                subject.rule_place(rule, "lead", words),
                f"规则 {rule.code} 限用条款所列单位，而所涉类别的条款都没有列出{words}",
                f"rule {rule.code} is for bodies that its clauses list, and none of them lists {words}",
            )
