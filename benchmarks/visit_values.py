"""What the places picked for a shift really had to be met, by several rules; figures of decision 0040.

`python -m benchmarks.visit_values`: three days of six months of the sample, three shifts a day, each seen
from its own morning. One month alone says little of amounts: rain and holidays move a week by half. Beside
the value of a visit: the forecast of the week, what the shift is expected to report, and the reports of the
last four weeks, in the same run. Then amounts: what was met over what was expected, by rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from benchmarks.sample import sample_database
from gridsvc.hotspots.records.reading import read_places
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.meeting import mean_inside, met_at
from gridsvc.patrol.value.surveying import Survey, survey_cells

ZONE = ZoneInfo("Asia/Shanghai")
CLASSES = ("0201", "0406", "0401")
SCHEME = "gbt30428.2-2013"
SHIFTS = ((7, 4), (17, 4), (20, 6))
MOST = 150
MONTHS = tuple(date.fromisoformat(day) for day in (
    "2026-05-04", "2026-06-08", "2026-07-06", "2026-08-03", "2026-09-07", "2026-10-05"
))  # fmt: skip
BANDS = (50, 150, 500)
Floats = NDArray[np.float64]


def shifts(first: date, days: int) -> Iterator[Asked]:
    """Yield the shifts of every second day."""
    for back in range(0, days, 2):
        day = first + timedelta(days=back)
        for hour, hours in SHIFTS:
            begins = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
            yield Asked(
                CLASSES, SCHEME, "event", day, begins, begins + timedelta(hours=hours), ZONE, most=MOST
            )


def really_met(connection: Connection, survey: Survey) -> Floats:
    """Return what a visit would have met in each cell: the formula on what was then reported."""
    asked, clock, cells = survey.asked, survey.clock, survey.rates.cells
    question = replace(survey.history.question, first=asked.day, last=asked.day + timedelta(days=2))
    later = datetime.combine(question.last + timedelta(days=1), datetime.min.time(), ZONE)
    found = read_places(connection, question, now=later, snap_outside_m=30, cells=cells)
    local = asked.begins.astimezone(ZONE)
    minute = found.day * 1440 + found.second / 60 - (local.hour * 60 + local.minute)
    inside = (minute >= 0) & (minute < clock.minutes.sum())
    slot = np.searchsorted(clock.begins, minute, side="right") - 1
    shape = (len(survey.value), len(clock.begins))
    met = np.zeros(shape[0])
    for index, stay in enumerate(survey.staying):
        rows = inside & (found.class_index == index)
        flat = found.cell[rows].astype(np.int64) * shape[1] + slot[rows]
        counts = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
        there = met_at(counts, stay.hours, clock)
        met += mean_inside(there, survey.windows.inside, clock.minutes[clock.within])
    return met


def rules(survey: Survey) -> dict[str, Floats]:
    """Return what each rule ranks the cells by."""
    incidents = survey.incidents
    lately = incidents.day > incidents.day.max() - 28
    return {
        "value": survey.value,
        "week": survey.rates.mean.sum(axis=0),
        "shift": survey.coming.sum(axis=0),
        "last 4 weeks": np.bincount(incidents.cell[lately], minlength=len(survey.value)).astype(np.float64),
    }


def main() -> None:
    """Print two tables: by shift and rule what was met in the places picked; amounts by shift and rank."""
    sums: dict[tuple[int, str], Floats] = {}
    amounts: dict[int, Floats] = {}
    seconds = []
    with sample_database() as (settings, engine), engine.connect() as connection:
        for asked in (each for first in MONTHS for each in shifts(first, 6)):
            began = process_time()
            morning = asked.begins.replace(hour=6)
            survey = survey_cells(connection, asked, now=morning, snap_outside_m=settings.snap_outside_m)
            seconds.append(process_time() - began)
            real = really_met(connection, survey)
            hour = asked.begins.hour
            best = np.argsort(-survey.value, kind="stable")
            ranks = [best[:band] for band in BANDS] + [best]
            band = np.array([[real[rank].sum(), survey.value[rank].sum()] for rank in ranks])
            amounts[hour] = amounts.get(hour, np.zeros((len(ranks), 2))) + band
            for name, rank in rules(survey).items():
                top = np.argsort(-rank, kind="stable")[:MOST]
                row = np.array([real[top].sum(), survey.value[top].sum(), real.sum(), survey.value.sum()])
                sums[hour, name] = sums.get((hour, name), np.zeros(4)) + row
    print(f"{'from':>4} {'places by':14} {'met':>7} {'expected':>9} {'met anywhere':>13} {'expected':>9}")
    for (hour, name), row in sums.items():
        print(f"{hour:4d} {name:14} {row[0]:7.1f} {row[1]:9.1f} {row[2]:13.1f} {row[3]:9.1f}")
    heads = [f"best {band}" for band in BANDS] + ["all"]
    print(f"{'from':>4} met over expected: " + "".join(f"{head:>10}" for head in heads))
    for name, band in (
        *((f"{hour:4d}", each) for hour, each in amounts.items()),
        (" all", sum(amounts.values())),
    ):
        print(f"{name} {'':19}" + "".join(f"{met / of:10.2f}" for met, of in np.asarray(band)))
    first, again = np.median(seconds[::3]), np.median(seconds[1::3])
    print(f"processor-seconds of a survey: {first:.2f} the first of a day, {again:.2f} the next")


if __name__ == "__main__":
    main()
