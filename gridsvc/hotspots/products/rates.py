"""Rates of cells that have few reports: crude, and drawn to the city's by empirical Bayes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def crude_rates(counts: NDArray[np.int64], exposure: Floats) -> Floats:
    """Return count ÷ exposure, shape (cells,); NaN where there is no exposure."""
    rates = np.full(len(counts), np.nan)
    some = exposure > 0
    rates[some] = counts[some] / exposure[some]
    return rates


def smoothed_rates(counts: NDArray[np.int64], exposure: Floats) -> Floats:
    """Return the rates of Marshall (1991), global: each drawn to the city's, the more the less it has.

    b = N/E, A = max(0, s² - b/Ē), EB_i = b + (r_i - b)·A/(A + b/E_i) (`hotspots.md` 3.2); NaN where there is
    no exposure.
    """
    some = exposure > 0
    rates = np.full(len(counts), np.nan)
    if not some.any():
        return rates
    x, e = counts[some].astype(np.float64), exposure[some]
    crude = x / e
    b = x.sum() / e.sum()
    spread = float((e / e.sum() * (crude - b) ** 2).sum())
    between = max(0.0, spread - b / e.mean())
    within = b / e
    weight = np.divide(between, between + within, out=np.zeros_like(within), where=between + within > 0)
    rates[some] = b + (crude - b) * weight
    return rates
