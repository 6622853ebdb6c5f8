"""Who may be responsible: from the words of a clause and the territory of a place to a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gridsvc.catalog import kind_of_words
from gridsvc.errors import Text
from gridsvc.handling import ClauseUnit, Rule


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


# What 属地住建局 says beside its trade is the form of the body, and any bureau has that.
_FORMS = ("company", "bureau", "centre")

_LEAST_SHARE = 0.02  # a candidate below this is not worth a dispatcher's eye (assignment.md section 4)

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


def decide(wordings: Sequence[ClauseUnit], ground: Ground, names: Mapping[str, str]) -> Verdict:
    """Turn the bodies that a clause names into ranked candidates; `names`: unit names by code.

    Where the ground is one of two territories and they lead to different units, both are candidates with
    equal shares: `ranked`, and the reason says which fact would settle it.
    """
    if not isinstance(ground, Either):
        return _decide(wordings, ground, names)
    first, second = (_decide(wordings, territory, names) for territory in ground.sides)
    if [c.unit for c in first.candidates] == [c.unit for c in second.candidates]:
        return first
    merged: dict[str, Candidate] = {}
    for candidate in (*first.candidates, *second.candidates):
        key = candidate.unit or f"? {candidate.name}"
        share = candidate.share / 2 + (merged[key].share if key in merged else 0.0)
        merged[key] = replace(merged.get(key, candidate), share=share)
    candidates = tuple(sorted(merged.values(), key=lambda candidate: -round(candidate.share, 9)))
    lead = next((candidate for candidate in candidates if candidate.unit is not None), None)
    if lead is None:
        return first
    return Verdict("ranked", lead.unit, lead.share, candidates, ground.missing)


def _decide(wordings: Sequence[ClauseUnit], territory: Territory | None, names: Mapping[str, str]) -> Verdict:
    """Turn the bodies that a clause names into ranked candidates.

    `territory` None is a place outside every area. `names`: unit names by code. One body that leads to one
    unit is `determined`. Several are `ranked` in the order of the specification with equal shares: nothing in
    it says how to choose (domain/handling.md). None that leads to a unit is `needs_decision`.
    """
    found = [candidate for wording in wordings for candidate in _candidates(wording, territory, names)]
    unique: dict[str, Candidate] = {}
    for candidate in found:
        unique.setdefault(candidate.unit or f"? {candidate.name}", candidate)
    share = 1 / len(unique) if unique else 0.0
    candidates = tuple(Candidate(c.unit, c.name, share, c.because, c.refused) for c in unique.values())
    lead = next((candidate for candidate in candidates if candidate.unit is not None), None)
    if lead is None or lead.unit is None:
        reason = Text(
            "条款所列单位均不能由地点直接确定，需人工确定。",
            "No body named by the clause follows from the place.",
        )
        return Verdict("needs_decision", None, 0.0, candidates, reason)
    if territory is None:
        reason = Text(
            "地点不在任何网格内，责任单位需人工确定。", "The place lies in no area: a person decides."
        )
        return Verdict("needs_decision", None, 0.0, candidates, reason)
    if len(candidates) == 1:
        reason = Text(f"条款只列出一个责任单位：{lead.name}。", f"The clause names one unit: {lead.name}.")
        return Verdict("determined", lead.unit, 1.0, candidates, reason)
    reason = Text(
        f"条款列出 {len(candidates)} 个单位而未规定如何选择，按规范所列顺序排列，{lead.name}居首。",
        f"The clause names {len(candidates)} bodies and no rule to choose; in its order {lead.name} leads.",
    )
    return Verdict("ranked", lead.unit, share, candidates, reason)


@dataclass(frozen=True, slots=True)
class Policy:
    """How sure a place must be to decide by (assignment.md section 4); settings of the installation.

    `certain`: from this share of the ground on, a place decides as if it were exact. Below `doubtful` a
    person decides; between them the units are ranked. A place less accurate than `most_m` decides nothing.
    """

    certain: float
    doubtful: float
    most_m: float


def blend(
    parts: Sequence[tuple[float, Verdict]], given: Verdict, accuracy_m: float, policy: Policy
) -> Verdict:
    """Return the verdict of an uncertain place.

    `parts` are the shares of the cells that the place may lie in (largest first, the outside left out) with
    the verdict of each; `given` is the verdict of the cell that the coordinates name. The confidence is the
    share of the leading unit, so two cells of one unit are no doubt at all. The policy looks at the share of
    the ground where that unit leads: a clause that names two bodies is no doubt about the place.
    """
    shares: dict[str, float] = {}
    known: dict[str, Candidate] = {}
    for share, verdict in parts:
        for candidate in verdict.candidates:
            key = candidate.unit or f"? {candidate.name}"
            shares[key] = shares.get(key, 0.0) + share * candidate.share
            known.setdefault(key, candidate)
    if given.unit is None:
        return given
    if not any(candidate.unit is not None for candidate in known.values()):
        return too_uncertain(given, accuracy_m)
    order = sorted(known, key=lambda key: (-round(shares[key], 9), key != given.unit))
    weighed = [
        Candidate(c.unit, c.name, shares[key], c.because, c.refused)
        for key, c in ((key, known[key]) for key in order)
    ]
    lead = next(candidate for candidate in weighed if candidate.unit is not None)
    candidates = tuple(each for each in weighed if each is lead or each.share >= _LEAST_SHARE)
    ground = sum(share for share, verdict in parts if _leads(lead.unit, verdict))
    reason = given.reason
    if ground < policy.doubtful:
        reason = Text(
            f"按 {accuracy_m:g} 米精度，{lead.name}只占可能范围的 {ground:.0%}，不足以判定；"
            "请在地图上点选位置，或核对地址。",
            f"Within {accuracy_m:g} m {lead.name} has only {ground:.0%} of where the place may be, too little"
            " to decide: pick the place on the map, or go by the address.",
        )
        return Verdict("needs_decision", None, lead.share, candidates, reason)
    decision = given.decision if ground >= policy.certain else "ranked"
    if len({verdict.unit for _, verdict in parts}) > 1:
        reason = Text(
            f"按 {accuracy_m:g} 米精度，地点可能分属几个单位，{lead.name}份额最大（{lead.share:.0%}）。",
            f"Within {accuracy_m:g} m several units are possible; {lead.name} has most ({lead.share:.0%}).",
        )
    return Verdict(decision, lead.unit, lead.share, candidates, reason)


def _leads(unit: str | None, verdict: Verdict) -> bool:
    most = max((candidate.share for candidate in verdict.candidates), default=0.0)
    return any(each.unit == unit and each.share >= most for each in verdict.candidates)


def too_uncertain(given: Verdict, accuracy_m: float) -> Verdict:
    """Return the verdict of a place whose accuracy leaves nothing to decide by."""
    reason = Text(
        f"定位精度 {accuracy_m:g} 米过低，不能据此判定责任单位。",
        f"An accuracy of {accuracy_m:g} m is too low to tell who is responsible.",
    )
    return Verdict("needs_decision", None, 0.0, given.candidates, reason)


def _candidates(
    wording: ClauseUnit, territory: Territory | None, names: Mapping[str, str]
) -> list[Candidate]:
    if wording.means == "named" and wording.unit_code is not None:
        name = names.get(wording.unit_code, wording.text)
        because = Text(f"条款点名“{wording.text}”。", f"Named by the clause: {wording.text}.")
        return [Candidate(wording.unit_code, name, 0.0, because)]
    if wording.means == "each_owner":
        because = Text(f"条款写明“{wording.text}”。", f"The clause says {wording.text}: each owner.")
        refused = Text(
            "须由部件普查数据确定产权单位，尚未载入部件数据。",
            "The owner follows from the component inventory, which is not loaded.",
        )
        return [Candidate(None, wording.text, 0.0, because, refused)]
    if wording.means == "each_department":
        because = Text(f"条款写明“{wording.text}”。", f"The clause says {wording.text}.")
        refused = Text(
            "该表述指一类部门，未指明具体单位，需责任规则或人工确定。",
            "The words mean a kind of body and name no single one: a rule or a person decides.",
        )
        return [Candidate(None, wording.text, 0.0, because, refused)]
    return _territorial(wording, territory, names)


def _territorial(
    wording: ClauseUnit, territory: Territory | None, names: Mapping[str, str]
) -> list[Candidate]:
    because = Text(f"条款写明“{wording.text}”。", f"The clause says {wording.text}.")
    if territory is None:
        refused = Text("地点不在任何网格内。", "The place lies in no area.")
        return [Candidate(None, wording.text, 0.0, because, refused)]
    if territory.keeper is not None:
        by_agreement = Text(
            f"条款写明“{wording.text}”；界路“{territory.road}”全路约定由该单位管养。",
            f"The clause says {wording.text}; this unit keeps all of the boundary road {territory.road}.",
        )
        return [Candidate(territory.keeper, names.get(territory.keeper, territory.keeper), 0.0, by_agreement)]
    kind = {"street_office": "street_office", "territorial_enforcement": "enforcement"}.get(
        wording.means, kind_of_words(wording.text)
    )
    units = territory.of_kind(kind) if kind and kind not in _FORMS else ()
    if not units:
        where = territory.street or "?"
        refused = Text(
            f"单位表中没有负责{where}的此类单位（gridsvc unit import）。",
            f"The unit list has no such unit for {where} (gridsvc unit import).",
        )
        return [Candidate(None, wording.text, 0.0, because, refused)]
    where = territory.street or ""
    if territory.road is not None:
        by_agreement = Text(
            f"条款写明“{wording.text}”；界路“{territory.road}”的这一处约定归{where}。",
            f"The clause says {wording.text}; by agreement this part of {territory.road} is {where}'s.",
        )
        return [Candidate(unit, names[unit], 0.0, by_agreement) for unit in units]
    by_place = Text(
        f"条款写明“{wording.text}”，地点属{where}。",
        f"The clause says {wording.text}; the place is in {where}.",
    )
    return [Candidate(unit, names[unit], 0.0, by_place) for unit in units]
