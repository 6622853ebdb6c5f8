"""The coverage matrix: who answers for each class on each street, by the facts; and where nobody does.

It asks `decide`, the resolver itself, about one situation of every kind that the rules of a class tell apart
(`coverage/axes.py`), on the territory of every street. Real reports, resolved by the same atlas, say how many
cases each of them would have caught.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gridsvc.catalog import Class
from gridsvc.errors import InputRefused, Text
from gridsvc.handling import FACTS, Clause
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.candidates import Territory, Verdict
from gridsvc.responsibility.coverage.axes import Axes, Key, axes_of
from gridsvc.responsibility.deciding import decide
from gridsvc.responsibility.gathering.place_sources import NOWHERE
from gridsvc.responsibility.grid import UPPER_LEVELS
from gridsvc.responsibility.resolutions import Resolutions
from gridsvc.responsibility.rules import Wording
from gridsvc.responsibility.situations import Situation

DECISIONS = ("determined", "ranked", "fallback", "needs_decision")
HOLES = ("needs_decision", "fallback", "ranked")
"""Decisions that leave something open, the widest hole first."""


@dataclass(frozen=True, slots=True)
class Street:
    """A street of the grid in force."""

    code: str
    name: str
    territory: Territory
    within: frozenset[str]
    """Its own code, and those of the areas above it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One class in one kind of situation: a verdict and a number of real cases for each street.

    `facts`: by the name of an axis, the words of its part.
    """

    class_: Class
    clause: Clause
    facts: Mapping[str, Text]
    verdicts: tuple[Verdict, ...]
    cases: tuple[int, ...]

    @property
    def hole_cases(self) -> int:
        """How many real cases lie in holes of this line."""
        return sum(n for n, verdict in zip(self.cases, self.verdicts, strict=True) if is_hole(verdict))


@dataclass(slots=True)
class Tally:
    """How real cases were decided."""

    decided: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All cases."""
        return self.decided.total()

    def share(self, decision: str) -> float:
        """Return the share of a decision, 0 without cases."""
        return self.decided[decision] / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix: `lines` by the cases in their holes, most first, then by class.

    `titles`: of the axes, in the order in which they are columns. `left_out`: by axis, how many classes have
    more combinations than are told apart, so that it stands at its most ordinary value. `by_class`,
    `by_street` count how real cases were decided; `reports` all of them (None: none were given), `elsewhere`
    those that lie on no street.
    """

    edition: str
    streets: tuple[Street, ...]
    titles: Mapping[str, Text]
    lines: tuple[Line, ...]
    left_out: Mapping[str, int]
    reports: int | None
    elsewhere: int
    by_class: Mapping[tuple[str, str], Tally]
    by_street: Mapping[str, Tally]
    names: Mapping[tuple[str, str], str]


def is_hole(verdict: Verdict) -> bool:
    """Return whether a verdict leaves open who answers."""
    return verdict.decision in HOLES


def cover(atlas: Atlas, moment: Moment, real: Iterable[Resolutions] | None = None) -> Coverage:
    """Return the matrix of the classes in force at a moment.

    `real`: reports resolved by this atlas, in parts; each counts on the street of its own moment.

    Raises InputRefused (no_streets, no_clauses).
    """
    streets = _streets(moment)
    wanted = sorted(
        moment.rules.clauses_of,
        key=lambda row: (atlas.classes.rows[row].kind, atlas.classes.rows[row].code),
    )
    if not wanted:
        raise InputRefused("no_clauses", Text("现行版本没有条款", "no clause is in force"))
    first = {row: int(moment.rules.first_clause[row]) for row in wanted}
    wordings = {row: int(atlas.clauses.wording[first[row]]) for row in wanted}
    axes = {number: axes_of(atlas.clauses.wordings[number]) for number in set(wordings.values())}
    counting = _Counting(atlas, streets, axes, wordings)
    for part in real or ():
        counting.add(part)
    counts = counting.counts
    asked = _Asked(atlas, streets)
    lines: list[Line] = []
    for row in wanted:
        number = wordings[row]
        keys = dict.fromkeys(axes[number].keys()) | dict.fromkeys(counts[row])
        for key in keys:
            lines.append(
                Line(
                    atlas.classes.rows[row],
                    atlas.clauses.clauses[first[row]],
                    dict(axes[number].words(key)),
                    asked.verdicts(number, axes[number], key),
                    tuple(counts[row].get(key, {}).get(k, 0) for k in range(len(streets))),
                )
            )
    titles: dict[str, Text] = {}
    left_out: Counter[str] = Counter()
    for row in wanted:
        titles |= {axis.name: axis.title for axis in axes[wordings[row]].axes}
        left_out.update(axis.title.zh for axis in axes[wordings[row]].fixed)
    order = {name: k for k, name in enumerate(FACTS)}
    editions = dict.fromkeys(atlas.clauses.edition[index].name for index in first.values())
    return Coverage(
        edition="、".join(editions),
        streets=streets,
        titles=dict(sorted(titles.items(), key=lambda each: order.get(each[0], len(order)))),
        lines=tuple(sorted(lines, key=lambda each: (-each.hole_cases, -sum(each.cases)))),
        left_out=dict(left_out),
        reports=None if real is None else counting.total,
        elsewhere=counting.elsewhere,
        by_class=counting.by_class,
        by_street=counting.by_street,
        names={(each.kind, each.code): each.name for each in atlas.classes.rows},
    )


def _streets(moment: Moment) -> tuple[Street, ...]:
    layer = moment.grid.layers.get("street")
    if layer is None or not layer.codes:
        raise InputRefused(
            "no_streets",
            Text("没有街道图层，无法按街道列出", "there is no layer of streets to list by"),
            remedy=Text(
                "先用 gridsvc area import --level street 导入",
                "Import one by gridsvc area import --level street",
            ),
        )
    levels = [moment.grid.layers.get(level) for level in ("cell", *UPPER_LEVELS)]

    def above(code: str) -> frozenset[str]:
        indexes = moment.grid.key_of(code) or ()
        pairs = zip(levels, indexes, strict=False)
        return frozenset({code} | {each.codes[k] for each, k in pairs if each is not None and k >= 0})

    return tuple(
        Street(code, name, moment.territories.of_area(code), above(code))
        for code, name in sorted(zip(layer.codes, layer.names, strict=True))
    )


class _Asked:
    """Verdicts by wording, key and street, each asked for once."""

    def __init__(self, atlas: Atlas, streets: tuple[Street, ...]) -> None:
        self._atlas, self._streets = atlas, streets
        self._known: dict[tuple[int, Key], tuple[Verdict, ...]] = {}

    def verdicts(self, number: int, axes: Axes, key: Key) -> tuple[Verdict, ...]:
        if (number, key) not in self._known:
            wording = self._atlas.clauses.wordings[number]
            named = _areas_named(wording)
            by_area: dict[str | None, Situation] = {}
            found = []
            for street in self._streets:
                area = None if named is None else _area(street, named)
                if area not in by_area:
                    by_area[area] = axes.situation(key, area)
                found.append(
                    decide(
                        wording.clause,
                        wording.rules,
                        street.territory,
                        by_area[area],
                        self._atlas.units,
                    )
                )
            self._known[number, key] = tuple(found)
        return self._known[number, key]


def _areas_named(wording: Wording) -> frozenset[str] | None:
    """Return the areas that the rules of a wording name, None where they ask for none."""
    if "area" not in wording.asks:
        return None
    conditions = [each for rule in wording.rules for each in rule.conditions if each.fact == "area"]
    return frozenset(value for each in conditions for value in each.values)


def _area(street: Street, named: frozenset[str]) -> str:
    """Return the named areas that hold all of a street: what the fact area says there."""
    return "/".join(sorted(named & street.within)) or NOWHERE


class _Counting:
    """Cases by class, key and street (by its place in the sorted codes), and how they were decided."""

    def __init__(
        self, atlas: Atlas, streets: tuple[Street, ...], axes: Mapping[int, Axes], wordings: Mapping[int, int]
    ) -> None:
        self._atlas, self._axes, self._wordings = atlas, axes, wordings
        self._place = {street.code: k for k, street in enumerate(streets)}
        self.counts: dict[int, dict[Key, dict[int, int]]] = defaultdict(dict)
        self.total = self.elsewhere = 0
        self.by_class: dict[tuple[str, str], Tally] = defaultdict(Tally)
        self.by_street: dict[str, Tally] = defaultdict(Tally)

    def add(self, real: Resolutions) -> None:
        """Count some reports; those that the resolver cannot read, or that name no class, are left out."""
        rows = np.flatnonzero((real.problem == 0) & (real.class_ >= 0))
        decided = np.array(
            [DECISIONS.index(each.decision) for each in self._atlas.verdicts.verdicts], np.int64
        )
        decision = decided[real.verdict[rows]]
        if real.weighed:
            for at, row in enumerate(rows.tolist()):
                if row in real.weighed:
                    decision[at] = DECISIONS.index(real.weighed[row].decision)
        columns = (real.moment, real.class_, real.areas["street"], real.case)
        table = np.stack([*(column[rows] for column in columns), decision], axis=1)
        distinct, count = np.unique(table, axis=0, return_counts=True)
        for (moment, class_, street, case, how), n in zip(distinct.tolist(), count.tolist(), strict=True):
            layer = self._atlas.moments[moment].grid.layers.get("street")
            code = layer.codes[street] if layer is not None and street >= 0 else None
            self._add(class_, code, case, DECISIONS[how], n)

    def _add(self, class_: int, street: str | None, case: int, decision: str, n: int) -> None:
        known = self._atlas.classes.rows[class_]
        self.total += n
        self.by_class[known.kind, known.code].decided[decision] += n
        if street is None or street not in self._place:
            self.elsewhere += n
            return
        self.by_street[street].decided[decision] += n
        if class_ in self._wordings:
            key = self._axes[self._wordings[class_]].key_of(self._atlas.verdicts.situation(case))
            on = self.counts[class_].setdefault(key, {})
            on[self._place[street]] = on.get(self._place[street], 0) + n
