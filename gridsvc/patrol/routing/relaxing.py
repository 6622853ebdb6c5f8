"""What cannot be held is named: required visits that no plan makes together are given up, with reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import numpy as np

from gridsvc.errors import Text
from gridsvc.patrol.routing.checking import unserved
from gridsvc.patrol.routing.inserting import families, required_families
from gridsvc.patrol.routing.omitting import Omission, because, reasons
from gridsvc.patrol.routing.problem import Bools, Effort, Integers, Problem
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.solving import solve
from gridsvc.patrol.routing.timing import time_route

_FILTERED = 3
"""For so many visits a small set of others is looked for that they are in conflict with."""
_SOLVES = 8
_SMALL = Effort(iterations=1_000)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A required visit that is given up, and the constraint that forbids it.

    `constraint`: unreachable, mode, zones, window or no_time, where no patrol could make it even alone;
    conflict, where it cannot be made with the visits `facts["with"]` (each with `facts["exact"]`: whether all
    orders were tried, or a search found none); together, where the patrols have time for `facts["held"]` of
    the `facts["asked"]` that are required.
    """

    visit: int
    constraint: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The problem in which the dropped visits are not required, and a solution that holds the others."""

    problem: Problem
    dropped: tuple[Dropped, ...]
    solution: Solution


def relax(problem: Problem, effort: Effort) -> Relaxed:
    """Return a plan with as many of the required visits as can be, and of the others each with its reason.

    First the required visits alone are planned, each with a prize above all others in sum, so that their
    number counts first and then their value; what is not held is given up. Then all is planned with what is
    held. Visits that a plan without search makes anyway are not given up.
    """
    family = families(problem)
    needed = required_families(problem, family)
    rows = np.flatnonzero(needed[family]) if len(family) else np.zeros(0, np.int64)
    if not len(rows):
        return Relaxed(problem, (), solve(problem, effort).solution)
    only = _prized(problem.only(rows))
    first = _most(only, int(needed.sum()), effort)
    start = [[int(rows[visit]) for visit in visits] for visits in first.sequences]
    held = np.zeros(len(needed), bool)
    held[family[np.array([visit for visits in start for visit in visits], np.int64)]] = True
    relaxed = _requiring(problem, held[family])
    solution = solve(relaxed, effort, start=start).solution
    if len(unserved(relaxed, solution)):  # the search has let go what the start held: the start is worth more
        solution = solve(relaxed, Effort(iterations=0, seed=effort.seed), start=start).solution
    made = np.zeros(len(needed), bool)
    made[family[solution.made()]] = True
    relaxed = _requiring(problem, made[family])
    given_up = np.flatnonzero(needed & ~made)
    return Relaxed(relaxed, _explained(problem, family, given_up, made & needed, first, rows), solution)


def _most(only: Problem, asked: int, effort: Effort) -> Solution:
    """Return the plan with the most of the required visits that three searches find."""
    best: Solution | None = None
    for seed in range(effort.seed, effort.seed + 3):
        found = solve(
            only, Effort(iterations=3_000, seconds=0.5 if effort.seconds else None, seed=seed)
        ).solution
        if best is None or found.value(only) > best.value(only):
            best = found
        if len(best.made()) == asked:
            break
    assert best is not None
    return best


def _prized(problem: Problem) -> Problem:
    """Return the problem with all visits optional, each worth more than all were together before."""
    visits = problem.visits
    prize = max(1.0, float(visits.value.sum()))
    return replace(
        problem,
        visits=replace(visits, required=np.zeros(len(visits), bool), value=visits.value + prize),
    )


def _requiring(problem: Problem, kept: Bools) -> Problem:
    visits = problem.visits
    return replace(problem, visits=replace(visits, required=visits.required & kept))


def _explained(
    problem: Problem,
    family: Integers,
    given_up: Integers,
    held: Bools,
    first: Solution,
    rows: Integers,
) -> tuple[Dropped, ...]:
    """Return the constraint of each family that is given up."""
    if not len(given_up):
        return ()
    only = problem.only(rows)
    alone = {
        int(family[rows[omission.visit]]): omission
        for omission in reasons(_prized(only), first)
        if not {"value", "instead"} & set(omission.facts)
    }
    asked = int((held | np.isin(np.arange(len(held)), given_up)).sum())
    dropped = []
    filtered = 0
    for group in given_up.tolist():
        members = np.flatnonzero(family == group)
        if group in alone:
            omission = alone[group]
            dropped.append(Dropped(int(rows[omission.visit]), omission.code, omission.facts))
            continue
        visit = int(members[problem.visits.required[members]][0])
        others = [np.flatnonzero(family == other) for other in np.flatnonzero(held).tolist()]
        against = _pair(problem, members, others)
        exact = against is not None
        if against is None and filtered < _FILTERED and 0 < len(others) <= 5 * _SOLVES:
            filtered += 1
            against = _conflict(problem, members, others)
        if against is None:
            dropped.append(Dropped(visit, "together", {"held": int(held.sum()), "asked": asked}))
        else:
            named = tuple(int(other[0]) for other in against)
            dropped.append(Dropped(visit, "conflict", {"with": named, "exact": exact}))
    return tuple(dropped)


def _pair(problem: Problem, members: Integers, others: list[Integers]) -> list[Integers] | None:
    """Return a single other family that cannot be made with this one, all ways tried; None: there is none."""
    for other in others:
        if not any(_both(problem, int(a), int(b)) for a in members for b in other):
            return [other]
    return None


def _both(problem: Problem, one: int, two: int) -> bool:
    patrols = range(len(problem.patrols))
    able = [{p for p in patrols if time_route(problem, p, [visit]) is not None} for visit in (one, two)]
    if able[0] and able[1] and len(able[0] | able[1]) > 1:
        return True
    return any(
        time_route(problem, p, order) is not None
        for p in able[0] & able[1]
        for order in permutations((one, two))
    )


def _conflict(problem: Problem, members: Integers, others: list[Integers]) -> list[Integers] | None:
    """Return few families that are not made with this one: one part after another is left out for good if
    the rest is still not made. At most eight searches.
    """
    left = list(others)
    for part in np.array_split(np.arange(len(others)), min(len(others), _SOLVES)):
        gone = {int(k) for k in part}
        rest = [other for k, other in enumerate(others) if k not in gone and any(other is o for o in left)]
        if not _made_together(problem, [members, *rest]):
            left = rest
    return left or None


def _made_together(problem: Problem, groups: list[Integers]) -> bool:
    small = _prized(problem.only(np.sort(np.concatenate(groups))))
    return len(solve(small, _SMALL).solution.made()) >= len(groups)


def because_dropped(dropped: Dropped, name: Callable[[int], Text]) -> Text:
    """Return why a required visit is given up, as a sentence; `name` names a visit."""
    facts = dropped.facts
    if dropped.constraint == "conflict":
        others = [name(visit) for visit in facts["with"]]
        zh, en = "、".join(each.zh for each in others), ", ".join(each.en for each in others)
        return Text(f"不能与{zh}同时安排。", f"It cannot be planned together with {en}.")
    if dropped.constraint == "together":
        return Text(
            f"必到地点共 {facts['asked']} 处，巡查员的时间只够 {facts['held']} 处。",
            f"The patrols have time for {facts['held']} of the {facts['asked']} places that must be visited.",
        )
    return because(Omission(dropped.visit, (dropped.visit,), dropped.constraint, facts), name)
