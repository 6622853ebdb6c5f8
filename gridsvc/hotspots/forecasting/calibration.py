"""From a method's expected counts to a distribution: learned from its own past errors, step after step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.forecasting.methods import Estimate
from gridsvc.hotspots.forecasting.predictive import Predictive, log_probabilities

Floats = NDArray[np.float64]
_EVEN = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8)
_SPREADS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_LEVEL_STEPS = 8
_PRIOR_STEPS = 2.0
_HIGHEST_LEVEL = 10.0
"""After steps of which nothing was expected the quotient has no bound: then the first report of a class
would be followed by a forecast of millions."""


class Calibrator:
    """Learns three numbers of a method: its level, an even share, and a spread. Ranks never change.

    The expected count is c·((1 − ε)·m_i + ε·m̄): no cell is impossible, so that a count of the raw past gets
    the best log score it can have. The spread is φ + 1/shape_i. ε and φ have the highest likelihood of all
    steps observed so far; c is what the last steps of the same phase had over what was expected.
    """

    def __init__(self) -> None:
        self.scores = np.zeros((len(_EVEN), len(_SPREADS)))
        self.levels: dict[int, list[tuple[float, float]]] = {}

    def observe(self, estimate: Estimate, counts: NDArray[np.int64], phase: int, per_unit: int) -> None:
        """Learn from one step that has passed."""
        mean = estimate.mean * self.level(phase)
        own = _own_spread(estimate)
        mixed = np.stack([_mixed(mean, even) for even in _EVEN])[:, None, :]
        spread = np.array(_SPREADS)[None, :, None] + own
        self.scores += log_probabilities(counts, mixed, spread).sum(axis=2)
        kept = self.levels.setdefault(phase, [])
        kept.append((float(counts.sum()), float(estimate.mean.sum())))
        del kept[: -_LEVEL_STEPS * per_unit]

    def level(self, phase: int) -> float:
        """Return by how much the last steps exceeded what was expected, drawn to 1 by two steps' worth.

        At most 10.
        """
        kept = self.levels.get(phase, [])
        if not kept:
            return 1.0
        seen, expected = np.sum(kept, axis=0)
        prior = _PRIOR_STEPS * (expected / len(kept)) + 1e-9
        return min(float((seen + prior) / (expected + prior)), _HIGHEST_LEVEL)

    def apply(self, estimate: Estimate, phase: int) -> Predictive:
        """Return the distribution of each cell's count in the coming step."""
        i, j = np.unravel_index(int(np.argmax(self.scores)), self.scores.shape)
        mean = _mixed(estimate.mean * self.level(phase), _EVEN[i])
        return Predictive(mean, _SPREADS[j] + _own_spread(estimate))


def _mixed(mean: Floats, even: float) -> Floats:
    average = max(float(mean.mean()), 1e-6)
    return np.asarray((1 - even) * mean + even * average)


def _own_spread(estimate: Estimate) -> Floats:
    if estimate.shape is None:
        return np.zeros(len(estimate.mean))
    return np.asarray(1 / np.maximum(estimate.shape, 1e-9))
