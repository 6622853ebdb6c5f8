"""Which bins of a cube of cells and steps are hot or cold: Getis–Ord Gi* in space and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from gridsvc.hotspots.neighbours import Neighbourhood
from gridsvc.hotspots.significance.discoveries import q_values
from gridsvc.hotspots.significance.exact import mid_tails

Floats = NDArray[np.float64]
BinTest = Literal["exact", "arcgis"]
"""`exact`: binomial against exposure, honest however few the reports (`hotspots.md` 3.5, null N1).

`arcgis`: the normal p of Gi* z, to compare with other programs; on sparse counts it calls chance significant.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """`z`: Gi* of every bin; `hot`, `cold`: significant after discovery control; shape (cells, steps)."""

    z: Floats
    hot: NDArray[np.bool_]
    cold: NDArray[np.bool_]


def judge_bins(
    counts: NDArray[Any],
    neighbourhood: Neighbourhood,
    exposure: Floats,
    *,
    steps_back: int,
    alpha: float,
    test: BinTest,
) -> Bins:
    """Test every bin of `counts`, shape (cells, steps), against the whole cube.

    The neighbourhood of a bin are the neighbours of its cell, itself included, at its step and the
    `steps_back` steps before. Benjamini–Hochberg at `alpha` runs over all bins: for `exact` hot and cold
    separately on one-sided mid-p, for `arcgis` once on two-sided p. `exposure`, shape (cells,): what is in a
    cell without any is left out of an exact test.
    """
    z = bin_scores(counts, neighbourhood, steps_back=steps_back)
    if test == "arcgis":
        significant = _stands(2 * ndtr(-np.abs(z)), alpha)
        return Bins(z, significant & (z > 0), significant & (z < 0))
    p_hot, p_cold, testable = exact_p(counts, neighbourhood, exposure, steps_back=steps_back)
    hot, cold = np.zeros(z.shape, bool), np.zeros(z.shape, bool)
    hot[testable] = _stands(p_hot[testable], alpha)
    cold[testable] = _stands(p_cold[testable], alpha)
    return Bins(z, hot, cold)


def bin_scores(counts: NDArray[Any], neighbourhood: Neighbourhood, *, steps_back: int) -> Floats:
    """Return Gi* of every bin (Ord & Getis 1995), mean and S over the whole cube; 0 where nothing varies."""
    values = np.asarray(counts, np.float64)
    cells, steps = values.shape
    n = cells * steps
    if n == 0:
        return values
    mean = values.mean()
    spread = np.sqrt(max((values**2).mean() - mean**2, 0.0))
    weights = neighbourhood.sizes[:, None] * _steps_seen(steps, steps_back)
    # Binary weights: their sum is also the sum of their squares.
    scale = spread * np.sqrt((n * weights - weights**2) / max(n - 1, 1))
    above = _window(neighbourhood.sums(values), steps_back) - mean * weights
    return np.asarray(np.divide(above, scale, out=np.zeros(values.shape), where=scale > 0))


def exact_p(
    counts: NDArray[Any], neighbourhood: Neighbourhood, exposure: Floats, *, steps_back: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the one-sided mid-p of "hot" and of "cold" of every bin, and whether the bin can be tested.

    Under the null each of the N reports falls into a bin with probability in proportion to the exposure of
    its cell; the sum over a neighbourhood is then binomial.
    """
    exposed = exposure > 0
    seen = np.where(exposed[:, None], counts, 0)
    cells, steps = seen.shape
    total = int(seen.sum())
    whole = float(exposure[exposed].sum()) * steps
    near = neighbourhood.sums(np.where(exposed, exposure, 0.0))
    testable = np.broadcast_to((exposed & (near > 0))[:, None], (cells, steps))
    if total == 0 or whole == 0:
        unknown = np.full((cells, steps), 0.5)
        return unknown, unknown, testable & False
    share = np.clip(near[:, None] * _steps_seen(steps, steps_back) / whole, 0.0, 1.0)
    found = _window(neighbourhood.sums(seen), steps_back)
    return *mid_tails(found, total, share), testable


def _stands(p: Floats, alpha: float) -> NDArray[np.bool_]:
    return np.asarray(q_values(p.ravel()).reshape(p.shape) <= alpha)


def _window(sums: Floats, steps_back: int) -> Floats:
    """Return the sums over each step and the `steps_back` before it."""
    whole = sums.copy()
    for back in range(1, min(steps_back, sums.shape[1] - 1) + 1):
        whole[:, back:] += sums[:, :-back]
    return whole


def _steps_seen(steps: int, steps_back: int) -> NDArray[np.int64]:
    return np.minimum(np.arange(1, steps + 1), steps_back + 1)
