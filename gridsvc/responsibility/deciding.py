"""Who is responsible: the rules of an edition tried in their order on what is known of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gridsvc.errors import Text
from gridsvc.handling import (
    AS_LISTED,
    FACTS,
    Clause,
    ClauseUnit,
    Rule,
    RuleUnit,
    condition_text,
    fulfils,
)
from gridsvc.responsibility.bodies import CLAUSE, RULE, Scene, bodies_of, key_of
from gridsvc.responsibility.candidates import Candidate, Either, Ground, Passed, Territory, Verdict, between
from gridsvc.responsibility.situations import Situation

NO_CLAUSE = Verdict(
    "needs_decision",
    None,
    0.0,
    (),
    Text(
        "现行处置规范没有该小类的条款，需人工确定责任单位。",
        "No clause in force covers this class: a person decides.",
    ),
)


def decide(
    clause: Clause, rules: Sequence[Rule], ground: Ground, situation: Situation, names: Mapping[str, str]
) -> Verdict:
    """Return who answers for a clause: `rules` are those that cover its class, in their order.

    The first rule that applies and leads to a unit decides; without one, the bodies of the clause are ranked
    in its order (docs/decisions/0004). `names`: unit names by code. Where the ground is one of two
    territories that lead to different units, both are candidates with equal shares: `ranked`, and the reason
    says which fact would settle it.
    """
    if not isinstance(ground, Either):
        return _decide(clause, rules, ground, situation, names)
    first, second = (_decide(clause, rules, side, situation, names) for side in ground.sides)
    if _bodies(first) == _bodies(second):
        return first
    merged: dict[str, Candidate] = {}
    for candidate in (*first.candidates, *second.candidates):
        key = f"{candidate.role} {key_of(candidate)}"
        before = merged.get(key)
        share = candidate.share / 2 + (before.share if before else 0.0)
        # A body that one side sets aside is still the other side's candidate.
        kept = candidate if before is None or (before.refused and not candidate.refused) else before
        merged[key] = replace(kept, share=share)
    candidates = tuple(sorted(merged.values(), key=lambda c: (c.role != "lead", -round(c.share, 9))))
    if first.unit is None and second.unit is None:  # either way a person decides
        return replace(first, candidates=candidates)
    lead = next(each for each in candidates if each.unit is not None and each.share > 0)
    # The rule named is the one by which the leading unit leads: its own side's.
    by = first if any(each.unit == lead.unit and each.share > 0 for each in first.candidates) else second
    decision = between((first, second))
    return Verdict(decision, lead.unit, lead.share, candidates, ground.missing, by.rule, by.facts, by.passed)


def _bodies(verdict: Verdict) -> tuple[str, list[tuple[str | None, str, float]]]:
    return verdict.decision, [(each.unit, each.role, each.share) for each in verdict.candidates]


def _decide(
    clause: Clause,
    rules: Sequence[Rule],
    territory: Territory | None,
    situation: Situation,
    names: Mapping[str, str],
) -> Verdict:
    scene = Scene(clause, territory, situation, names)
    listed = bodies_of((each for each in clause.units if each.role == "lead"), scene)
    if territory is None:
        reason = Text(
            "地点不在任何网格内，责任单位需人工确定。", "The place lies in no area: a person decides."
        )
        return Verdict("needs_decision", None, 0.0, _shared(listed), reason)
    passed: list[Passed] = []
    for rule in rules:
        states = [fulfils(each, situation.fact(each.fact)) for each in rule.conditions]
        if False in states:
            continue
        if None in states:
            missing = tuple(c.fact for c, state in zip(rule.conditions, states, strict=True) if state is None)
            passed.append(Passed(rule, _unknown(rule, missing), missing))
            continue
        found = _by_rule(rule, listed, scene)
        if isinstance(found, Verdict):
            facts = tuple((each.fact, situation.fact(each.fact) or "") for each in rule.conditions)
            return replace(found, rule=rule, facts=facts, passed=tuple(passed))
        passed.append(found)
    return replace(_by_order(listed, scene), passed=tuple(passed))


def _by_rule(rule: Rule, listed: Sequence[Candidate], scene: Scene) -> Verdict | Passed:
    """Return what a rule that applies decides, or that it leads to no unit."""
    if rule.outcome == "decide":
        reason = Text(
            f"规则 {_title(rule)}：{_when(rule).zh}，由人工确定责任单位。",
            f"Rule {_title(rule)}: {_when(rule).en}, a person decides.",
        )
        return Verdict("needs_decision", None, 0.0, _shared(listed), reason)
    named = _named(rule, listed, scene)
    rest = [each for each in listed if key_of(each) not in {key_of(body) for body in named}]
    resolved = [each for each in named if each.unit is not None]
    if not resolved:
        return Passed(rule, _leads_nowhere(rule, named))
    leading = {each.unit for each in ([*named, *rest] if rule.outcome == "rank" else resolved)}
    assisting = _assisting(rule, scene, leading)
    if rule.outcome == "rank":
        candidates: tuple[Candidate, ...] = _shared([*named, *rest])
        decision = "determined" if len(candidates) == 1 else "ranked"
    else:
        aside = Text(
            f"规则 {rule.code} 另行指定{_listing(resolved)}",
            f"rule {rule.code} names {_listing(resolved, ', ')} instead",
        )
        unresolved = [each for each in named if each.unit is None]
        helping = {key_of(each) for each in assisting}
        refused = [
            replace(each, refused=each.refused or aside) for each in rest if key_of(each) not in helping
        ]
        candidates = (*_shared(resolved), *unresolved, *refused)
        decision = "determined" if len(resolved) == 1 else "ranked"
    if rule.is_fallback:
        decision = "fallback"
    lead = resolved[0]
    return Verdict(
        decision,
        lead.unit,
        next(each.share for each in candidates if each.unit == lead.unit),
        (*candidates, *assisting),
        _reason(rule, resolved),
    )


def _named(rule: Rule, listed: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Return the bodies that a rule puts first."""
    wanted = {_key(each) for each in scene.clause.units if each.role == "lead"}
    found: dict[str, Candidate] = {}
    for unit in rule.units:
        if unit.role != "lead":
            continue
        if unit.means == AS_LISTED:
            bodies: Sequence[Candidate] = listed
        elif rule.listed_only:
            key = _key(unit)
            if key not in wanted:
                continue
            same = [each for each in scene.clause.units if each.role == "lead" and _key(each) == key]
            bodies = bodies_of(same, scene, CLAUSE)
        else:
            bodies = bodies_of([unit], scene, RULE)
        for body in bodies:
            found.setdefault(key_of(body), body)
    return list(found.values())


