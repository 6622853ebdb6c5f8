"""The reports of a question as a cube of cells and steps, with the calendar and the ground of a forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.catalog import load_classes
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.handling.calendar import days_worked
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.exposure import Exposure, choose_exposure
from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps, shift_steps, weekly_steps
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily, read_places

Horizon = Literal["week", "shift"]
SHIFT_CHANGE_H = 14
"""The day has two shifts, until 14:00 and from 14:00: no evening is cut."""
FEWEST_WEEKS = 3


@dataclass(frozen=True, slots=True, eq=False)
class StepCounts:
    """What a forecast is made from; `question` is cut to whole past weeks.

    `cut`: days at its end were left out, as they were not over (those at its beginning are none of a week).
    `ahead`: the steps after the last counted one, seven days of them.
    """

    question: Question
    daily: DailyCounts
    exposure: Exposure
    cube: Cube
    ahead: Steps
    cut: bool

    @property
    def cells(self) -> Cells:
        """Return the cells on which was counted."""
        return self.daily.cells

    def each_class(self) -> tuple[StepCounts, ...]:
        """Return the counts of each class alone, the others of the question among its other classes.

        Weekly steps only: of shifts the classes were not told apart.
        """
        together, alone = self.cube, []
        shape = (together.ground.cells, len(together.steps), -1)
        for index in range(len(self.daily.classes)):
            daily = self.daily.of_class(index)
            counts = daily.per_day().reshape(shape).sum(axis=2)
            others = together.others + together.counts - counts
            cube = replace(together, counts=counts, others=others)
            rows = replace(
                daily, classes=(daily.classes[index],), class_index=np.zeros_like(daily.class_index)
            )
            alone.append(replace(self, daily=rows, cube=cube))
        return tuple(alone)


def count_steps(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    horizon: Horizon = "week",
    exposure: str | None = None,
    cells: Cells | None = None,
) -> StepCounts:
    """Count the incidents of a question by cell and week or shift, and those of all other classes.

    Weeks are the seven days that end with `question.last` and those before it, Monday to Sunday where it is a
    Sunday: so that what comes after it follows at once. A day that is not over is not counted.

    Raises what `read_daily` and `read_exposure` raise, and InputRefused `too_few_weeks`.
    """
    yesterday = now.astimezone(question.zone).date() - timedelta(days=1)
    last = min(question.last, yesterday)
    weeks = ((last - question.first).days + 1) // 7
    if weeks < FEWEST_WEEKS:
        raise InputRefused(
            "too_few_weeks",
            Text(
                f"已过去的完整周只有 {max(weeks, 0)} 周，预测至少需要 {FEWEST_WEEKS} 周。",
                f"the period has {max(weeks, 0)} whole weeks that are over; a forecast needs {FEWEST_WEEKS}.",
            ),
            place=Place(column="from", value=str(question.first)),
            remedy=Text(
                "请把 --from 提前；26 周以上才能回测。", "Begin earlier; a back-test needs 26 and more."
            ),
        )
    asked = replace(question, first=last - timedelta(days=7 * weeks - 1), last=last)
    daily = read_daily(connection, asked, now=now, snap_outside_m=snap_outside_m, cells=cells)
    against = choose_exposure(connection, daily.cells, asked, exposure)
    ground = ground_of(daily.cells, against)
    others = _other_classes(connection, asked, daily, now, snap_outside_m)
    first, days = np.datetime64(asked.first), 7 * weeks
    working = working_days(asked.first, days + 7)
    if horizon == "week":
        all_steps = weekly_steps(first, weeks + 1, working.reshape(-1, 7).mean(axis=1))
        counts = daily.per_day().reshape(ground.cells, weeks, 7).sum(axis=2)
        other = others.reshape(ground.cells, weeks, 7).sum(axis=2)
    else:
        all_steps = shift_steps(first, days + 7, 2, working > 0)
        counts = _by_shift(connection, asked, daily.cells, now, snap_outside_m)
        # The shift of other classes is not read: half of their day stands for it.
        other = np.repeat(others, 2, axis=1)
    done = counts.shape[1]
    return StepCounts(
        asked,
        daily,
        against,
        Cube(ground, all_steps.only(0, done), counts, other),
        all_steps.only(done, len(all_steps)),
        last < question.last,
    )


def ground_of(cells: Cells, exposure: Exposure) -> Ground:
    """Return the ground of the cells, metres of the layer's own system."""
    shapes = cells.layer.geom_mm
    middle = shapely.get_coordinates(shapely.centroid(shapes)) / 1000
    return Ground(middle[:, 0], middle[:, 1], shapely.area(shapes) / 1e12, exposure.values)


def working_days(first: date, days: int) -> NDArray[np.float64]:
    """Return 1 for each working day of China, holidays moved to weekends known; years unknown: Mon to Fri."""
    return days_worked("china", first, days).astype(np.float64)


def _by_shift(
    connection: Connection, question: Question, cells: Cells, now: datetime, snap_outside_m: float
) -> NDArray[np.int64]:
    places = read_places(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    steps = 2 * ((question.last - question.first).days + 1)
    step = 2 * places.day.astype(np.int64) + (places.second >= SHIFT_CHANGE_H * 3600)
    size = len(cells.layer.codes)
    return np.bincount(places.cell.astype(np.int64) * steps + step, minlength=size * steps).reshape(
        size, steps
    )


def _other_classes(
    connection: Connection, question: Question, daily: DailyCounts, now: datetime, snap_outside_m: float
) -> NDArray[np.int64]:
    """Return the incidents by cell and day of the other classes of the schemes asked for."""
    mine = {(each.scheme, each.kind, each.code) for each in daily.classes}
    total = np.zeros((len(daily.cells.layer.codes), daily.days), np.int64)
    schemes = sorted({each.scheme for each in daily.classes if each.scheme is not None})
    known = load_classes(connection)
    for scheme in schemes:
        for kind in ("component", "event"):
            codes = [
                row.code
                for row in known
                if row.scheme == scheme and row.kind == kind and (scheme, kind, row.code) not in mine
            ]
            if codes:
                asked = replace(question, classes=tuple(codes), scheme=scheme, kind=kind)
                total += read_daily(
                    connection, asked, now=now, snap_outside_m=snap_outside_m, cells=daily.cells
                ).per_day()
    return total
