"""The exact test against exposure: is the number of incidents here more than the city's rate explains?

Null (N1 of `hotspots.md` 3.5): each of N incidents falls into cell j with probability E_j / E. Then the sum S
over a neighbourhood is Binomial(N, q), q = its share of the exposure, given N: no estimated variance, no
normal tail, right at any sparsity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SMALLEST = 1e-300
"""Probabilities are never less: one of 1e-300 means "at most", for doubles end there and 0 would be a lie."""


def mid_tails(sums: ArrayLike, totals: ArrayLike, shares: ArrayLike) -> tuple[Floats, Floats]:
    """Return the one-sided mid-p of many and of few incidents, P(S > s) + P(S = s)/2 and the same of S < s.

    `sums`, `totals` (whole numbers, 0 ≤ sum ≤ total) and `shares` (0 to 1) have one shape, or fit each other
    by broadcasting. Each tail is summed on its own side, so that it keeps its relative accuracy (1e-9) down
    to `SMALLEST`.
    """
    s, n, q = np.broadcast_arrays(
        np.asarray(sums, np.float64), np.asarray(totals, np.float64), np.asarray(shares, np.float64)
    )
    few = (s <= _FEW) & (n * q < _FAR) & (q < 0.5)
    hot, cold = np.empty(s.shape), np.empty(s.shape)
    for chosen, tails in ((few, _by_terms), (~few, _by_beta)):
        hot[chosen], cold[chosen] = tails(s[chosen], n[chosen], q[chosen])
    return np.clip(hot, SMALLEST, 1.0), np.clip(cold, SMALLEST, 1.0)


_FEW, _FAR = 100, 500.0
"""Up to so many incidents, of so many expected, the terms are summed one by one: a tenth of the time."""


def _by_terms(s: Floats, n: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Return the tails from P(S = 0), P(S = 1), …, each from the one before."""
    order = np.argsort(s.astype(np.uint8), kind="stable")[::-1]  # those with the most terms first
    totals, odds = n[order], q[order] / (1 - q[order])
    last = np.bincount(s.astype(np.int64), minlength=1)
    term = np.exp(n[order] * np.log1p(-q[order]))
    below, at = np.zeros(len(s)), term.copy()
    left = len(s)
    for count, done in enumerate(last[:-1].tolist()):
        left -= done  # of the first `left` there is another term
        below[:left] += term[:left]
        term[:left] *= (totals[:left] - count) / (count + 1) * odds[:left]
        at[:left] = term[:left]
    cold, hot = np.empty(len(s)), np.empty(len(s))
    cold[order] = below + at / 2
    hot[order] = 1 - below - at / 2
    # 1 - cold has lost its digits where it is small: there the upper tail is summed by itself.
    high = hot < 1e-4
    if high.any():
        hot[high] = _by_beta(s[high], n[high], q[high])[0]
    return hot, cold


def _by_beta(s: Floats, n: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Return the tails by the regularised incomplete beta function."""
    at = _mass(s, n, q)
    above = _above(s, n, q)
    hot = above + at / 2
    cold = 1 - hot
    # 1 - hot has lost its digits where hot is near 1: there the lower tail is summed by itself.
    low = hot > 1 - 1e-4
    if low.any():
        cold[low] = _below(s[low], n[low], q[low]) + at[low] / 2
    return hot, cold


def mid_tails_of_distinct(
    sums: Integers, group: NDArray[np.integer], total: int, shares: Floats
) -> tuple[Floats, Floats, NDArray[np.intp], Integers]:
    """Return the tails of each distinct (sum, share): hot, cold, the row of every cell in them, their cells.

    `group[i]` is the index of the share of cell i in `shares`. On a grid with few different shares (cells of
    equal exposure) there are few distinct pairs however many cells there are.
    """
    widest = int(sums.max(initial=0)) + 1
    keys = group.astype(np.int64) * widest + sums
    cells = np.bincount(keys, minlength=widest * len(shares))
    some = np.flatnonzero(cells)
    row = np.zeros(len(cells), np.intp)
    row[some] = np.arange(len(some))
    hot, cold = mid_tails(some % widest, total, shares[some // widest])
    return hot, cold, row[keys], cells[some]


def _mass(s: Floats, n: Floats, q: Floats) -> Floats:
    """Return P(S = s)."""
    with np.errstate(under="ignore"):
        mass: Floats = np.exp(
            _log_choose(s, n) + special.xlogy(s, q) + special.xlog1py(n - s, -np.minimum(q, 1.0))
        )
    return mass


def _log_choose(s: Floats, n: Floats) -> Floats:
    # By betaln, whose terms do not grow with n·log n as those of three gammaln do.
    chosen: Floats = -np.log1p(n) - special.betaln(n - s + 1, s + 1)
    return chosen


def _above(s: Floats, n: Floats, q: Floats) -> Floats:
    """Return P(S > s), the regularised incomplete beta function."""
    tail: Floats = np.where(s >= n, 0.0, special.betainc(s + 1, np.maximum(n - s, 0.5), q))
    return tail


def _below(s: Floats, n: Floats, q: Floats) -> Floats:
    """Return P(S < s)."""
    tail: Floats = np.where(s <= 0, 0.0, special.betaincc(np.maximum(s, 0.5), n - s + 1, q))
    return tail
