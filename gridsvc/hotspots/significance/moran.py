"""Moran's I, of all cells together and of each: do like values lie side by side?

Descriptive, as `gistar`. Weights are taken as given: hand over `row_standardised` ones for the usual I.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from gridsvc.hotspots.significance.gistar import without_self

Floats = NDArray[np.float64]
Moment = Literal["spdep", "esda"]
PERMUTATIONS = 999
_CHUNK = 4_000_000  # lags held at once


@dataclass(frozen=True, slots=True)
class GlobalMoran:
    """I, its mean without any pattern, and its z under randomisation and under normality (two-sided p)."""

    value: float
    expected: float
    z_rand: float
    p_rand: float
    z_norm: float
    p_norm: float


@dataclass(frozen=True, slots=True, eq=False)
class LocalMoran:
    """I of each cell, its quadrant ("HH", "LL", "HL", "LH" by index, -1: none), its two-sided p; shapes (n,).

    p is conditional on the cell's own value: (1 + as extreme) / (permutations + 1), the lesser tail doubled.
    It is never less than 2 / (permutations + 1): with discovery control over a city it can find next to
    nothing (`hotspots.md` 3.3). NaN for a cell without neighbours.
    """

    values: Floats
    quadrant: NDArray[np.int8]
    p: Floats
    moment: Moment
    permutations: int
    seed: int


QUADRANTS = ("HH", "LL", "HL", "LH")


def row_standardised(weights: sparse.csr_array) -> sparse.csr_array:
    """Return the weights with rows that add up to 1; rows of nothing stay so."""
    whole = weights @ np.ones(weights.shape[1])
    factor = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0)
    return sparse.csr_array(sparse.diags_array(factor) @ weights)


def global_moran(values: Floats, weights: sparse.csr_array) -> GlobalMoran | None:
    """Return I = n/S0 · Σ w_ij z_i z_j / Σ z², with the variances of Cliff and Ord 1981.

    The diagonal is left out; cells without neighbours stay in n (spdep's `zero.policy` keeps them out of it:
    leave them out before). None where I does not exist: all values equal, no links, fewer than 4 cells.
    """
    weights = without_self(weights)
    n = len(values)
    whole = float(weights.sum())
    if n < 4 or whole <= 0 or values.max() == values.min():
        return None
    z = values - values.mean()
    squares = float(z @ z)
    moran = n / whole * float(z @ (weights @ z)) / squares
    both = weights + weights.T
    s1 = float((both.data**2).sum()) / 2
    s2 = float(((weights.sum(axis=1) + weights.sum(axis=0)) ** 2).sum())
    expected = -1 / (n - 1)
    normal = (n * n * s1 - n * s2 + 3 * whole**2) / ((n * n - 1) * whole**2) - expected**2
    kurtosis = n * float((z**4).sum()) / squares**2
    dealt = (
        n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * whole**2)
        - kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * whole**2)
    ) / ((n - 1) * (n - 2) * (n - 3) * whole**2) - expected**2
    if normal <= 0 or dealt <= 0:
        return None
    z_rand, z_norm = (moran - expected) / dealt**0.5, (moran - expected) / normal**0.5
    p_rand, p_norm = (2 * float(special.ndtr(-abs(score))) for score in (z_rand, z_norm))
    return GlobalMoran(moran, expected, z_rand, p_rand, z_norm, p_norm)


def local_moran(
    values: Floats,
    weights: sparse.csr_array,
    *,
    moment: Moment = "spdep",
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> LocalMoran:
    """Return I_i = z_i Σ_j w_ij z_j / m2, by conditional permutation; the diagonal is left out.

    `moment`: m2 is Σz²/n in "spdep", Σz²/(n - 1) in "esda": their I differ by the factor (n - 1)/n, the p not
    at all. `permutations` 0 works out no p.
    """
    weights = without_self(weights)
    n = len(values)
    z = values - values.mean()
    lag = weights @ z
    linked = np.diff(weights.indptr) > 0
    varied = n > 2 and values.max() > values.min()
    m2 = float(z @ z) / (n if moment == "spdep" else n - 1) if varied else np.nan
    local = np.where(linked, z * lag / m2, np.nan)
    quadrant = np.select(
        [(z > 0) & (lag > 0), (z < 0) & (lag < 0), (z > 0) & (lag < 0), (z < 0) & (lag > 0)], [0, 1, 2, 3], -1
    )
    quadrant[~linked] = -1
    p = np.full(n, np.nan)
    if varied and permutations and linked.any():
        lower, upper = _tails(z, lag, weights, permutations, np.random.default_rng(seed))
        # The lag of z_i times z_i is as extreme as the lag itself: either tail counts.
        p = np.where(linked, np.minimum(2 * (1 + np.minimum(lower, upper)) / (permutations + 1), 1.0), np.nan)
    return LocalMoran(local, quadrant.astype(np.int8), p, moment, permutations, seed)


def _tails(
    z: Floats, lag: Floats, weights: sparse.csr_array, permutations: int, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many permutations give each cell a lag at most, and at least, as great as its own.

    The others are dealt to a cell's neighbours without replacement, the same hands to every cell: cells 0 to
    n - 2 are drawn, and where a cell meets itself in a hand it gets the last cell instead, which no hand has.
    """
    n = len(z)
    degrees = np.diff(weights.indptr)
    most = int(degrees.max())
    if most > n - 1:
        raise ValueError("a cell has more neighbours than there are other cells")
    hands = np.array([generator.choice(n - 1, most, replace=False) for _ in range(permutations)])
    dealt = z[hands]
    lower, upper = np.zeros(n, np.int64), np.zeros(n, np.int64)
    step = max(1, _CHUNK // permutations)
    padded = np.zeros((min(step, n), most))
    for first in range(0, n, step):
        cells = np.arange(first, min(first + step, n))
        block = weights[first : cells[-1] + 1]
        padded[:] = 0.0
        row = np.repeat(np.arange(len(cells)), np.diff(block.indptr))
        place = np.arange(len(row)) - np.repeat(block.indptr[:-1], np.diff(block.indptr))
        padded[row, place] = block.data
        lags = dealt @ padded[: len(cells)].T
        hand, position = np.nonzero((hands >= first) & (hands <= cells[-1]))
        cell = hands[hand, position] - first
        lags[hand, cell] += padded[cell, position] * (z[n - 1] - dealt[hand, position])
        own = lag[first : cells[-1] + 1]
        # Sums of the same values in another order differ in the last digits.
        close = 1e-12 * (np.abs(own) + np.abs(z).max())
        lower[cells] = (lags <= own + close).sum(axis=0)
        upper[cells] = (lags >= own - close).sum(axis=0)
    return lower, upper
