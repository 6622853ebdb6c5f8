"""One verdict over several that may hold: of ground where a place may lie, of components that it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gridsvc.errors import Text
from gridsvc.responsibility.bodies import key_of
from gridsvc.responsibility.candidates import Candidate, Verdict, between

_LEAST_SHARE = 0.02  # a candidate below this is not worth a dispatcher's eye (assignment.md section 4)

Parts = Sequence[tuple[float, Verdict]]


@dataclass(frozen=True, slots=True)
class Policy:
    """How sure a place must be to decide by (assignment.md section 4); settings of the installation.

    `certain`: from this share of the ground on, a place decides as if it were exact. Below `doubtful` a
    person decides; between them the units are ranked. A place less accurate than `most_m` decides nothing.
    """

    certain: float
    doubtful: float
    most_m: float


def blend(parts: Parts, given: Verdict, accuracy_m: float, policy: Policy) -> Verdict:
    """Return the verdict of an uncertain place.

    `parts` are the shares of the cells that the place may lie in (largest first, the outside left out) with
    the verdict of each; `given` is the verdict of the cell that the coordinates name. The confidence is the
    share of the leading unit, so two cells of one unit are no doubt at all. The policy looks at the share of
    the ground where that unit leads: a clause that names two bodies is no doubt about the place.
    """
    if given.unit is None:
        return given
    weighed = _weighed(parts, given.unit)
    lead = next((each for each in weighed if each.unit is not None and each.share > 0), None)
    if lead is None:
        return too_uncertain(given, accuracy_m)
    candidates = _worth_showing(weighed, lead)
    ground = sum(share for share, verdict in parts if _leads(lead.unit, verdict))
    if ground < policy.doubtful:
        reason = Text(
            f"按 {accuracy_m:g} 米精度，{lead.name}只占可能范围的 {ground:.0%}，不足以判定；"
            "请在地图上点选位置，或核对地址。",
            f"Within {accuracy_m:g} m {lead.name} has only {ground:.0%} of where the place may be, too little"
            " to decide: pick the place on the map, or go by the address.",
        )
        return replace(
            given,
            decision="needs_decision",
            unit=None,
            confidence=lead.share,
            candidates=candidates,
            reason=reason,
        )
    decided = _deciding(lead.unit, parts)
    leading: dict[str | None, float] = {}
    for share, verdict in parts:
        leading[verdict.unit] = leading.get(verdict.unit, 0.0) + share
    reason = decided.reason
    if sum(share >= _LEAST_SHARE for share in leading.values()) > 1:
        reason = Text(
            f"按 {accuracy_m:g} 米精度，地点可能分属几个单位，{lead.name}份额最大（{lead.share:.0%}）。",
            f"Within {accuracy_m:g} m several units are possible; {lead.name} has most ({lead.share:.0%}).",
        )
    in_doubt = between(verdict for _, verdict in parts)
    decision = decided.decision if ground >= policy.certain else in_doubt
    return replace(
        decided,
        decision=decision,
        unit=lead.unit,
        confidence=lead.share,
        candidates=candidates,
        reason=reason,
    )


def blend_components(parts: Parts) -> Verdict:
    """Return the verdict of a report that may be of one of several components, or of an unregistered one.

    `parts` are posterior probabilities, largest first, with the verdict if that component is meant; they sum
    to 1. All the same unit: its decision stands. Otherwise the units are ranked by probability.
    """
    first = parts[0][1]
    if len({(verdict.unit, verdict.decision) for _, verdict in parts}) == 1:
        return first
    weighed = _weighed(parts, first.unit)
    lead = next((each for each in weighed if each.unit is not None and each.share > 0), None)
    if lead is None:
        return first
    decided = _deciding(lead.unit, parts)
    reason = Text(
        f"附近有几个可能的部件，权属不同，{lead.name}可能性最大（{lead.share:.0%}）；请核对部件编号。",
        f"Several components of different owners may be meant; {lead.name} is likeliest ({lead.share:.0%}):"
        " check the component's number.",
    )
    return replace(
        decided,
        decision=between(verdict for _, verdict in parts),
        unit=lead.unit,
        confidence=lead.share,
        candidates=_worth_showing(weighed, lead),
        reason=reason,
    )


def too_uncertain(given: Verdict, accuracy_m: float) -> Verdict:
    """Return the verdict of a place whose accuracy leaves nothing to decide by."""
    reason = Text(
        f"定位精度 {accuracy_m:g} 米过低，不能据此判定责任单位。",
        f"An accuracy of {accuracy_m:g} m is too low to tell who is responsible.",
    )
    return Verdict("needs_decision", None, 0.0, given.candidates, reason)


def _weighed(parts: Parts, given: str | None) -> list[Candidate]:
    """Return every candidate with its share over all parts, the largest first; then who assists."""
    shares: dict[str, float] = {}
    known: dict[str, Candidate] = {}
    for share, verdict in parts:
        for candidate in verdict.candidates:
            key = f"{candidate.role} {key_of(candidate)}"
            shares[key] = shares.get(key, 0.0) + share * candidate.share
            before = known.setdefault(key, candidate)
            # Set aside in one part, a body may answer in another.
            if before.refused and not candidate.refused:
                known[key] = candidate
    order = sorted(
        known, key=lambda key: (known[key].role != "lead", -round(shares[key], 9), known[key].unit != given)
    )
    # Made anew by hand: `replace` takes five times as long, and files have thousands of blends.
    return [
        Candidate(each.unit, each.name, shares[key], each.because, each.refused, each.role)
        for key, each in ((key, known[key]) for key in order)
    ]


def _worth_showing(weighed: Sequence[Candidate], lead: Candidate) -> tuple[Candidate, ...]:
    """Return candidates without those too small, nor those set aside that have no share anyhow."""
    return tuple(
        each
        for each in weighed
        if each is lead or each.role == "assist" or each.share >= _LEAST_SHARE or each.share == 0
    )


def _deciding(unit: str | None, parts: Parts) -> Verdict:
    """Return the verdict whose rule is named: the likeliest in which a unit leads.

    Second everywhere, it may still have most of all; then the likeliest that gives it a share.
    """
    naming = [
        part for part in parts if any(each.unit == unit and each.share > 0 for each in part[1].candidates)
    ]
    leading = [part for part in naming if _leads(unit, part[1])]
    return max(leading or naming, key=lambda part: part[0])[1]


def _leads(unit: str | None, verdict: Verdict) -> bool:
    leading = [each for each in verdict.candidates if each.role == "lead"]
    most = max((candidate.share for candidate in leading), default=0.0)
    return any(each.unit == unit and each.share >= most for each in leading)
