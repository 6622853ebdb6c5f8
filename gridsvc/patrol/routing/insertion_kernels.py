"""The loops over places on routes where a visit could be put in, compiled by numba.

Only functions that insert import this module, when they run. Stretches of a route are joined in constant
time (Vidal et al. 2013, Computers & Operations Research 40: 475): a stretch is (D, E, L), its shortest
duration, the earliest start with that duration, the latest start that keeps all windows; it ends at E + D at
the earliest.

A route is its visits' rows, services and windows in order; `patrol` is (start, end, from, until, longest,
pause, pause from, pause until). The break is after the visit `b`, -1: at the start. It has no way of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

NEVER = 10_000_000
NOT = np.int64(1) << 60
"""A duration that says: not possible."""


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile on the first call, and keep what was compiled where that can be written."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the package nor a cache folder can be written
        return njit(nogil=True)(function)


def _join(d, e, last, way, d2, e2, l2):  # type: ignore[no-untyped-def]
    """Join two stretches with a way between; the first value is NOT where that keeps no windows."""
    if d >= NOT or d2 >= NOT or way >= NEVER:
        return NOT, np.int64(0), np.int64(0)
    gone = d + way
    if e + gone > l2:
        return NOT, np.int64(0), np.int64(0)
    wait = max(e2 - gone - last, 0)
    return gone + d2 + wait, max(e2 - gone, e) - wait, min(l2 - gone, last)


join = _compiled(_join)


def _way_home(travel, row, end):  # type: ignore[no-untyped-def]
    """Return the time from a row to the end of a patrol, which may be nowhere (-1)."""
    return np.int64(0) if end < 0 else travel[row, end]


way_home = _compiled(_way_home)


def _tails(travel, patrol, at, service, opens, closes, b):  # type: ignore[no-untyped-def]
    """Return the stretches from the start to each visit, and from each visit to the end, break after `b`.

    Shape (k + 1, 3) each. Row i of the first: from the start to just before visit i, a break after visit
    i - 1 not counted. Row i of the second: from visit i (k: only the end) on, a break before it not counted.
    """
    k = len(at)
    fore, back = np.empty((k + 1, 3), np.int64), np.empty((k + 1, 3), np.int64)
    start, end, begin, until, pause = patrol[0], patrol[1], patrol[2], patrol[3], patrol[5]
    d, e, last = np.int64(0), begin, until
    fore[0] = (d, e, last)
    for i in range(k):
        if pause > 0 and b == i - 1:
            d, e, last = join(d, e, last, np.int64(0), pause, patrol[6], patrol[7])
        way = travel[start, at[i]] if i == 0 else travel[at[i - 1], at[i]]
        d, e, last = join(d, e, last, way, service[i], opens[i], closes[i])
        fore[i + 1] = (d, e, last)
    d, e, last = np.int64(0), begin, until
    back[k] = (d, e, last)
    for i in range(k - 1, -1, -1):
        if pause > 0 and b == i:
            d, e, last = join(
                pause,
                patrol[6],
                patrol[7],
                way_home(travel, at[i], end) if i == k - 1 else travel[at[i], at[i + 1]],
                d,
                e,
                last,
            )
            way = np.int64(0)
        else:
            way = way_home(travel, at[i], end) if i == k - 1 else travel[at[i], at[i + 1]]
        d, e, last = join(service[i], opens[i], closes[i], way, d, e, last)
        back[i] = (d, e, last)
    return fore, back


tails = _compiled(_tails)


def _length(travel, patrol, at, service, opens, closes, b):  # type: ignore[no-untyped-def]
    """Return the shortest duration of a route with its break after `b`; NOT where it cannot be."""
    k = len(at)
    if k == 0:
        return np.int64(0)
    fore, _ = tails(travel, patrol, at, service, opens, closes, b)
    d, e, last = fore[k]
    if patrol[5] > 0 and b == k - 1:
        d, e, last = join(d, e, last, np.int64(0), patrol[5], patrol[6], patrol[7])
    d, e, last = join(d, e, last, way_home(travel, at[k - 1], patrol[1]), np.int64(0), patrol[2], patrol[3])
    return NOT if d > patrol[4] else d


length = _compiled(_length)


def _best_break(travel, patrol, at, service, opens, closes):  # type: ignore[no-untyped-def]
    """Return (shortest duration, where the break is then); a route without break has it at -1."""
    best, where = length(travel, patrol, at, service, opens, closes, np.int64(-1)), np.int64(-1)
    if patrol[5] > 0:
        for b in range(len(at)):
            d = length(travel, patrol, at, service, opens, closes, np.int64(b))
            if d < best:
                best, where = d, np.int64(b)
    return best, where


best_break = _compiled(_best_break)


def _insertions(travel, patrol, route, gap, breaks, visits, open_to):  # type: ignore[no-untyped-def]
    """Return for each visit the shortest duration of the route with it, and the slot where it then goes.

    `route` and `visits` are (at, service, opens, closes). The stretch gap[0]..gap[1] (visits of the route,
    half open; empty: none) is taken out; then only the slot where it was is tried, else all slots. Breaks
    after breaks[0]..breaks[1] (inclusive) are tried. `open_to` says for which visits.
    """
    at, service, opens, closes = route
    v_at, v_service, v_opens, v_closes = visits
    k, number = len(at), len(v_at)
    out = gap[1] > gap[0]
    best, slots = np.full(number, NOT), np.full(number, -1, np.int64)
    if out:
        kept = k - gap[1] + gap[0]
        rows = np.empty(kept, np.int64)
        for i in range(kept):
            rows[i] = i if i < gap[0] else i + gap[1] - gap[0]
        at, service, opens, closes = at[rows], service[rows], opens[rows], closes[rows]
        k = kept
    start, end, pause = patrol[0], patrol[1], patrol[5]
    low, high = breaks[0], min(breaks[1], k - 1)
    if pause == 0:
        low, high = np.int64(-1), np.int64(-1)
    low = min(low, high)
    first_slot, last_slot = (gap[0], gap[0]) if out else (0, k)
    for b in range(low, high + 1):
        fore, back = tails(travel, patrol, at, service, opens, closes, b)
        for slot in range(first_slot, last_slot + 1):
            d0, e0, l0 = fore[slot]
            if d0 >= NOT or back[slot, 0] >= NOT:
                continue
            here = pause > 0 and b == slot - 1
            row = start if slot == 0 else at[slot - 1]
            d9, e9, l9 = back[slot]
            for v in range(number):
                if not open_to[v]:
                    continue
                to = travel[row, v_at[v]]
                on = way_home(travel, v_at[v], end) if slot == k else travel[v_at[v], at[slot]]
                for after in range(2 if here else 1):
                    d, e, last = d0, e0, l0
                    if here and after == 0:
                        d, e, last = join(d, e, last, np.int64(0), pause, patrol[6], patrol[7])
                    d, e, last = join(d, e, last, to, v_service[v], v_opens[v], v_closes[v])
                    if here and after == 1:
                        d, e, last = join(d, e, last, np.int64(0), pause, patrol[6], patrol[7])
                    d, e, last = join(d, e, last, on, d9, e9, l9)
                    if d <= patrol[4] and d < best[v]:
                        best[v], slots[v] = d, slot
    return best, slots


insertions = _compiled(_insertions)
