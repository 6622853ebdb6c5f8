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
    """Every bin's test, arrays of shape (cells, steps).

    `sums`: what was counted in the bin's neighbourhood; `expected`: what the null expects there, of `total`
    in the cube. `z`: Gi*. `hot`, `cold`: significant after discovery control, by `q_hot`, `q_cold`; a bin
    that cannot be tested has q 1.
    """

    sums: Floats
    expected: Floats
    total: int
    z: Floats
    q_hot: Floats
    q_cold: Floats
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
        sums = _window(neighbourhood.sums(np.asarray(counts, np.float64)), steps_back)
        weights = neighbourhood.sizes[:, None] * _steps_seen(counts.shape[1], steps_back)
        q = _q(2 * ndtr(-np.abs(z)))
        hot, cold = (q <= alpha) & (z > 0), (q <= alpha) & (z < 0)
        total = int(counts.sum())
        expected = np.asarray(weights * (total / max(counts.size, 1)), np.float64)
        return Bins(sums, expected, total, z, q, q, hot, cold)
    sums, share, total, testable = against_exposure(counts, neighbourhood, exposure, steps_back=steps_back)
    q_hot, q_cold = np.ones(z.shape), np.ones(z.shape)
    if total:
        hot_p, cold_p = mid_tails(sums[testable], total, share[testable])
        q_hot[testable], q_cold[testable] = _q(hot_p), _q(cold_p)
    return Bins(sums, total * share, total, z, q_hot, q_cold, q_hot <= alpha, q_cold <= alpha)


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


def against_exposure(
    counts: NDArray[Any], neighbourhood: Neighbourhood, exposure: Floats, *, steps_back: int
) -> tuple[Floats, Floats, int, NDArray[np.bool_]]:
    """Return the sums of all bins, their shares of the exposure, the total, and which can be tested.

    Under the null each of the `total` reports falls into a bin in proportion to the exposure of its cell; a
    sum is then binomial (`total`, share). Only cells with exposure count, and only they are tested.
    """
    exposed = exposure > 0
    seen = np.where(exposed[:, None], counts, 0)
    steps = seen.shape[1]
    whole = float(exposure[exposed].sum()) * steps
    near = neighbourhood.sums(np.where(exposed, exposure, 0.0))
    share = near[:, None] * _steps_seen(steps, steps_back) / max(whole, 1e-300)
    testable = np.broadcast_to(exposed[:, None], seen.shape)
    sums = _window(neighbourhood.sums(np.asarray(seen, np.float64)), steps_back)
    return sums, np.clip(share, 0.0, 1.0), int(seen.sum()), testable


def _q(p: Floats) -> Floats:
    return q_values(p.ravel()).reshape(p.shape)


def _window(sums: Floats, steps_back: int) -> Floats:
    """Return the sums over each step and the `steps_back` before it."""
    whole = sums.copy()
    for back in range(1, min(steps_back, sums.shape[1] - 1) + 1):
        whole[:, back:] += sums[:, :-back]
    return whole


def _steps_seen(steps: int, steps_back: int) -> NDArray[np.int64]:
    return np.minimum(np.arange(1, steps + 1), steps_back + 1)
