"""What the responsibility for a class can hang on, as axes of a few parts each, and all their combinations.

An axis is a fact that the rules of a class ask for, or somebody whom its clause names by what he is (an
owner, a builder). Values that no rule of the class tells apart are one part. A situation has one part of
each axis: its key. The resolver is asked about a situation that has that key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from gridsvc.errors import Text
from gridsvc.handling import FACTS, Condition, Fact, fact_value_text, fulfils, window_starts
from gridsvc.responsibility.rules import Wording
from gridsvc.responsibility.situations import Party, Situation

Key = tuple[int, ...]
"""The number of a part for each axis."""

MOST_COMBINATIONS = 64
"""More situations than this of one class are not told apart: axes are left out, the least telling first."""

# Somebody whom words mean: the fact that says whether he is known, where there is one.
_PARTY_FACTS = {
    "each_owner": "owner",
    "maintainer": "maintainer",
    "supervisor": "supervisor",
    "road_keeper": "road_keeper",
}
_PARTY_TITLES = {
    "property_manager": Text("物业企业", "property manager"),
    "builder": Text("建设单位", "builder"),
}
_COMPONENT_FACTS = ("owner", "maintainer", "supervisor")
# From the first to give up, when there are too many combinations.
_LEAST_TELLING = (
    "builder",
    "property_manager",
    "season",
    "time",
    "urgency",
    "land_use",
    "management_grade",
    "road_grade",
    "supervisor",
    "boundary_road",
    "maintainer",
    "component",
    "surface",
    "compound",
)
# Whoever the map knows where this holds; so he stands when his own axis is left out.
_KNOWN_WHERE = {"builder": ("site", "open"), "property_manager": ("property_management", "with")}
_ANOTHER = "\x00"  # a value of an open fact that no rule names
_UNKNOWN = Text("不明", "unknown")
_OTHER = Text("其他", "other")


@dataclass(frozen=True, slots=True)
class Part:
    """Values that no rule tells apart, the first one standing for all; `known`: the party has a unit.

    `values` may hold None: the fact is unknown.
    """

    values: tuple[str | None, ...]
    words: Text
    known: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A fact (`fact` None: none says it) or a party (`means` None: nobody is meant), and its parts."""

    name: str
    title: Text
    fact: str | None
    means: str | None
    parts: tuple[Part, ...]
    conditions: tuple[Condition, ...] = ()

    def part_of(self, situation: Situation) -> int:
        """Return the part that a situation lies in; what rules cannot meet with is like the first."""
        if self.means is not None:
            known = any(party.unit is not None for party in situation.of(self.means))
            named = bool(situation.of(self.means)) and not known
            wanted = "known" if known else "named" if named else "unknown"
            return next(k for k, part in enumerate(self.parts) if wanted in part.values)
        value = situation.fact(self.fact) if self.fact else None
        state = _state(self.conditions, value)
        return next(
            (k for k, part in enumerate(self.parts) if _state(self.conditions, part.values[0]) == state), 0
        )


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of one wording; `fixed` names those that were left out, being too many together."""

    axes: tuple[Axis, ...]
    fixed: tuple[Axis, ...]
    is_component: bool

    def keys(self) -> Iterator[Key]:
        """Return every combination that can occur."""
        for key in product(*(range(len(axis.parts)) for axis in self.axes)):
            if self._can_be(dict(zip((axis.name for axis in self.axes), self._values(key), strict=True))):
                yield key

    def key_of(self, situation: Situation) -> Key:
        """Return the key of a situation."""
        return tuple(axis.part_of(situation) for axis in self.axes)

    def words(self, key: Key) -> tuple[tuple[str, Text], ...]:
        """Return the name of each axis and the words of its part."""
        return tuple((axis.name, axis.parts[k].words) for axis, k in zip(self.axes, key, strict=True))

    def situation(self, key: Key, areas: str | None) -> Situation:
        """Return a situation of a key; `areas`: the fact area, None where no rule asks for it."""
        facts: dict[str, str] = {} if areas is None else {"area": areas}
        parties: dict[str, tuple[Party, ...]] = {}
        chosen = [(axis, axis.parts[k]) for axis, k in zip(self.axes, key, strict=True)]
        # A fact that was left out is in its first part, which is its most ordinary one.
        values = {axis.fact: part.values[0] for axis, part in chosen}
        for axis in self.fixed:
            fact, value = _KNOWN_WHERE.get(axis.name, ("", None))
            known = value is not None and values.get(fact) == value
            chosen.append((axis, next(p for p in axis.parts if p.known) if known else axis.parts[0]))
        for axis, part in chosen:
            value = part.values[0]
            if axis.fact is not None and value is not None:
                facts[axis.fact] = "known" if axis.means and value == "named" else value
            if axis.means is not None and value in ("known", "named"):
                parties[axis.means] = (_party(axis, known=value == "known"),)
        return Situation(tuple(sorted(facts.items())), tuple(sorted(parties.items(), key=lambda p: p[0])))

    def _values(self, key: Key) -> list[str | None]:
        return [axis.parts[k].values[0] for axis, k in zip(self.axes, key, strict=True)]

    def _can_be(self, values: Mapping[str, str | None]) -> bool:
        """Say whether values can meet: what is not registered has no owner, what is outside no manager."""
        roles = [values[name] for name in _COMPONENT_FACTS if name in values]
        if "named" in values.values():  # only real reports show whom the unit list lacks
            return False
        if values.get("component") == "unregistered" and "known" in roles:
            return False
        if values.get("compound") == "outside" and (
            values.get("property_management") is not None or values.get("property_manager") == "known"
        ):
            return False
        if values.get("property_manager") == "known" and values.get("property_management", "with") != "with":
            return False
        return not (values.get("builder") == "known" and values.get("site", "open") != "open")


def _party(axis: Axis, *, known: bool) -> Party:
    source = {"road_keeper": "road", "property_manager": "zone", "builder": "zone"}.get(
        axis.means or "", "component"
    )
    return Party(f"({axis.title.zh})" if known else None, f"（{axis.title.zh}）", source)


def axes_of(wording: Wording, most: int = MOST_COMBINATIONS) -> Axes:
    """Return the axes of a wording; the fact area has none: each street has its own."""
    kind = wording.clause.kind
    conditions = [condition for rule in wording.rules for condition in rule.conditions]
    found: list[Axis] = []
    parties = dict(_PARTY_FACTS)
    for fact in FACTS.values():
        if fact.name == "area":
            continue
        means = next((each for each, name in parties.items() if name == fact.name), None)
        asked = fact.name in wording.asks or (means is not None and means in wording.asks)
        from_component = fact.name == "component" or fact.name in _COMPONENT_FACTS
        if not asked or (from_component and kind != "component"):
            continue
        own = [each for each in conditions if each.fact == fact.name]
        parts = _party_parts(fact) if means is not None else _parts(fact, own)
        if len(parts) > 1:
            found.append(Axis(fact.name, fact.title, fact.name, means, parts, tuple(own)))
    for means, title in _PARTY_TITLES.items():
        if means in wording.asks:
            known = Part(("known",), Text("已知", "known"), known=True)
            unknown = Part(("unknown", "named", None), _UNKNOWN)
            found.append(Axis(means, title, None, means, (unknown, known)))
    return _few_enough(tuple(found), kind == "component", most)


def _few_enough(axes: tuple[Axis, ...], is_component: bool, most: int) -> Axes:
    fixed: list[Axis] = []
    names = [axis.name for axis in axes]
    order = [name for name in _LEAST_TELLING if name in names]
    order += [name for name in reversed(names) if name not in order]
    while True:
        found = Axes(tuple(a for a in axes if a not in fixed), tuple(fixed), is_component)
        count = 0
        for count, _ in enumerate(found.keys(), 1):
            if count > most:
                break
        if count <= most or not order:
            return found
        fixed.append(next(axis for axis in axes if axis.name == order[0]))
        order.pop(0)


def _party_parts(fact: Fact) -> tuple[Part, ...]:
    return (
        Part(("unknown", None), fact.words["unknown"]),
        Part(("known",), fact.words["known"], known=True),
        Part(("named",), Text("单位表中没有", "not in the unit list")),
    )


def _parts(fact: Fact, conditions: Sequence[Condition]) -> tuple[Part, ...]:
    """Return the values of a fact in groups that fulfil the same conditions, the ordinary ones first."""
    named = dict.fromkeys(value for condition in conditions for value in condition.values)
    values: list[str | None]
    if fact.form == "closed":
        # The first word of a fact is not always the ordinary one; unknown is, of what zones tell.
        values = [None, *fact.words] if fact.name not in ("component", "boundary_road") else [*fact.words]
    elif fact.form in ("clock", "season"):
        values = [*window_starts(conditions, fact.form)]
    else:
        values = [None, *named, _ANOTHER]
    groups: dict[tuple[bool | None, ...], list[str | None]] = {}
    for value in values:
        groups.setdefault(_state(conditions, value), []).append(value)
    return tuple(Part(tuple(group), _words(fact, group, values)) for group in groups.values())


def _state(conditions: Sequence[Condition], value: str | None) -> tuple[bool | None, ...]:
    """Return what the conditions on a fact make of a value: all that rules see of it."""
    return tuple(fulfils(each, value) for each in conditions)


def _words(fact: Fact, group: Sequence[str | None], values: Sequence[str | None]) -> Text:
    if fact.form in ("clock", "season"):
        following = dict(zip(values, [*values[1:], "24:00" if fact.form == "clock" else "年底"], strict=True))
        ends = [(each, following[each]) for each in group]
        zh = "、".join(f"{first}至{last}" for first, last in ends)
        return Text(zh, zh.replace("至", "–").replace("、", ", ").replace("年底", "12-31"))
    words = [
        _UNKNOWN if value is None else _OTHER if value == _ANOTHER else fact_value_text(fact.name, value)
        for value in group
    ]
    if len(group) > 3 and len(values) > 4:
        return Text(f"{words[0].zh}等", f"{words[0].en} etc.") if group[0] is not None else _OTHER
    return Text("/".join(each.zh for each in words), "/".join(each.en for each in words))