def _key(unit: ClauseUnit | RuleUnit) -> tuple[str, str | None]:
    return unit.means, unit.unit_code if unit.means == "named" else None


def _by_order(listed: Sequence[Candidate], scene: Scene) -> Verdict:
    """Return the bodies of the clause in its order: no rule says more."""
    candidates = _shared(listed)
    lead = next((each for each in candidates if each.unit is not None), None)
    if lead is None or lead.unit is None:
        reason = Text(
            "条款所列单位均不能由地点直接确定，需人工确定。",
            "No body named by the clause follows from the place.",
        )
        return Verdict("needs_decision", None, 0.0, candidates, reason)
    assisting = _assisting(None, scene, {each.unit for each in candidates})
    if len(candidates) == 1:
        reason = Text(f"条款只列出一个责任单位：{lead.name}。", f"The clause names one unit: {lead.name}.")
        return Verdict("determined", lead.unit, 1.0, (*candidates, *assisting), reason)
    reason = Text(
        f"条款列出 {len(candidates)} 个单位而未规定如何选择，按规范所列顺序排列，{lead.name}居首。",
        f"The clause names {len(candidates)} bodies and no rule to choose; in its order {lead.name} leads.",
    )
    return Verdict("ranked", lead.unit, lead.share, (*candidates, *assisting), reason)


def _assisting(rule: Rule | None, scene: Scene, leading: set[str | None]) -> list[Candidate]:
    """Return who helps: as the rule says, and as the clause does."""
    by_clause = bodies_of((each for each in scene.clause.units if each.role == "assist"), scene)
    units = () if rule is None else rule.units
    by_rule = bodies_of((each for each in units if each.role == "assist"), scene, RULE)
    unique = {key_of(each): each for each in (*by_rule, *by_clause)}
    return [replace(each, role="assist") for each in unique.values() if each.unit not in leading]


def _shared(bodies: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return bodies with equal shares: a refused one keeps its own, so that confidence does not hide it."""
    return tuple(replace(each, share=1 / len(bodies)) for each in bodies)


def _title(rule: Rule) -> str:
    return f"{rule.code}（{rule.note}）" if rule.note else rule.code


def _when(rule: Rule) -> Text:
    if not rule.conditions:
        return Text("对所涉类别一律适用", "it holds for all of its classes")
    words = [condition_text(each) for each in rule.conditions]
    return Text("、".join(each.zh for each in words), " and ".join(each.en for each in words))


def _reason(rule: Rule, resolved: Sequence[Candidate]) -> Text:
    when, lead = _when(rule), resolved[0].name
    if rule.is_fallback:
        return Text(
            f"按规则 {_title(rule)} 属地兜底，由{lead}负责；其他规则和条款都不能确定责任单位。",
            f"Territorial fallback by rule {_title(rule)}: {lead}; no other rule or clause leads to a unit.",
        )
    if rule.outcome == "rank":
        return Text(
            f"规则 {_title(rule)}：{when.zh}，{_listing(resolved)}排在前面。",
            f"Rule {_title(rule)}: {when.en}, {_listing(resolved, ', ')} come first.",
        )
    if len(resolved) == 1:
        return Text(
            f"规则 {_title(rule)}：{when.zh}，由{lead}负责。",
            f"Rule {_title(rule)}: {when.en}, {lead} answers.",
        )
    return Text(
        f"规则 {_title(rule)}：{when.zh}，可能是{_listing(resolved)}，规则没有再区分。",
        f"Rule {_title(rule)}: {when.en}, one of {_listing(resolved, ', ')}; it does not tell them apart.",
    )


def _unknown(rule: Rule, missing: Sequence[str]) -> Text:
    titles = [FACTS[each].title for each in missing]
    return Text(
        f"规则 {_title(rule)} 未采用：不知道{'、'.join(each.zh for each in titles)}。",
        f"Rule {_title(rule)} was passed over: {', '.join(each.en for each in titles)} not known.",
    )


def _leads_nowhere(rule: Rule, named: Sequence[Candidate]) -> Text:
    if not named:
        return Text(
            f"规则 {_title(rule)} 未采用：条款没有列出它所指的单位。",
            f"Rule {_title(rule)} was passed over: the clause lists none of its bodies.",
        )
    why = [each.refused for each in named if each.refused is not None]
    return Text(
        f"规则 {_title(rule)} 未采用：{'；'.join(dict.fromkeys(each.zh for each in why))}。",
        f"Rule {_title(rule)} was passed over: {'; '.join(dict.fromkeys(each.en for each in why))}.",
    )


def _listing(bodies: Sequence[Candidate], between: str = "、") -> str:
    return between.join(each.name for each in bodies)
