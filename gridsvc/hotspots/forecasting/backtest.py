"""Rolling origin: every step is forecast from what was before it, by every method, and then compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.forecasting.calibration import Calibrator
from gridsvc.hotspots.forecasting.cube import Cube, Steps
from gridsvc.hotspots.forecasting.methods import Estimate, Method, Rule
from gridsvc.hotspots.forecasting.predictive import Predictive
from gridsvc.hotspots.forecasting.scores import (
    Accuracy,
    Catch,
    Honesty,
    accuracy,
    catch_both,
    honesty,
    joined,
)

Floats = NDArray[np.float64]
BURN_IN = 8


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A method over the tested steps; `log_scores` is the mean over cells of each, shape (steps,).

    `calibrator` and `rule` are what the method has learned at the end: a forecast goes on from there.
    """

    method: Method
    cells: Catch
    length: Catch
    log_scores: Floats
    honesty: Honesty
    calibrator: Calibrator
    rule: Rule

    @property
    def by_cells(self) -> Accuracy:
        """Return the accuracy where a share of the cells is flagged."""
        return accuracy(self.cells)

    @property
    def by_length(self) -> Accuracy:
        """Return the accuracy where a share of the street length is flagged."""
        return accuracy(self.length)


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """All methods over the same steps, the tested ones; `reports` of each step, shape (steps,)."""

    steps: Steps
    reports: NDArray[np.int64]
    tracks: tuple[Track, ...]

    def track(self, name: str) -> Track:
        """Return the track of a method; KeyError for a method that was not tested."""
        for track in self.tracks:
            if track.method.name == name:
                return track
        raise KeyError(name)


def run_backtest(cube: Cube, methods: Sequence[Method], tested: int, burn_in: int = BURN_IN) -> Backtest:
    """Forecast the last `tested` steps, each from what was before it.

    A method sees `cube.before(step)` and the calendar of the step, nothing else; it chooses its parameters
    anew as often as `method.refit` says. For `burn_in` steps before the first tested one it forecasts too,
    unjudged, so that its calibrator has something to learn from. Raises ValueError where no step is left to
    learn from.
    """
    steps = len(cube.steps)
    first = steps - tested
    if tested < 1 or first < 1:
        raise ValueError("a back-test needs a step to forecast and one before it")
    begun = max(1, first - burn_in)
    return Backtest(
        cube.steps.only(first, steps),
        cube.counts[:, first:].sum(axis=0),
        tuple(_track(cube, method, begun, first) for method in methods),
    )


def _track(cube: Cube, method: Method, begun: int, first: int) -> Track:
    calibrator = Calibrator()
    catches: list[tuple[Catch, Catch]] = []
    distributions: list[Predictive] = []
    rule: Rule | None = None
    for step in range(begun, len(cube.steps)):
        past, ahead = cube.before(step), cube.steps.only(step, step + 1)
        if rule is None or (step - begun) % (method.refit * cube.steps.per_unit) == 0:
            rule = method.fit(past)
        estimate = rule(past, ahead)
        phase, seen = int(ahead.phase[0]), cube.counts[:, step]
        if step >= first:
            distributions.append(calibrator.apply(estimate, phase))
            catches.append(_caught(cube, estimate, step))
        calibrator.observe(estimate, seen, phase, cube.steps.per_unit)
    assert rule is not None
    tested = cube.counts[:, first:]
    log_scores = [float(d.log_scores(tested[:, i]).mean()) for i, d in enumerate(distributions)]
    return Track(
        method,
        joined([cells for cells, _length in catches]),
        joined([length for _cells, length in catches]),
        np.array(log_scores),
        honesty(distributions, tested),
        calibrator,
        rule,
    )


def _caught(cube: Cube, estimate: Estimate, step: int) -> tuple[Catch, Catch]:
    counts = cube.counts[:, step].astype(np.float64)
    earlier = cube.counts[:, step - 1].astype(np.float64)
    return catch_both(estimate.mean, counts, earlier, cube.ground)
