"""Choosing the bandwidth, and the half-life, by leave-one-out likelihood (hotspots.md 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridsvc.hotspots.density.kernels import Kernel, checked_kernel, plane_kernel, reach

Floats = NDArray[np.float64]

GRID_M: tuple[float, ...] = tuple(float(h) for h in np.round(np.geomspace(50, 800, 17)))
HALF_LIVES: tuple[float | None, ...] = (None, 182.0, 91.0, 56.0, 28.0, 14.0, 7.0)
FALLBACK_M = 200.0
BACKGROUND = 0.01
"""The share of reports taken to lie anywhere in the area, so that one far off decides nothing alone."""
_PAIRS = 8_000_000
_PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Bandwidth:
    """The bandwidth chosen, in metres, and the half-life in days (None: every report weighs the same).

    `scores[i, j]`: mean log likelihood of a report left out, per m², for `tried_m[i]` and `half_lives[j]`;
    empty when there was nothing to choose by. `judged`: how many reports were left out in turn; `places`: at
    how many different places reports lie.
    """

    bandwidth_m: float
    half_life_days: float | None
    tried_m: tuple[float, ...]
    half_lives: tuple[float | None, ...]
    scores: Floats
    judged: int
    places: int

    @property
    def chosen(self) -> bool:
        """Return whether the data chose; otherwise the bandwidth is FALLBACK_M, or the one tried."""
        return self.scores.size > 0

    @property
    def at_limit(self) -> bool:
        """Return whether the best is the smallest or the largest of several that were tried."""
        return (
            self.chosen and len(self.tried_m) > 1 and self.bandwidth_m in (self.tried_m[0], self.tried_m[-1])
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        best = int(self.scores.max(axis=0).argmax()) if self.chosen else 0
        return {
            "bandwidth_m": self.bandwidth_m,
            "half_life_days": self.half_life_days,
            "how": "leave-one-place-out likelihood" if self.chosen else "fallback: fewer than two places",
            "at_limit": self.at_limit,
            "reports_judged": self.judged,
            "places": self.places,
            "log_likelihood": {
                f"{h:g}": round(float(score), 6)
                for h, score in zip(self.tried_m, self.scores[:, best] if self.chosen else [], strict=False)
            },
        }


def choose_bandwidth(
    x_m: Floats,
    y_m: Floats,
    area_m2: float,
    *,
    day: Floats | None = None,
    kernel: str = "quartic",
    tried_m: Sequence[float] = GRID_M,
    half_lives: Sequence[float | None] | None = None,
    background: float = BACKGROUND,
    seed: int = 0,
    pairs: int = _PAIRS,
) -> Bandwidth:
    """Choose by the mean of log f₋ᵣ(s_r), the density at a report made from the others.

    `x_m`, `y_m`: shape (n,), metres. A report's own *place* is left out, with every report on it (to the
    decimetre): many reports on one point would otherwise draw the bandwidth to nothing. f₋ᵣ is mixed with
    `background` of an even density over `area_m2`, so that a report with no other within reach costs much,
    but not everything. `day`: when each report was made, in days; then every report is judged by those
    before it, weighted 0.5^(age/half-life), for every half-life of `half_lives` (default HALF_LIVES). With
    more pairs of neighbours than `pairs`, a sample of the reports drawn by `seed` is judged, against all.
    """
    named = checked_kernel(kernel)
    tried = tuple(sorted(float(h) for h in tried_m))
    lives = tuple(half_lives if half_lives is not None else HALF_LIVES) if day is not None else (None,)
    xy = np.stack([x_m, y_m], axis=1)
    keys, first, place = np.unique(np.rint(xy * 10), axis=0, return_index=True, return_inverse=True)
    place = place.ravel()
    if len(keys) < 2:
        nothing = np.empty((0, 0))
        return Bandwidth(
            tried[0] if len(tried) == 1 else FALLBACK_M, None, tried, lives, nothing, 0, len(keys)
        )
    if day is None:
        # Without days, reports on one place are one with a weight: judged once, weighted so.
        many = np.bincount(place).astype(np.float64)
        points, weights, when, group = xy[first], many, None, np.arange(len(keys))
    else:
        points, weights = xy, np.ones(len(x_m))
        when, group = np.asarray(day, np.float64), place
    judged = _judged(points, reach(named, tried[-1]), pairs if len(lives) == 1 else pairs // 2, seed)
    sums = np.zeros((len(tried), len(lives), len(judged)))
    totals = _totals(when, weights, judged, lives)
    for rows, near, distance in _pairs(points, judged, reach(named, tried[-1])):
        other = group[judged[rows]] != group[near]
        age = None
        if when is not None:
            age = when[judged[rows]] - when[near]
            here = ~other & (age > 0)
            for j, life in enumerate(lives):
                totals[j] -= np.bincount(rows[here], _faded(age[here], life), minlength=len(judged))
            other &= age > 0
            age = age[other]
        rows, near, distance = rows[other], near[other], distance[other]
        for j, life in enumerate(lives):
            held = weights[near] if age is None else weights[near] * _faded(age, life)
            sums[:, j] += _kernel_sums(named, tried, rows, distance, held, len(judged))
    with np.errstate(invalid="ignore", divide="ignore"):
        density = np.where(totals > 1e-9, sums / totals, 0.0)
    logs = np.log((1 - background) * density + background / area_m2)
    scores = np.average(logs, axis=2, weights=weights[judged])
    best = np.unravel_index(int(scores.argmax()), scores.shape)
    return Bandwidth(
        tried[best[0]], lives[best[1]], tried, lives, scores, int(weights[judged].sum()), len(keys)
    )


def _faded(age: Floats, half_life: float | None) -> Floats:
    """Return 0.5^(age/half-life); 1 for a half-life without end."""
    return np.ones(len(age)) if half_life is None else np.asarray(0.5 ** (age / half_life))


def _judged(points: Floats, radius: float, pairs: int, seed: int) -> NDArray[np.int64]:
    """Return which rows are judged: all, or as many drawn as keep the pairs within bounds."""
    rng = np.random.default_rng(seed)
    some = np.sort(rng.choice(len(points), min(len(points), 500), replace=False))
    tree = cKDTree(points)
    mean = float(np.mean(tree.query_ball_point(points[some], radius, return_length=True)))
    most = max(int(pairs / max(mean, 1)), 200)
    if len(points) <= most:
        return np.arange(len(points))
    return np.sort(rng.choice(len(points), most, replace=False))


def _pairs(
    points: Floats, judged: NDArray[np.int64], radius: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats]]:
    """Give (row in `judged`, neighbour, distance) of all pairs within `radius`, a few millions at a time."""
    tree = cKDTree(points)
    counts = np.cumsum(tree.query_ball_point(points[judged], radius, return_length=True))
    start = 0
    while start < len(judged):
        before = counts[start - 1] if start else 0
        stop = max(int(np.searchsorted(counts, before + _PAIRS_AT_ONCE)), start + 1)
        near = cKDTree(points[judged[start:stop]]).sparse_distance_matrix(tree, radius, output_type="ndarray")
        yield near["i"] + start, near["j"], near["v"]
        start = stop


def _kernel_sums(
    kernel: Kernel,
    tried: tuple[float, ...],
    rows: NDArray[np.int64],
    distance: Floats,
    weight: Floats,
    size: int,
) -> Floats:
    """Return the sum of weighted kernels of each row for every bandwidth, per m², shape (tried, size)."""
    if kernel == "gaussian":
        order = np.argsort(distance)
        rows, distance, weight = rows[order], distance[order], weight[order]
        sums = []
        for each in tried:
            near = slice(int(np.searchsorted(distance, reach(kernel, each))))
            values = plane_kernel(kernel, distance[near], each) * weight[near]
            sums.append(np.bincount(rows[near], values, minlength=size))
        return np.stack(sums)
    # (1 − d²/h²)² is a polynomial: sums of 1, d², d⁴ between the bandwidths give all of them at once.
    band = np.searchsorted(tried, distance, side="right")
    key = band * size + rows
    squared = np.square(distance)
    moments = [
        np.cumsum(
            np.bincount(key, weight * squared**power, minlength=(len(tried) + 1) * size).reshape(-1, size)[
                : len(tried)
            ],
            axis=0,
        )
        for power in range(3)
    ]
    h = np.array(tried)[:, None]
    return np.asarray(
        np.maximum(moments[0] - 2 * moments[1] / h**2 + moments[2] / h**4, 0) * 3 / (np.pi * h**2)
    )


def _totals(
    when: Floats | None,
    weights: Floats,
    judged: NDArray[np.int64],
    lives: tuple[float | None, ...],
) -> Floats:
    """Return the weight that each report is judged by, its own place's included, shape (lives, judged)."""
    if when is None:
        return np.asarray(weights.sum() - weights[judged])[None, :]
    days, index = np.unique(when, return_inverse=True)
    counts = np.bincount(index.ravel(), weights)
    rows = []
    for life in lives:
        before = np.zeros(len(days))
        for k in range(1, len(days)):
            fade = _faded(days[k : k + 1] - days[k - 1], life)[0]
            before[k] = (before[k - 1] + counts[k - 1]) * fade
        rows.append(before[index.ravel()[judged]])
    return np.stack(rows)
