"""Ten million cases counted by cell and day, beside geopandas; and what keeping them countable costs."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, Engine, text

from benchmarks.cases import FIRST, SCHEME, WEEKS, add_cases, add_classes, bare, dressed
from benchmarks.cells import SRID, add_cells, empty_database
from benchmarks.table import print_table, verdict
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily

COUNT, CLASSES, SIDE = 10_000_000, 10, 50
SECONDS = 10.0
RUNS = 3
_PEER_SHARE = 10
_WRITTEN = 100_000
ZONE = ZoneInfo("Asia/Shanghai")
_TRIGGERS = (
    ("report", "report_tally_added"),
    ("resolution", "resolution_tally_added"),
)


def compare(count: int = COUNT) -> bool:
    """Print seconds for `count` cases and return whether the target, scaled, is met."""
    with empty_database() as engine:
        with engine.begin() as connection:
            add_cells(connection, columns=SIDE, rows=SIDE)
            codes = add_classes(connection, CLASSES)
            bare(connection)
            add_cases(connection, count, CLASSES, seed=7)
            dressed(connection)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("report", "resolution", "report_tally"):
                connection.execute(text(f"VACUUM (ANALYZE) {table}"))  # as the server does by itself
        with engine.connect() as connection:
            plain = min(_by_cell_and_day(connection) for _ in range(RUNS))
            all_of = [_counted(connection, codes) for _ in range(RUNS)]
            one_of = [_counted(connection, codes[:1]) for _ in range(RUNS)]
            theirs, same = _by_geopandas(connection, count, codes)
        written = _written(engine)
    all_classes, rows = min(all_of)
    one, one_rows = min(one_of)
    print_table(
        f"Counting {count:,} cases of {CLASSES} classes and 3 channels over {WEEKS} weeks in {SIDE * SIDE:,}"
        f" cells, best of {RUNS}",
        ("", "cases", "rows", "seconds"),
        [
            ("PostGIS by cell and day alone", f"{count:,}", f"{plain[1]:,}", f"{plain[0]:.1f}"),
            ("read_daily, all classes", f"{count:,}", f"{rows:,}", f"{all_classes:.1f}"),
            ("read_daily, one class", f"{count // CLASSES:,}", f"{one_rows:,}", f"{one:.2f}"),
            (
                f"geopandas sjoin and pandas groupby, a {_PEER_SHARE}th of the cases × {_PEER_SHARE}",
                f"{count:,}",
                "",
                f"{theirs * _PEER_SHARE:.0f} (scaled)",
            ),
        ],
    )
    print(
        f"\nthe peer's counts by cell and day {'are' if same else 'ARE NOT'} ours; storing a case with its"
        f" resolution: {written[1]:.0f} µs, {written[1] - written[0]:.0f} of them to keep it countable"
    )
    return (
        verdict(
            f"seconds for {count:,} cases by cell and day", plain[0], SECONDS * count / COUNT, at_most=True
        )
        and same
    )


def _ask(codes: list[str], weeks: int = WEEKS) -> Question:
    return Question.of(codes, FIRST, FIRST + timedelta(weeks=weeks, days=-1), ZONE, scheme=SCHEME)


def _by_cell_and_day(connection: Connection) -> tuple[float, int]:
    """Count every case in PostgreSQL by nothing but cell and day, the halves of the year at once."""
    question = _ask(["B0"])
    middle = question.start + timedelta(weeks=WEEKS // 2)
    half = (
        "SELECT count(*) AS n FROM (SELECT cell_key, date_bin('1 day', opened_at, :start), count(*)"
        " FROM report_tally WHERE opened_at {} :middle GROUP BY 1, 2) AS g"
    )
    query = text(f"SELECT sum(n) FROM ({half.format('<')} UNION ALL {half.format('>=')}) AS halves")
    begin = time.perf_counter()
    rows = connection.execute(query, {"start": question.start, "middle": middle}).scalar_one()
    return time.perf_counter() - begin, int(rows)


def _counted(connection: Connection, codes: list[str]) -> tuple[float, int]:
    begin = time.perf_counter()
    counts = _read(connection, _ask(codes))
    return time.perf_counter() - begin, len(counts.cell)


def _read(connection: Connection, question: Question) -> DailyCounts:
    return read_daily(connection, question, now=datetime(2026, 11, 1, tzinfo=ZONE), snap_outside_m=30)


def _by_geopandas(connection: Connection, count: int, codes: list[str]) -> tuple[float, bool]:
    """Return the seconds for a part, read, joined and grouped as one would; and whether ours are the same."""
    import geopandas
    import pandas

    weeks = max(1, round(WEEKS / _PEER_SHARE))
    until = FIRST + timedelta(weeks=weeks)
    begin = time.perf_counter()
    cells = geopandas.read_postgis(
        "SELECT code, geom FROM area", connection, geom_col="geom", crs=4326
    ).to_crs(SRID)
    cases = pandas.read_sql(
        text("SELECT lon, lat, opened_at, class_code, source FROM report WHERE opened_at < :until"),
        connection,
        params={"until": datetime(until.year, until.month, until.day, tzinfo=ZONE)},
    )
    places = geopandas.points_from_xy(cases.lon, cases.lat, crs=4326).to_crs(SRID)
    joined = geopandas.sjoin(geopandas.GeoDataFrame(cases, geometry=places), cells, predicate="within")
    day = joined.opened_at.dt.tz_convert(ZONE.key).dt.date
    theirs = joined.groupby(["code", day, "class_code", "source"]).size()
    took = (time.perf_counter() - begin) * count / _PEER_SHARE / max(len(cases), 1)
    ours = _read(connection, _ask(codes, weeks)).per_cell("reports")
    of_cell = theirs.groupby("code").sum().reindex(sorted(cells.code)).fillna(0)
    # A case on a border belongs to no cell there, or is a millimetre beside it.
    return took, bool(np.abs(ours - of_cell.to_numpy()).sum() <= 1e-4 * max(len(cases), 1))


def _written(engine: Engine) -> tuple[float, float]:
    """Return microseconds to store a case and its resolution, without and with what keeps it countable."""
    spent = []
    for kept in (False, True):
        with engine.connect() as connection, connection.begin() as undone:
            for table, trigger in _TRIGGERS:
                if not kept:
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
            begin = time.perf_counter()
            add_cases(connection, _WRITTEN, CLASSES, seed=8)
            spent.append((time.perf_counter() - begin) / _WRITTEN * 1e6)
            undone.rollback()
    return spent[0], spent[1]


if __name__ == "__main__":
    compare()
