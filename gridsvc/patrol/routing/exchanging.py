"""What would have to go for a visit to fit in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridsvc.patrol.routing.greedy import complete
from gridsvc.patrol.routing.inserting import NOT, Routes, families, required_families
from gridsvc.patrol.routing.problem import Bools, Floats, Integers, Problem
from gridsvc.patrol.routing.solution import Solution

LONGEST_STRETCH = 3
"""So many visits in a row are tried as the price of another one."""


@dataclass(frozen=True, slots=True, eq=False)
class Exchanges:
    """For each visit asked, shape (n,): the stretch of a route worth least that would have to go for it.

    `patrol` -1: none of up to three visits. `first`, `last`: the stretch, half open (equal: it fits as it
    is). `slot`: where the visit then is. `worth`: value of what goes. `frees`, `takes`: time that its going
    frees and that the visit then takes, deciseconds.
    """

    patrol: Integers
    first: Integers
    last: Integers
    slot: Integers
    worth: Floats
    frees: Integers
    takes: Integers


def exchanges(routes: Routes, rows: Integers, *, kept: Bools) -> Exchanges:
    """Return the cheapest exchange for each of the visits `rows`; `kept`: visits that may not go, shape (v,).

    Of stretches worth the same the first found counts: patrols in order, short stretches first.
    """
    number = len(rows)
    best = Exchanges(
        patrol=np.full(number, -1, np.int64),
        first=np.zeros(number, np.int64),
        last=np.zeros(number, np.int64),
        slot=np.zeros(number, np.int64),
        worth=np.full(number, np.inf),
        frees=np.zeros(number, np.int64),
        takes=np.zeros(number, np.int64),
    )
    value = routes.problem.visits.value
    for patrol, sequence in enumerate(routes.sequences):
        stretches = [(0, 0)] + [
            (first, first + length)
            for length in range(1, LONGEST_STRETCH + 1)
            for first in range(len(sequence) - length + 1)
            if not kept[sequence[first : first + length]].any()
        ]
        for first, last in stretches:
            worth = float(value[sequence[first:last]].sum())
            open_to = worth < best.worth
            if not open_to.any():
                continue
            longer, slots = routes.insertions(patrol, rows, open_to, out=(first, last))
            found = open_to & (longer < NOT)
            if not found.any():
                continue
            rest = min(routes.without(patrol, first, last), int(routes.durations[patrol]))
            best.patrol[found], best.first[found], best.last[found] = patrol, first, last
            best.slot[found], best.worth[found] = slots[found], worth
            best.frees[found] = routes.durations[patrol] - rest
            best.takes[found] = longer[found] - rest
    return best


def exchanged(problem: Problem, solution: Solution, *, scans: int = 4) -> Solution:
    """Return the solution after every insertion, and every exchange for something worth more, is made.

    The value never falls; required visits stay. After each scan of all visits every route takes its best
    exchange; a plan that an engine has made
    needs few.
    """
    if not len(problem.patrols) or not len(problem.visits):
        return solution
    solution = complete(problem, solution)
    family = families(problem)
    kept = required_families(problem, family)[family]
    for _ in range(scans):
        better = _after_one_scan(problem, solution, family, kept)
        if better is None:
            return solution
        solution = complete(problem, better)
    return solution


def _after_one_scan(problem: Problem, solution: Solution, family: Integers, kept: Bools) -> Solution | None:
    value = problem.visits.value
    taken = np.zeros(int(family.max()) + 1, bool)
    taken[family[solution.made()]] = True
    rows = np.flatnonzero(~taken[family] & (value > 0))
    if not len(rows):
        return None
    routes = Routes(problem, solution.sequences)
    found = exchanges(routes, rows, kept=kept)
    gain = np.where(found.patrol >= 0, value[rows] - found.worth, -np.inf)
    changed: set[int] = set()
    # Below this a gain is rounding: 0.1 + 0.2 for 0.3.
    for k in np.argsort(-gain, kind="stable")[: int((gain > 1e-9 * value.max()).sum())].tolist():
        patrol, visit = int(found.patrol[k]), int(rows[k])
        if patrol in changed or taken[family[visit]]:
            continue
        sequence = list(routes.sequences[patrol])
        del sequence[int(found.first[k]) : int(found.last[k])]
        sequence.insert(int(found.slot[k]), visit)
        if routes.put(patrol, sequence):
            changed.add(patrol)
            taken[family[visit]] = True
    return routes.solution() if changed else None
