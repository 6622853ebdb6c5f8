"""Getis and Ord's Gi and Gi*: a descriptive score of how high the cells around a cell are.

For the eye, not for the mind: on sparse counts its normal tail finds hot spots on nearly every random map
(`hotspots.md` 6.1). What is believed is tested by `exact` and `clusters`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

_NOTHING = 1e-12  # what is less than this part of its terms is 0 but for rounding


def gi_star(values: Floats, weights: sparse.csr_array) -> Floats:
    """Return Gi* (Ord and Getis 1995) as a z-score, shape (n,) or (n, maps) as `values`.

    `weights`: (n, n), self included, any weights ≥ 0; a row times a constant gives the same score. The mean
    and the variance are of all n values. NaN where there is nothing to compare: all values equal, or a
    neighbourhood of all cells in equal parts.
    """
    n = values.shape[0]
    centred = values - values.mean(axis=0)
    variance = (centred**2).mean(axis=0)
    whole, squares = _row_sums(weights, values.ndim)
    spread = (n * squares - whole**2) / max(n - 1, 1)
    varied = (values.max(axis=0) > values.min(axis=0)) & (spread > _NOTHING * squares)
    return _score(weights @ centred, variance * spread, varied)


def gi(values: Floats, weights: sparse.csr_array) -> Floats:
    """Return Gi as a z-score: as `gi_star`, but without the cell itself, in neighbours and in moments.

    NaN also where a cell has no neighbours, and for fewer than 3 cells.
    """
    weights = without_self(weights)
    n = values.shape[0]
    if n < 3:
        return np.full(values.shape, np.nan)
    centred = values - values.mean(axis=0)
    mean = -centred / (n - 1)  # of the others
    variance = ((centred**2).sum(axis=0) - centred**2) / (n - 1) - mean**2
    whole, squares = _row_sums(weights, values.ndim)
    spread = ((n - 1) * squares - whole**2) / (n - 2)
    varied = (variance > _NOTHING * (centred**2).mean(axis=0)) & (spread > _NOTHING * squares)
    return _score(weights @ centred - mean * whole, variance * spread, varied)


def without_self(weights: sparse.csr_array) -> sparse.csr_array:
    """Return the weights with nothing on the diagonal."""
    kept = weights.tocoo()
    off = kept.row != kept.col
    return sparse.csr_array((kept.data[off], (kept.row[off], kept.col[off])), shape=weights.shape)


def _row_sums(weights: sparse.csr_array, dimensions: int) -> tuple[Floats, Floats]:
    ones = np.ones(weights.shape[1])
    squared = sparse.csr_array((weights.data**2, weights.indices, weights.indptr), shape=weights.shape)
    whole, squares = weights @ ones, squared @ ones
    return (whole[:, None], squares[:, None]) if dimensions == 2 else (whole, squares)


def _score(excess: Floats, variance: Floats, varied: NDArray[np.bool_]) -> Floats:
    score: Floats = np.where(varied, excess / np.sqrt(np.where(varied, variance, 1.0)), np.nan)
    return score
