"""Making a week of a series: its hotspots, and what else is found beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, NotFound
from gridsvc.hotspots.outlining import outline_hot_cells
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.spots.describing import describe_counts, describe_reports
from gridsvc.hotspots.spots.finding import Spot, measure_spots, spot_of_cells
from gridsvc.hotspots.spots.series import Series
from gridsvc.hotspots.spots.storing import Forgotten, Run, store_answer, store_run

if TYPE_CHECKING:
    from gridsvc.hotspots.products.hot_cells import HotCells

TREND_WEEKS, FORECAST_WEEKS = 26, 52
BESIDE = ("trend", "alerts", "forecast")
"""What a run looks for beside its hotspots."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run took and found; `missing`: products that the data do not allow yet, with the code why."""

    series: str
    last: date
    hotspots: int
    incidents: int
    missing: dict[str, str]
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "series": self.series,
            "to": self.last.isoformat(),
            "hotspots": self.hotspots,
            "incidents": self.incidents,
            "missing": self.missing,
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }


def find_spots(
    connection: Connection, question: Question, hot: HotCells, *, now: datetime, snap_outside_m: float
) -> list[Spot]:
    """Return the hotspots that the hot cells of a question make up, ranked."""
    from gridsvc.hotspots.records.asked import ask
    from gridsvc.hotspots.records.reading import read_hours
    from gridsvc.roads import load_roads

    cells, tests = hot.daily.cells, hot.tests
    own = np.where(tests.tested, tests.counts, 0)
    outlines = outline_hot_cells(tests.hot, own, hot.neighbourhood, cells.layer.geom_mm)
    if not outlines:
        return []
    spot = spot_of_cells(outlines, len(cells.layer.codes))
    asked = ask(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    hours = read_hours(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    details = [
        counted | told | {"hours": hours.of(outline.cells).sum(axis=0).tolist()}
        for counted, told, outline in zip(
            describe_counts(hot.daily, spot, len(outlines)),
            describe_reports(connection, asked, spot, len(outlines)),
            outlines,
            strict=True,
        )
    ]
    exposure = np.where(tests.tested, tests.exposure, 0.0)
    return measure_spots(outlines, own, exposure, cells, load_roads(connection), details)


def refresh(
    connection: Connection,
    series: Series,
    last: date,
    *,
    zone: ZoneInfo,
    now: datetime,
    snap_outside_m: float,
    beside: Sequence[str] | None = None,
    forgotten: Sequence[Forgotten] = (),
) -> Refreshed:
    """Make the run of a series that ends with `last`, a Sunday, in place of an earlier one of that week.

    Raises what the products raise for the hot cells (`unknown_class`, `no_cells`, `period_future` …) and
    Conflict (later_runs). Without `beside`, all of BESIDE is looked for; what cannot be found yet (too few
    weeks, say) is told in `missing`. `forgotten`: what `forget_runs` returned, so that hotspots found again
    keep their numbers.
    """
    from gridsvc.hotspots.products.hot_cells import find_hot_cells

    clock = _Stopwatch()
    question = series.question(last, zone)
    hot = find_hot_cells(
        connection, question, now=now, snap_outside_m=snap_outside_m, exposure=series.exposure
    )
    clock.lap("cells")
    spots = find_spots(connection, question, hot, now=now, snap_outside_m=snap_outside_m)
    provenance = hot.provenance().as_dict()
    run = Run(
        question.first,
        question.last,
        hot.daily.snapshot,
        int(hot.daily.reports.sum()),
        int(hot.daily.incidents.sum()),
        provenance,
    )
    srid = hot.daily.cells.layer.srid
    number = store_run(connection, series, run, spots, srid, now=now, forgotten=forgotten)
    clock.lap("hotspots")
    missing = {}
    asked = _Asked(question, series.exposure, now, snap_outside_m)
    for product in BESIDE if beside is None else beside:
        try:
            store_answer(connection, number, product, _PRODUCTS[product](connection, asked))
        except (InputRefused, NotFound) as error:
            missing[product] = error.code
        clock.lap(product)
    return Refreshed(series.name, last, len(spots), run.incidents, missing, clock.laps)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every product beside a run is asked for, over as many weeks up to the run's last as it needs."""

    question: Question
    exposure: str | None
    now: datetime
    snap_outside_m: float

    def question_of(self, weeks: int) -> Question:
        return replace(self.question, first=self.question.last - timedelta(days=7 * weeks - 1))


def _trend(connection: Connection, asked: _Asked) -> dict[str, Any]:
    from gridsvc.hotspots.products.trend import read_trend

    return read_trend(
        connection,
        asked.question_of(TREND_WEEKS),
        now=asked.now,
        snap_outside_m=asked.snap_outside_m,
        exposure=asked.exposure,
    ).as_dict()


def _alerts(connection: Connection, asked: _Asked) -> dict[str, Any]:
    from gridsvc.hotspots.products.alerts import find_alerts

    return find_alerts(
        connection, asked.question_of(TREND_WEEKS), now=asked.now, snap_outside_m=asked.snap_outside_m
    ).as_dict()


def _forecast(connection: Connection, asked: _Asked) -> dict[str, Any]:
    from gridsvc.hotspots.products.forecast import forecast

    return forecast(
        connection, asked.question_of(FORECAST_WEEKS), now=asked.now, snap_outside_m=asked.snap_outside_m
    ).as_dict()


_PRODUCTS: dict[str, Callable[[Connection, _Asked], dict[str, Any]]] = {
    "trend": _trend,
    "alerts": _alerts,
    "forecast": _forecast,
}


class _Stopwatch:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.laps[name] = now - self._since
        self._since = now
