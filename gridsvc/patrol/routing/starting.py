"""A start by VROOM: quick, with breaks, but of a group only one visit, and values in hundredths."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from gridsvc.patrol.routing.problem import NOWHERE, Bools, Integers, Problem

_HIGHEST = 100
"""VROOM's priorities are whole numbers up to this."""
_EVER = 1 << 31


def vroom_start(
    problem: Problem, possible: Bools, *, exploration: int, seconds: float | None = None
) -> list[list[int]]:
    """Return VROOM's sequence of visits for each patrol.

    `possible[v, p]`: whether patrol p can make visit v at all. `exploration`: 0 (one start) to 5. `seconds` of
    the wall clock: with them the result may differ from run to run. `longest` is taken from the begin of the
    shift on, which VROOM would else not know. Not every route need hold: `mending.mended` sees to that.
    """
    import vroom

    patrols = problem.patrols
    chosen = _one_of_each(problem, possible)
    if len(chosen) == 0 or len(patrols) == 0:
        return [[] for _ in range(len(patrols))]
    skills = _skills(possible[chosen])
    asked = vroom.Input()
    for mode, travel in enumerate(problem.travel):
        asked.set_durations_matrix(str(mode), np.minimum(travel, _EVER).astype(np.uint32))
    origin = int(patrols.from_.min())
    for patrol in range(len(patrols)):
        begins = int(patrols.from_[patrol])
        ends = min(int(patrols.until[patrol]), begins + int(patrols.longest[patrol]))
        if ends <= begins:
            continue
        pause = int(patrols.pause[patrol])
        window = vroom.TimeWindow(
            max(0, int(patrols.pause_from[patrol]) - origin),
            max(0, int(patrols.pause_until[patrol]) - origin),
        )
        asked.add_vehicle(
            vroom.Vehicle(
                patrol,
                start=int(patrols.start[patrol]),
                end=None if patrols.end[patrol] == NOWHERE else int(patrols.end[patrol]),
                profile=str(int(patrols.mode[patrol])),
                time_window=vroom.TimeWindow(begins - origin, ends - origin),
                skills={skill for skill, able in skills.values() if able[patrol]},
                breaks=[vroom.Break(patrol, [window], pause)] if pause else [],
            )
        )
    _add_jobs(problem, possible, chosen, skills, asked, origin)
    timeout = None if seconds is None else timedelta(seconds=seconds)
    found = asked.solve(exploration_level=exploration, nb_threads=1, timeout=timeout)
    made: list[list[int]] = [[] for _ in range(len(patrols))]
    for route in found.to_dict()["routes"]:
        made[route["vehicle"]] = [step["id"] for step in route["steps"] if step["type"] == "job"]
    return made


def _skills(possible: Bools) -> dict[bytes, tuple[int, Bools]]:
    """Return a skill for each set of patrols: what a visit of theirs asks, and who has it."""
    skills: dict[bytes, tuple[int, Bools]] = {}
    for able in possible:
        skills.setdefault(able.tobytes(), (len(skills) + 1, able))
    return skills


def _one_of_each(problem: Problem, possible: Bools) -> Integers:
    """Return the visits that VROOM is told of: of a group the one with the most value for its time."""
    visits = problem.visits
    able = np.flatnonzero(possible.any(axis=1))
    if len(able) == 0:
        return able.astype(np.int64)
    near = np.min([travel[np.ix_(visits.at[able], visits.at[able])] for travel in problem.travel], axis=0)
    np.fill_diagonal(near, np.iinfo(np.int64).max)
    leg = float(np.median(near.min(axis=1))) if len(able) > 1 else 0.0
    worth = visits.value[able] / (visits.service[able] + leg + 1)
    alone = visits.group[able] < 0
    # The best of each group first; of equals the first.
    order = np.lexsort((-worth, visits.group[able]))
    group = visits.group[able][order]
    first = np.ones(len(order), np.bool_)
    first[1:] = group[1:] != group[:-1]
    kept = np.zeros(len(able), np.bool_)
    kept[order[first]] = True
    return able[kept | alone].astype(np.int64)


def _add_jobs(
    problem: Problem,
    possible: Bools,
    chosen: Integers,
    skills: dict[bytes, tuple[int, Bools]],
    asked: Any,
    origin: int,
) -> None:
    import vroom

    visits = problem.visits
    value = visits.value[chosen]
    # One place of great value would leave no steps between all others.
    highest = float(np.quantile(value, 0.99)) if len(value) else 0.0
    share = np.clip(value / highest, 0, 1) if highest > 0 else np.zeros(len(value))
    priority = np.rint(share * (_HIGHEST // 2 if visits.required.any() else _HIGHEST)).astype(np.int64)
    priority[visits.required[chosen]] = _HIGHEST
    opens, closes = np.maximum(visits.opens - origin, 0), np.maximum(visits.closes - origin, 0)
    asked.add_job(
        [
            vroom.Job(
                int(visit),
                int(visits.at[visit]),
                default_service=int(visits.service[visit]),
                skills={skills[possible[visit].tobytes()][0]},
                priority=int(given),
                time_windows=[vroom.TimeWindow(int(opens[visit]), int(closes[visit]))],
            )
            for visit, given in zip(chosen, priority, strict=True)
        ]
    )
