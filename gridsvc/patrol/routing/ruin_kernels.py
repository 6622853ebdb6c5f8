"""Routes, and visits put into them, compiled by numba: the inner loops of ruin and recreate.

Only `ruin_search` imports this module, when it runs.

`ground`: (travel[mode, v, v], out[p, v], home[p, v], visits[v, 3], worth[v], family[v], able[v, p],
patrols[p, 8], near[v, n]). Columns of `visits`: service, opens, closes; of `patrols`: mode, from, until,
longest, pause, pause from, pause until, loose (1: no window binds and there is no break).
`plan`: (seq[p, k], size[p], rest[p], legs[p, k + 1], fore[p, k + 1, 3], back[p, k + 1, 3], spent[p, 2],
made[v], taken[f]); `rest`: the position after which the break is; `spent`: time without waiting, and with it.
Stretches (D, E, L) as in `insertion_kernels`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gridsvc.patrol.routing.ruin_chance import chance

NEVER = 10_000_000
NOT = np.int64(1) << 60
BLINK = 0.02
PASSED_OVER = 0.2
"""A visit is worth this share in a route that is passed over, which happens to so many of them."""


@njit(cache=True, nogil=True)
def join(d, e, last, way, d2, e2, l2):  # type: ignore[no-untyped-def]
    """Join two stretches with a way between; the first value is NOT where that keeps no windows."""
    if d >= NOT or d2 >= NOT or way >= NEVER:
        return NOT, np.int64(0), np.int64(0)
    gone = d + way
    if e + gone > l2:
        return NOT, np.int64(0), np.int64(0)
    wait = max(e2 - gone - last, 0)
    return gone + d2 + wait, max(e2 - gone, e) - wait, min(l2 - gone, last)


@njit(cache=True, nogil=True)
def load(ground, plan, p):  # type: ignore[no-untyped-def]
    """Time route p anew, its break where it is shortest; return its duration, NOT where it cannot be."""
    travel, out, home, visits, _, _, _, patrols, _ = ground
    seq, size, rest, legs, fore, back, spent, _, _ = plan
    mode, begin, until, longest, pause = (
        patrols[p, 0],
        patrols[p, 1],
        patrols[p, 2],
        patrols[p, 3],
        patrols[p, 4],
    )
    k = size[p]
    rest[p] = -1
    if k == 0:
        legs[p, 0] = 0
        spent[p, 0], spent[p, 1] = pause, 0
        fore[p, 0, 0], fore[p, 0, 1], fore[p, 0, 2] = 0, begin, until
        back[p, 0, 0], back[p, 0, 1], back[p, 0, 2] = 0, begin, until
        return np.int64(0)
    legs[p, 0] = out[p, seq[p, 0]]
    legs[p, k] = home[p, seq[p, k - 1]]
    total = pause + legs[p, 0] + legs[p, k]
    for i in range(k):
        if i > 0:
            legs[p, i] = travel[mode, seq[p, i - 1], seq[p, i]]
            total += legs[p, i]
        total += visits[seq[p, i], 0]
    spent[p, 0] = total
    spent[p, 1] = total
    if total > longest or total > until - begin:
        return NOT
    if patrols[p, 7] == 1:
        return total
    d, e, last = np.int64(0), begin, until
    fore[p, 0, 0], fore[p, 0, 1], fore[p, 0, 2] = d, e, last
    for i in range(k):
        v = seq[p, i]
        d, e, last = join(d, e, last, legs[p, i], visits[v, 0], visits[v, 1], visits[v, 2])
        fore[p, i + 1, 0], fore[p, i + 1, 1], fore[p, i + 1, 2] = d, e, last
    if d >= NOT:
        return NOT
    d, e, last = np.int64(0), begin, until
    back[p, k, 0], back[p, k, 1], back[p, k, 2] = d, e, last
    for i in range(k - 1, -1, -1):
        v = seq[p, i]
        d, e, last = join(visits[v, 0], visits[v, 1], visits[v, 2], legs[p, i + 1], d, e, last)
        back[p, i, 0], back[p, i, 1], back[p, i, 2] = d, e, last
    if pause == 0:
        d, e, last = join(fore[p, 0, 0], fore[p, 0, 1], fore[p, 0, 2], legs[p, 0], d, e, last)
        spent[p, 1] = d
        return NOT if d > longest else d
    best, where = NOT, -1
    for b in range(-1, k):
        d, e, last = fore[p, b + 1, 0], fore[p, b + 1, 1], fore[p, b + 1, 2]
        d, e, last = join(d, e, last, np.int64(0), pause, patrols[p, 5], patrols[p, 6])
        d, e, last = join(d, e, last, legs[p, b + 1], back[p, b + 1, 0], back[p, b + 1, 1], back[p, b + 1, 2])
        if d < best:
            best, where = d, b
    if best > longest:
        return NOT
    rest[p], spent[p, 1] = where, best
    # From the break on the stretches hold it: forwards after it, backwards before it.
    b = where
    d, e, last = fore[p, b + 1, 0], fore[p, b + 1, 1], fore[p, b + 1, 2]
    d, e, last = join(d, e, last, np.int64(0), pause, patrols[p, 5], patrols[p, 6])
    for i in range(b + 1, k):
        v = seq[p, i]
        d, e, last = join(d, e, last, legs[p, i], visits[v, 0], visits[v, 1], visits[v, 2])
        fore[p, i + 1, 0], fore[p, i + 1, 1], fore[p, i + 1, 2] = d, e, last
    d, e, last = back[p, b + 1, 0], back[p, b + 1, 1], back[p, b + 1, 2]
    d, e, last = join(pause, patrols[p, 5], patrols[p, 6], legs[p, b + 1], d, e, last)
    way = np.int64(0)
    for i in range(b, -1, -1):
        v = seq[p, i]
        d, e, last = join(visits[v, 0], visits[v, 1], visits[v, 2], way, d, e, last)
        back[p, i, 0], back[p, i, 1], back[p, i, 2] = d, e, last
        way = legs[p, i]
    return best


@njit(cache=True, nogil=True)
def cheapest(ground, plan, p, v):  # type: ignore[no-untyped-def]
    """Return the time that visit v adds to route p where it adds least, and the slot; NOT: nowhere."""
    travel, out, home, visits, _, _, _, patrols, _ = ground
    seq, size, rest, legs, fore, back, spent, _, _ = plan
    k, mode, pause, longest = size[p], patrols[p, 0], patrols[p, 4], patrols[p, 3]
    loose = patrols[p, 7] == 1
    room = min(longest, patrols[p, 2] - patrols[p, 1]) - spent[p, 0] - visits[v, 0]
    best, slot = NOT, np.int64(-1)
    for i in range(k + 1):
        to = np.int64(out[p, v]) if i == 0 else np.int64(travel[mode, seq[p, i - 1], v])
        on = np.int64(home[p, v]) if i == k else np.int64(travel[mode, v, seq[p, i]])
        detour = to + on - legs[p, i]
        if detour > room:
            continue
        if loose:
            if detour < best:
                best, slot = detour, np.int64(i)
            continue
        if back[p, i, 0] >= NOT:
            continue
        here = pause > 0 and rest[p] == i - 1
        for after in range(2 if here else 1):
            d, e, last = fore[p, i, 0], fore[p, i, 1], fore[p, i, 2]
            if here and after == 0:
                d, e, last = join(d, e, last, np.int64(0), pause, patrols[p, 5], patrols[p, 6])
            d, e, last = join(d, e, last, to, visits[v, 0], visits[v, 1], visits[v, 2])
            if here and after == 1:
                d, e, last = join(d, e, last, np.int64(0), pause, patrols[p, 5], patrols[p, 6])
            d, e, last = join(d, e, last, on, back[p, i, 0], back[p, i, 1], back[p, i, 2])
            if d <= longest and d - spent[p, 1] < best:
                best, slot = d - spent[p, 1], np.int64(i)
    if loose and best < NOT:
        return best + visits[v, 0], slot
    return best, slot


@njit(cache=True, nogil=True)
def put(ground, plan, p, v, slot):  # type: ignore[no-untyped-def]
    """Put visit v into route p at `slot`, or take it out again where the route is then not possible."""
    seq, size, _, _, _, _, _, made, taken = plan
    for i in range(size[p], slot, -1):
        seq[p, i] = seq[p, i - 1]
    seq[p, slot] = v
    size[p] += 1
    if load(ground, plan, p) >= NOT:
        drop(plan, p, slot)
        load(ground, plan, p)
        return False
    made[v] = p
    taken[ground[5][v]] = True
    return True


@njit(cache=True, nogil=True)
def drop(plan, p, slot):  # type: ignore[no-untyped-def]
    """Take the visit at `slot` out of route p, whose times are then those of before."""
    seq, size, made = plan[0], plan[1], plan[7]
    made[seq[p, slot]] = -1
    for i in range(slot, size[p] - 1):
        seq[p, i] = seq[p, i + 1]
    size[p] -= 1


@njit(cache=True, nogil=True)
def prefer(plan, v, weight, power, added, whims, merits, wheres):  # type: ignore[no-untyped-def]
    """Write the route in which visit v is worth most for its time; False where it fits in none."""
    merits[v] = -1.0
    for p in range(len(plan[1])):
        if added[v, p] < NOT:
            merit = weight * whims[v, p] / (max(added[v, p], 0) + 1.0) ** power
            if merit > merits[v]:
                merits[v], wheres[v] = merit, p
    return merits[v] >= 0.0


@njit(cache=True, nogil=True)
def recreate(ground, plan, state, changed, before, lift, power, scratch):  # type: ignore[no-untyped-def]
    """Put visits in, the one worth most for its time first, until none fits.

    `before[f]`: which families were made when the ruin began; others fit in no route but a changed one.
    `lift[v]`: factors of the worth. Now and then a route is passed over (the "blinks" of Christiaens and
    Vanden Berghe 2020, there of places in a route): else a visit always went to the patrol nearest to it.
    """
    added, slots, rows, merits, wheres, whims = scratch
    worth, family, able, made, taken = ground[4], ground[5], ground[6], plan[7], plan[8]
    number = 0
    for v in range(len(made)):
        if made[v] >= 0 or taken[family[v]]:
            continue
        for p in range(len(changed)):
            added[v, p] = NOT
            whims[v, p] = PASSED_OVER if chance(state) < BLINK else 1.0
            if able[v, p] and (changed[p] or before[family[v]]):
                added[v, p], slots[v, p] = cheapest(ground, plan, p, v)
        if prefer(plan, v, worth[v] * lift[v], power, added, whims, merits, wheres):
            rows[number] = v
            number += 1
    while number > 0:
        chosen = rows[0]
        for r in range(1, number):
            if merits[rows[r]] > merits[chosen]:
                chosen = rows[r]
        where = wheres[chosen]
        if put(ground, plan, where, chosen, slots[chosen, where]):
            changed[where] = True
        else:
            added[chosen, where] = NOT
        kept = 0
        for r in range(number):
            v = rows[r]
            if taken[family[v]]:
                continue
            fits = True
            if added[v, where] < NOT or v == chosen:
                if v != chosen:
                    added[v, where], slots[v, where] = cheapest(ground, plan, where, v)
                fits = prefer(plan, v, worth[v] * lift[v], power, added, whims, merits, wheres)
            if fits:
                rows[kept] = v
                kept += 1
        number = kept
