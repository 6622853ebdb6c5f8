"""The simple methods: what people do, exponential weights, smoothing, and the two ends of the scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.errors import Text
from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps, smoother

Floats = NDArray[np.float64]
BANDWIDTHS_M = (100.0, 150.0, 200.0, 300.0, 400.0, 600.0, 800.0)


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """The expected count of each cell, shape (cells,), and how sure the method is of it.

    `shape` is that of the gamma distribution of the mean, the reports behind it; None: not told.
    """

    mean: Floats
    shape: Floats | None = None


Rule = Callable[[Cube, Steps], Estimate]
"""Forecast one step, the only one of the second argument, from what was before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A way to forecast: `fit` chooses what is to be chosen from the past alone and returns the rule.

    `baseline`: what others are compared with, never itself a candidate. `refit`: after how many weeks (or
    months) a back-test lets it choose anew; with two shifts a day, after half as many.
    """

    name: str
    label: Text
    fit: Callable[[Cube], Rule]
    baseline: bool = True
    refit: int = 13


def weighted(past: Cube, ahead: Steps, weights: Callable[[Floats], Floats]) -> tuple[Floats, float]:
    """Return Σ w·x of each cell over the steps of the phase of `ahead`, and Σ w; ages in units."""
    here, age = past.steps.ages(int(ahead.phase[0]))
    weight = weights(age)
    used = weight > 0
    return past.counts[:, here[used]] @ weight[used], float(weight.sum())


def last(units: int) -> Callable[[Floats], Floats]:
    """Return weights of 1 for the last `units` units, 0 before."""
    return lambda age: (age < units).astype(np.float64)


def halving(half_life: float) -> Callable[[Floats], Floats]:
    """Return weights 0.5^(age / half-life); an infinite half-life weighs all history alike."""
    return lambda age: np.power(0.5, age / half_life)


def counting(name: str, label: Text, weights: Callable[[Floats], Floats]) -> Method:
    """Return the method of a weighted mean of each cell's own counts."""

    def rule(past: Cube, ahead: Steps) -> Estimate:
        total, weight = weighted(past, ahead, weights)
        return Estimate(total / max(weight, 1e-12))

    return Method(name, label, lambda _past: rule)


def last_weeks(units: int) -> Method:
    """Return B0: the mean of the last `units` weeks; in monthly steps, months."""
    return counting(f"last_{units}", Text(f"近 {units} 期均值", f"mean of the last {units}"), last(units))


def all_history() -> Method:
    """Return the mean of all history: the long-term map."""
    return counting("all_history", Text("全部历史", "all history"), halving(np.inf))


def ewma(half_life: float) -> Method:
    """Return B1: the exponentially weighted mean, λ_i = Σ_k 0.5^(k/h)·x_{i,t−k} (3.9)."""
    return counting(
        f"ewma_{half_life:g}",
        Text(f"指数加权（半衰期 {half_life:g}）", f"EWMA, half-life {half_life:g}"),
        halving(half_life),
    )


def all_classes(half_life: float = 13.0) -> Method:
    """Return the map of all classes together, scaled to the class: is the class worth a map of its own?"""

    def rule(past: Cube, ahead: Steps) -> Estimate:
        here, age = past.steps.ages(int(ahead.phase[0]))
        weight = halving(half_life)(age)
        own = past.counts[:, here] @ weight
        both = own + past.others[:, here] @ weight
        return Estimate(both * (own.sum() / max(float(both.sum()), 1e-12)) / max(float(weight.sum()), 1e-12))

    return Method("all_classes", Text("全部类别", "map of all classes"), lambda _past: rule)


def chance() -> Method:
    """Return the same expected count for every cell: a random order, the low end of the scale."""

    def rule(past: Cube, ahead: Steps) -> Estimate:
        total, weight = weighted(past, ahead, last(13))
        mean = float(total.mean()) / max(weight, 1e-12)
        # A tie of all cells is a random order, exactly in expectation: no draw is needed.
        return Estimate(np.full(past.ground.cells, mean))

    return Method("random", Text("随机", "random"), lambda _past: rule)


def density(ground: Ground, units: int | None, bandwidths: tuple[float, ...] = BANDWIDTHS_M) -> Method:
    """Return planar kernel density over the last `units` (None: all), bandwidth by cross-validation.

    Quartic, in the form of cells (3.1). The bandwidth is the one under which each report is likeliest where
    it lies when it is left out itself.
    """
    kernels = {metres: smoother(ground, metres) for metres in bandwidths}
    weights = halving(np.inf) if units is None else last(units)

    def fit(past: Cube) -> Rule:
        counts = _recent(past, weights)
        scores = {metres: _left_out(kernel, counts) for metres, kernel in kernels.items()}
        kernel = kernels[max(scores, key=lambda metres: scores[metres])]

        def rule(later: Cube, ahead: Steps) -> Estimate:
            total, weight = weighted(later, ahead, weights)
            return Estimate(np.asarray(kernel @ total) / max(weight, 1e-12))

        return rule

    span = Text("全部历史", "all history") if units is None else Text(f"近 {units} 期", f"last {units}")
    return Method(
        f"density_{units or 'all'}", Text(f"核密度（{span.zh}）", f"kernel density, {span.en}"), fit
    )


def _recent(past: Cube, weights: Callable[[Floats], Floats]) -> Floats:
    total = np.zeros(past.ground.cells)
    for phase in np.unique(past.steps.phase):
        here, age = past.steps.ages(int(phase))
        total += past.counts[:, here] @ weights(age)
    return total


def _left_out(kernel: sparse.csr_array, counts: Floats) -> float:
    """Return the log-likelihood of each report at its cell under the density of all others."""
    some = counts > 0
    reports = float(counts.sum())
    if reports < 2:
        return 0.0
    here = np.asarray(kernel @ counts)[some] - kernel.diagonal()[some]
    # A thousandth of the mass lies everywhere: one stray report must not decide the bandwidth.
    likely = 0.999 * np.maximum(here, 0) / (reports - 1) + 0.001 / len(counts)
    return float((counts[some] * np.log(likely)).sum())
