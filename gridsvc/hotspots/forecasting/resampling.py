"""How sure a difference between two methods is: blocks of weeks drawn anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 1000
BLOCK = 4


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its 95 % interval; `decided` when the interval does not hold 0."""

    value: float
    low: float
    high: float

    @property
    def decided(self) -> bool:
        """Return whether the sign is beyond the chance of which weeks came."""
        return self.low > 0 or self.high < 0

    def as_dict(self) -> dict[str, float | None]:
        """Return plain values; null where there was no base to compare with."""
        return {
            name: value if np.isfinite(value) else None
            for name, value in (("value", self.value), ("low", self.low), ("high", self.high))
        }


def drawn_blocks(steps: int, seed: int, draws: int = DRAWS, block: int = BLOCK) -> NDArray[np.int64]:
    """Return `draws` series of `steps` steps in blocks of neighbours, on a circle; shape (draws, steps)."""
    block = max(1, min(block, steps))
    rng = np.random.default_rng([seed, 33])
    starts = rng.integers(0, steps, (draws, -(-steps // block)))
    series = (starts[:, :, None] + np.arange(block)) % steps
    return np.asarray(series.reshape(draws, -1)[:, :steps])


def relative_gain(caught: Floats, other: Floats, series: NDArray[np.int64]) -> Difference:
    """Return Σ caught / Σ other − 1; per step, shape (steps,)."""
    gains = _divided(caught[series].sum(axis=1), other[series].sum(axis=1)) - 1
    return _interval(float(_divided(caught.sum(), other.sum()) - 1), gains)


def mean_difference(one: Floats, other: Floats, series: NDArray[np.int64]) -> Difference:
    """Return the mean of one − other; per step, shape (steps,)."""
    apart = one - other
    return _interval(float(apart.mean()), apart[series].mean(axis=1))


def share_of(caught: Floats, whole: Floats, series: NDArray[np.int64]) -> Difference:
    """Return Σ caught / Σ whole with its interval: a hit rate or a PEI."""
    return _interval(
        float(_divided(caught.sum(), whole.sum())),
        _divided(caught[series].sum(axis=1), whole[series].sum(axis=1)),
    )


def _divided(part: Floats, whole: Floats) -> Floats:
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0))


def _interval(value: float, drawn: Floats) -> Difference:
    known = drawn[np.isfinite(drawn)]
    if len(known) < len(drawn) / 2 or not np.isfinite(value):
        return Difference(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [0.025, 0.975])
    return Difference(value, float(low), float(high))
