"""What patrols should follow: incidents per week corrected for where patrols were and who reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import NotFound, Text
from gridsvc.hotspots.exposure import read_exposure
from gridsvc.hotspots.forecasting.guard import (
    DETECTION,
    EXPLORATION,
    Seen,
    choose_cells,
    corrected_rates,
    reporting_rates,
)
from gridsvc.hotspots.products.step_counts import StepCounts

Floats = NDArray[np.float64]
VISIT_MINUTES = 10.0
"""Minutes of patrol that count as one visit, which finds `DETECTION` of what is there."""
TOP_SHARE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """Corrected incidents per week of each cell, and the cells that a patrol plan would take, in order.

    `reporting`: the share of incidents that residents report, by cell. `visits`: visits of the period.
    `chosen`: the cells of highest rate, then `explored` others drawn evenly. `patrolled` is False where no
    minutes of patrol are known: then finds are left out, and residents' reports alone speak. `repeated` is
    False where no report repeats another: then `reporting` is the least there is, and nothing was measured.
    """

    rates: Floats
    reporting: Floats
    visits: Floats
    chosen: NDArray[np.intp]
    explored: int
    patrolled: bool
    repeated: bool
    finders: tuple[str, ...]

    def as_dict(self, codes: Sequence[str]) -> dict[str, Any]:
        """Return the plan's cells and what the correction knew, as plain values."""
        followed = len(self.chosen) - self.explored
        return {
            "patrolled": self.patrolled,
            "finders": list(self.finders),
            "exploration": EXPLORATION,
            "detection": DETECTION,
            "visit_minutes": VISIT_MINUTES,
            "cells": [
                {
                    "code": codes[cell],
                    "corrected_per_week": round(float(self.rates[cell]), 6),
                    "reporting_rate": round(float(self.reporting[cell]), 4) if self.repeated else None,
                    "visits": round(float(self.visits[cell]), 2),
                    "explored": number >= followed,
                }
                for number, cell in enumerate(self.chosen.tolist())
            ],
        }

    def remark(self) -> Text:
        """Return what must stand beside the corrected rates."""
        said = self._corrected()
        if self.repeated:
            return said
        return Text(
            f"{said.zh}；没有重复上报，上报率未知，有巡查与无巡查的网格难以比较："
            "请先运行 gridsvc case duplicates find",
            f"{said.en}; no report repeats another, so that the readiness to report is unknown and cells with"
            " patrols are hard to compare with those without: run gridsvc case duplicates find first",
        )

    def _corrected(self) -> Text:
        if not self.patrolled:
            return Text(
                "没有巡查工时：校正值只用居民上报，巡查发现不计入",
                "No minutes of patrol are known: corrected rates use residents' reports alone, no finds",
            )
        return Text(
            f"校正：巡查发现按巡查次数计，居民上报按上报率计，{EXPLORATION:.0%} 的网格随机探索",
            f"Corrected: finds count per visit, reports by the readiness to report,"
            f" {EXPLORATION:.0%} of the cells are drawn at random",
        )


def guard_rates(connection: Connection, counted: StepCounts, *, seed: int, finders: Sequence[str]) -> Guarded:
    """Correct the incidents of a question for effort and for readiness to report (`hotspots.md` section 4).

    `finders`: the channels whose incidents were found by patrols.

    Readiness is told by repeats of one incident, per street where it has 200 incidents, else for the city;
    without any repeat every part of the city is taken to be as ready.
    """
    daily, question = counted.daily, counted.question
    found_by = [channel for channel in daily.channels if channel is not None and channel in finders]
    others = [channel for channel in daily.channels if channel not in found_by]
    residents, patrols = daily.of_channels(others), daily.of_channels(found_by)
    incidents = residents.per_cell("incidents").astype(np.float64)
    streets = counted.cells.above.get("street", [None] * len(incidents))
    area = np.unique([name or "" for name in streets], return_inverse=True)[1]
    reports = residents.per_cell("reports").astype(np.float64)
    reporting = reporting_rates(incidents, reports, area)
    try:
        minutes = read_exposure(
            connection, counted.cells, "patrol_minutes", first=question.first, last=question.last
        ).values
        patrolled = True
    except NotFound:
        minutes, patrolled = np.zeros(len(incidents)), False
    finds = patrols.per_cell("incidents").astype(np.float64) if patrolled else np.zeros(len(incidents))
    visits = minutes / VISIT_MINUTES
    # Finds where no minute of patrol is known tell nothing of a rate.
    finds[visits == 0] = 0.0
    weeks = np.full(len(incidents), daily.days / 7)
    rates, _shape = corrected_rates(Seen(incidents, finds, weeks, visits), reporting)
    wanted = max(1, round(TOP_SHARE * len(rates)))
    rng = np.random.default_rng([seed, question.last.toordinal()])
    return Guarded(
        rates,
        reporting,
        visits,
        choose_cells(rates, wanted, EXPLORATION, rng),
        min(wanted, max(1, round(EXPLORATION * wanted))),
        patrolled,
        bool(reports.sum() > incidents.sum()),
        tuple(found_by),
    )
