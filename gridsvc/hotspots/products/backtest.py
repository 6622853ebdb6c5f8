"""The back-test of a question: every method over the last weeks, all in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.hotspots.forecasting.backtest import Backtest, Track, run_backtest
from gridsvc.hotspots.forecasting.candidates import LIVE, NAMES, build_methods
from gridsvc.hotspots.forecasting.choice import CUSTOM, REFERENCE, Choice, Comparison, choose_method
from gridsvc.hotspots.forecasting.curves import SHARES
from gridsvc.hotspots.forecasting.resampling import drawn_blocks, share_of
from gridsvc.hotspots.products import said
from gridsvc.hotspots.products.step_counts import Horizon, StepCounts, count_steps
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.sheets.provenance import Provenance

SEED = 1
LEAST_BEFORE = 9
"""Weeks before the first tested one: less says nothing of any method."""
LEAST_TESTED = 4
_YEAR, _HALF = 52, 26


@dataclass(frozen=True, slots=True, eq=False)
class Backtested:
    """A back-test with what it was made from, and which method it lets go live."""

    counted: StepCounts
    backtest: Backtest
    choice: Choice
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return every measure of every method as plain values; null where it could not be computed."""
        steps = self.backtest.steps
        last = steps.first[-1] + (steps.days[-1] - 1)
        return {
            "classes": [each.as_dict() for each in self.counted.daily.classes],
            "unit": steps.unit,
            "steps": len(steps),
            "from": str(steps.first[0]),
            "to": str(last),
            "reports": int(self.backtest.reports.sum()),
            "cells": self.counted.cube.ground.cells,
            "shares": list(SHARES),
            "live": self.choice.method,
            "against_ewma": [comparison_plain(each) for each in self.choice.against_reference],
            "against_last_4": comparison_plain(self.choice.against_custom),
            "methods": [self._method(track) for track in self.backtest.tracks],
            "provenance": self.provenance().as_dict(),
        }

    def _method(self, track: Track) -> dict[str, Any]:
        series = drawn_blocks(len(self.backtest.steps), self.seed)
        cells, honest = track.by_cells, track.honesty
        intervals = [
            share_of(track.cells.caught[:, k], track.cells.best[:, k], series).as_dict()
            for k in range(len(SHARES))
        ]
        return {
            "name": track.method.name,
            "label": track.method.label.zh,
            "label_en": track.method.label.en,
            "by_cells": _plain(cells) | {"pei_interval": intervals},
            "by_length": _plain(track.by_length) | {"of": self.counted.exposure.name},
            "log_score": honest.log_score,
            "calibration_slope": _number(honest.slope),
            "pit": [round(float(value), 4) for value in honest.pit],
            "covered_80": _number(honest.covered),
            "inside_80": _number(honest.inside),
            "cell_steps_judged": honest.sure,
        }

    def provenance(self) -> Provenance:
        """Return what the figures were computed from."""
        return provenance_of(
            self.counted, "rolling-origin back-test", {"tested": len(self.backtest.steps), "seed": self.seed}
        )


def _plain(of: Any) -> dict[str, Any]:
    names = ("hit", "pai", "pei", "precision", "ser", "rri", "ppai")
    return {name: [_number(value) for value in getattr(of, name)] for name in names} | {
        "area_to_5": _number(of.area)
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def comparison_plain(of: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values: each difference with its 95 % interval."""
    return {
        "method": of.method,
        "other": of.other,
        "beats": of.beats,
        "pei_1": of.pei_1.as_dict(),
        "hit_5": of.hit_5.as_dict(),
        "log_score": of.log_score.as_dict(),
    }


def provenance_of(counted: StepCounts, method: str, parameters: dict[str, Any]) -> Provenance:
    """Return what forecasts and back-tests of these counts were computed from."""
    return Provenance(
        method=method,
        period=said.period_plain(counted.question),
        snapshot=counted.daily.snapshot,
        grid=said.grid_plain(counted.cells),
        exposure=f"{counted.exposure.name}: {counted.exposure.source.en}",
        null="EWMA with a half-life of 13 weeks",
        parameters=parameters | {"unit": counted.cube.steps.unit, "counted": "incidents"},
    )


def tested_steps(counted: StepCounts) -> int:
    """Return how many last steps a back-test judges: 26 weeks, 52 from two years on, fewer in a short period.

    0: the period is too short for any.
    """
    weeks = counted.daily.days // 7
    wanted = _YEAR if weeks >= 2 * _YEAR else _HALF
    tested = min(wanted, weeks - LEAST_BEFORE)
    per_week = 1 if counted.cube.steps.unit == "week" else len(counted.cube.steps) // weeks
    return tested * per_week if tested >= LEAST_TESTED else 0


def judge_methods(counted: StepCounts, names: Sequence[str], seed: int) -> Backtested | None:
    """Back-test methods on what was counted; None where the period is too short.

    EWMA-13 and the last 4 weeks are always among them, as others are compared with these.
    """
    tested = tested_steps(counted)
    if not tested:
        return None
    wanted = tuple(name for name in NAMES if name in {*names, REFERENCE, CUSTOM})
    methods = build_methods(counted.cube.ground, wanted, seed)
    found = run_backtest(counted.cube, methods, tested)
    return Backtested(counted, found, choose_method(found, seed), seed)


def check_names(names: Sequence[str]) -> None:
    """Refuse a method that there is not (`unknown_model`)."""
    for name in names:
        if name not in NAMES:
            raise WrongUsage(
                "unknown_model",
                Text(f"没有方法 {name}。", f"there is no method {name}."),
                place=Place(column="model", value=name),
                remedy=Text(f"可用：{'、'.join(NAMES)}。", f"There are: {', '.join(NAMES)}."),
            )


def backtest(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    horizon: Horizon = "week",
    names: Sequence[str] = NAMES,
    exposure: str | None = None,
    seed: int = SEED,
) -> Backtested:
    """Forecast the last weeks of the period by every method, each week from what was before it.

    The cells are those in force at the end, all of them, zeros included; nothing of a tested week is seen.

    Raises
    ------
    WrongUsage
        `unknown_model`.
    InputRefused
        `too_few_weeks`; and what `count_steps` raises.
    """
    check_names(names)
    counted = count_steps(
        connection, question, now=now, snap_outside_m=snap_outside_m, horizon=horizon, exposure=exposure
    )
    found = judge_methods(counted, names or LIVE, seed)
    if found is None:
        least = LEAST_BEFORE + LEAST_TESTED
        raise InputRefused(
            "too_few_weeks",
            Text(
                f"时段只有 {counted.daily.days // 7} 个完整周，回测至少需要 {least} 周。",
                f"the period has {counted.daily.days // 7} whole weeks; a back-test needs {least}.",
            ),
            place=Place(column="from", value=str(question.first)),
            remedy=Text("请把 --from 提前。", "Begin earlier."),
        )
    return found
