"""What boosting sees of each cell before a step: lags, smooths, other classes, time of the year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps, smoother

Floats = NDArray[np.float64]
HALF_LIVES = (2.0, 6.0, 13.0, 52.0)
RADII_M = (150.0, 300.0, 600.0)
LAGS = 3
_NEVER = 60.0

NAMES = (
    *(f"lag_{lag + 1}" for lag in range(LAGS)),
    *(f"own_{half:g}" for half in HALF_LIVES),
    "own_all",
    *(f"near_{metres:g}_{half:g}" for metres in RADII_M for half in (13, 52)),
    "others_own",
    "others_near",
    "since_last",
    "size",
    "level",
    "season_sin",
    "season_cos",
    "working",
)
RISING = tuple(int(name.startswith(("own_", "near_"))) for name in NAMES)
"""1 where more of it cannot mean less: the long counts of the cell itself and around it."""


class Features:
    """Builds the table of features of any step from the counts before it; `kernels` once per ground."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.kernels = [smoother(ground, metres) for metres in RADII_M]

    def tables(self, past: Cube, ahead: Steps, wanted: int) -> Floats:
        """Return the features before the last `wanted` steps of `past` and before `ahead`.

        Shape (cells, wanted + 1, features). The means of step t are over the steps before t alone: they are
        sums carried forward, Σ 0.5^(k/h)·x_{t−k} / Σ 0.5^(k/h).
        """
        counts = past.counts.astype(np.float64)
        cells, steps = counts.shape
        first = steps - wanted
        own = {half: _carried(counts, 0.5 ** (1 / half), first) for half in HALF_LIVES}
        long = _carried(counts, 1.0, first)
        others = _carried(past.others.astype(np.float64), 0.5 ** (1 / 13), first)
        columns = [_lagged(counts, lag, first) for lag in range(1, LAGS + 1)]
        columns += [*own.values(), long]
        columns += [kernel @ own[half] for kernel in self.kernels for half in (13.0, 52.0)]
        columns += [others, self.kernels[1] @ others]
        columns.append(_since_last(counts, first))
        shape = (cells, wanted + 1)
        columns.append(np.broadcast_to(self.ground.offset[:, None], shape))
        level = own[6.0].mean(axis=0)
        season = 2 * np.pi * (_days(past.steps, ahead)[first:] % 365.25) / 365.25
        working = np.append(past.steps.working, ahead.working)[first:]
        columns += [
            np.broadcast_to(value, shape) for value in (level, np.sin(season), np.cos(season), working)
        ]
        return np.stack(columns, axis=2)


def _days(past: Steps, ahead: Steps) -> Floats:
    """Return the middle of each step in days since 1970."""
    first = np.append(past.first, ahead.first).astype("datetime64[D]").astype(np.float64)
    return np.asarray(first + np.append(past.days, ahead.days) / 2)


def _carried(counts: Floats, kept: float, first: int) -> Floats:
    """Return the weighted mean of what was before each step from `first` to one past the last."""
    total, weight = np.zeros(len(counts)), 0.0
    means = np.empty((len(counts), counts.shape[1] - first + 1))
    for step in range(counts.shape[1] + 1):
        if step >= first:
            means[:, step - first] = total / max(weight, 1.0)
        if step < counts.shape[1]:
            total = kept * total + counts[:, step]
            weight = kept * weight + 1.0
    return means


def _lagged(counts: Floats, lag: int, first: int) -> Floats:
    """Return the count `lag` steps before each step; 0 before the beginning."""
    padded = np.hstack([np.zeros((len(counts), lag)), counts])
    return padded[:, first : counts.shape[1] + 1]


def _since_last(counts: Floats, first: int) -> Floats:
    """Return the steps since the last report before each step; `_NEVER` where there was none."""
    at = np.where(counts > 0, np.arange(counts.shape[1]), -_NEVER)
    latest = np.maximum.accumulate(np.hstack([np.full((len(counts), 1), -_NEVER), at]), axis=1)
    steps = np.arange(counts.shape[1] + 1)
    return np.asarray(np.minimum(steps - latest, _NEVER)[:, first:])
