"""A district of 144 cells with half a year of small ads: chance everywhere, and one place that has more."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from gridsvc.hotspots.question import Question
from gridsvc.hotspots.spots import refresh, watch
from tests.hotspots.district import ZONE, District, add_reports, make_district, record_cells

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
LAST = date(2026, 11, 22)
SIZE = 12
HOT = (8, 3)
"""Column and row of the cell in the middle of the hot place."""
NAME = "非法小广告"


def make_busy_district(connection: Connection, *, weeks: int = 12) -> District:
    """Three reports a day anywhere, and in the last eight weeks one more a day around `HOT`."""
    district = make_district(connection, SIZE)
    rng = np.random.default_rng(20261123)
    recorded: list[tuple[int, str | None]] = []
    for back in range(7 * weeks):
        day = LAST - timedelta(days=back)
        columns, rows = rng.uniform(0, SIZE, (2, rng.poisson(3.0)))
        if back < 56:
            extra = rng.poisson(1.0)
            columns = np.append(columns, HOT[0] + 0.5 + rng.normal(0, 0.45, extra))
            rows = np.append(rows, HOT[1] + 0.5 + rng.normal(0, 0.45, extra))
        if len(columns) == 0:
            continue
        places = [district.place(x, y) for x, y in zip(columns, rows, strict=True)]
        hour = 9 + back % 12
        ids = add_reports(connection, places, at=f"{day} {hour:02d}:00")
        recorded += [
            (number, district.code(int(x), int(y))) for number, x, y in zip(ids, columns, rows, strict=True)
        ]
    record_cells(connection, district.edition, recorded)
    return district


def watch_small_ads(connection: Connection) -> None:
    """Watch the small ads and make the runs of the last three weeks, without what needs seconds."""
    series = watch(
        connection,
        Question.of(["0201"], LAST, LAST, ZONE, kind="event"),
        name=NAME,
        exposure=None,
        weeks=4,
        now=NOW,
    )
    for back in (2, 1, 0):
        refresh(
            connection,
            series,
            LAST - timedelta(weeks=back),
            zone=ZONE,
            now=NOW,
            snap_outside_m=30,
            beside=(),
        )
