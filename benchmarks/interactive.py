"""A hot map that somebody waits for: any class, any period of a year, counted and tested."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import text

from benchmarks.cases import FIRST, SCHEME, WEEKS, add_cases, add_classes
from benchmarks.cells import add_cells, empty_database
from benchmarks.table import print_table, verdict
from gridsvc.hotspots.products.hot_cells import find_hot_cells
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.reading import read_daily

COUNT, CLASSES, SIDE = 500_000, 10, 50
ASKED = 200
MILLISECONDS = 300.0
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 1, tzinfo=ZONE)


def compare(count: int = COUNT) -> bool:
    """Print the times of ASKED random maps and return whether the target is met."""
    with empty_database() as engine:
        with engine.begin() as connection:
            add_cells(connection, columns=SIDE, rows=SIDE)
            codes = add_classes(connection, CLASSES)
            add_cases(connection, count, CLASSES, seed=7)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))  # as the server does by itself
        rng = np.random.default_rng(7)
        counted, tested = [], []
        with engine.connect() as connection:
            for number in range(ASKED + 1):
                first, last = np.sort(rng.integers(0, WEEKS * 7, 2)).tolist()
                question = Question.of(
                    [codes[rng.integers(len(codes))]],
                    FIRST + timedelta(days=first),
                    FIRST + timedelta(days=last),
                    ZONE,
                    scheme=SCHEME,
                )
                begin = time.perf_counter()
                read_daily(connection, question, now=NOW, snap_outside_m=30)
                between = time.perf_counter()
                find_hot_cells(connection, question, now=NOW, snap_outside_m=30)
                if number:  # the first builds the cells, which the next then have
                    counted.append((between - begin) * 1000)
                    tested.append((time.perf_counter() - between) * 1000)
                connection.rollback()
    print_table(
        f"{ASKED} maps of a random class and period: {SIDE * SIDE:,} cells, {WEEKS} weeks, {CLASSES} classes,"
        f" {count:,} reports",
        ("", "p50 ms", "p95 ms"),
        [
            (name, *(f"{np.percentile(each, share):.0f}" for share in (50, 95)))
            for name, each in (("counted", counted), ("counted and tested against chance", tested))
        ],
    )
    return verdict("p95 in ms", float(np.percentile(tested, 95)), MILLISECONDS, at_most=True)


if __name__ == "__main__":
    compare()
