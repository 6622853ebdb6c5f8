"""Which patrol could make which visit at all, if it made no other."""

from __future__ import annotations

import numpy as np

from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Bools, Problem


def possible_visits(problem: Problem) -> Bools:
    """Return whether patrol p can go to visit v alone, within windows, shift and break, shape (v, p).

    A visit that is not possible is in no solution. The break counts by its length, not by its window: that
    is no promise that a route with the visit exists.
    """
    visits, patrols = problem.visits, problem.patrols
    possible = visits.allowed.astype(np.bool_) & (visits.opens <= visits.closes)[:, None]
    for patrol in range(len(patrols)):
        travel, end = problem.travel[int(patrols.mode[patrol])], int(patrols.end[patrol])
        out = travel[int(patrols.start[patrol]), visits.at]
        home = np.zeros(len(visits), np.int64) if end == NOWHERE else travel[visits.at, end]
        begins = np.maximum(int(patrols.from_[patrol]) + out, visits.opens)
        pause = int(patrols.pause[patrol])
        possible[:, patrol] &= (
            (out < NEVER)
            & (home < NEVER)
            & (begins <= visits.closes)
            & (begins + visits.service + home <= int(patrols.until[patrol]))
            & (out + visits.service + home + pause <= int(patrols.longest[patrol]))
            & (int(patrols.from_[patrol]) + out + visits.service + home + pause <= int(patrols.until[patrol]))
        )
    return possible
