"""When a patrol is where: the earliest schedule of visits in a given order, break included.

A stretch of a route is a function from the time at which it is begun to the time at which it is done:
t -> max(t + D, E) for t <= L (travel and service D, earliest end E, latest begin L). Two in a row are
again one. So a sequence is timed once forwards and once backwards, and a break is then tried at every place
in constant time. For one place of the break, the departure that is put off as far as the return allows gives
the shortest time under way and the earliest return at once; so the best of all places is the exact answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Problem
from gridsvc.patrol.routing.solution import Route, Sequences, Solution, Timed

Stretch = tuple[int, int, int]
"""D, E and L of a stretch of a route."""
_EVER = 1 << 60


def time_routes(problem: Problem, sequences: Sequences) -> Solution | None:
    """Return the solution that makes these visits, one sequence a patrol; None if one cannot be made."""
    routes = []
    for patrol, visits in enumerate(sequences):
        route = time_route(problem, patrol, visits)
        if route is None:
            return None
        routes.append(route)
    return Solution(tuple(routes))


def time_route(problem: Problem, patrol: int, visits: Sequence[int]) -> Route | None:
    """Return when `patrol` makes `visits` in this order, or None if it cannot.

    The return is the earliest possible, every visit the earliest possible before it. The break is where the
    return is earliest; the departure is put off as far as that makes no visit and not the return later, or as
    far as `longest` asks.
    """
    patrols = problem.patrols
    earliest = int(patrols.from_[patrol])
    if len(visits) == 0:
        return Route(leaves=earliest, returns=earliest)
    legs = _legs(problem, patrol, visits)
    if max(legs) >= NEVER or not problem.visits.allowed[list(visits), patrol].all():
        return None
    stops = _stops(problem, visits)
    pause = int(patrols.pause[patrol])
    rest = (pause, int(patrols.pause_from[patrol]) + pause, int(patrols.pause_until[patrol]))
    before, after = _before(legs, stops, earliest), _after(legs, stops, int(patrols.until[patrol]))
    if before is None or after is None:
        return None
    longest = int(patrols.longest[patrol])
    best: tuple[int, int, int] | None = None
    for place in range(-1, len(stops)) if pause else (None,):
        whole = after[0] if place is None else _joined(_joined(before[place + 1], rest), after[place + 1])
        if whole is None or whole[2] < earliest:
            continue
        duration, soonest, latest = whole
        returns = max(earliest + duration, soonest)
        if returns - min(latest, returns - duration) > longest:
            continue
        found = (returns, -min(latest, returns - duration), -1 if place is None else place)
        best = found if best is None or found < best else best
    if best is None:
        return None
    returns, _, place = best
    first = _joined(rest, (legs[0], -_EVER, _EVER)) if pause and place == -1 else (legs[0], -_EVER, _EVER)
    leaves = max(_put_off(first, stops[0], earliest), returns - longest)
    return _schedule(visits, legs, stops, leaves, rest if pause else None, place)


def _legs(problem: Problem, patrol: int, visits: Sequence[int]) -> list[int]:
    """Return the times to the first visit, between the visits, and from the last to the end."""
    patrols = problem.patrols
    travel = problem.travel[int(patrols.mode[patrol])]
    rows = [int(patrols.start[patrol]), *problem.visits.at[list(visits)].tolist()]
    end = int(patrols.end[patrol])
    legs: list[int] = travel[rows[:-1], rows[1:]].tolist()
    return [*legs, 0 if end == NOWHERE else int(travel[rows[-1], end])]


def _stops(problem: Problem, visits: Sequence[int]) -> list[Stretch]:
    """Return each visit as a stretch: it takes its service, and begins within its window."""
    chosen = list(visits)
    service = problem.visits.service[chosen].tolist()
    opens, closes = problem.visits.opens[chosen].tolist(), problem.visits.closes[chosen].tolist()
    return [
        (taken, soonest + taken, latest)
        for taken, soonest, latest in zip(service, opens, closes, strict=True)
    ]


def _joined(first: Stretch | None, second: Stretch | None) -> Stretch | None:
    """Return two stretches in a row as one, None where the second cannot follow the first."""
    if first is None or second is None or first[1] > second[2]:
        return None
    return (
        first[0] + second[0],
        max(first[1] + second[0], second[1]),
        min(first[2], second[2] - first[0]),
    )


def _before(legs: Sequence[int], stops: Sequence[Stretch], earliest: int) -> list[Stretch | None] | None:
    """Return the stretches from the departure to the end of each visit; the first: to the departure."""
    found: list[Stretch | None] = [(0, earliest, _EVER)]
    for leg, stop in zip(legs, stops, strict=False):
        found.append(_joined(_joined(found[-1], (leg, -_EVER, _EVER)), stop))
        if found[-1] is None:
            return None
    return found


def _after(legs: Sequence[int], stops: Sequence[Stretch], until: int) -> list[Stretch | None] | None:
    """Return the stretches from the end of each visit to the return; the first: from the departure."""
    found: list[Stretch | None] = [(legs[-1], -_EVER, until - legs[-1])]
    for leg, stop in zip(reversed(legs[:-1]), reversed(stops), strict=True):
        found.append(_joined((leg, -_EVER, _EVER), _joined(stop, found[-1])))
        if found[-1] is None:
            return None
    return found[::-1]


def _put_off(first: Stretch | None, stop: Stretch, earliest: int) -> int:
    """Return the latest departure that makes the first visit no later than the earliest does."""
    whole = _joined(first, stop)
    assert whole is not None  # the whole route was found possible
    duration, soonest, latest = whole
    return min(latest, max(earliest + duration, soonest) - duration)


def _schedule(
    visits: Sequence[int],
    legs: Sequence[int],
    stops: Sequence[Stretch],
    leaves: int,
    rest: Stretch | None,
    place: int,
) -> Route:
    timed: list[Timed] = []
    pause: tuple[int, int] | None = None
    now = leaves
    for position in range(-1, len(stops)):
        if position >= 0:
            service, soonest, _ = stops[position]
            arrives = now + legs[position]
            now = max(arrives + service, soonest)
            timed.append(Timed(int(visits[position]), arrives, now - service, now))
        if rest is not None and position == place:
            now = max(now + rest[0], rest[1])
            pause = (now - rest[0], now)
    return Route(tuple(timed), leaves, now + legs[-1], pause, place if rest is not None else -1)
