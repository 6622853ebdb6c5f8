"""Empirical-Bayes EWMA: each cell's own counts, drawn to what its surroundings lead one to expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps
from gridsvc.hotspots.forecasting.methods import Estimate, Method, Rule, halving, weighted
from gridsvc.hotspots.forecasting.predictive import log_probabilities
from gridsvc.hotspots.forecasting.prior import Surroundings, regress

Floats = NDArray[np.float64]
Prior = Literal["cells", "size", "regression"]
HALF_LIVES = (4.0, 13.0, 26.0, np.inf)
_SHAPES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_TRIED = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen by the likelihood of the last steps: half-life, gamma shape, and the prior."""

    half_life: float
    shape: float
    prior: Prior


class Shrinkage:
    """B2 of 3.9: (α_i + Σw·x) / (β_i + Σw), α_i / β_i what is expected of the cell without its own counts.

    The gamma prior of cell i has shape κ = α and mean m_i, its share of the neighbourhood's mean: by cell, by
    street length (or another exposure), or by a regression on both, on the class around it and on the other
    classes in it.
    """

    def __init__(self, ground: Ground, priors: Sequence[Prior]) -> None:
        self.around = Surroundings.of(ground)
        self.per = {"cells": np.ones(ground.cells), "size": ground.offset}
        self.priors = tuple(priors)

    def prior(self, prior: Prior, total: Floats, others: Floats) -> Floats:
        """Return the expected Σ w·x of every cell."""
        if prior != "regression":
            return self.around.mean(total, self.per[prior])
        table = self.around.table(total, others)
        mean = np.exp(np.clip(table @ regress(table, total), -20, 20))
        # A regression that ran away must not outweigh what was seen: its sum is that of the reports.
        return np.asarray(np.maximum(mean * (max(float(total.sum()), 0.5) / float(mean.sum())), 1e-9))

    def estimate(self, past: Cube, ahead: Steps, choice: Choice) -> Estimate:
        """Return the posterior mean and shape of each cell for the step `ahead`."""
        weights = halving(choice.half_life)
        total, weight = weighted(past, ahead, weights)
        here, age = past.steps.ages(int(ahead.phase[0]))
        others = past.others[:, here] @ weights(age)
        return _posterior(self.prior(choice.prior, total, others), choice.shape, total, weight)

    def choose(self, past: Cube, half_lives: Sequence[float]) -> Choice:
        """Return the choice under which the last steps of `past` were likeliest, each seen from before it."""
        scores: dict[Choice, float] = {}
        for step in tried(past):
            before, ahead = past.before(step), past.steps.only(step, step + 1)
            seen = past.counts[:, step]
            here, age = before.steps.ages(int(ahead.phase[0]))
            for half_life in half_lives:
                weight = halving(half_life)(age)
                total, others = before.counts[:, here] @ weight, before.others[:, here] @ weight
                for prior in self.priors:
                    expected = self.prior(prior, total, others)
                    every = [_posterior(expected, kappa, total, float(weight.sum())) for kappa in _SHAPES]
                    mean = np.stack([each.mean for each in every])
                    # The level of a week is shared by all cells; the choice is about where.
                    level = max(float(seen.sum()), 0.5) / mean.sum(axis=1, keepdims=True)
                    spread = 1 / (np.array(_SHAPES)[:, None] + total)
                    likely = log_probabilities(seen, mean * level, spread).sum(axis=1)
                    for kappa, value in zip(_SHAPES, likely.tolist(), strict=True):
                        key = Choice(half_life, kappa, prior)
                        scores[key] = scores.get(key, 0.0) + value
        if not scores:
            return Choice(half_lives[0], 1.0, self.priors[0])
        return max(scores, key=lambda key: scores[key])


def tried(past: Cube) -> range:
    """Return the last steps, on which choices are tried: eight, or the shifts of a whole week."""
    steps = len(past.steps)
    cycle = past.steps.per_unit * (int(past.steps.phase.max()) + 1) if steps else 1
    first = steps - (_TRIED if cycle == 1 else cycle)
    return range(max(first, min(2 * cycle, steps - 1), 1), steps)


def _posterior(prior: Floats, shape: float, total: Floats, weight: float) -> Estimate:
    weight = max(weight, 1e-12)
    rate = prior / weight
    known = shape + total
    return Estimate(known / (shape / rate + weight), known)


def shrunk(ground: Ground, name: str = "eb_ewma") -> Method:
    """Return B2 as 3.9 has it: half-lives of 4 and 13, drawn to the mean of the 300 m neighbourhood."""
    return _method(
        Shrinkage(ground, ("cells", "size")),
        (4.0, 13.0),
        name,
        Text("经验贝叶斯指数加权", "empirical-Bayes EWMA"),
    )


def regressed(ground: Ground) -> Method:
    """Return B2 with longer memories to choose from and a regression among its priors."""
    return _method(
        Shrinkage(ground, ("cells", "size", "regression")),
        HALF_LIVES,
        "eb_regression",
        Text("经验贝叶斯（回归先验）", "empirical Bayes, regression prior"),
    )


def _method(shrinkage: Shrinkage, half_lives: Sequence[float], name: str, label: Text) -> Method:
    def fit(past: Cube) -> Rule:
        choice = shrinkage.choose(past, half_lives)
        return lambda later, ahead: shrinkage.estimate(later, ahead, choice)

    return Method(name, label, fit, baseline=False)
