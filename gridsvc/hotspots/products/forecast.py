"""Where next: what each cell may expect in the coming week or shift, by a method that proved itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Text
from gridsvc.hotspots.forecasting.calibration import Calibrator
from gridsvc.hotspots.forecasting.candidates import LIVE, build_methods
from gridsvc.hotspots.forecasting.choice import CUSTOM, REFERENCE
from gridsvc.hotspots.forecasting.exciting import NEAR_M, excites
from gridsvc.hotspots.forecasting.predictive import Predictive
from gridsvc.hotspots.forecasting.silence import silent_steps
from gridsvc.hotspots.products.backtest import (
    SEED,
    Backtested,
    check_names,
    comparison_plain,
    judge_methods,
    provenance_of,
)
from gridsvc.hotspots.products.forecast_words import ranks_of, remarks_of
from gridsvc.hotspots.products.guarded import Guarded, guard_rates
from gridsvc.hotspots.products.step_counts import Horizon, StepCounts, count_steps
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.reading import read_places
from gridsvc.hotspots.sheets.provenance import Provenance
from gridsvc.hotspots.sheets.sheet import Sheet

Floats = NDArray[np.float64]
Shift = Literal["early", "late"]
SHIFTS: tuple[Shift, ...] = ("early", "late")
AUTO = "auto"


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """The expected incidents of each cell with their distribution, and what stands behind the method.

    `tested` is None where the period is too short for a back-test. `silent`: so many last steps without any
    report that a changed code is likelier than chance. `step`: which of the steps ahead.
    """

    counted: StepCounts
    method: str
    label: Text
    asked: str
    predictive: Predictive
    tested: Backtested | None
    silent: int
    step: int
    seed: int
    guarded: Guarded | None = None

    @property
    def expected(self) -> Floats:
        """Return the expected incidents of each cell, shape (cells,)."""
        return self.predictive.mean

    @property
    def order(self) -> NDArray[np.intp]:
        """Return the cells from the most expected; ties in the order of their codes."""
        return np.argsort(-np.round(self.expected, 12), kind="stable")

    @property
    def days(self) -> tuple[str, str]:
        """Return the first and the last day that is forecast."""
        ahead = self.counted.ahead
        first = ahead.first[self.step]
        return str(first), str(first + (ahead.days[self.step] - 1))

    def as_dict(self) -> dict[str, Any]:
        """Return the forecast as plain values, the cells in rank order."""
        low, high = self.predictive.interval(0.8)
        first, last = self.days
        question, codes = self.counted.question, self.counted.cells.layer.codes
        ranks = ranks_of(self.expected)
        return {
            "classes": [each.as_dict() for each in self.counted.daily.classes],
            "from": first,
            "to": last,
            "shift": self._shift(),
            "trained_from": question.first.isoformat(),
            "trained_to": question.last.isoformat(),
            "edition": self.counted.cells.edition.name,
            "synthetic": self.counted.cells.synthetic,
            "expected": float(self.expected.sum()),
            "method": self.method,
            "method_label": self.label.zh,
            "method_label_en": self.label.en,
            "asked": self.asked,
            "silent_steps": self.silent,
            "backtest": self._proof(),
            "remarks": [line.zh for line in remarks_of(self)],
            "remarks_en": [line.en for line in remarks_of(self)],
            "cells": [
                {
                    "rank": int(ranks[cell]),
                    "code": codes[cell],
                    "expected": round(float(self.expected[cell]), 6),
                    "low": int(low[cell]),
                    "high": int(high[cell]),
                }
                for cell in self.order.tolist()
            ],
            "patrol": self.guarded.as_dict(codes) if self.guarded else None,
            "provenance": self.provenance().as_dict(),
        }

    def _shift(self) -> str | None:
        ahead = self.counted.ahead
        return SHIFTS[int(ahead.phase[self.step])] if ahead.unit == "shift" else None

    def _proof(self) -> dict[str, Any] | None:
        """Return what the back-test said of the method in use, and of the candidates against EWMA."""
        if self.tested is None:
            return None
        whole = self.tested.as_dict()
        used = [each for each in whole["methods"] if each["name"] in (self.method, REFERENCE, CUSTOM)]
        return {
            "unit": whole["unit"],
            "steps": whole["steps"],
            "from": whole["from"],
            "to": whole["to"],
            "reports": whole["reports"],
            "live": whole["live"],
            "against_ewma": whole["against_ewma"],
            "against_last_4": comparison_plain(self.tested.choice.against_custom),
            "methods": used,
        }

    def provenance(self) -> Provenance:
        """Return what the forecast was computed from."""
        tested = len(self.tested.backtest.steps) if self.tested else 0
        return provenance_of(
            self.counted,
            f"forecast by {self.method}",
            {"seed": self.seed, "tested": tested, "model": self.asked},
        )

    def sheet(self) -> Sheet:
        """Return the forecast for the writers: cells coloured by their rank among all."""
        from gridsvc.hotspots.products.forecast_sheet import sheet_of

        return sheet_of(self)


def forecast(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    horizon: Horizon = "week",
    shift: Shift = "early",
    model: str = AUTO,
    thorough: bool = False,
    guard: Sequence[str] | None = None,
    exposure: str | None = None,
    seed: int = SEED,
) -> Forecast:
    """Forecast the seven days after the period, or a shift of the first of them, from the period's incidents.

    With `model` auto the candidate goes live that beat EWMA on PEI at 1 %, hits at 5 % and log score over the
    last 26 weeks, else EWMA is used. `thorough` lets Poisson boosting compete, and the self-exciting method
    where Knox's table supports it. A method that is named is used whatever the back-test says, which is told.

    Raises
    ------
    WrongUsage
        `unknown_model`.
    InputRefused
        `no_reports`: nothing to forecast from; and what `count_steps` raises.
    """
    if model != AUTO:
        check_names([model])
    counted = count_steps(
        connection, question, now=now, snap_outside_m=snap_outside_m, horizon=horizon, exposure=exposure
    )
    if not counted.cube.counts.any():
        raise InputRefused(
            "no_reports",
            Text(
                "所选条件下没有案件，无从预测。", "no incident fits what was asked; nothing to forecast from."
            ),
            remedy=Text("请放宽条件或延长时段。", "Ask for more classes, or for a longer period."),
        )
    names = [*LIVE, *([model] if model != AUTO else [])]
    if thorough:
        names.append("boosting")
        if counted.ahead.unit == "week" and _excites(connection, counted, now, snap_outside_m, seed):
            names.append("self_exciting")
    step = SHIFTS.index(shift) if counted.ahead.unit == "shift" else 0
    made = forecast_counts(counted, judge_methods(counted, names, seed), model=model, step=step, seed=seed)
    return (
        made
        if guard is None
        else replace(made, guarded=guard_rates(connection, counted, seed=seed, finders=guard))
    )


def forecast_counts(
    counted: StepCounts, proof: Backtested | None, *, model: str = AUTO, step: int = 0, seed: int = SEED
) -> Forecast:
    """Forecast from counts that were made, and back-tested, already.

    Without `proof` (none was made, or the period is too short for one) auto is EWMA, and nothing is known of
    a method's errors.
    """
    used = model if model != AUTO else proof.choice.method if proof else REFERENCE
    return _made(counted, used, model, proof, step, seed)


def _excites(
    connection: Connection, counted: StepCounts, now: datetime, snap_outside_m: float, seed: int
) -> bool:
    from gridsvc.hotspots.trends.near_repeat import near_repeats

    places = read_places(
        connection, counted.question, now=now, snap_outside_m=snap_outside_m, cells=counted.cells
    )
    table = near_repeats(places.x_m, places.y_m, places.day, distances_m=NEAR_M, permutations=99, seed=seed)
    return excites(table.near_repeat)


def _made(
    counted: StepCounts, used: str, asked: str, tested: Backtested | None, step: int, seed: int
) -> Forecast:
    cube, ahead = counted.cube, counted.ahead.only(step, step + 1)
    method = build_methods(cube.ground, (used,), seed)[0]
    # What the method learned of its own errors in the back-test holds for the coming step too.
    calibrator = tested.backtest.track(used).calibrator if tested else Calibrator()
    estimate = method.fit(cube)(cube, ahead)
    return Forecast(
        counted=counted,
        method=used,
        label=method.label,
        asked=asked,
        predictive=calibrator.apply(estimate, int(ahead.phase[0])),
        tested=tested,
        silent=silent_steps(cube.counts.sum(axis=0)),
        step=step,
        seed=seed,
    )
