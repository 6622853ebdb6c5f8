"""The comparison of two sides: editions, classes, clauses, rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gridsvc.errors import InputRefused, Text
from gridsvc.handling.comparing.changes import CHANGES, KIND_WORDS, Change, ClassRef
from gridsvc.handling.comparing.clauses import class_changes
from gridsvc.handling.comparing.rules import rule_changes
from gridsvc.handling.comparing.sides import Side
from gridsvc.handling.specifications import Clause, Specification

ClassNames = Mapping[tuple[str, str, str], str]
_Classes = dict[str, list[Clause]]

_COUNTS = {"through": Text("连续计时", "runs through"), "working": Text("只计工作时间", "working time only")}
_PLAIN_UNITS = {"hour": Text("小时", "小时 (hour)"), "day": Text("天", "天 (day)")}
_GRADES = {
    "area": Text("区域等级", "the area's grade"),
    "urgency": Text("紧急程度", "urgency"),
    None: Text("未说明", "not said"),
}


@dataclass(frozen=True, eq=False)
class SpecificationDiff:
    """The comparison of two sides. `changes`: declarations, then classes by key, then rules by priority.

    `classes`, `clauses` and `rules` count what each side holds; `clauses_unchanged` those of the later side
    of which no change is told.
    """

    before: Side
    after: Side
    changes: tuple[Change, ...]
    classes: tuple[int, int]
    clauses: tuple[int, int]
    rules: tuple[int, int]
    clauses_unchanged: int

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind, in the order of CHANGES; those of none are left out."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in CHANGES if found[kind]}

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            side: {
                "name": shown.name,
                "editions": [each.name for each in shown.specifications],
                "classes": self.classes[number],
                "clauses": self.clauses[number],
                "rules": self.rules[number],
            }
            for number, (side, shown) in enumerate((("before", self.before), ("after", self.after)))
        } | {
            "counts": self.counts,
            "clauses_unchanged": self.clauses_unchanged,
            "changes": [change.as_dict() for change in self.changes],
        }


def diff_sides(before: Side, after: Side, names: ClassNames) -> SpecificationDiff:
    """Compare what two sides say; `names` of classes by scheme, kind and code.

    Of a kind of class that one side has no clause for, only that is told: what is in force for it stays.

    Raises:
        InputRefused: `schemes_differ`, when the two have no scheme in common.
    """
    _refuse_other_schemes(before, after)
    changes: list[Change] = []
    unchanged = 0
    keys = sorted(before.by_key.keys() | after.by_key.keys())
    for old, new in _pairs(before, after, keys):
        changes += _declarations(old, new)
    for key in keys:
        old_, new_ = before.by_key.get(key), after.by_key.get(key)
        if old_ is None or new_ is None:
            changes.append(_one_sided(key[1], old_, new_))
            continue
        found = list(_kind_changes(key, old_, new_, names))
        unchanged += _untouched(new_, key[1], found)
        changes += found
    for old, new in _pairs(before, after, keys):
        changes += rule_changes(old.rules, new.rules)
    return SpecificationDiff(
        before,
        after,
        tuple(changes),
        (_count_classes(before), _count_classes(after)),
        (len(before.clauses), len(after.clauses)),
        (_count_rules(before), _count_rules(after)),
        unchanged,
    )


def _untouched(edition: Specification, kind: str, changes: Sequence[Change]) -> int:
    """Return of how many clauses of a kind no change is told, neither alone nor with their class."""
    told = {(change.class_.code, change.ordinals[1]) for change in changes if change.class_ is not None}
    whole = {
        change.class_.code
        for change in changes
        if change.class_ is not None and change.ordinals == (None, None)
    }
    return sum(
        each.kind == kind and each.class_code not in whole and (each.class_code, each.ordinal) not in told
        for each in edition.clauses
    )


def _refuse_other_schemes(before: Side, after: Side) -> None:
    if {key[0] for key in before.by_key} & {key[0] for key in after.by_key}:
        return
    old, new = (", ".join(sorted({key[0] for key in side.by_key})) for side in (before, after))
    raise InputRefused(
        "schemes_differ",
        Text(
            f"“{before.name}”用 {old}，“{after.name}”用 {new}，没有共同的分类标准。",
            f"“{before.name}” speaks {old} and “{after.name}” {new}: they have no scheme in common.",
        ),
        remedy=Text(
            "请比较同一分类标准的两个版本；类别的对应见 gridsvc class crosswalk。",
            "Compare two editions of one scheme; which class is which: gridsvc class crosswalk.",
        ),
    )


def _pairs(
    before: Side, after: Side, keys: Sequence[tuple[str, str]]
) -> list[tuple[Specification, Specification]]:
    """Return the editions that stand against each other, each pair once."""
    found: dict[tuple[int, int], tuple[Specification, Specification]] = {}
    for key in keys:
        old, new = before.by_key.get(key), after.by_key.get(key)
        if old is not None and new is not None:
            found.setdefault((old.id, new.id), (old, new))
    return list(found.values())


def _declarations(old: Specification, new: Specification) -> Iterator[Change]:
    for unit, title in _PLAIN_UNITS.items():
        was, now = (_COUNTS[getattr(edition, f"{unit}_means")] for edition in (old, new))
        if was != now:
            count = sum(_uses(clause, unit) for clause in new.clauses)
            text = Text(
                f"“{title.zh}”：{was.zh} → {now.zh}，涉及 {count} 条",
                f"{title.en}: {was.en} → {now.en}; {count} clauses count by it",
            )
            yield Change("declaration_changed", text, before=was.zh, after=now.zh)
        elif getattr(old, f"{unit}_declared") != getattr(new, f"{unit}_declared"):
            said = Text("未声明（按默认）", "not declared (the default)"), Text("已声明", "declared")
            was, now = said if getattr(new, f"{unit}_declared") else said[::-1]
            text = Text(f"“{title.zh}”：{was.zh} → {now.zh}", f"{title.en}: {was.en} → {now.en}")
            yield Change("declaration_changed", text, before=was.zh, after=now.zh)
    if old.grade_means != new.grade_means:
        was, now = _GRADES[old.grade_means], _GRADES[new.grade_means]
        text = Text(f"A/B/C 指：{was.zh} → {now.zh}", f"A/B/C mean: {was.en} → {now.en}")
        yield Change("declaration_changed", text, before=was.zh, after=now.zh)


def _uses(clause: Clause, unit: str) -> bool:
    limits = [
        clause.limit,
        *(limit for _, _, limit in clause.graded),
        *(each.limit for each in clause.stages),
    ]
    return any(limit is not None and limit.unit == unit for limit in limits)


def _one_sided(kind: str, old: Specification | None, new: Specification | None) -> Change:
    word = KIND_WORDS[kind]
    here = new or old
    assert here is not None
    count = sum(each.kind == kind for each in here.clauses)
    if new is not None:
        text = Text(
            f"“{new.name}”另含{word.zh}部分，{count} 条，无可比较",
            f"“{new.name}” has {count} clauses for the kind {word.en}, with nothing to compare them with",
        )
        return Change("kind_added", text, after=kind)
    text = Text(
        f"后一版本不含{word.zh}部分（前一版本 {count} 条），该部分现行规范不变",
        f"the later one has nothing for the kind {word.en} ({count} clauses before): what is in force stays",
    )
    return Change("kind_left_out", text, before=kind)


def _kind_changes(
    key: tuple[str, str], old: Specification, new: Specification, names: ClassNames
) -> Iterator[Change]:
    scheme, kind = key
    olds, news = _classes(old, kind), _classes(new, kind)
    for code in sorted(olds.keys() | news.keys()):
        found = ClassRef(scheme, kind, code, names.get((scheme, kind, code), ""))
        title = found.title
        if code not in olds:
            text = Text(
                f"新增小类，{len(news[code])} 项立案条件", f"new class with {len(news[code])} sub-conditions"
            )
            yield Change("class_added", text, found, after=title.zh)
        elif code not in news:
            text = Text(
                f"删除小类，原有 {len(olds[code])} 项立案条件",
                f"class removed; it had {len(olds[code])} sub-conditions",
            )
            yield Change("class_removed", text, found, before=title.zh)
        else:
            yield from class_changes(found, (old, olds[code]), (new, news[code]))


def _classes(edition: Specification, kind: str) -> _Classes:
    found: _Classes = defaultdict(list)
    for clause in edition.clauses:
        if clause.kind == kind:
            found[clause.class_code].append(clause)
    return dict(found)


def _count_classes(side: Side) -> int:
    return len({(key, each.class_code) for key, each in side.clauses})


def _count_rules(side: Side) -> int:
    return sum(len(each.rules) for each in side.specifications)
