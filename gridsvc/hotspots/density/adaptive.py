"""Adaptive bandwidths: narrow where reports are many, wide where they are few (hotspots.md 3.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.density.kernels import checked_bandwidth
from gridsvc.hotspots.density.planar import point_density

Floats = NDArray[np.float64]

WIDEST, NARROWEST = 4.0, 0.25


def adaptive_bandwidths(
    x_m: Floats,
    y_m: Floats,
    weights: Floats | None = None,
    *,
    bandwidth_m: float,
    kernel: str = "quartic",
) -> Floats:
    """Return a bandwidth for every report, shape (n,): h0·(f0(s_r)/g)^(−1/2), within h0/4 and 4·h0.

    f0 is the density with the bandwidth h0 = `bandwidth_m`, g its geometric mean over the reports
    (Abramson 1982).
    """
    first = checked_bandwidth(bandwidth_m)
    if not len(x_m):
        return np.empty(0)
    pilot = point_density(x_m, y_m, x_m, y_m, weights, bandwidth_m=first, kernel=kernel)
    # A report of weight 0 among none of weight has no density of its own.
    some = pilot > 0
    factor = np.full(len(x_m), WIDEST)
    if some.any():
        logs = np.log(pilot[some])
        factor[some] = np.exp(-0.5 * (logs - logs.mean()))
    return np.asarray(first * np.clip(factor, NARROWEST, WIDEST))
