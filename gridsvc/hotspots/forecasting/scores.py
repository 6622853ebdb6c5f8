"""How good forecasts were: catch by area and by street length, and whether their probabilities are honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.forecasting.cube import Ground
from gridsvc.hotspots.forecasting.curves import SHARES, hit_curve, ranking
from gridsvc.hotspots.forecasting.predictive import Predictive

Floats = NDArray[np.float64]
CURVE_END = 0.05
PENALTY = 0.5
"""The α of the penalised index (PPAI), 0 ≤ α ≤ 1: how much a small area counts."""
_RATES_FROM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Catch:
    """What the top of a ranking caught, step by step, for each of `SHARES`; arrays of (steps, shares).

    `best`: what the best possible set of the same size would have. `occupied`: flagged cells with a report.
    `cells`, `km2`: how much was flagged. `before`: what the same cells had the step before. Per step, of
    shape (steps,): `reports` in all, `reports_before`, and `area`, the mean of the curve up to 5 %.
    """

    caught: Floats
    best: Floats
    occupied: Floats
    cells: Floats
    km2: Floats
    before: Floats
    reports: Floats
    reports_before: Floats
    area: Floats


def catch(score: Floats, counts: Floats, earlier: Floats, size: Floats, km2: Floats) -> Catch:
    """Return the catch of one step; all arguments of shape (cells,).

    `size`: what flagging a cell costs, 1 or its street length. By length cells are ranked by score / length:
    a long street is not better for being long.
    """
    unit = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    ranked = ranking(score * unit, size)
    curve = ranked.curve(counts)

    def along(values: Floats) -> Floats:
        return ranked.curve(values).at_shares()[None]

    return Catch(
        caught=curve.at_shares()[None],
        best=hit_curve(counts * unit, counts, size).at_shares()[None],
        occupied=along((counts > 0).astype(np.float64)),
        cells=along(np.ones(len(score))),
        km2=along(km2),
        before=along(earlier),
        reports=np.array([counts.sum()]),
        reports_before=np.array([earlier.sum()]),
        area=np.array([curve.area(CURVE_END)]),
    )


def joined(parts: Sequence[Catch]) -> Catch:
    """Return the catch of several steps, in order."""
    return Catch(*(np.concatenate([getattr(part, name) for part in parts]) for name in Catch.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """The measures of 3.10 over all steps, from sums and never from means of ratios; shape (shares,).

    hit = n/N; pai = (n/N)/(a/A); pei = n/n*; precision: flagged cells with a report; ser: reports per km²
    flagged; rri = (n/n_before)/(N/N_before); ppai = (n/N)/(a/A)^α. A ratio without a base is NaN.
    """

    hit: Floats
    pai: Floats
    pei: Floats
    precision: Floats
    ser: Floats
    rri: Floats
    ppai: Floats
    area: float


def accuracy(of: Catch) -> Accuracy:
    """Return the measures of a catch."""
    shares = np.array(SHARES)
    caught, all_reports = of.caught.sum(axis=0), float(of.reports.sum())
    hit = _ratio(caught, np.full(len(shares), all_reports))
    before = _ratio(of.before.sum(axis=0), np.full(len(shares), float(of.reports_before.sum())))
    return Accuracy(
        hit=hit,
        pai=hit / shares,
        pei=_ratio(caught, of.best.sum(axis=0)),
        precision=_ratio(of.occupied.sum(axis=0), of.cells.sum(axis=0)),
        ser=_ratio(caught, of.km2.sum(axis=0)),
        rri=_ratio(hit, before),
        ppai=hit / shares**PENALTY,
        area=float(_ratio(np.array([of.area.sum()]), np.array([all_reports]))[0]),
    )


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Honesty:
    """Whether the probabilities were right, over all cells and steps.

    `log_score`: mean log probability of what came, per cell and step; the higher the better. `pit`: shares of
    the ten bins of the probability integral transform, 0.1 each when calibrated (the non-randomised form for
    counts, Czado, Gneiting & Held 2009). `slope`: of log expected on log seen, 1 when right. Of `sure` cell
    steps with at least half a report expected: `covered` the share of probability mass between the 10 % and
    90 % quantiles, 0.8 when calibrated; `inside` the share in the interval of whole numbers, which can be
    more. NaN where there is nothing to judge.
    """

    log_score: float
    pit: Floats
    slope: float
    covered: float
    inside: float
    sure: int


def honesty(steps: Sequence[Predictive], counts: NDArray[np.int64]) -> Honesty:
    """Return the honesty of forecasts; `counts` of shape (cells, steps)."""
    mean = np.concatenate([step.mean for step in steps])
    whole = Predictive(mean, np.concatenate([step.spread for step in steps]))
    seen = counts.T.ravel()
    upper, lower = whole.below(seen), whole.below(seen - 1)
    sure = mean >= _RATES_FROM
    covered = _between(lower[sure], upper[sure], 0.1, 0.9)
    low, high = Predictive(mean[sure], whole.spread[sure]).interval(0.8)
    edges = np.linspace(0, 1, 11)
    pit = [float(_between(lower, upper, a, b).mean()) for a, b in pairwise(edges)]
    return Honesty(
        log_score=float(whole.log_scores(seen).mean()),
        pit=np.array(pit),
        slope=calibration_slope(mean, seen),
        covered=float(covered.mean()) if sure.any() else float("nan"),
        inside=float(((low <= seen[sure]) & (seen[sure] <= high)).mean()) if sure.any() else float("nan"),
        sure=int(sure.sum()),
    )


def _between(lower: Floats, upper: Floats, low: float, high: float) -> Floats:
    """Return the share of each [lower, upper] that lies between `low` and `high`."""
    width = np.maximum(upper - lower, 1e-300)
    return np.asarray(np.clip(np.minimum(upper, high) - np.maximum(lower, low), 0, None) / width)


def calibration_slope(mean: Floats, seen: NDArray[np.int64]) -> float:
    """Return b of the Poisson regression log E[seen] = a + b·log mean; NaN where it cannot be told."""
    x = np.log(np.maximum(mean, 1e-9))
    if seen.sum() < 2 or np.ptp(x) < 1e-9:
        return float("nan")
    x = x - x.mean()
    a, b = np.log(seen.mean()), 1.0
    for _ in range(50):
        fitted = np.exp(np.clip(a + b * x, -30, 30))
        gradient = np.array([(seen - fitted).sum(), ((seen - fitted) * x).sum()])
        cross = (fitted * x).sum()
        matrix = np.array([[fitted.sum(), cross], [cross, (fitted * x * x).sum()]])
        step = np.clip(np.linalg.solve(matrix + 1e-12 * np.eye(2), gradient), -1, 1)
        a, b = a + step[0], b + step[1]
        if np.abs(step).max() < 1e-10:
            break
    return float(b)


def catch_both(score: Floats, counts: Floats, earlier: Floats, ground: Ground) -> tuple[Catch, Catch]:
    """Return the catch by cells and by street length."""
    cells = catch(score, counts, earlier, np.ones(ground.cells), ground.km2)
    return cells, catch(score, counts, earlier, ground.size, ground.km2)
