"""The loop of ruin and recreate about `ruin_strings` and `ruin_kernels`, compiled by numba.

When one of those changes, numba's cache of this file must go too: it looks at one file's date alone.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gridsvc.patrol.routing.ruin_chance import chance
from gridsvc.patrol.routing.ruin_kernels import NEVER, NOT, load, recreate
from gridsvc.patrol.routing.ruin_strings import ruin


@njit(cache=True, nogil=True)
def straighten(ground, plan, p):  # type: ignore[no-untyped-def]
    """Turn stretches of route p about and move up to three visits along it while that shortens it."""
    travel, out, home, patrols = ground[0], ground[1], ground[2], ground[7]
    seq, size, legs, spent = plan[0], plan[1], plan[3], plan[6]
    k, mode = size[p], patrols[p, 0]
    old = np.empty(k, np.int32)
    any_ = False
    again = k > 1
    while again:
        again = False
        for i in range(k):
            inner = np.int64(0)
            for j in range(i, k):
                # Stretch i..j: turned about where it is, or moved to stand after a later visit.
                if j > i:
                    inner += np.int64(travel[mode, seq[p, j], seq[p, j - 1]]) - legs[p, j]
                before = -1 if i == 0 else seq[p, i - 1]
                first, last = seq[p, i], seq[p, j]
                into = np.int64(out[p, last]) if before < 0 else np.int64(travel[mode, before, last])
                onto = (
                    np.int64(home[p, first]) if j == k - 1 else np.int64(travel[mode, first, seq[p, j + 1]])
                )
                gain = legs[p, i] + legs[p, j + 1] - into - onto - inner
                where = np.int64(-1)
                if j > i and gain > 0 and into < NEVER and onto < NEVER:
                    where = np.int64(-2)
                elif j - i < 3:
                    closed = np.int64(home[p, before]) if before >= 0 and j == k - 1 else np.int64(0)
                    if j < k - 1:
                        after = seq[p, j + 1]
                        closed = (
                            np.int64(out[p, after]) if before < 0 else np.int64(travel[mode, before, after])
                        )
                    freed = legs[p, i] + legs[p, j + 1] - closed
                    for q in range(k + 1):
                        if i <= q <= j + 1:
                            continue
                        prior = -1 if q == 0 else seq[p, q - 1]
                        a = np.int64(out[p, first]) if prior < 0 else np.int64(travel[mode, prior, first])
                        b = np.int64(home[p, last]) if q == k else np.int64(travel[mode, last, seq[p, q]])
                        if freed + legs[p, q] - a - b > 0 and a < NEVER and b < NEVER:
                            where = np.int64(q)
                            break
                if where == -1:
                    continue
                was, waited = spent[p, 0], spent[p, 1]
                old[:] = seq[p, :k]
                if where == -2:
                    for t in range(j - i + 1):
                        seq[p, i + t] = old[j - t]
                elif where < i:
                    for t in range(j - i + 1):
                        seq[p, where + t] = old[i + t]
                    for t in range(where, i):
                        seq[p, t + j - i + 1] = old[t]
                else:
                    for t in range(j + 1, where):
                        seq[p, t - (j - i + 1)] = old[t]
                    for t in range(j - i + 1):
                        seq[p, where - (j - i + 1) + t] = old[i + t]
                d = load(ground, plan, p)
                if d >= NOT or spent[p, 0] >= was or d > waited:
                    seq[p, :k] = old
                    load(ground, plan, p)
                else:
                    any_ = again = True
                    break
            if again:
                break
    return any_


@njit(cache=True, nogil=True)
def copy_routes(source, target, changed):  # type: ignore[no-untyped-def]
    """Write the changed routes of one plan over those of another."""
    for p in range(len(source[1])):
        if changed[p]:
            k = source[1][p]
            target[1][p] = k
            target[2][p] = source[2][p]
            target[6][p, 0], target[6][p, 1] = source[6][p, 0], source[6][p, 1]
            for i in range(k + 1):
                if i < k:
                    target[0][p, i] = source[0][p, i]
                target[3][p, i] = source[3][p, i]
                for c in range(3):
                    target[4][p, i, c] = source[4][p, i, c]
                    target[5][p, i, c] = source[5][p, i, c]
    target[7][:] = source[7]
    target[8][:] = source[8]


@njit(cache=True, nogil=True)
def weigh(ground, plan):  # type: ignore[no-untyped-def]
    """Return what the plan is worth, and the time under way."""
    worth = ground[4]
    seq, size, spent = plan[0], plan[1], plan[6]
    value, away = 0.0, np.int64(0)
    for p in range(len(size)):
        for i in range(size[p]):
            value += worth[seq[p, i]]
        away += spent[p, 1]
    return value, away


@njit(cache=True, nogil=True)
def keep(plan, p, value, kind, marks, pool):  # type: ignore[no-untyped-def]
    """Add route p to the pool, or raise its mark to the value of the best plan that it was part of."""
    seq, size = plan[0], plan[1]
    routes, sizes, kinds, quality, keys, table, filled = pool
    key = marks[len(marks) - 1 - kind[p]]
    for i in range(size[p]):
        key ^= marks[seq[p, i]]
    mask = np.uint64(len(table) - 1)
    at = np.int64(key & mask)
    while table[at] >= 0:
        row = table[at]
        if keys[row] == key:
            quality[row] = max(quality[row], value)
            return
        at = (at + 1) & (len(table) - 1)
    row = filled[0]
    if row >= len(sizes):
        return
    filled[0] += 1
    table[at], keys[row], quality[row] = row, key, value
    sizes[row], kinds[row] = size[p], kind[p]
    for i in range(size[p]):
        routes[row, i] = seq[p, i]


@njit(cache=True, nogil=True)
def search(  # type: ignore[no-untyped-def]
    ground, now, tried, best, scores, heat, number, slack, floor, state, kind, marks, pool, marked, scratch
):
    """Ruin and recreate `number` times; return after how many of them the best was found last, 0: never.

    `scores`: value and time of `now`, value and time of `best` (its `seq` and `size`), in and out. `heat`: of
    the simulated annealing, in units of value, at the begin and at the end. `slack`: what a unit of time is
    worth. `floor`: routes of plans from this share of the best value on go to the pool.
    """
    changed, before, lift = marked
    found = 0
    everything = np.ones(len(changed), np.bool_)
    for turn in range(number):
        warm = heat[0] * (heat[1] / heat[0]) ** (turn / number)
        changed[:] = False
        before[:] = now[8]
        for v in range(len(lift)):
            lift[v] = 1.0 - 0.3 * chance(state) if chance(state) < 0.5 else 1.0
        power = 0.4 + 1.2 * chance(state)
        holds = ruin(ground, tried, state, changed, lift)
        if holds:
            recreate(ground, tried, state, changed, before, lift, power, scratch)
            again = False
            for p in range(len(changed)):
                if changed[p] and straighten(ground, tried, p):
                    again = True
            if again:
                lift[:] = 1.0
                before[:] = False
                recreate(ground, tried, state, changed, before, lift, power, scratch)
            value, away = weigh(ground, tried)
        if holds and value - scores[0] - slack * (away - scores[1]) > warm * np.log(chance(state) + 1e-300):
            copy_routes(tried, now, changed)
            scores[0], scores[1] = value, away
            if value >= scores[2] * floor:
                for p in range(len(changed)):
                    if changed[p] and now[1][p] > 0:
                        keep(now, p, value, kind, marks, pool)
            if value > scores[2] + 1e-9 or (value > scores[2] - 1e-9 and away < scores[3]):
                scores[2], scores[3] = value, away
                copy_routes(now, best, everything)
                found = turn + 1
        else:
            copy_routes(now, tried, changed)
    return found
