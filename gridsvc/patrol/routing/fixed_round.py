"""The other plan that a plan is compared with: the same round every day, whatever is to be expected."""

from __future__ import annotations

import numpy as np

from gridsvc.patrol.routing.inserting import Routes, families
from gridsvc.patrol.routing.problem import NEVER, Problem
from gridsvc.patrol.routing.solution import Sequences, Solution


def fixed_round(problem: Problem, rounds: Sequences | None = None) -> Solution:
    """Return what comes of patrols that walk their rounds until the time is over.

    `rounds`: visits in order, one round for each patrol; None: `usual_rounds`. A visit that does not fit
    after those before it, because its hours are over or the patrol would be late at its end, is passed by.
    What is done twice counts once. The same rounds give the same plan, whatever places are worth.
    """
    routes = Routes(problem)
    if not len(problem.visits):
        return routes.solution()
    family = families(problem)
    taken = np.zeros(int(family.max()) + 1, bool)
    for patrol, visits in enumerate(usual_rounds(problem) if rounds is None else rounds):
        for visit in visits:
            if not taken[family[visit]] and routes.put(patrol, [*routes.sequences[patrol], int(visit)]):
                taken[family[visit]] = True
    return routes.solution()


def usual_rounds(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """Return rounds that know where the places are and nothing else.

    Each patrol in turn takes the place nearest to where it is; of a group it takes the first visit that it
    may make. So the patrols share the places evenly, and each has a round without long ways.
    """
    visits, patrols = problem.visits, problem.patrols
    family = families(problem)
    left = visits.allowed.copy()
    rounds: list[list[int]] = [[] for _ in range(len(patrols))]
    rows = [int(row) for row in patrols.start]
    going = list(range(len(patrols)))
    while going:
        for patrol in list(going):
            travel = problem.travel[int(patrols.mode[patrol])]
            way = np.where(left[:, patrol], travel[rows[patrol], visits.at], NEVER)
            nearest = int(np.argmin(way)) if len(way) else 0
            if not len(way) or way[nearest] >= NEVER:
                going.remove(patrol)
                continue
            rounds[patrol].append(nearest)
            rows[patrol] = int(visits.at[nearest])
            left[family == family[nearest]] = False
    return tuple(tuple(visits) for visits in rounds)
