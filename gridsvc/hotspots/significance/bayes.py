"""Rates shrunk towards what is known: empirical Bayes, for cells with little exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


def global_bayes(counts: NDArray[np.number], exposure: Floats) -> Floats:
    """Return the rates of Marshall 1991, shrunk to the city's rate; shape (n,), NaN without exposure."""
    one = sparse.csr_array(np.ones((1, len(counts))))
    return _shrunk(counts, exposure, one, np.zeros(len(counts), np.intp))


def local_bayes(counts: NDArray[np.number], exposure: Floats, neighbourhoods: sparse.csr_array) -> Floats:
    """Return the same, each cell shrunk to the rate of its neighbourhood (rows of 1, itself included)."""
    return _shrunk(counts, exposure, neighbourhoods, np.arange(len(counts)))


def standardised_rates(counts: NDArray[np.number], exposure: Floats) -> Floats:
    """Return the rates less their mean, in standard errors (Assunção and Reis 1999), for Moran's I of rates.

    All exposures must be positive. Where the variance between cells is estimated below 0 it is left out.
    """
    rate = counts / exposure
    mean = float(counts.sum() / exposure.sum())
    between = float((exposure * (rate - mean) ** 2).sum() / exposure.sum()) - mean / float(exposure.mean())
    variance = max(between, 0.0) + mean / exposure
    standard: Floats = np.divide(rate - mean, np.sqrt(variance), out=np.zeros(len(rate)), where=variance > 0)
    return standard


def _shrunk(
    counts: NDArray[np.number], exposure: Floats, groups: sparse.csr_array, group: NDArray[np.intp]
) -> Floats:
    exposed = exposure > 0
    rate = np.divide(counts, exposure, out=np.zeros(len(counts)), where=exposed)
    cells = groups @ exposed.astype(np.float64)
    whole = groups @ exposure
    some = np.where(whole > 0, whole, 1.0)
    mean = groups @ (rate * exposure) / some
    # Σ E (r - b)² = Σ E r² - b² Σ E, by group.
    spread = np.maximum(groups @ (exposure * rate**2) / some - mean**2, 0.0)
    between = np.maximum(spread - mean * cells / some, 0.0)
    mean, between = mean[group], between[group]
    chance = np.divide(mean, exposure, out=np.zeros(len(counts)), where=exposed)
    trust = np.divide(between, between + chance, out=np.zeros(len(counts)), where=between + chance > 0)
    return np.where(exposed, mean + (rate - mean) * trust, np.nan)
