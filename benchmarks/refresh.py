"""The nightly refresh: ten watched classes of the sample, a year of weeks, all that a run looks for."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from benchmarks.table import print_table, verdict
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.spots import refresh, watch
from gridsvc.sample.days import LAST
from gridsvc.settings import Settings

CLASSES = 10
SECONDS = 60.0
_FREQUENT = text(
    "SELECT scheme, kind, class_code FROM report WHERE kind = 'event'"
    " GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 3 LIMIT :classes"
)


def compare(settings: Settings, engine: Engine) -> bool:
    """Refresh the most frequent classes and print seconds by product; returns whether the target is met."""
    now = datetime.combine(LAST + timedelta(days=3), datetime.min.time(), settings.zone)
    sunday = LAST - timedelta(days=(LAST.weekday() + 1) % 7)
    spent: dict[str, float] = defaultdict(float)
    missing: list[str] = []
    hotspots = 0
    with engine.connect() as connection, connection.begin() as undone:
        frequent = connection.execute(_FREQUENT, {"classes": CLASSES}).all()
        watched = [
            watch(
                connection,
                Question.of([row.class_code], LAST, LAST, settings.zone, scheme=row.scheme, kind=row.kind),
                name=f"benchmark {row.class_code}",
                exposure=None,
                weeks=4,
                now=now,
            )
            for row in frequent
        ]
        start, work = time.perf_counter(), time.process_time()
        for series in watched:
            made = refresh(
                connection,
                series,
                sunday,
                zone=settings.zone,
                now=now,
                snap_outside_m=settings.snap_outside_m,
            )
            hotspots += made.hotspots
            missing += [f"{series.name}: {product} ({code})" for product, code in made.missing.items()]
            for product, seconds in made.seconds.items():
                spent[product] += seconds
        took, worked = time.perf_counter() - start, time.process_time() - work
        undone.rollback()
    print_table(
        f"Nightly refresh: {len(watched)} classes of the sample, 26 weeks of trend, 52 of forecast",
        ("", "seconds"),
        [(name, f"{seconds:.1f}") for name, seconds in spent.items()],
    )
    print(f"\n{hotspots} hotspots; {worked:.1f} s of one processor")
    for each in missing:
        print(f"  missing: {each}")
    return verdict(f"seconds for {len(watched)} classes", took, SECONDS, at_most=True)
