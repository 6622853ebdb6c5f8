"""Why a visit is not made: one reason for each, with the figures that stand behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gridsvc.errors import Text
from gridsvc.patrol.routing.exchanging import Exchanges, exchanges
from gridsvc.patrol.routing.inserting import NOT, Routes, families, required_families
from gridsvc.patrol.routing.problem import MINUTE, NEVER, NOWHERE, Bools, Integers, Problem
from gridsvc.patrol.routing.solution import Solution


@dataclass(frozen=True, slots=True)
class Omission:
    """A visit that is not made, the one of its group that came nearest to it, and why.

    `visits`: all of its group. `code`: unreachable, no way there and back for anybody by any mode; mode, only
    by a mode that no patrol from there has; zones, only patrols that are not allowed could; window, never
    within its hours and a shift; lower_value, it would fit only in place of visits worth more per minute;
    no_time, all else.

    `facts`, minutes: `shift` (longest time that a patrol has) and `alone` (what the visit takes at least)
    where it is too far for any shift; `opens`, `closes`, `soonest` for a window; `patrols` that could, for
    zones; `value`, `minutes`, `instead` (visits), `instead_value`, `instead_minutes` for what would have to
    go.
    """

    visit: int
    visits: tuple[int, ...]
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def reasons(problem: Problem, solution: Solution) -> tuple[Omission, ...]:
    """Return one omission for each group (or visit without one) of which no visit is made, in order.

    `solution` is taken as full: a visit with value that still fits has to be put in before
    (`exchanging.exchanged`).
    """
    visits = problem.visits
    if not len(visits):
        return ()
    family = families(problem)
    taken = np.zeros(int(family.max()) + 1, bool)
    taken[family[solution.made()]] = True
    rows = np.flatnonzero(~taken[family])
    if not len(rows):
        return ()
    can = _Possibilities(problem, rows)
    kept = required_families(problem, family)[family]
    found = exchanges(Routes(problem, solution.sequences), rows, kept=kept)
    stage = can.stage()
    surplus = np.where(found.patrol >= 0, visits.value[rows] - found.worth, -np.inf)
    order = np.lexsort((np.arange(len(rows)), -surplus, -stage))
    omissions: dict[int, Omission] = {}
    for k in order.tolist():
        group = int(family[rows[k]])
        if group not in omissions:
            same = tuple(rows[family[rows] == group].tolist())
            code, facts = (
                can.why(k) if stage[k] < _FITS_ALONE else _of_time(problem, solution, rows, found, k)
            )
            omissions[group] = Omission(int(rows[k]), same, code, facts)
    return tuple(sorted(omissions.values(), key=lambda omission: omission.visits[0]))


_UNREACHABLE, _MODE, _ZONES, _TOO_FAR, _WINDOW, _FITS_ALONE = range(6)


class _Possibilities:
    """Who could make each of the visits `rows`, if it made no other; arrays of shape (n, p)."""

    def __init__(self, problem: Problem, rows: Integers) -> None:
        self.problem, self.rows = problem, rows
        patrols = problem.patrols
        self.by_any_mode = np.zeros((len(rows), len(patrols)), bool)
        self.reaches = np.zeros_like(self.by_any_mode)
        for patrol in range(len(patrols)):
            for mode in range(len(problem.travel)):
                there = _there_and_back(problem, patrol, mode, rows)
                self.by_any_mode[:, patrol] |= there
                if mode == patrols.mode[patrol]:
                    self.reaches[:, patrol] = there
        self.allowed = problem.visits.allowed[rows]
        self.alone = _alone(problem, rows)
        hours = problem.visits
        begin, end = (patrols.from_.min(initial=0), patrols.until.max(initial=0))
        free = replace(hours, opens=np.full(len(hours), begin), closes=np.full(len(hours), end))
        self.at_any_time = _alone(replace(problem, visits=free), rows)

    def stage(self) -> Integers:
        """Return how near each visit came to being made."""
        usable = self.reaches & self.allowed
        found: Integers = np.select(
            [
                (self.alone < NOT).any(axis=1),
                (self.at_any_time < NOT).any(axis=1),
                usable.any(axis=1),
                self.reaches.any(axis=1),
                self.by_any_mode.any(axis=1),
            ],
            [_FITS_ALONE, _WINDOW, _TOO_FAR, _ZONES, _MODE],
            default=_UNREACHABLE,
        ).astype(np.int64)
        return found

    def why(self, k: int) -> tuple[str, dict[str, Any]]:
        """Return code and facts of a visit that no patrol could make even alone."""
        stage, patrols, visit = int(self.stage()[k]), self.problem.patrols, int(self.rows[k])
        if stage == _UNREACHABLE:
            return ("unreachable", {}) if len(patrols) else ("no_time", {"patrols": 0})
        if stage == _MODE:
            return "mode", {}
        if stage == _ZONES:
            return "zones", {"patrols": tuple(np.flatnonzero(self.reaches[k] & ~self.allowed[k]).tolist())}
        usable = np.flatnonzero(self.reaches[k] & self.allowed[k])
        trips = [_trip(self.problem, int(patrol), visit) for patrol in usable]
        if stage == _TOO_FAR:
            room = np.minimum(patrols.longest, patrols.until - patrols.from_)[usable]
            spare = room - np.array([out + home for out, home in trips]) - patrols.pause[usable]
            best = int(np.argmax(spare))
            alone = int(room[best] - spare[best]) + int(self.problem.visits.service[visit])
            return "no_time", {"alone": alone / MINUTE, "shift": int(room[best]) / MINUTE}
        soonest = min(int(patrols.from_[p]) + out for p, (out, _) in zip(usable, trips, strict=True))
        hours = {
            name: int(getattr(self.problem.visits, name)[visit]) / MINUTE for name in ("opens", "closes")
        }
        return "window", {**hours, "soonest": soonest / MINUTE}


def _of_time(
    problem: Problem, solution: Solution, rows: Integers, found: Exchanges, k: int
) -> tuple[str, dict[str, Any]]:
    """Return code and facts of a visit that a patrol could make, but beside others."""
    value, patrol = float(problem.visits.value[rows[k]]), int(found.patrol[k])
    if patrol < 0:
        return "no_time", {"value": value, "must": bool(problem.visits.required.any())}
    instead = solution.sequences[patrol][int(found.first[k]) : int(found.last[k])]
    worth, frees = float(found.worth[k]), int(found.frees[k])
    facts = {
        "value": value,
        "minutes": int(found.takes[k]) / MINUTE,
        "instead": instead,
        "instead_value": worth,
        "instead_minutes": frees / MINUTE,
    }
    # A visit that is worth nothing is not made even where it fits; else the values per time decide the word.
    lower = not instead or value * max(frees, 1) < worth * max(int(found.takes[k]), 1)
    return ("lower_value" if lower else "no_time"), facts


def _there_and_back(problem: Problem, patrol: int, mode: int, rows: Integers) -> Bools:
    travel, at = problem.travel[mode], problem.visits.at[rows]
    end = int(problem.patrols.end[patrol])
    there: Bools = travel[int(problem.patrols.start[patrol]), at] < NEVER
    return there if end == NOWHERE else there & (travel[at, end] < NEVER)


def _trip(problem: Problem, patrol: int, visit: int) -> tuple[int, int]:
    row, end = int(problem.visits.at[visit]), int(problem.patrols.end[patrol])
    home = 0 if end == NOWHERE else problem.leg(patrol, row, end)
    return problem.leg(patrol, int(problem.patrols.start[patrol]), row), home


def _alone(problem: Problem, rows: Integers) -> Integers:
    """Return how long each patrol is under way with this visit alone, shape (n, p); NOT: it cannot."""
    empty = Routes(problem)
    every = np.ones(len(rows), bool)
    found = [empty.insertions(patrol, rows, every)[0] for patrol in range(len(problem.patrols))]
    return np.column_stack(found) if found else np.full((len(rows), 0), NOT)


def because(omission: Omission, name: Callable[[int], Text]) -> Text:
    """Return the reason as a sentence; `name` names a visit."""
    facts = omission.facts
    match omission.code:
        case "unreachable":
            return Text("没有道路可以往返。", "There is no way there and back.")
        case "mode":
            return Text(
                "各巡查员的交通方式都到不了，换一种方式可以。",
                "No patrol can get there by its mode; by another mode it could.",
            )
        case "zones":
            return Text(
                "能到达的巡查员都不负责这里。", "The patrols that could get there are not in charge of it."
            )
        case "window":
            return Text(
                "在合适的时段内，没有巡查员能赶到并按时返回。",
                "No patrol can be there within its hours and back before the end of the shift.",
            )
        case "no_time" if "alone" in facts:
            return Text(
                f"单独前往也要 {facts['alone']:.0f} 分钟，班次最多 {facts['shift']:.0f} 分钟。",
                f"Alone it takes {facts['alone']:.0f} minutes; the shift has {facts['shift']:.0f} at most.",
            )
        case "no_time" if "patrols" in facts:
            return Text("没有巡查员。", "There are no patrols.")
    return _because_of_others(omission, name)


def _because_of_others(omission: Omission, name: Callable[[int], Text]) -> Text:
    facts = omission.facts
    instead = [name(visit) for visit in facts.get("instead", ())]
    if not instead:
        if omission.code == "lower_value":
            return Text("预计没有可处理的问题。", "Nothing is expected to be met there.")
        if not omission.facts.get("must", True):
            return Text("各条路线上腾不出到此一处的时间。", "No route can make room for it.")
        return Text("各条路线上的必到地点占满了时间。", "What must be visited leaves no time for it.")
    zh, en = "、".join(each.zh for each in instead), ", ".join(each.en for each in instead)
    if omission.code == "no_time":
        return Text(
            f"要去只能放弃{zh}（价值合计 {facts['instead_value']:.2f}，此处 {facts['value']:.2f}）。",
            f"It would fit only in place of {en} (worth {facts['instead_value']:.2f} in all, "
            f"this one {facts['value']:.2f}).",
        )
    own, other = (
        facts[f"{prefix}value"] / max(facts[f"{prefix}minutes"], 0.1) for prefix in ("", "instead_")
    )
    return Text(
        f"每分钟价值 {own:.4f}（{facts['value']:.2f}，{facts['minutes']:.0f} 分钟）；"
        f"要去只能放弃{zh}，每分钟 {other:.4f}。",
        f"Worth {own:.4f} a minute ({facts['value']:.2f} in {facts['minutes']:.0f} minutes); "
        f"it would fit only in place of {en}, worth {other:.4f} a minute.",
    )
