"""A track into the database, with the minutes that it gives; what is there already; taking one away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import orjson
from sqlalchemy import Connection, text

from gridsvc.postgres import copy_rows
from gridsvc.tracks.fixes import Track, instant
from gridsvc.tracks.grounds import CellRow, StreetRow
from gridsvc.tracks.sampling import Pieces

_EPOCH = date(1970, 1, 1)


def digest_of(track: Track) -> str:
    """Return the SHA-256 of a track's instants and places (to 10⁻⁷ degrees): of any patrol, in any file."""
    places = [np.rint(each * 1e7).astype(np.int64) for each in (track.lon, track.lat)]
    return sha256(np.ascontiguousarray(np.stack([track.at, *places])).tobytes()).hexdigest()


def spans_of(track: Track) -> str:
    """Return when the track's fixes follow each other, as PostgreSQL writes a set of periods."""
    periods = (
        f"[{instant(int(track.at[first])).isoformat()},{instant(int(track.at[last])).isoformat()})"
        for first, last in track.spans
    )
    return "{" + ",".join(periods) + "}"


def known(connection: Connection, digest: str) -> int | None:
    """Return the id of the track of that digest; None when there is none."""
    found: int | None = connection.scalar(
        text("SELECT id FROM track WHERE digest = :digest"), {"digest": digest}
    )
    return found


def overlapping(connection: Connection, track: Track) -> list[int]:
    """Return the ids of the patrol's tracks at the same time, sorted."""
    return list(
        connection.scalars(
            text(
                "SELECT id FROM track WHERE patrol = :patrol"
                " AND spans && CAST(:spans AS tstzmultirange) ORDER BY id"
            ),
            {"patrol": track.patrol, "spans": spans_of(track)},
        )
    )


def delete_tracks(connection: Connection, ids: Iterable[int]) -> int:
    """Take tracks away with all their minutes; return how many there were."""
    return connection.execute(text("DELETE FROM track WHERE id = ANY(:ids)"), {"ids": list(ids)}).rowcount


def store(
    connection: Connection,
    track: Track,
    pieces: Pieces,
    *,
    digest: str,
    source: str,
    datum: str,
    outside_minutes: float,
    cells: list[CellRow],
    streets: list[StreetRow],
    roads: str | None,
) -> int:
    """Add a track with its minutes by cell and by street, and return its id."""
    number: int = connection.execute(
        text(
            "INSERT INTO track (patrol, source, datum, digest, begins, ends, spans, fixes, dropped, minutes,"
            " outside_minutes, gap_minutes, metres, roads, geom) VALUES (:patrol, :source, :datum, :digest,"
            " :begins, :ends, CAST(:spans AS tstzmultirange), :fixes, CAST(:dropped AS jsonb), :minutes,"
            " :outside_minutes, :gap_minutes, :metres, :roads, ST_GeomFromEWKT(:line)) RETURNING id"
        ),
        {
            "patrol": track.patrol,
            "source": source,
            "datum": datum,
            "digest": digest,
            "begins": instant(int(track.at[0])),
            "ends": instant(int(track.at[-1])),
            "spans": spans_of(track),
            "fixes": len(track),
            "dropped": orjson.dumps(dict(track.dropped)).decode(),
            "minutes": track.minutes,
            # Sums of the same pieces in another order: no minute may be outside that is not in the track.
            "outside_minutes": min(outside_minutes, track.minutes),
            "gap_minutes": track.gap_minutes,
            "metres": float(pieces.metres.sum()),
            "roads": roads,
            "line": _line(track),
        },
    ).scalar_one()
    copy_rows(
        connection,
        "track_minutes",
        ["track_id", "edition_id", "cell_code", "day", "minutes"],
        (
            (number, edition, code, _EPOCH + timedelta(days=day), amount)
            for edition, code, day, amount in cells
        ),
    )
    store_streets(connection, number, streets)
    return number


def store_streets(connection: Connection, track: int, streets: list[StreetRow]) -> None:
    """Add the minutes of a track by link and day."""
    copy_rows(
        connection,
        "track_street",
        ["track_id", "road_id", "day", "minutes", "metres"],
        (
            (track, road, _EPOCH + timedelta(days=day), minutes, metres)
            for road, day, minutes, metres in streets
        ),
    )


def _line(track: Track) -> str:
    """Return a line for each span, with the seconds since 1970 as M, as EWKT."""
    corners = [
        f"{lon:.7f} {lat:.7f} {at / 1e6:.3f}"
        for lon, lat, at in zip(track.lon.tolist(), track.lat.tolist(), track.at.tolist(), strict=True)
    ]
    spans = ",".join(f"({','.join(corners[first : last + 1])})" for first, last in track.spans)
    return f"SRID=4326;MULTILINESTRING M({spans})"
