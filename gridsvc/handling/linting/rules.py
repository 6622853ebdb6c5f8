"""Rules that can never apply, that tie, and what no rule reaches: by exact sets of situations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridsvc.handling.fact_values import condition_text
from gridsvc.handling.facts import FACTS
from gridsvc.handling.linting.findings import LintFinding, finding
from gridsvc.handling.linting.scopes import Box, Space, common, is_empty, remainder
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import Surroundings
from gridsvc.handling.rules import AS_LISTED, Rule, RuleUnit

_MOST_NAMED = 8
_KIND_ZH = {None: "所有", "component": "部件", "event": "事件"}


def find_rule_faults(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find rules that contradict themselves, are hidden by earlier ones, tie, or come after the fallback."""
    edition = subject.specification
    if not edition.clauses:
        return
    if not edition.rules:
        yield finding(
            "rules_missing",
            subject.whole(),
            "版本没有责任规则，多个单位只能按条款次序并列",
            "the edition has no rules: several bodies can only be ranked in the order of the clause",
        )
        return
    classes = dict.fromkeys((each.kind, each.class_code) for each in edition.clauses)
    space = Space(edition.rules, classes, around.parents)
    boxes = {rule.id: space.box(rule) for rule in edition.rules}
    sound: list[Rule] = []
    for rule in edition.rules:
        fault = _by_itself(subject, rule, boxes[rule.id])
        if fault is not None:
            yield fault
            continue
        hiding = [each for each in sound if hides(each, rule)]
        if not remainder(boxes[rule.id], [boxes[each.id] for each in hiding]):
            named = [each for each in hiding if not is_empty(common(boxes[each.id], boxes[rule.id]))]
            yield finding(
                "rule_never_applies",
                subject.rule_place(rule, "priority"),
                f"规则 {rule.code} 永远轮不到：它的情形都已由更前的 {_codes(named, '、')} 决定",
                f"rule {rule.code} is never reached: {_codes(named, ', ')} before it decide all of its cases",
            )
            continue
        sound.append(rule)
    yield from _ties(subject, sound, boxes)
    yield from _fallbacks(subject, sound, space, boxes, around)


def _by_itself(subject: Subject, rule: Rule, box: Box) -> LintFinding | None:
    """Return why a rule can apply to nothing, whatever the others say."""
    if not box[0]:
        codes = "、".join(rule.class_codes) or "*"
        return finding(
            "rule_without_class",
            subject.rule_place(rule, "classes", codes),
            f"规则 {rule.code} 所写的{_KIND_ZH[rule.kind]}类别（{codes}）在本版本都没有条款",
            f"rule {rule.code} covers no class that the edition has a clause for ({codes})",
        )
    for fact, bits in zip(FACTS.values(), box[1:], strict=True):
        if not bits:
            words = [condition_text(each) for each in rule.conditions if each.fact == fact.name]
            return finding(
                "rule_contradictory",
                subject.rule_place(rule, f"fact_{fact.name}", "；".join(each.zh for each in words)),
                f"规则 {rule.code} 的条件不可能成立：{'且'.join(each.zh for each in words)}",
                f"the conditions of rule {rule.code} cannot hold: {' and '.join(each.en for each in words)}",
            )
    return None


def hides(earlier: Rule, later: Rule) -> bool:
    """Say whether a rule, wherever both apply, leaves nothing for one that is tried after it.

    It does when it surely decides; or when whatever leads it nowhere leads the later one nowhere too, since
    all of the later one's bodies are among its own.
    """
    if earlier.outcome == "decide":
        return True
    leading = [unit for unit in earlier.units if unit.role == "lead"]
    if not earlier.listed_only and any(unit.means == "named" and unit.unit_code for unit in leading):
        return True
    if later.outcome == "decide":
        return False
    wanted = [unit for unit in later.units if unit.role == "lead" and unit.means != "each_department"]
    if any(unit.means == AS_LISTED for unit in leading) and (
        later.listed_only or all(unit.means == AS_LISTED for unit in wanted)
    ):
        return True
    if earlier.listed_only and not later.listed_only:
        return False
    by_kind = earlier.listed_only and later.listed_only
    own = {_body(unit, by_kind=by_kind) for unit in leading}
    return all(unit.means != AS_LISTED and _body(unit, by_kind=by_kind) in own for unit in wanted)


