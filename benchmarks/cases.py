"""Made-up cases in any number, in a lattice of cells, as they lie in the database after an import."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from gridsvc.hotspots.records.tables import report_tally

SCHEME = "benchmark"
FIRST, WEEKS = date(2025, 1, 6), 52
CHANNELS = (("监督员", 0.7), ("12345", 0.2), ("app", 0.1))
_AT_ONCE = 500_000
_OUTSIDE = 0.005  # share of cases that lie in no cell

_SPOTS = text(
    "CREATE TEMP TABLE spot ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY code) - 1 AS number,"
    " edition_id, code, ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat FROM area"
)
# With the columns that an import fills: counting has to get past texts, addresses and fingerprints.
_REPORTS = text(
    "INSERT INTO report (external_id, origin, fingerprint, lon, lat, geom, scheme, kind, class_code, text,"
    " address, source, opened_at)"
    " SELECT 'B' || (:at + g.n), 'benchmark', md5(g.n::text) || md5((g.n + 1)::text), g.lon, g.lat,"
    " ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326), :scheme, 'event', 'B' || g.class,"
    " '墙面有小广告，请尽快清理', '长安路' || g.n % 400 || '号', (CAST(:channels AS text[]))[g.channel + 1],"
    " CAST(:start AS timestamptz) + g.second * interval '1 second'"
    " FROM (SELECT g.*, CASE WHEN outside THEN 100 ELSE s.lon + g.dx END AS lon, s.lat + g.dy AS lat"
    " FROM unnest(CAST(:cell AS int[]), CAST(:second AS int[]), CAST(:class AS int[]),"
    " CAST(:channel AS int[]), CAST(:dx AS float8[]), CAST(:dy AS float8[]), CAST(:outside AS bool[]))"
    " WITH ORDINALITY AS g(cell, second, class, channel, dx, dy, outside, n)"
    " JOIN spot s ON s.number = g.cell) AS g ORDER BY g.n RETURNING id"
)
_RESOLUTIONS = text(
    "INSERT INTO resolution (report_id, atlas, cell_edition_id, cell_code, decision, deadline)"
    " SELECT g.id, '0123456789abcdef', CASE WHEN g.outside THEN NULL ELSE s.edition_id END,"
    " CASE WHEN g.outside THEN NULL ELSE s.code END, 'determined',"
    " CAST(:start AS timestamptz) + (g.second + 86400) * interval '1 second'"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:cell AS int[]), CAST(:second AS int[]),"
    " CAST(:outside AS bool[])) AS g(id, cell, second, outside) JOIN spot s ON s.number = g.cell"
)


def add_classes(connection: Connection, classes: int) -> list[str]:
    """Add so many classes and return their codes."""
    codes = [f"B{number}" for number in range(classes)]
    connection.execute(
        text(
            "INSERT INTO class SELECT :scheme, 'event', code, '类' || code, NULL, 'B', '', '', 'local'"
            " FROM unnest(CAST(:codes AS text[])) AS c(code)"
        ),
        {"scheme": SCHEME, "codes": codes},
    )
    return codes


def add_cases(connection: Connection, count: int, classes: int, seed: int) -> None:
    """Add cases over WEEKS weeks, more in some cells than in others, each resolved to its cell."""
    cells = connection.execute(_SPOTS).rowcount
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(0, 1, cells)
    weights /= weights.sum()
    seconds = np.sort(rng.integers(0, WEEKS * 7 * 86_400, count))
    for at in range(0, count, _AT_ONCE):
        given = _drawn(rng, seconds[at : at + _AT_ONCE], weights, classes)
        told = {"scheme": SCHEME, "channels": [name for name, _ in CHANNELS], "at": at + seed * 10**9}
        start = {"start": f"{FIRST}T00:00+08"}
        ids = connection.scalars(_REPORTS, given | told | start).all()
        resolved = {name: given[name] for name in ("cell", "second", "outside")}
        connection.execute(_RESOLUTIONS, {"ids": ids} | resolved | start)


def _drawn(
    rng: np.random.Generator, seconds: npt.NDArray[np.int64], weights: npt.NDArray[np.float64], classes: int
) -> dict[str, Any]:
    n = len(seconds)
    return {
        "second": seconds.tolist(),
        "cell": rng.choice(len(weights), n, p=weights).tolist(),
        "class": rng.integers(0, classes, n).tolist(),
        "channel": rng.choice(len(CHANNELS), n, p=[share for _, share in CHANNELS]).tolist(),
        "dx": rng.uniform(-2e-4, 2e-4, n).tolist(),
        "dy": rng.uniform(-2e-4, 2e-4, n).tolist(),
        "outside": (rng.random(n) < _OUTSIDE).tolist(),
    }


def bare(connection: Connection) -> None:
    """Take the checks, triggers and indices off, for a load of millions: `dressed` puts them back."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(
        text(
            "CREATE TEMP TABLE taken ON COMMIT DROP AS SELECT indexname, indexdef FROM pg_indexes"
            " WHERE tablename IN ('report', 'resolution', 'report_tally')"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    )
    for name in connection.scalars(text("SELECT indexname FROM taken")).all():
        connection.execute(text(f"DROP INDEX {name}"))


def dressed(connection: Connection) -> None:
    """Fill what the triggers would have kept, as the migration does, and make the indices."""
    connection.execute(
        text(
            f"INSERT INTO {report_tally.name} SELECT r.id, r.opened_at,"
            " tally_key(r.scheme || ' ' || r.kind || ' ' || r.class_code), tally_key(r.source),"
            " tally_key(s.cell_edition_id || ' ' || s.cell_code)"
            " FROM report r LEFT JOIN resolution s ON s.report_id = r.id"
        )
    )
    for definition in connection.scalars(text("SELECT indexdef FROM taken")).all():
        connection.execute(text(definition))
    connection.execute(text("SET LOCAL session_replication_role = origin"))
