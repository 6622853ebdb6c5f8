"""Spreading reports along a network (hotspots.md 3.4), compiled by numba: simple and equal split.

All of it is in one file, because numba's cache of compiled code looks at the date of the file of a function
and not at those of the functions that it calls. Distances are metres, on links whole micrometres.

`takers` are the arrays (piece_first, piece_from, piece_to, piece_mass, place_first, place_offset,
place_value): pieces of links take the integral of a kernel, places its value, both sorted by link, those of
link e from first[e] to first[e + 1]. A directed link 2e runs from the start of e to its end `ends[2e]`,
2e + 1 back to `ends[2e + 1]`; `links[first[v] : first[v + 1]]` leave node v.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

QUARTIC, EPANECHNIKOV = 0, 1
DISCONTINUOUS, CONTINUOUS, LOST_AT_DEAD_ENDS = 1, 2, 3
_FAR = np.int64(1) << 60


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile on the first call, and keep what was compiled where that can be written."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the package nor a cache folder can be written
        return njit(nogil=True)(function)


def _value(kernel: int, distance: float, reach: float) -> float:
    """Return k(d): 15/(16h)·(1 − d²/h²)² (kernel 0, quartic) or 3/(4h)·(1 − d²/h²) (1, Epanechnikov)."""
    if distance >= reach:
        return 0.0
    rest = 1.0 - (distance / reach) ** 2
    if kernel == 0:
        return 15.0 / 16.0 / reach * rest * rest
    return 0.75 / reach * rest


def _mass(kernel: int, distance: float, reach: float) -> float:
    """Return ∫ k from 0 to `distance`: 1/2 from h on."""
    if distance >= reach:
        return 0.5
    share = distance / reach
    if kernel == 0:
        return 15.0 / 16.0 * share * (1.0 - 2.0 / 3.0 * share**2 + share**4 / 5.0)
    return 0.75 * share * (1.0 - share**2 / 3.0)


value = _compiled(_value)
mass = _compiled(_mass)


def _deposit(link, low, high, anchor, sign, weight, kernel, reach, open_end, takers):  # type: ignore[no-untyped-def]
    """Add the kernel on the stretch low..high of a link, where the distance is anchor + sign·position.

    With `open_end` a place at `high` itself takes nothing.
    """
    piece_first, piece_from, piece_to, piece_mass, place_first, place_offset, place_value = takers
    near = min(anchor + sign * low, anchor + sign * high)
    if near >= reach or high < low:
        return
    for k in range(piece_first[link], piece_first[link + 1]):
        a, b = max(piece_from[k], low), min(piece_to[k], high)
        if b > a:
            d_a, d_b = anchor + sign * a, anchor + sign * b
            piece_mass[k] += weight * abs(
                mass(kernel, max(d_b, 0.0), reach) - mass(kernel, max(d_a, 0.0), reach)
            )
    for k in range(place_first[link], place_first[link + 1]):
        t = place_offset[k]
        if low <= t and (t < high or (t == high and not open_end)):
            place_value[k] += weight * value(kernel, max(anchor + sign * t, 0.0), reach)


def _spread_evenly(link, length, amount, takers):  # type: ignore[no-untyped-def]
    """Add an amount of mass evenly over a link."""
    piece_first, piece_from, piece_to, piece_mass, place_first, _offset, place_value = takers
    for k in range(piece_first[link], piece_first[link + 1]):
        piece_mass[k] += amount * (piece_to[k] - piece_from[k]) / length
    for k in range(place_first[link], place_first[link + 1]):
        place_value[k] += amount / length


deposit = _compiled(_deposit)
spread_evenly = _compiled(_spread_evenly)


def _push(heap_d, heap_e, heap_w, size, distance, edge, weight):  # type: ignore[no-untyped-def]
    """Add to a binary heap by (distance, edge); return the arrays, which may have grown, and the size."""
    if size == len(heap_d):
        heap_d = np.concatenate((heap_d, np.empty(size, np.int64)))
        heap_e = np.concatenate((heap_e, np.empty(size, np.int64)))
        heap_w = np.concatenate((heap_w, np.empty(size, np.float64)))
    k = size
    while k > 0:
        up = (k - 1) >> 1
        if heap_d[up] < distance or (heap_d[up] == distance and heap_e[up] <= edge):
            break
        heap_d[k], heap_e[k], heap_w[k] = heap_d[up], heap_e[up], heap_w[up]
        k = up
    heap_d[k], heap_e[k], heap_w[k] = distance, edge, weight
    return heap_d, heap_e, heap_w, size + 1


def _drop_first(heap_d, heap_e, heap_w, size):  # type: ignore[no-untyped-def]
    """Take the first entry off the heap; return the new size."""
    size -= 1
    distance, edge, weight = heap_d[size], heap_e[size], heap_w[size]
    k = 0
    while True:
        down = 2 * k + 1
        if down >= size:
            break
        other = down + 1
        if other < size and (
            heap_d[other] < heap_d[down] or (heap_d[other] == heap_d[down] and heap_e[other] < heap_e[down])
        ):
            down = other
        if distance < heap_d[down] or (distance == heap_d[down] and edge <= heap_e[down]):
            break
        heap_d[k], heap_e[k], heap_w[k] = heap_d[down], heap_e[down], heap_w[down]
        k = down
    heap_d[k], heap_e[k], heap_w[k] = distance, edge, weight
    return size


push = _compiled(_push)
drop_first = _compiled(_drop_first)


def _equal_split(  # type: ignore[no-untyped-def]
    ends,
    length_um,
    first,
    links,
    event_link,
    event_offset,
    event_weight,
    rule,
    kernel,
    reach_um,
    least,
    takers,
):
    """Follow every walk that does not turn round within a link; what arrives at a node is split.

    Of g ends at a node: discontinuous, each other end takes 1/(g − 1), and a dead end sends all back;
    continuous, each other end takes 2/g and the one it came by 2/g − 1. A report on a node itself gives each
    end 2/g. Walks that take a directed link at the same distance are one. A walk that has less than
    `least` of its report still to give ends: that is spread evenly over the link it came by, so that no mass
    is lost.
    """
    heap_d, heap_e, heap_w = np.empty(256, np.int64), np.empty(256, np.int64), np.empty(256, np.float64)
    reach = reach_um / 1e6
    for r in range(len(event_link)):
        link, offset, whole = event_link[r], event_offset[r], event_weight[r]
        length = length_um[link]
        size = 0
        if offset == 0 or offset == length:
            node = ends[2 * link + 1] if offset == 0 else ends[2 * link]
            degree = first[node + 1] - first[node]
            for k in range(first[node], first[node + 1]):
                heap_d, heap_e, heap_w, size = push(
                    heap_d, heap_e, heap_w, size, np.int64(0), links[k], 2.0 / degree
                )
        else:
            here = offset / 1e6
            deposit(link, here, length / 1e6, -here, 1.0, whole, kernel, reach, False, takers)
            deposit(link, 0.0, here, here, -1.0, whole, kernel, reach, True, takers)
            for way in range(2):
                gone = length - offset if way == 0 else offset
                if gone < reach_um:
                    heap_d, heap_e, heap_w, size = _arrive(
                        heap_d, heap_e, heap_w, size, ends, first, links, 2 * link + way, gone, 1.0, rule
                    )
        while size > 0:
            distance, edge, weight = heap_d[0], heap_e[0], heap_w[0]
            size = drop_first(heap_d, heap_e, heap_w, size)
            while size > 0 and heap_d[0] == distance and heap_e[0] == edge:
                weight += heap_w[0]
                size = drop_first(heap_d, heap_e, heap_w, size)
            if weight == 0.0:
                continue
            on = edge >> 1
            length = length_um[on]
            metres = length / 1e6
            if edge & 1 == 0:
                deposit(on, 0.0, metres, distance / 1e6, 1.0, whole * weight, kernel, reach, False, takers)
            else:
                deposit(
                    on,
                    0.0,
                    metres,
                    distance / 1e6 + metres,
                    -1.0,
                    whole * weight,
                    kernel,
                    reach,
                    False,
                    takers,
                )
            arrived = distance + length
            if arrived >= reach_um:
                continue
            left = 0.5 - mass(kernel, arrived / 1e6, reach)
            if abs(weight) * left < least:
                spread_evenly(on, metres, whole * weight * left, takers)
                continue
            heap_d, heap_e, heap_w, size = _arrive(
                heap_d, heap_e, heap_w, size, ends, first, links, edge, arrived, weight, rule
            )


def _split(heap_d, heap_e, heap_w, size, ends, first, links, edge, distance, weight, rule):  # type: ignore[no-untyped-def]
    """Push what leaves the node at which a walk along the directed link `edge` arrives."""
    node = ends[edge]
    degree = first[node + 1] - first[node]
    back = edge ^ 1
    for k in range(first[node], first[node + 1]):
        out = links[k]
        if rule == CONTINUOUS:
            share = 2.0 / degree - 1.0 if out == back else 2.0 / degree
        elif degree == 1:
            share = 0.0 if rule == LOST_AT_DEAD_ENDS else 1.0
        else:
            share = 0.0 if out == back else 1.0 / (degree - 1)
        if share != 0.0:
            heap_d, heap_e, heap_w, size = push(heap_d, heap_e, heap_w, size, distance, out, weight * share)
    return heap_d, heap_e, heap_w, size


_arrive = _compiled(_split)
equal_split = _compiled(_equal_split)


def _simple(  # type: ignore[no-untyped-def]
    ends, length_um, first, links, event_link, event_offset, event_weight, kernel, reach_um, takers
):
    """Give every place k(shortest distance); at a junction every way out takes the whole, so mass grows."""
    nodes = len(first) - 1
    best = np.full(nodes, _FAR, np.int64)
    seen_link = np.full(len(length_um), -1, np.int64)
    touched = np.empty(nodes, np.int64)
    heap_d, heap_e, heap_w = np.empty(256, np.int64), np.empty(256, np.int64), np.empty(256, np.float64)
    reach = reach_um / 1e6
    for r in range(len(event_link)):
        own, offset, whole = event_link[r], event_offset[r], event_weight[r]
        count, size = 0, 0
        for way in range(2):
            node = ends[2 * own + way]
            gone = length_um[own] - offset if way == 0 else offset
            if gone < reach_um:
                heap_d, heap_e, heap_w, size = push(heap_d, heap_e, heap_w, size, gone, node, 0.0)
        while size > 0:
            distance, node = heap_d[0], heap_e[0]
            size = drop_first(heap_d, heap_e, heap_w, size)
            if best[node] <= distance:
                continue
            best[node] = distance
            touched[count] = node
            count += 1
            for k in range(first[node], first[node + 1]):
                there = distance + length_um[links[k] >> 1]
                if there < reach_um and there < best[ends[links[k]]]:
                    heap_d, heap_e, heap_w, size = push(
                        heap_d, heap_e, heap_w, size, there, ends[links[k]], 0.0
                    )
        # A link from its start: ends[2e + 1] is the start, ends[2e] the end.
        metres, here = length_um[own] / 1e6, offset / 1e6
        by_start = min(best[ends[2 * own + 1]], offset) / 1e6
        by_end = min(best[ends[2 * own]], length_um[own] - offset) / 1e6
        one, other = (here - by_start) / 2, (here + metres + by_end) / 2
        deposit(own, 0.0, one, by_start, 1.0, whole, kernel, reach, True, takers)
        deposit(own, one, here, here, -1.0, whole, kernel, reach, True, takers)
        deposit(own, here, other, -here, 1.0, whole, kernel, reach, False, takers)
        if other < metres:
            deposit(
                own,
                np.nextafter(other, metres),
                metres,
                by_end + metres,
                -1.0,
                whole,
                kernel,
                reach,
                False,
                takers,
            )
        seen_link[own] = r
        for j in range(count):
            node = touched[j]
            for k in range(first[node], first[node + 1]):
                link = links[k] >> 1
                if seen_link[link] == r:
                    continue
                seen_link[link] = r
                metres = length_um[link] / 1e6
                d_start = best[ends[2 * link + 1]] / 1e6
                d_end = best[ends[2 * link]] / 1e6
                meet = min(max((d_end + metres - d_start) / 2, 0.0), metres)
                deposit(link, 0.0, meet, d_start, 1.0, whole, kernel, reach, True, takers)
                deposit(link, meet, metres, d_end + metres, -1.0, whole, kernel, reach, False, takers)
        for j in range(count):
            best[touched[j]] = _FAR


simple = _compiled(_simple)
