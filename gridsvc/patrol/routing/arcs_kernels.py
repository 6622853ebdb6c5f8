"""Taking stretches of tours out and putting their streets back, compiled by numba.

Slack induction by string removals (Christiaens & Vanden Berghe 2020, Transportation Science 54: 417) on the
order of streets alone: directions are never decided, but every way into a street is counted by the cheapest
choice of directions of its whole tour. `fore[r, i, d]` is the least cost from the depot to the end of the
i-th street of tour r walked in direction d, `back[r, i, d]` the least from there to the depot; position 0 and
the one after the last are the depot.

All of it is in one file, because numba's cache of compiled code looks at the date of the file of a function
and not at those of the functions that it calls. Only `arcs_solving` imports it, when it runs.

`state` is (tours, length, load, cost, fore, back, where, place): the streets of tour r are
tours[r, 1 : length[r] + 1]; `where[s]` is the tour of street s (-1: none), `place[s]` its position there.
`undo` is (tours, length, load, touched, order of touching): what tours were like before the present round.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

_FAR = np.int64(1) << 60
_SPLIT = 0.5
"""How often a stretch keeps some of its streets in the middle, and how soon that middle ends: the paper's."""
_MIDDLE_ENDS = 0.01


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile on the first call, and keep what was compiled where that can be written."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the package nor a cache folder can be written
        return njit(nogil=True)(function)


def _measure(r, between, depot, state):  # type: ignore[no-untyped-def]
    """Bring `fore`, `back` and `cost` of tour r up to date."""
    tours, length, _load, cost, fore, back, _where, _place = state
    many = length[r]
    fore[r, 0, 0] = fore[r, 0, 1] = 0
    here = depot
    for i in range(1, many + 2):
        there = depot if i > many else tours[r, i]
        for d in range(2):
            fore[r, i, d] = min(
                fore[r, i - 1, 0] + between[2 * here, 2 * there + d],
                fore[r, i - 1, 1] + between[2 * here + 1, 2 * there + d],
            )
        here = there
    back[r, many + 1, 0] = back[r, many + 1, 1] = 0
    there = depot
    for i in range(many, -1, -1):
        here = depot if i == 0 else tours[r, i]
        for d in range(2):
            back[r, i, d] = min(
                between[2 * here + d, 2 * there] + back[r, i + 1, 0],
                between[2 * here + d, 2 * there + 1] + back[r, i + 1, 1],
            )
        there = here
    cost[r] = fore[r, many + 1, 0]


measure = _compiled(_measure)


def _touch(r, state, undo, touches):  # type: ignore[no-untyped-def]
    """Remember tour r as it is, once a round; return how many tours were touched."""
    tours, length, load = state[:3]
    old_tours, old_length, old_load, touched, order = undo
    if touched[r]:
        return touches
    touched[r] = True
    order[touches] = r
    old_length[r], old_load[r] = length[r], load[r]
    for i in range(1, length[r] + 1):
        old_tours[r, i] = tours[r, i]
    return touches + 1


touch = _compiled(_touch)


def _take_out(r, street, most, draw, out, many, between, demand, state):  # type: ignore[no-untyped-def]
    """Take a stretch of tour r around `street` out, at most `most` streets; return how many are out."""
    tours, length, load, _cost, _fore, _back, where, place = state
    size = length[r]
    taken = min(np.int64(draw.random() * min(np.float64(size), most)) + 1, size)
    kept = np.int64(0)
    if 1 < taken < size and draw.random() < _SPLIT:
        kept = np.int64(1)
        while taken + kept < size and draw.random() > _MIDDLE_ENDS:
            kept += 1
    whole = taken + kept
    low, high = max(np.int64(1), place[street] - whole + 1), min(place[street], size - whole + 1)
    first = low + np.int64(draw.random() * (high - low + 1))
    middle = first + 1 + np.int64(draw.random() * (taken - 1)) if kept > 0 else first
    to = first
    for i in range(first, size + 1):
        each = tours[r, i]
        if i < first + whole and not middle <= i < middle + kept:
            out[many] = each
            many += 1
            where[each] = -1
            load[r] -= demand[each]
        else:
            tours[r, to] = each
            place[each] = to
            to += 1
    length[r] = to - 1
    measure(r, between, len(demand), state)
    return many


take_out = _compiled(_take_out)


def _in_some_order(out, many, keys, draw, between, demand):  # type: ignore[no-untyped-def]
    """Sort the streets that are out: at random, largest first, farthest from the depot first, or nearest."""
    depot = 2 * len(demand)
    by = draw.random() * 11  # 4 : 4 : 2 : 1, the paper's
    for i in range(many):
        street = out[i]
        near = np.float64(min(between[depot, 2 * street], between[depot, 2 * street + 1]))
        if by < 4:
            keys[i] = draw.random()
        elif by < 8:
            keys[i] = -np.float64(demand[street])
        else:
            keys[i] = -near if by < 10 else near
    for i in range(1, many):
        key, street, j = keys[i], out[i], i - 1
        while j >= 0 and keys[j] > key:
            keys[j + 1], out[j + 1] = keys[j], out[j]
            j -= 1
        keys[j + 1], out[j + 1] = key, street


in_some_order = _compiled(_in_some_order)


