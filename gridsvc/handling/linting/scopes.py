"""Where rules apply, as exact sets: boxes of classes and values of facts.

The values of a fact fall into parts that no rule of the edition tells apart (each value of a closed fact, the
intervals between the windows of a clock, the codes that rules name, everything else, unknown). A rule is a
box: for each axis the parts that fulfil its condition, as the bits of a number. What a condition makes of a
part is asked of `fulfils`, which is what the resolver asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gridsvc.handling.fact_values import fulfils, window_starts
from gridsvc.handling.facts import FACTS, Fact
from gridsvc.handling.rules import Condition, Rule

Box = tuple[int, ...]
"""Bits of the classes, then of the parts of each fact, in the order of FACTS."""

_ANOTHER = "\x00another"  # no value that a rule names
MOST_PIECES = 5_000
"""A remainder in more pieces than this is not followed further: it is taken to be not empty."""


class Space:
    """All situations that the rules of one edition can tell apart."""

    def __init__(
        self,
        rules: Sequence[Rule],
        classes: Iterable[tuple[str, str]],
        parents: Mapping[str, str | None] | None = None,
    ) -> None:
        """Take the rules, the classes (kind, code) that they may be asked for, and who lies in whom."""
        self.classes = tuple(dict.fromkeys(classes))
        conditions = [condition for rule in rules for condition in rule.conditions]
        self._parts = {
            fact.name: _parts(fact, [each for each in conditions if each.fact == fact.name], parents or {})
            for fact in FACTS.values()
        }
        self.whole: Box = (
            (1 << len(self.classes)) - 1,
            *((1 << len(parts)) - 1 for parts in self._parts.values()),
        )

    def box(self, rule: Rule) -> Box:
        """Return where a rule applies."""
        axes = {name: (1 << len(parts)) - 1 for name, parts in self._parts.items()}
        for condition in rule.conditions:
            axes[condition.fact] &= self.bits(condition)
        covered = sum(1 << k for k, (kind, code) in enumerate(self.classes) if rule.covers(kind, code))
        return (covered, *axes.values())

    def bits(self, condition: Condition) -> int:
        """Return the parts of its fact that fulfil a condition."""
        parts = self._parts[condition.fact]
        return sum(1 << k for k, part in enumerate(parts) if fulfils(condition, part))

    def classes_of(self, box: Box) -> list[tuple[str, str]]:
        """Return the classes of a box."""
        return [each for k, each in enumerate(self.classes) if box[0] >> k & 1]


def _parts(
    fact: Fact, conditions: Sequence[Condition], parents: Mapping[str, str | None]
) -> tuple[str | None, ...]:
    """Return a value for each part into which a fact falls, None for unknown."""
    named = sorted({value for condition in conditions for value in condition.values})
    if fact.form == "closed":
        return (*fact.words, None)
    if fact.form in ("clock", "season"):  # the instant of a report is always known
        return tuple(window_starts(conditions, fact.form))
    if fact.form == "code":
        return (*("/".join(_above(code, named, parents)) for code in named), _ANOTHER, None)
    return (*named, _ANOTHER, None)


def _above(code: str, named: Sequence[str], parents: Mapping[str, str | None]) -> list[str]:
    """Return a code and those of the named ones that hold it: by the areas loaded, else by its beginning."""
    chain = [code]
    upper = parents.get(code)
    if code in parents:
        while upper is not None and upper not in chain:
            chain.append(upper)
            upper = parents.get(upper)
        return [each for each in chain if each in named]
    return chain + [each for each in named if each != code and code.startswith(each)]


def is_empty(box: Box) -> bool:
    """Return whether no situation lies in a box."""
    return not all(box)


def common(first: Box, second: Box) -> Box:
    """Return what two boxes share."""
    return tuple(a & b for a, b in zip(first, second, strict=True))


def within(inner: Box, outer: Box) -> bool:
    """Return whether a box lies in another."""
    return all(a & ~b == 0 for a, b in zip(inner, outer, strict=True))


def without(pieces: Iterable[Box], taken: Box) -> list[Box]:
    """Return what is left of disjoint boxes when one is taken out, as disjoint boxes."""
    left: list[Box] = []
    for piece in pieces:
        if is_empty(common(piece, taken)):
            left.append(piece)
            continue
        inside = list(piece)
        for axis, bits in enumerate(taken):
            outside = inside[axis] & ~bits
            if outside:
                left.append((*inside[:axis], outside, *inside[axis + 1 :]))
                inside[axis] &= bits
    return left


def remainder(box: Box, taken: Iterable[Box]) -> list[Box]:
    """Return what is left of a box without others; more than MOST_PIECES are returned as they are then."""
    left = [] if is_empty(box) else [box]
    for each in taken:
        left = without(left, each)
        if not left or len(left) > MOST_PIECES:
            break
    return left
