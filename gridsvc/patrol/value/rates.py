"""What each cell may expect of each class in a week: the forecasts of hotspots, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.forecasting.guard import Seen, corrected_rates
from gridsvc.hotspots.products.backtest import judge_methods
from gridsvc.hotspots.products.forecast import forecast_counts
from gridsvc.hotspots.products.guarded import guard_rates
from gridsvc.hotspots.products.step_counts import StepCounts, count_steps
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.recent import Recent

Floats = NDArray[np.float64]

MOST_TESTED = 6
"""So many classes are back-tested, half a second each; of more the one below is taken as it is."""
UNTESTED = "eb_regression"
"""Had the best log score for every class and week that was looked at (decision 0040)."""
SEED = 1
_MOST_CORRECTED = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class ClassRates:
    """Incidents per week of each class and cell, `mean` and `spread` of shape (classes, cells).

    The variance of a week's count is mean + spread·mean². `methods`: which forecast each class has.
    `guard`: what was corrected, None: nothing.
    """

    counted: StepCounts
    classes: tuple[CountedClass, ...]
    mean: Floats
    spread: Floats
    methods: tuple[str, ...]
    guard: Text | None

    @property
    def cells(self) -> Cells:
        """Return the cells that the rates are of."""
        return self.counted.cells


def class_rates(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    guard: Sequence[str] | None = None,
) -> ClassRates:
    """Forecast the seven days after the question's for each of its classes.

    Of empirical Bayes with a regression, EWMA and the last four weeks the one with the best log score in the
    back-test is taken, class by class.

    `guard`: the channels whose incidents patrols found; the rates are then corrected for where patrols were
    and for who reports, all classes together (`hotspots.md` section 4), and their sums kept. A class without
    any incident has 0.

    Raises what `count_steps` raises.
    """
    counted = count_steps(connection, question, now=now, snap_outside_m=snap_outside_m)
    size, number = counted.cube.ground.cells, len(counted.daily.classes)
    mean, spread = np.zeros((number, size)), np.zeros((number, size))
    methods = []
    for index, alone in enumerate(counted.each_class()):
        if not alone.cube.counts.any():
            methods.append("none")
            continue
        made = _forecast(alone, number)
        mean[index], spread[index] = made.mean, made.spread
        methods.append(made.method)
    said = None
    if guard is not None and counted.cube.counts.any():
        factor, said = _correction(connection, counted, guard)
        mean = corrected(mean, factor)
    return ClassRates(counted, counted.daily.classes, mean, spread, tuple(methods), said)


def corrected(mean: Floats, factor: Floats) -> Floats:
    """Return the expectations with each cell's changed by its factor, and the sum of every class as it was.

    `mean`: shape (classes, cells). The guard counts what one visit finds, in a unit of its own: it tells
    where there is more than was recorded, not how many there are. As an amount it would say that half of what
    was recorded did not happen.
    """
    moved = mean * factor
    before, after = mean.sum(axis=1, keepdims=True), moved.sum(axis=1, keepdims=True)
    return np.asarray(moved * np.divide(before, after, out=np.ones_like(before), where=after > 0))


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """What is kept of a forecast."""

    mean: Floats
    spread: Floats
    method: str


def _forecast(alone: StepCounts, number: int) -> _Made:
    """Return the forecast of one class; of the same counts it is kept, for plans are made again and again."""
    tested = number <= MOST_TESTED
    cube, question = alone.cube, alone.question
    content = sha256()
    for part in (cube.counts, cube.others, cube.ground.size, cube.ground.x_m, cube.ground.y_m):
        content.update(np.ascontiguousarray(part).tobytes())

    def make() -> _Made:
        proof = judge_methods(alone, (UNTESTED,), SEED) if tested else None
        # A plan adds up amounts: the log score judges these; what goes live on a map is judged by ranks too.
        best = (
            max(proof.backtest.tracks, key=lambda track: float(track.log_scores.mean())).method.name
            if proof
            else UNTESTED
        )
        made = forecast_counts(alone, proof, model=best, seed=SEED)
        return _Made(made.predictive.mean, made.predictive.spread, made.method)

    return _KNOWN.get((content.hexdigest(), question.first, question.last, tested), make)


_KNOWN: Recent[_Made] = Recent(48)


def _correction(connection: Connection, counted: StepCounts, finders: Sequence[str]) -> tuple[Floats, Text]:
    """Return by how much each cell's rate changes, shape (cells,), and what is to be said of it.

    The quotient of the corrected rate and of the same estimate without correction: what the forecast knows of
    the last weeks stays in it.
    """
    guarded = guard_rates(connection, counted, seed=SEED, finders=finders)
    incidents = counted.daily.per_cell("incidents").astype(np.float64)
    weeks, none = np.full(len(incidents), counted.daily.days / 7), np.zeros(len(incidents))
    plain, _shape = corrected_rates(Seen(incidents, none, weeks, none), np.ones(len(incidents)))
    factor = np.clip(guarded.rates / plain, 1 / _MOST_CORRECTED, _MOST_CORRECTED)
    return factor, guarded.remark()
