"""From the words of a clause or a rule to units: who 所属街办, 各产权单位 or a name is at one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gridsvc.catalog import kind_of_words, normalised_name
from gridsvc.errors import Text
from gridsvc.handling import Clause, UnitExpression, parse_units
from gridsvc.responsibility.candidates import Candidate, Territory
from gridsvc.responsibility.situations import Situation

CLAUSE, RULE = Text("条款", "the clause"), Text("规则", "the rule")
"""Who said the words."""

# What 属地住建局 says beside its trade is the form of the body, and any bureau has that.
_FORMS = ("company", "bureau", "centre")

_PARTY_SOURCES = {
    "component": Text("部件普查登记", "the component inventory"),
    "zone": Text("登记的责任区", "the zone on the map"),
    "road": Text("道路图层", "the road layer"),
    "clause": Text("条款的主管部门一栏", "the clause's own supervising column"),
}
_UNKNOWN_PARTY = {
    "each_owner": Text("产权单位不明：普查数据中没有", "the owner is unknown: the inventory has none"),
    "maintainer": Text("养护单位不明：普查数据中没有", "the maintainer is unknown: the inventory has none"),
    "supervisor": Text("主管部门不明", "the supervising department is unknown"),
    "property_manager": Text("此处没有登记物业服务企业", "no property manager is on file for this place"),
    "builder": Text("此处没有登记在建工地", "no construction site is on file for this place"),
    "road_keeper": Text("附近道路没有登记管养单位", "no road near this place has a keeper on file"),
}
_UNREGISTERED = Text("部件未登记，产权单位不明", "the component is not registered, so its owner is unknown")
_GENERIC = Text(
    "该表述指一类部门，未指明具体单位，需责任规则或人工确定",
    "the words mean a kind of body and name no single one: a rule or a person decides",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where words are to be read: the clause, the territory, what is known of the report, unit names by code.

    `territory` None: outside every area.
    """

    clause: Clause
    territory: Territory | None
    situation: Situation
    names: Mapping[str, str]


def bodies_of(expressions: Iterable[UnitExpression], scene: Scene, source: Text = CLAUSE) -> list[Candidate]:
    """Return the units that the words of a `source` lead to, in their order and without doubles; shares 0.

    A phrase that leads to no unit is one candidate without a unit, and says why.
    """
    unique: dict[str, Candidate] = {}
    for expression in expressions:
        for candidate in _bodies(expression, scene, source):
            unique.setdefault(key_of(candidate), candidate)
    return list(unique.values())


def key_of(candidate: Candidate) -> str:
    """Return what two candidates share when they are one body."""
    return candidate.unit or f"? {candidate.name}"


def _bodies(expression: UnitExpression, scene: Scene, source: Text) -> Sequence[Candidate]:
    unit = getattr(expression, "unit_code", None)
    if expression.means == "named" and unit is not None:
        name = scene.names.get(unit, expression.text)
        return [Candidate(unit, name, 0.0, _named(source, expression.text))]
    if expression.means in _UNKNOWN_PARTY:
        return _parties(expression, scene, source)
    if expression.means == "each_department":
        return [Candidate(None, expression.text, 0.0, _written(source, expression.text), _GENERIC)]
    return _territorial(expression, scene, source)


def _parties(expression: UnitExpression, scene: Scene, source: Text) -> list[Candidate]:
    parties = [(each.unit, each.name, each.source) for each in scene.situation.of(expression.means)]
    if expression.means == "road_keeper" and scene.territory is not None and scene.territory.keeper:
        keeper = scene.territory.keeper
        parties = [(keeper, scene.names.get(keeper, keeper), "road")]
    if expression.means == "supervisor" and not parties:
        parties = _supervising(scene)
    if not parties:
        unknown = _UNKNOWN_PARTY[expression.means]
        if expression.means == "each_owner" and scene.situation.fact("component") == "unregistered":
            unknown = _UNREGISTERED
        return [Candidate(None, expression.text, 0.0, _written(source, expression.text), unknown)]
    found = []
    for unit, name, told_by in parties:
        words = _PARTY_SOURCES[told_by]
        because = Text(
            f"{source.zh}写明“{expression.text}”，{words.zh}为{name}",
            f"{source.en} says {expression.text}; by {words.en} that is {name}",
        )
        refused = None
        if unit is None:
            refused = Text(
                f"单位表中没有“{name}”（gridsvc unit import）",
                f"the unit list has no {name} (gridsvc unit import)",
            )
        found.append(Candidate(unit, scene.names.get(unit, name) if unit else name, 0.0, because, refused))
    return found


def _supervising(scene: Scene) -> list[tuple[str | None, str, str]]:
    """Return the departments that the clause's own supervising column names and the unit list has."""
    written, _ = parse_units(scene.clause.supervising_text)
    codes = {normalised_name(name): code for code, name in scene.names.items()}
    return [
        (code, each.text, "clause")
        for each in written
        if each.means == "named" and (code := codes.get(normalised_name(each.text))) is not None
    ]


def _territorial(expression: UnitExpression, scene: Scene, source: Text) -> list[Candidate]:
    territory, names, words = scene.territory, scene.names, expression.text
    because = _written(source, words)
    if territory is None:
        refused = Text("地点不在任何网格内", "the place lies in no area")
        return [Candidate(None, words, 0.0, because, refused)]
    if territory.keeper is not None:
        by_agreement = Text(
            f"{source.zh}写明“{words}”；界路“{territory.road}”全路约定由该单位管养",
            f"{source.en} says {words}; this unit keeps all of the boundary road {territory.road}",
        )
        return [Candidate(territory.keeper, names.get(territory.keeper, territory.keeper), 0.0, by_agreement)]
    kind = {"street_office": "street_office", "territorial_enforcement": "enforcement"}.get(
        expression.means, kind_of_words(words)
    )
    units = territory.of_kind(kind) if kind and kind not in _FORMS else ()
    where = territory.street or "?"
    if not units:
        refused = Text(
            f"单位表中没有负责{where}的此类单位（gridsvc unit import）",
            f"the unit list has no such unit for {where} (gridsvc unit import)",
        )
        return [Candidate(None, words, 0.0, because, refused)]
    by_place = Text(
        f"{source.zh}写明“{words}”，地点属{where}",
        f"{source.en} says {words}; the place is in {where}",
    )
    if territory.road is not None:
        by_place = Text(
            f"{source.zh}写明“{words}”；界路“{territory.road}”的这一处约定归{where}",
            f"{source.en} says {words}; by agreement this part of {territory.road} is {where}'s",
        )
    return [Candidate(unit, names[unit], 0.0, by_place) for unit in units]


def _named(source: Text, text: str) -> Text:
    return Text(f"{source.zh}点名“{text}”", f"named by {source.en}: {text}")


def _written(source: Text, text: str) -> Text:
    return Text(f"{source.zh}写明“{text}”", f"{source.en} says {text}")
