"""Expected counts with their uncertainty: the negative binomial of a Gamma–Poisson forecast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln, pdtr

Floats = NDArray[np.float64]
_POISSON = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Predictive:
    """A negative binomial for each cell: mean > 0, variance mean + `spread`·mean²; shape (cells,)."""

    mean: Floats
    spread: Floats

    def log_scores(self, counts: NDArray[np.int64]) -> Floats:
        """Return the logarithm of the probability of each count; the higher the better."""
        return log_probabilities(counts, self.mean, self.spread)

    def below(self, counts: NDArray[np.int64]) -> Floats:
        """Return P(X ≤ count) of each cell; 0 for a count of −1."""
        return cumulative(counts, self.mean, self.spread)

    def interval(self, share: float = 0.8) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the least and the greatest count of the central interval, both inclusive.

        Whole numbers cover at least `share`, mostly more; `coverage` of the scores says how much.
        """
        tail = (1 - share) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    def quantile(self, level: float) -> NDArray[np.int64]:
        """Return the least count with P(X ≤ count) ≥ `level`."""
        low = np.full(len(self.mean), -1, np.int64)
        deviation = np.sqrt(self.mean + self.spread * self.mean**2)
        high = np.ceil(self.mean + deviation / np.sqrt(1 - level) + 1).astype(np.int64)
        # By Chebyshev, high is enough.
        while np.any(high - low > 1):
            middle = (low + high) // 2
            reached = self.below(middle) >= level
            high, low = np.where(reached, middle, high), np.where(reached, low, middle)
        return np.asarray(high, np.int64)


def log_probabilities(counts: NDArray[np.int64], mean: Floats, spread: Floats) -> Floats:
    """Return log P(X = count) for negative binomials; at spread 0 the Poisson distribution.

    `counts` of shape (cells,); `mean` and `spread` of any shapes that broadcast to (…, cells), the shape of
    the answer: a whole grid of parameters is one call.
    """
    poisson = spread < _POISSON
    safe = np.where(poisson, 1.0, spread)
    none = np.where(poisson, -mean, -np.log1p(safe * mean) / safe)
    # Most counts are 0, and their probability needs no gamma function.
    some = np.flatnonzero(counts > 0)
    if len(some):
        x, full = counts[some], none.shape
        m, s, p = (np.broadcast_to(each, full)[..., some] for each in (mean, safe, poisson))
        shape = 1 / s
        mixed = gammaln(x + shape) - gammaln(shape) + x * (np.log(s * m) - np.log1p(s * m))
        none[..., some] += np.where(p, x * np.log(m), mixed) - gammaln(x + 1)
    return np.asarray(none)


def cumulative(counts: NDArray[np.int64], mean: Floats, spread: Floats) -> Floats:
    """Return P(X ≤ count) for negative binomials; 0 below 0."""
    poisson = spread < _POISSON
    safe = np.where(poisson, 1.0, spread)
    whole = np.maximum(counts, 0)
    mixed = betainc(1 / safe, whole + 1.0, 1 / (1 + safe * mean))
    return np.where(counts < 0, 0.0, np.where(poisson, pdtr(whole, mean), mixed))
