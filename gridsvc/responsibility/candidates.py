"""What a decision is made of: the ground of a place, candidates, and the verdict over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridsvc.errors import Text
from gridsvc.handling import Rule

DECISION_WORDS: Mapping[str, Text] = {
    "determined": Text("确定", "determined"),
    "ranked": Text("排序", "ranked"),
    "fallback": Text("属地兜底", "territorial fallback"),
    "needs_decision": Text("需人工决定", "needs a decision"),
}
"""The four decisions, as everything that people read calls them."""


@dataclass(frozen=True, slots=True)
class Territory:
    """The units that answer for a place, (kind, codes) from the nearest area that has any; its street.

    `road`: a boundary road whose agreement gave the place to this territory; `keeper`: the unit that keeps
    all of that road and answers in place of every territorial body.
    """

    units: tuple[tuple[str, tuple[str, ...]], ...] = ()
    street: str | None = None
    road: str | None = None
    keeper: str | None = None

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Return the codes of the units of `kind`."""
        return next((codes for each, codes in self.units if each == kind), ())


@dataclass(frozen=True, slots=True)
class Either:
    """Ground of one of two territories, by a fact that nobody gave; the place's own side first."""

    sides: tuple[Territory | None, Territory | None]
    missing: Text


Ground = Territory | Either | None
"""Who answers for a place: a territory, one of two, or none at all (outside every area)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate; `refused` says why it is not the one, or (`unit` None) why the words lead to no unit.

    `role`: lead, or assist: it helps, and has no share.
    """

    unit: str | None
    name: str
    share: float
    because: Text
    refused: Text | None = None
    role: str = "lead"


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that was passed over: by facts that nobody knows (`missing`), or because it led to no unit."""

    rule: Rule
    why: Text
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who is responsible for a clause at a place.

    `rule` decided (None: the order of the clause did), by `facts`, (name, value) each; `passed` rules went
    before it.
    """

    decision: str
    unit: str | None
    confidence: float
    candidates: tuple[Candidate, ...]
    reason: Text
    rule: Rule | None = None
    facts: tuple[tuple[str, str], ...] = ()
    passed: tuple[Passed, ...] = ()


def between(verdicts: Iterable[Verdict]) -> str:
    """Return the decision over verdicts that lead to different units: they are ranked.

    Where nothing but the territorial fallback leads to any of them, it stays that, and is counted as that.
    """
    led = {each.decision for each in verdicts if each.unit is not None}
    return "fallback" if led == {"fallback"} else "ranked"
