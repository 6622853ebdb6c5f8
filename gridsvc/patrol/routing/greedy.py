"""The simple plan that every plan is compared with: always the visit worth most per minute that it adds."""

from __future__ import annotations

import numpy as np

from gridsvc.patrol.routing.inserting import NOT, Routes, families, required_families
from gridsvc.patrol.routing.problem import Bools, Floats, Integers, Problem
from gridsvc.patrol.routing.solution import Solution


def greedy(problem: Problem) -> Solution:
    """Return the plan of a careful dispatcher: every patrol is asked before each step.

    Required visits go in first, the one before all others that would lose most if its best patrol were taken;
    then, one by one, the visit with the most value for each minute that it adds to a route, at the place of
    the route where it adds least. A visit that fits nowhere is left out, a required one too. The same problem
    gives the same plan.
    """
    routes = Routes(problem)
    if not len(problem.patrols) or not len(problem.visits):
        return routes.solution()
    family = families(problem)
    needed = required_families(problem, family)[family]
    _fill(routes, family, needed, _regret)
    _fill(routes, family, problem.visits.value > 0, _rate)
    return routes.solution()


def complete(problem: Problem, solution: Solution) -> Solution:
    """Return the solution with every visit put in that still fits somewhere; nothing is taken out."""
    routes = Routes(problem, solution.sequences)
    if not len(problem.patrols) or not len(problem.visits):
        return solution
    family = families(problem)
    needed = required_families(problem, family)[family]
    _fill(routes, family, needed, _regret, exact=True)
    _fill(routes, family, problem.visits.value > 0, _rate, exact=True)
    return routes.solution() if len(routes.solution().made()) > len(solution.made()) else solution


def _rate(added: Integers, value: Floats) -> Floats:
    """Return the value per decisecond that a visit adds, shape (p, v); -inf where it does not fit."""
    return np.where(added < NOT, value / np.maximum(added, 1), -np.inf)


def _regret(added: Integers, value: Floats) -> Floats:
    """Return what a visit loses without its best patrol; among equals the least added time is first."""
    del value
    capped = np.minimum(added, 10**9).astype(float)
    two = np.sort(capped, axis=0)[:2]
    lost = two[1] - two[0] if len(two) > 1 else np.full(added.shape[1], 10.0**9)
    return np.where(added < NOT, lost - capped * 1e-3, -np.inf)


def _fill(routes: Routes, family: Integers, wanted: Bools, merit: object, *, exact: bool = False) -> None:
    """Put in the wanted visit of the highest merit again and again, until none fits."""
    assert callable(merit)
    taken = np.zeros(int(family.max(initial=-1)) + 1, bool)
    for sequence in routes.sequences:
        taken[family[sequence]] = True
    rows = np.flatnonzero(wanted & ~taken[family])
    if not len(rows):
        return
    value, own = routes.problem.visits.value[rows], family[rows]
    open_to = np.ones(len(rows), bool)
    patrols = len(routes.sequences)
    added, slots = np.full((patrols, len(rows)), NOT), np.zeros((patrols, len(rows)), np.int64)

    def ask(patrol: int) -> None:
        longer, slots[patrol] = routes.insertions(patrol, rows, open_to, exact=exact)
        added[patrol] = np.where(longer < NOT, longer - routes.durations[patrol], NOT)

    for patrol in range(patrols):
        ask(patrol)
    while True:
        merits = merit(added, value)
        patrol, column = (int(k) for k in np.unravel_index(np.argmax(merits), merits.shape))
        if not merits[patrol, column] > -np.inf:
            return
        sequence = list(routes.sequences[patrol])
        sequence.insert(int(slots[patrol, column]), int(rows[column]))
        if not routes.put(patrol, sequence):
            added[patrol, column] = NOT
            continue
        gone = own == own[column]
        open_to &= ~gone
        added[:, gone] = NOT
        ask(patrol)


def step_by_step(problem: Problem) -> Solution:
    """Return the plan of patrols that only ask where to go next: the simplest that heeds values and hours.

    The patrol that is free first goes where the value per minute until it leaves again is highest, as long as
    it can be back in time. It is weaker than `greedy`, which looks back and puts visits in between.
    """
    routes = Routes(problem)
    visits, patrols = problem.visits, problem.patrols
    if not len(visits):
        return routes.solution()
    family = families(problem)
    left = visits.allowed & (visits.value > 0)[:, None]
    free = patrols.from_.astype(np.int64).copy()
    row = patrols.start.astype(np.int64).copy()
    out = np.zeros(len(patrols), bool)
    while not out.all():
        patrol = int(np.argmin(np.where(out, np.iinfo(np.int64).max, free)))
        way = problem.travel[int(patrols.mode[patrol])][row[patrol], visits.at]
        leaves = np.maximum(free[patrol] + way, visits.opens) + visits.service
        merit = np.where(left[:, patrol], visits.value / np.maximum(leaves - free[patrol], 1), -np.inf)
        for visit in np.argsort(-merit, kind="stable").tolist():
            if merit[visit] == -np.inf:
                out[patrol] = True
                break
            if routes.put(patrol, [*routes.sequences[patrol], visit]):
                left[family == family[visit]] = False
                free[patrol], row[patrol] = leaves[visit], visits.at[visit]
                break
            left[visit, patrol] = False
    return routes.solution()
