"""Choosing the bandwidth along streets by likelihood, places left out fold by fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.density.bandwidth import BACKGROUND, Bandwidth
from gridsvc.hotspots.density.network import OnNetwork, StreetNetwork
from gridsvc.hotspots.density.streets import Pieces, street_density

Floats = NDArray[np.float64]

TRIED_M = (50.0, 71.0, 100.0, 141.0, 200.0, 300.0)
FALLBACK_M = 200.0
_FOLDS = 5


def choose_street_bandwidth(
    network: StreetNetwork,
    reports: OnNetwork,
    *,
    tried_m: tuple[float, ...] = TRIED_M,
    background: float = BACKGROUND,
    folds: int = _FOLDS,
    seed: int = 0,
) -> Bandwidth:
    """Choose by the mean log density at reports, made from those on the places of the other folds.

    Places (all reports at one spot together) are dealt into `folds` by `seed`; the density is that of the
    discontinuous rule, which keeps its mass, mixed with `background` of an even one over all streets. With
    fewer than two places the bandwidth is FALLBACK_M.
    """
    keys, place = np.unique(
        np.stack([reports.link, reports.offset_um], axis=1).reshape(-1, 2), axis=0, return_inverse=True
    )
    if len(keys) < 2:
        return Bandwidth(FALLBACK_M, None, tried_m, (None,), np.empty((0, 0)), 0, len(keys))
    many = np.bincount(place.ravel()).astype(np.float64)
    folds = min(folds, len(keys))
    fold = np.random.default_rng(seed).permutation(np.arange(len(keys)) % folds)
    nowhere = np.empty(0, np.int64)
    none = Pieces(nowhere, np.empty(0), np.empty(0))
    even = background / float(network.length_m.sum())
    scores = np.zeros((len(tried_m), 1))
    for number in range(folds):
        out = fold == number
        kept, judged = (OnNetwork(keys[rows, 0].copy(), keys[rows, 1].copy()) for rows in (~out, out))
        total = many[~out].sum()
        for k, h in enumerate(tried_m):
            found = street_density(
                network, kept, many[~out], bandwidth_m=h, pieces=none, places=judged, least_share=1e-4
            )
            logs = np.log((1 - background) * found.at_places / 1000 / total + even)
            scores[k, 0] += float((logs * many[out]).sum())
    scores /= many.sum()
    best = float(tried_m[int(scores[:, 0].argmax())])
    return Bandwidth(best, None, tried_m, (None,), scores, int(many.sum()), len(keys))