def _body(unit: RuleUnit, *, by_kind: bool) -> tuple[str, str | None]:
    """Return what phrases share that lead to the same units; `by_kind`: the words of the clause are read."""
    if unit.means == "named":
        return unit.means, unit.unit_code or unit.text
    return unit.means, unit.text if unit.means == "territorial_department" and not by_kind else None


def _ties(subject: Subject, rules: Sequence[Rule], boxes: dict[int, Box]) -> Iterator[LintFinding]:
    """Find rules of one priority that meet and do not say the same: the order of their codes decides."""
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if other.priority != rule.priority or _result(rule) == _result(other):
                continue
            before = [each for each in rules[:number] if each.priority < rule.priority and _surely(each)]
            meeting = remainder(common(boxes[rule.id], boxes[other.id]), [boxes[each.id] for each in before])
            if not meeting:
                continue
            yield finding(
                "rules_tie",
                subject.rule_place(rule, "priority", str(rule.priority)),
                f"规则 {other.code} 与 {rule.code} 优先级同为 {rule.priority}，有共同的情形而结果不同，"
                f"现按编号由 {other.code} 先决定",
                f"rules {other.code} and {rule.code} have priority {rule.priority}, meet, and name different"
                f" bodies; {other.code} decides only because its code comes first",
            )


def _surely(rule: Rule) -> bool:
    return rule.outcome == "decide" or (
        not rule.listed_only
        and any(unit.role == "lead" and unit.means == "named" and unit.unit_code for unit in rule.units)
    )


def _result(rule: Rule) -> tuple[object, ...]:
    return (
        rule.outcome,
        rule.listed_only,
        rule.is_fallback,
        tuple((unit.role, unit.means, unit.unit_code or unit.text) for unit in rule.units),
    )


def _fallbacks(
    subject: Subject,
    rules: Sequence[Rule],
    space: Space,
    boxes: dict[int, Box],
    around: Surroundings,
) -> Iterator[LintFinding]:
    last = [rule for rule in rules if rule.is_fallback and not rule.conditions]
    caught = 0
    for rule in last:
        caught |= boxes[rule.id][0]
    missing = space.classes_of((space.whole[0] & ~caught,))
    if missing:
        named = "、".join(subject.name(*each) for each in missing[:_MOST_NAMED])
        more = f" 等 {len(missing)} 类" if len(missing) > _MOST_NAMED else ""
        more_en = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        cases = None
        if around.reported is not None:
            cases = sum(around.reported.get(each, 0) for each in missing)
        yield finding(
            "fallback_missing",
            subject.whole("兜底"),
            f"没有无条件的兜底规则：{named}{more}",
            f"no fallback without conditions for {named}{more_en}",
            cases=cases,
        )
    for number, rule in enumerate(rules):
        if not rule.is_fallback:
            continue
        later = [
            each
            for each in rules[number + 1 :]
            if not each.is_fallback and not is_empty(common(boxes[each.id], boxes[rule.id]))
        ]
        if later:
            yield finding(
                "fallback_not_last",
                subject.rule_place(rule, "priority", str(rule.priority)),
                f"兜底规则 {rule.code} 排在 {_codes(later, '、')} 之前，先于它们决定",
                f"the fallback {rule.code} goes before {_codes(later, ', ')} and decides instead of them",
            )


def _codes(rules: Sequence[Rule], between: str) -> str:
    codes = [rule.code for rule in rules]
    return between.join(codes[:_MOST_NAMED]) + (" …" if len(codes) > _MOST_NAMED else "")