def _cheapest(street, tops, blink, skip, draw, between, demand, capacity, state):  # type: ignore[no-untyped-def]
    """Return (tour, position before it, next place to overlook) where `street` costs least; tour -1: nowhere.

    Some places are overlooked, each with probability `blink`. Of the empty tours the first is tried.
    """
    tours, length, load, cost, fore, back = state[:6]
    one, other, depot = 2 * street, 2 * street + 1, len(demand)
    least, r_best, i_best, tried_empty = _FAR, np.int64(-1), np.int64(0), False
    for r in range(tops):
        many = length[r]
        if many == 0:
            if tried_empty:
                continue
            tried_empty = True
        if load[r] + demand[street] > capacity or many + 2 >= tours.shape[1]:
            continue
        here = depot
        for i in range(many + 1):
            there = depot if i == many else tours[r, i + 1]
            skip -= 1
            if skip < 0:
                skip = np.int64(np.log(1.0 - draw.random()) / np.log(1.0 - blink))
            else:
                a, b, y, z = fore[r, i, 0], fore[r, i, 1], back[r, i + 1, 0], back[r, i + 1, 1]
                way = min(a + between[2 * here, one], b + between[2 * here + 1, one]) + min(
                    between[one, 2 * there] + y, between[one, 2 * there + 1] + z
                )
                back_way = min(a + between[2 * here, other], b + between[2 * here + 1, other]) + min(
                    between[other, 2 * there] + y, between[other, 2 * there + 1] + z
                )
                more = min(way, back_way) - cost[r]
                if more < least:
                    least, r_best, i_best = more, np.int64(r), np.int64(i)
            here = there
    return r_best, i_best, skip


cheapest = _compiled(_cheapest)


def _put_in(street, r, i, between, demand, state):  # type: ignore[no-untyped-def]
    """Put `street` into tour r after position i."""
    tours, length, load, _cost, _fore, _back, where, place = state
    for j in range(length[r], i, -1):
        tours[r, j + 1] = tours[r, j]
        place[tours[r, j]] = j + 1
    tours[r, i + 1], place[street], where[street] = street, i + 1, r
    length[r] += 1
    load[r] += demand[street]
    measure(r, between, len(demand), state)


put_in = _compiled(_put_in)


def _put_back(touches, between, demand, state, undo):  # type: ignore[no-untyped-def]
    """Make the tours that were touched what they were."""
    tours, length, load, _cost, _fore, _back, where, place = state
    old_tours, old_length, old_load, _touched, order = undo
    for k in range(touches):
        r = order[k]
        length[r], load[r] = old_length[r], old_load[r]
        for i in range(1, length[r] + 1):
            street = old_tours[r, i]
            tours[r, i], where[street], place[street] = street, r, i
        measure(r, between, len(demand), state)


put_back = _compiled(_put_back)


def _rounds(number, heat, strings, longest, blink, draw, problem, near, costs, best, state, undo):  # type: ignore[no-untyped-def]
    """Take out and put back `number` times; what costs more is kept as annealing at temperature `heat` says.

    `strings`: streets taken out on average, `longest`: of one stretch at most. `near[s]`: all streets, those
    nearest to s first. `costs` (present, best) and `best` (tours, length) are brought up to date.
    """
    between, demand, capacity = problem
    tours, length, _load, cost, _fore, _back, where, _place = state
    best_tours, best_length = best
    streets = len(demand)
    out, keys = np.empty(streets, np.int64), np.empty(streets, np.float64)
    touched, order = undo[3], undo[4]
    tops, used = np.int64(0), 0
    for r in range(len(length)):
        if length[r] > 0:
            tops = np.int64(r + 1)
            used += 1
    skip = np.int64(np.log(1.0 - draw.random()) / np.log(1.0 - blink))
    for _ in range(number):
        most = min(longest, streets / max(used, 1))
        wanted = np.int64(draw.random() * (4 * strings / (1 + most) - 1)) + 1
        seed = np.int64(draw.random() * streets)
        many, touches = np.int64(0), np.int64(0)
        for k in range(streets):
            if touches >= wanted:
                break
            street = near[seed, k]
            r = where[street]
            if r >= 0 and not touched[r]:
                touches = touch(r, state, undo, touches)
                many = take_out(r, street, most, draw, out, many, between, demand, state)
        in_some_order(out, many, keys, draw, between, demand)
        whole = True
        for k in range(many):
            r, i, skip = cheapest(
                out[k],
                min(tops + 1, np.int64(len(length))),
                blink,
                skip,
                draw,
                between,
                demand,
                capacity,
                state,
            )
            if r < 0:  # every place was overlooked
                whole = False
                break
            touches = touch(r, state, undo, touches)
            put_in(out[k], r, i, between, demand, state)
            tops = max(tops, r + 1)
        now, used = np.int64(0), 0
        for r in range(tops):
            if length[r] > 0:
                now += cost[r]
                used += 1
        if whole and now < costs[0] - heat * np.log(1.0 - draw.random()):
            costs[0] = now
            if now < costs[1]:
                costs[1] = now
                for r in range(len(length)):
                    best_length[r] = length[r]
                    for i in range(1, length[r] + 1):
                        best_tours[r, i] = tours[r, i]
        else:
            put_back(touches, between, demand, state, undo)
        for k in range(touches):
            touched[order[k]] = False


rounds = _compiled(_rounds)
