"""What changed in the responsibility rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridsvc.errors import Text
from gridsvc.handling.comparing.bodies import key_of, listed
from gridsvc.handling.comparing.changes import KIND_WORDS, Change
from gridsvc.handling.comparing.wording import plain
from gridsvc.handling.fact_values import condition_text
from gridsvc.handling.rules import Condition, Rule, in_order

_OUTCOMES = {
    "assign": Text("指定", "assigns"),
    "rank": Text("排在前面", "ranks first"),
    "decide": Text("交人工决定", "leaves it to a person"),
}
_ALWAYS = Text("无条件", "always")
_EVERY = Text("全部类别", "every class")


def rule_changes(before: Sequence[Rule], after: Sequence[Rule]) -> Iterator[Change]:
    """Return what changed between two rule books, in the order in which the rules are tried.

    A rule is the one of the same code; of those left, one that says the same under another code.
    """
    olds = {rule.code: rule for rule in before}
    partner: dict[str, Rule | None] = {rule.code: olds.pop(rule.code, None) for rule in after}
    for rule in after:
        if partner[rule.code] is None:
            same = next((old for old in in_order(olds.values()) if _content(old) == _content(rule)), None)
            if same is not None:
                partner[rule.code] = olds.pop(same.code)
    for rule in in_order([*after, *olds.values()]):
        if olds.get(rule.code) is rule:
            zh, en = _words(rule)
            yield Change(
                "rule_removed", Text(f"删除：{zh}", f"removed: {en}"), rule=rule.code, before=_words(rule)[0]
            )
        elif (old := partner[rule.code]) is None:
            zh, en = _words(rule)
            yield Change("rule_added", Text(f"新增：{zh}", f"added: {en}"), rule=rule.code, after=zh)
        else:
            yield from _changed(old, rule)


def _changed(old: Rule, new: Rule) -> Iterator[Change]:
    def change(kind: str, title: Text, before: Text, after: Text) -> Change:
        text = Text(
            f"规则 {new.code}：{title.zh} {before.zh} → {after.zh}",
            f"rule {new.code}: {title.en} {before.en} → {after.en}",
        )
        return Change(kind, text, rule=new.code, before=before.zh, after=after.zh)

    if old.code != new.code:
        yield change("rule_renamed", Text("编号", "code"), _same(old.code), _same(new.code))
    if old.priority != new.priority:
        was, now = _same(str(old.priority)), _same(str(new.priority))
        yield change("rule_priority_moved", Text("优先级", "priority"), was, now)
    if _scope(old) != _scope(new):
        yield change("rule_scope_changed", Text("适用", "covers"), _scope(old), _scope(new))
    if _by_fact(old) != _by_fact(new):
        was, now = _conditions(old.conditions), _conditions(new.conditions)
        yield change("rule_conditions_changed", Text("条件", "conditions"), was, now)
    if _outcome(old) != _outcome(new):
        yield change("rule_outcome_changed", Text("结果", "outcome"), _outcome(old), _outcome(new))
    if _bodies(old) != _bodies(new):
        was, now = (_same(listed(rule.units) or "—") for rule in (old, new))
        yield change("rule_units_changed", Text("责任单位", "bodies"), was, now)
    was, now = (_same("；".join(filter(None, (rule.note, rule.basis))) or "—") for rule in (old, new))
    if plain(was.zh) != plain(now.zh):
        yield change("rule_note_changed", Text("说明、依据", "note, basis"), was, now)


def _content(rule: Rule) -> tuple[object, ...]:
    return _scope(rule), _by_fact(rule), _outcome(rule), _bodies(rule)


def _bodies(rule: Rule) -> list[tuple[str, tuple[str, str]]]:
    return [(body.role, key_of(body)) for body in rule.units]


def _by_fact(rule: Rule) -> list[tuple[str, bool, tuple[str, ...]]]:
    return sorted((each.fact, each.negated, tuple(sorted(each.values))) for each in rule.conditions)


def _words(rule: Rule) -> tuple[str, str]:
    scope, conditions, outcome = _scope(rule), _conditions(rule.conditions), _outcome(rule)
    bodies = listed(rule.units)
    zh = f"规则 {rule.code}（优先级 {rule.priority}，{scope.zh}）：{conditions.zh}，{outcome.zh}"
    en = f"rule {rule.code} (priority {rule.priority}, {scope.en}): {conditions.en}, {outcome.en}"
    return (f"{zh}：{bodies}", f"{en}: {bodies}") if bodies else (zh, en)


def _scope(rule: Rule) -> Text:
    kind = KIND_WORDS[rule.kind] if rule.kind else None
    codes = " ".join(sorted(rule.class_codes))
    zh = " ".join(filter(None, (kind.zh if kind else "", codes or _EVERY.zh)))
    return Text(zh, " ".join(filter(None, (kind.en if kind else "", codes or _EVERY.en))))


def _conditions(conditions: Sequence[Condition]) -> Text:
    if not conditions:
        return _ALWAYS
    each = [condition_text(condition) for condition in sorted(conditions, key=lambda one: one.fact)]
    return Text("且".join(one.zh for one in each), " and ".join(one.en for one in each))


def _outcome(rule: Rule) -> Text:
    found = _OUTCOMES[rule.outcome]
    notes = []
    if rule.listed_only:
        notes.append(Text("限条款所列", "only bodies that the clause lists"))
    if rule.is_fallback:
        notes.append(Text("属地兜底", "territorial fallback"))
    if not notes:
        return found
    return Text(
        f"{found.zh}（{'，'.join(note.zh for note in notes)}）",
        f"{found.en} ({', '.join(note.en for note in notes)})",
    )


def _same(text: str) -> Text:
    return Text(text, text)
