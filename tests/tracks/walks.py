"""Made-up walks for the tests of tracks: fixes at places counted in cells of the made-up district."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gridsvc.tracks import TrackImport, import_tracks
from tests.hotspots.district import ZONE, District

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGIN = datetime(2026, 11, 19, 1, tzinfo=UTC)  # nine in the morning
Fix = tuple[float, float, float]


def gpx(
    district: District,
    fixes: Sequence[Fix],
    *,
    name: str | None = "甲",
    begin: datetime = BEGIN,
    stamp: str = "%Y-%m-%dT%H:%M:%SZ",
    version: str = "1.1",
) -> bytes:
    """A GPX of fixes (seconds from `begin`, column, row)."""
    points = "".join(
        f'<trkpt lat="{lat:.8f}" lon="{lon:.8f}"><time>{(begin + timedelta(seconds=at)).strftime(stamp)}</time></trkpt>'
        for at, (lon, lat) in ((at, district.place(column, row)) for at, column, row in fixes)
    )
    titled = f"<name>{name}</name>" if name else ""
    space = f"http://www.topografix.com/GPX/{version.replace('.', '/')}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="{version}" creator="test" xmlns="{space}">'
        f"<trk>{titled}<trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


def walk(path: Sequence[tuple[float, float]], *, every: float = 10, step: float = 0.1) -> list[Fix]:
    """Fixes along straight ways between places, `step` cells apart, one each `every` seconds."""
    fixes: list[Fix] = []
    for (c0, r0), (c1, r1) in pairwise(path):
        count = max(round(max(abs(c1 - c0), abs(r1 - r0)) / step), 1)
        fixes += [(0.0, c0 + (c1 - c0) * k / count, r0 + (r1 - r0) * k / count) for k in range(count)]
    fixes.append((0.0, *path[-1]))
    return [(number * every, column, row) for number, (_, column, row) in enumerate(fixes)]


def take(connection: Connection, given: Path | bytes, **further: Any) -> TrackImport:
    """Import with what the tests have alike."""
    settings: dict[str, Any] = {"now": NOW, "zone": ZONE, "snap_outside_m": 5.0, "largest_mb": 5}
    return import_tracks(connection, given, **(settings | further))
