"""Is a solution what it claims to be? Every promise is gone through again, by other code than made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Integers, Problem
from gridsvc.patrol.routing.solution import Route, Solution


def faults(problem: Problem, solution: Solution) -> list[str]:
    """Return what is wrong with the solution, one sentence each; an empty list means that it holds."""
    found: list[str] = []
    if len(solution.routes) != len(problem.patrols):
        found.append(f"{len(solution.routes)} routes for {len(problem.patrols)} patrols")
    for patrol, route in enumerate(solution.routes[: len(problem.patrols)]):
        found.extend(f"patrol {patrol}: {fault}" for fault in _of_route(problem, patrol, route))
    made = Counter(visit for visits in solution.sequences for visit in visits)
    found.extend(f"visit {visit} is made {times} times" for visit, times in made.items() if times > 1)
    groups = Counter(int(problem.visits.group[visit]) for visit in made)
    found.extend(
        f"{times} visits of group {group} are made"
        for group, times in groups.items()
        if group >= 0 and times > 1
    )
    found.extend(f"visit {visit} is required and not made" for visit in unserved(problem, solution).tolist())
    return found


def unserved(problem: Problem, solution: Solution) -> Integers:
    """Return the required visits that are not made, nor another one of their group, sorted."""
    visits = problem.visits
    made = np.zeros(len(visits), bool)
    made[solution.made()] = True
    groups = visits.group[made & (visits.group >= 0)]
    met = made | ((visits.group >= 0) & np.isin(visits.group, groups))
    return np.flatnonzero(visits.required & ~met).astype(np.int64)


def _of_route(problem: Problem, patrol: int, route: Route) -> Iterator[str]:
    if not route.visits:
        if route.leaves != route.returns or route.pause is not None:
            yield "is under way without a visit"
        return
    patrols, visits = problem.patrols, problem.visits
    if route.leaves < patrols.from_[patrol]:
        yield "leaves before its shift"
    if route.returns > patrols.until[patrol]:
        yield "is back after its shift"
    if route.returns - route.leaves > patrols.longest[patrol]:
        yield "is under way for longer than it may be"
    yield from _of_pause(problem, patrol, route)
    now, row = route.leaves, int(patrols.start[patrol])
    for position, timed in enumerate(route.visits):
        now = _rested(route, position - 1, now)
        visit = timed.visit
        leg = problem.leg(patrol, row, int(visits.at[visit]))
        if leg >= NEVER:
            yield f"there is no way to visit {visit}"
        if timed.arrives != now + leg:
            yield f"reaches visit {visit} at {timed.arrives}, not {now + leg}"
        if timed.begins < max(timed.arrives, visits.opens[visit]) or timed.begins > visits.closes[visit]:
            yield f"begins visit {visit} outside its window"
        if timed.leaves != timed.begins + visits.service[visit]:
            yield f"does not stay at visit {visit} as long as it takes"
        if not visits.allowed[visit, patrol]:
            yield f"may not make visit {visit}"
        now, row = timed.leaves, int(visits.at[visit])
    now = _rested(route, len(route.visits) - 1, now)
    home = 0 if patrols.end[patrol] == NOWHERE else problem.leg(patrol, row, int(patrols.end[patrol]))
    if home >= NEVER:
        yield "there is no way to its end"
    if route.returns != now + home:
        yield f"is back at {route.returns}, not {now + home}"


def _rested(route: Route, position: int, now: int) -> int:
    """Return when the patrol goes on from this position: after its break, where the break is there."""
    return route.pause[1] if route.pause is not None and route.pause_after == position else now


def _of_pause(problem: Problem, patrol: int, route: Route) -> Iterator[str]:
    length = int(problem.patrols.pause[patrol])
    if route.pause is None:
        if length:
            yield "has no break"
        return
    begins, ends = route.pause
    if ends - begins != length:
        yield f"its break is {ends - begins} long, not {length}"
    if not problem.patrols.pause_from[patrol] <= begins <= problem.patrols.pause_until[patrol]:
        yield "its break is outside its window"
    if not -1 <= route.pause_after < len(route.visits):
        yield "its break is nowhere on the route"
        return
    free = route.leaves if route.pause_after == -1 else route.visits[route.pause_after].leaves
    if begins < free:
        yield "its break begins while it is busy"
