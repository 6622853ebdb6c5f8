"""Replay: a million past cases of the database under two specifications, in seconds and in memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np
from sqlalchemy import Connection, Engine, text

from benchmarks.table import print_table, verdict
from gridsvc.cases.history import report_batches
from gridsvc.handling import Clause, Limit, Specification, load_specifications
from gridsvc.postgres import copy_rows
from gridsvc.responsibility import load_atlas
from gridsvc.responsibility.replay.classes import Translation
from gridsvc.responsibility.replay.replaying import ReplaySide, replay
from gridsvc.responsibility.replay.report import report_of
from gridsvc.settings import Settings

ORIGIN = "benchmark replay"
SECONDS = 60.0
_SLICE = 50_000
_ACCURATE = 0.01  # share of cases that come with an accuracy, and are weighed one by one


def compare(settings: Settings, engine: Engine, count: int) -> bool:
    """Replay `count` made-up cases and print seconds, rate and memory; returns whether the target is met."""
    with engine.connect() as connection, connection.begin() as undone:
        _add_cases(connection, count)
        held = _peak_mb()
        start, work = time.perf_counter(), time.process_time()
        editions = load_specifications(connection)
        before = load_atlas(connection, settings, specifications=editions)
        after = load_atlas(connection, settings, before, specifications=[_changed(each) for each in editions])
        built = time.perf_counter()
        schemes = frozenset(each.scheme for each in editions)
        found = replay(
            ReplaySide("A", before, Translation.none(schemes)),
            ReplaySide("B", after, Translation.none(schemes)),
            report_batches(connection, origin=ORIGIN),
        )
        report = report_of(found)
        done, worked = time.perf_counter(), time.process_time() - work
        undone.rollback()
    assert report["cases"] == count
    print_table(
        f"Replay: {count:,} cases of the database, {_ACCURATE:.0%} of them with an accuracy",
        ("", "seconds", "cases per second"),
        [
            ("both atlases", f"{built - start:.1f}", ""),
            ("read, resolve twice, compare", f"{done - built:.1f}", f"{count / (done - built):,.0f}"),
        ],
    )
    print(
        f"\n{report['compared']:,} compared, {report['changed']:,} changed; {worked:.1f} s of one processor;"
        f" peak memory {_peak_mb():,.0f} MB ({held:,.0f} MB before)"
    )
    return verdict(f"seconds for {count:,} cases", done - start, SECONDS * count / 1e6, at_most=True)


def _add_cases(connection: Connection, count: int) -> None:
    """Add cases near those of the sample, of their classes, over its year; the caller undoes it."""
    given = connection.execute(
        text(
            "SELECT lon, lat, scheme, kind, class_code, extract(epoch FROM opened_at)::bigint"
            " FROM report WHERE lon IS NOT NULL AND kind IS NOT NULL ORDER BY id"
        )
    ).all()
    rng = np.random.default_rng(20261123)

    def rows() -> Iterator[tuple[object, ...]]:
        # In slices, so that making the cases takes less memory than replaying them.
        for first in range(0, count, _SLICE):
            n = min(_SLICE, count - first)
            chosen = rng.integers(0, len(given), n).tolist()
            shift = rng.normal(0, 2e-4, (n, 2)).tolist()  # some twenty metres
            later = rng.integers(0, 86_400, n).tolist()
            accuracy = np.where(rng.random(n) < _ACCURATE, rng.choice([5.0, 15.0, 40.0], n), 0.0).tolist()
            for k, row in enumerate(chosen):
                lon, lat, scheme, kind, code, opened = given[row]
                yield (
                    ORIGIN,
                    f"{first + k}",
                    lon + shift[k][0],
                    lat + shift[k][1],
                    scheme,
                    kind,
                    code,
                    f"{np.datetime64(opened + later[k], 's')}Z",
                    accuracy[k] or None,
                )

    columns = (
        "origin",
        "external_id",
        "lon",
        "lat",
        "scheme",
        "kind",
        "class_code",
        "opened_at",
        "accuracy_m",
    )
    copy_rows(connection, "report", columns, rows())


def _changed(edition: Specification) -> Specification:
    """Return another edition: every third limit a working day, every fifth list of units turned round."""
    day = Limit(Decimal(1), "work_day", "1工作日")

    def changed(number: int, clause: Clause) -> Clause:
        return replace(
            clause,
            limit=day if number % 3 == 0 else clause.limit,
            units=clause.units[::-1] if number % 5 == 0 else clause.units,
        )

    clauses = tuple(changed(number, clause) for number, clause in enumerate(edition.clauses))
    return replace(edition, id=edition.id + 1_000_000, name=f"{edition.name} 2", clauses=clauses)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
