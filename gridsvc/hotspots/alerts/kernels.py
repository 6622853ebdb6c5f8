"""The loops of the scans, compiled by numba; only the scans import this module, when they run.

All take circles as `start`, `member`, `closes` (see `zones.Zones`), `expected[cell, window]`, and counts
`seen[cell, window]`, both cumulative: window w has all that shorter windows have.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@njit(cache=True, nogil=True)
def log_likelihood_ratio(seen, expected, total):  # type: ignore[no-untyped-def]
    """Return Kulldorff's ratio of `seen` against `expected` of `total` cases; 0 unless there are more."""
    if seen <= expected:
        return 0.0
    inside = seen * np.log(seen / expected)
    if seen >= total:
        return inside
    return inside + (total - seen) * np.log((total - seen) / (total - expected))


@njit(cache=True, nogil=True)
def _below(state, limit):  # type: ignore[no-untyped-def]
    """Return the next number of a stream (splitmix64, Steele et al. 2014), from 0 to below `limit`."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z = z ^ (z >> np.uint64(31))
    # The upper 32 bits spread over the range: uneven by less than limit / 2^32.
    return np.int64(((z >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32))


@njit(cache=True, nogil=True)
def best_zones(  # type: ignore[no-untyped-def]
    start, member, closes, expected, seen, total, least, blocked, ratio, position, window
):
    """Write the best zone of every centre: its ratio (0: none), the position at which it ends, its window.

    A circle that reaches a `blocked` cell ends before it; `least`: fewer cases are no cluster.
    """
    windows = expected.shape[1]
    mu = np.empty(windows)
    c = np.empty(windows, np.int64)
    for centre in range(len(start) - 1):
        ratio[centre] = 0.0
        mu[:] = 0.0
        c[:] = 0
        changed = False
        for at in range(start[centre], start[centre + 1]):
            cell = member[at]
            if blocked[cell]:
                break
            for w in range(windows):
                mu[w] += expected[cell, w]
            if seen[cell, windows - 1] > 0:
                changed = True
                for w in range(windows):
                    c[w] += seen[cell, w]
            # A cell without a case only adds to what is expected: the circle before it was better.
            if not (closes[at] and changed):
                continue
            changed = False
            for w in range(windows):
                if c[w] < least:
                    continue
                found = log_likelihood_ratio(c[w], mu[w], total)
                if found > ratio[centre]:
                    ratio[centre] = found
                    position[centre] = at
                    window[centre] = w


@njit(cache=True, nogil=True)
def _expected_of_zones(start, member, expected, first, last):  # type: ignore[no-untyped-def]
    """Return what is expected up to every position of the circles `first` to before `last`."""
    windows = expected.shape[1]
    whole = np.empty((start[last] - start[first], windows))
    for centre in range(first, last):
        for at in range(start[centre], start[centre + 1]):
            row = at - start[first]
            for w in range(windows):
                before = whole[row - 1, w] if at > start[centre] else 0.0
                whole[row, w] = before + expected[member[at], w]
    return whole


@njit(cache=True, nogil=True)
def _greatest(start, member, closes, whole, first, last, seen, shortest, total, least, lowest):  # type: ignore[no-untyped-def]
    """Return the greatest ratio of the circles `first` to before `last`.

    `shortest`: the shortest window in which a cell has a case, or how many windows there are.

    For a count the ratio falls as more is expected, so that of all zones with c cases the one with least
    expected is the best: the loop keeps that (`lowest[c]`) and takes no logarithm.
    """
    windows = whole.shape[1]
    c = np.empty(windows, np.int64)
    lowest[:] = np.inf
    for centre in range(first, last):
        c[:] = 0
        changed = windows
        for at in range(start[centre], start[centre + 1]):
            cell = member[at]
            if shortest[cell] < windows:
                changed = min(changed, shortest[cell])
                for w in range(shortest[cell], windows):
                    c[w] += seen[cell, w]
            if changed == windows or not closes[at]:
                continue
            row = at - start[first]
            for w in range(changed, windows):
                if whole[row, w] < lowest[c[w]]:
                    lowest[c[w]] = whole[row, w]
            changed = windows
    best = 0.0
    for count in range(least, len(lowest)):
        if lowest[count] < count:
            best = max(best, log_likelihood_ratio(count, lowest[count], total))
    return best


@njit(cache=True, nogil=True)
def exchange_dates(cases, first, recent_first, recent_window, seen, shortest, state, swapped):  # type: ignore[no-untyped-def]
    """Give the recent dates of each stratum to cases of that stratum drawn at random; count them in `seen`.

    `cases`: the cell of every case, stratum s at `first[s]:first[s + 1]`; `recent_window`: the shortest
    window of every recent date, by strata as `recent_first` says. Only the recent dates matter, so only as
    many cases are drawn; `cases` is left as it was.
    """
    windows = seen.shape[1]
    seen[:] = 0
    shortest[:] = windows
    for stratum in range(len(first) - 1):
        many = first[stratum + 1] - first[stratum]
        drawn = recent_first[stratum + 1] - recent_first[stratum]
        for number in range(drawn):
            here = first[stratum] + number
            other = here + _below(state, many - number)
            swapped[number] = other
            cases[here], cases[other] = cases[other], cases[here]
            window = recent_window[recent_first[stratum] + number]
            shortest[cases[here]] = min(shortest[cases[here]], window)
            for w in range(window, windows):
                seen[cases[here], w] += 1
        for number in range(drawn - 1, -1, -1):
            here, other = first[stratum] + number, swapped[number]
            cases[here], cases[other] = cases[other], cases[here]


@njit(cache=True, nogil=True)
def permuted_maxima(  # type: ignore[no-untyped-def]
    start, member, closes, expected, cases, first, recent_first, recent_window, least, block, streams, maxima
):
    """Write the greatest ratio after each exchange of dates; one stream of random numbers each.

    The circles are gone through in blocks of centres (`block`: where each begins, and the end), so that
    what is expected of the zones of a block stays near the processor.
    """
    cases = cases.copy()
    seen = np.zeros(expected.shape, np.int64)
    shortest = np.empty(len(expected), np.int64)
    swapped = np.empty(len(recent_window), np.int64)
    lowest = np.empty(len(recent_window) + 1)
    state = np.empty(1, np.uint64)
    maxima[:] = 0.0
    for number in range(len(block) - 1):
        one, other = block[number], block[number + 1]
        whole = _expected_of_zones(start, member, expected, one, other)
        for row in range(len(streams)):
            state[0] = streams[row]
            exchange_dates(cases, first, recent_first, recent_window, seen, shortest, state, swapped)
            found = _greatest(
                start, member, closes, whole, one, other, seen, shortest, len(cases), least, lowest
            )
            maxima[row] = max(maxima[row], found)


@njit(cache=True, nogil=True)
def random_maxima(start, member, closes, expected, drawn, total, least, block, maxima):  # type: ignore[no-untyped-def]
    """Write the greatest ratio of each row of `drawn`, counts of shape (rows, cells)."""
    seen = np.zeros(expected.shape, np.int64)
    shortest = np.empty(len(expected), np.int64)
    lowest = np.empty(total + 1)
    maxima[:] = 0.0
    for number in range(len(block) - 1):
        one, other = block[number], block[number + 1]
        whole = _expected_of_zones(start, member, expected, one, other)
        for row in range(len(drawn)):
            seen[:, 0] = drawn[row]
            shortest[:] = 1
            for cell in range(len(seen)):
                if seen[cell, 0] > 0:
                    shortest[cell] = 0
            found = _greatest(start, member, closes, whole, one, other, seen, shortest, total, least, lowest)
            maxima[row] = max(maxima[row], found)
