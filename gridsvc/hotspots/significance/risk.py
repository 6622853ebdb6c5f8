"""The relative risk: how many times the city's rate, and how sure that is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def relative_risk(
    sums: Integers, total: int, shares: Floats, *, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Return (s/N)/q and its interval by Clopper and Pearson 1934 on s of N; all of shape (n,).

    Where nothing was counted at all, or the share is 0, all three are NaN: there is no rate.
    """
    if total == 0:
        unknown = np.full(len(sums), np.nan)
        return unknown, unknown.copy(), unknown.copy()
    distinct, row = np.unique(sums, return_inverse=True)
    low, high = clopper_pearson(distinct, total, confidence=confidence)
    shares = np.where(shares > 0, shares, np.nan)
    return sums / total / shares, low[row] / shares, high[row] / shares


def clopper_pearson(sums: Integers, total: int, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the exact interval of a probability of which `sums` of `total` trials were successes."""
    tail = (1 - confidence) / 2
    s = sums.astype(np.float64)
    low = np.where(s > 0, special.betaincinv(np.maximum(s, 0.5), total - s + 1, tail), 0.0)
    high = np.where(s < total, special.betaincinv(s + 1, np.maximum(total - s, 0.5), 1 - tail), 1.0)
    return low, high
