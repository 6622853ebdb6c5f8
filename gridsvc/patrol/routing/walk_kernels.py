"""The best walk of a patrol at given prices of the places, compiled by numba; only `pricing` imports it.

A walk is a route that may come to a place again, though not at once and not after one other place only: what
is left when a route is relaxed so that it can be found by its hour and place alone (Christofides, Mingozzi,
Toth 1981, Networks 11: 145). Hour k stands for k · `grain` deciseconds from the begin; ways are rounded
down to whole grains, so a walk can only be worth more than the route.

Places are pairs of a row of the matrices and a family: `family` (n,), visits of place j are those from
`first[j]` to `first[j + 1]`. Stay: (best, family that comes next, second best with another next family).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

NONE = -1e300


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile on the first call, and keep what was compiled where that can be written."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the package nor a cache folder can be written
        return njit(nogil=True)(function)


def _arrive(low, high, grain, first, service, opens, closes, gain, out1, next1, out2, in1, then1, in2):  # type: ignore[no-untyped-def]
    """Fill in what arriving at each place in the hours low..high is worth, from what leaving it is worth."""
    hours = out1.shape[1]
    for j in range(len(first) - 1):
        for m in range(low, high):
            best, who, second = NONE, np.int32(-2), NONE
            for o in range(first[j], first[j + 1]):
                begins = max(m * grain, opens[o])
                if begins > closes[o]:
                    continue
                k = (begins + service[o]) // grain
                if k >= hours or out1[j, k] <= NONE:
                    continue
                one, two = gain[o] + out1[j, k], gain[o] + out2[j, k]
                if one > best:
                    if next1[j, k] != who and best > second:
                        second = best
                    best, who = one, next1[j, k]
                elif next1[j, k] != who and one > second:
                    second = one
                # The second of this visit goes on to a family other than its first; it may be that of `best`.
                if out2[j, k] > NONE and two > second:
                    second = two
            in1[j, m], then1[j, m], in2[j, m] = best, who, second


def _leave(low, high, ways, near, family, out1, next1, out2, in1, then1, in2):  # type: ignore[no-untyped-def]
    """Raise what leaving each place in the hours low..high is worth, by what going on to another is worth.

    `near[i]`: the places in order of their way from i.
    """
    number, hours = out1.shape
    for i in range(number):
        own = family[i]
        least = np.inf
        for k in range(low, high):
            least = min(least, out2[i, k])
        for rank in range(number):
            j = near[i, rank]
            other, way = family[j], ways[i, j]
            # To arrive later is never worth more: the first hour tells whether the place can matter at all.
            if other == own or low + way >= hours or in1[j, low + way] <= least:
                continue
            changed = False
            for k in range(low, min(high, hours - way)):
                m = k + way
                value = in1[j, m] if then1[j, m] != own else in2[j, m]
                if value > out2[i, k]:
                    if value > out1[i, k]:
                        if next1[i, k] != other:
                            out2[i, k] = out1[i, k]
                            changed = True
                        out1[i, k], next1[i, k] = value, other
                    elif next1[i, k] != other:
                        out2[i, k] = value
                        changed = True
            if changed:
                least = np.inf
                for k in range(low, high):
                    least = min(least, out2[i, k])


arrive = _compiled(_arrive)
leave = _compiled(_leave)


def _layer(grain, ways, near, family, first, service, opens, closes, gain, out1, next1, out2, step):  # type: ignore[no-untyped-def]
    """Work a layer out from the last hour to the first; `out1`, `next1`, `out2` hold what ends a walk.

    `step` > 0: hours that a service takes at least; < 0: hours that a way takes at least.
    """
    number, hours = out1.shape
    in1, in2 = np.full((number, hours), NONE), np.full((number, hours), NONE)
    then1 = np.full((number, hours), np.int32(-2), np.int32)
    high = hours
    while high > 0:
        low = max(0, high - abs(step))
        if step > 0:
            arrive(low, high, grain, first, service, opens, closes, gain, out1, next1, out2, in1, then1, in2)
            leave(low, high, ways, near, family, out1, next1, out2, in1, then1, in2)
        else:
            leave(low, high, ways, near, family, out1, next1, out2, in1, then1, in2)
            arrive(low, high, grain, first, service, opens, closes, gain, out1, next1, out2, in1, then1, in2)
        high = low
    return in1, then1, in2


layer = _compiled(_layer)


def _walks(hours, grain, ways, near, home, until, family, first, service, opens, closes, gain, pause, step):  # type: ignore[no-untyped-def]
    """Return both layers: what arriving and leaving is worth after the break, and while it is still to come.

    `home`: way from each place to the end. `pause`: (length, from, until) of the break, length 0: none; then
    the layers are the same.
    """
    number = len(family)
    out1, out2 = np.full((number, hours), NONE), np.full((number, hours), NONE)
    next1 = np.full((number, hours), np.int32(-2), np.int32)
    for i in range(number):
        for k in range(hours):
            if k * grain + home[i] <= until:
                out1[i, k], next1[i, k] = 0.0, np.int32(-1)
    in1, then1, in2 = layer(
        grain, ways, near, family, first, service, opens, closes, gain, out1, next1, out2, step
    )
    after = (in1, then1, in2, out1, next1, out2)
    if pause[0] == 0:
        return after, after
    before1, before2 = np.full((number, hours), NONE), np.full((number, hours), NONE)
    before_next = np.full((number, hours), np.int32(-2), np.int32)
    for i in range(number):
        for k in range(hours):
            begins = max(k * grain, pause[1])
            done = (begins + pause[0]) // grain
            if begins <= pause[2] and done < hours:
                before1[i, k], before_next[i, k] = out1[i, done], next1[i, done]
                before2[i, k] = out2[i, done]
    in1, then1, in2 = layer(
        grain, ways, near, family, first, service, opens, closes, gain, before1, before_next, before2, step
    )
    return after, (in1, then1, in2, before1, before_next, before2)


walks = _compiled(_walks)


def _follow(layers, begin, out, grain, ways, family, first, service, opens, closes, gain, pause, made):  # type: ignore[no-untyped-def]
    """Return what the best walk from a start is worth; its visits are counted in `made`.

    `begin`: when the patrol may leave its start; `out`: way from there to each place. What is counted only
    leads the search for prices: the worth is sound whatever it is.
    """
    number, hours = layers[0][0].shape
    best, place, hour, level = 0.0, -1, 0, 0
    for level_of in range(2 if pause[0] > 0 else 1):
        at = begin
        if pause[0] > 0 and level_of == 0:  # the break is taken at the start
            at = max(begin, pause[1])
            if at > pause[2]:
                continue
            at += pause[0]
        value = layers[level_of][0]
        for j in range(number):
            m = (at + out[j]) // grain
            if m < hours and value[j, m] > best:
                best, place, hour, level = value[j, m], j, m, level_of
    worth, left, before = best, best, np.int32(-3)
    while place >= 0:
        # `left`: what arriving at `place` is still worth if the walk does not go on to the family `before`.
        out1, next1, out2 = layers[level][3], layers[level][4], layers[level][5]
        nearest, chosen, k = 1e300, -1, 0
        for o in range(first[place], first[place + 1]):
            begins = max(hour * grain, opens[o])
            done = (begins + service[o]) // grain
            if begins > closes[o] or done >= hours:
                continue
            value = out1[place, done] if next1[place, done] != before else out2[place, done]
            if value > NONE and abs(gain[o] + value - left) < nearest:
                nearest, chosen, k = abs(gain[o] + value - left), o, done
        if chosen < 0:
            break
        made[chosen] += 1
        left -= gain[chosen]
        if left <= 1e-9 * max(1.0, worth):
            break
        own = family[place]
        nearest, onward, m_onward, level_onward = 1e300, -1, 0, level
        for drop in range(2):
            hour_now, level_now = k, level
            if drop == 1:
                begins = max(k * grain, pause[1])
                hour_now, level_now = (begins + pause[0]) // grain, 0
                if level == 0 or begins > pause[2] or hour_now >= hours:
                    continue
            in1, then1, in2 = layers[level_now][0], layers[level_now][1], layers[level_now][2]
            for j in range(number):
                m = hour_now + ways[place, j]
                if family[j] == own or family[j] == before or m >= hours:
                    continue
                value = in1[j, m] if then1[j, m] != own else in2[j, m]
                if abs(value - left) < nearest:
                    nearest, onward, m_onward, level_onward = abs(value - left), j, m, level_now
        before, place, hour, level = own, onward, m_onward, level_onward
    return worth


follow = _compiled(_follow)
