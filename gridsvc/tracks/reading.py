"""Tracks as they are stored: which there are, one with its fixes, one taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Text
from gridsvc.tracks.fixes import Track, plain
from gridsvc.tracks.storing import delete_tracks

_AT_ONCE = 50
"""Tracks in memory at a time where all are looked at."""
_COLUMNS = (
    "t.id, t.patrol, t.source, t.datum, t.begins, t.ends, t.fixes, t.dropped, t.minutes, t.outside_minutes,"
    " t.gap_minutes, t.metres, t.imported_at"
)
_MINUTES_OF = text(
    "SELECT m.cell_code AS cell, a.name, e.name AS edition, m.day, m.minutes FROM track_minutes m"
    " JOIN area a ON a.edition_id = m.edition_id AND a.code = m.cell_code"
    " JOIN area_edition e ON e.id = m.edition_id"
    ' WHERE m.track_id = :id ORDER BY m.day, m.minutes DESC, m.cell_code COLLATE "C"'
)
_STREETS_OF = text(
    "SELECT r.name, sum(s.minutes) AS minutes, sum(s.metres) AS metres, count(DISTINCT r.id) AS links"
    " FROM track_street s JOIN road r ON r.id = s.road_id WHERE s.track_id = :id"
    " GROUP BY r.name ORDER BY minutes DESC, r.name"
)


def list_tracks(
    connection: Connection,
    *,
    zone: ZoneInfo,
    first: date | None = None,
    last: date | None = None,
    patrol: str | None = None,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """Return the tracks that begin from `first` to `last` (local days, inclusive) as plain values.

    The newest first, and `most` at most.
    """
    rows = connection.execute(
        text(
            f"SELECT {_COLUMNS} FROM track t WHERE (CAST(:patrol AS text) IS NULL OR t.patrol = :patrol)"
            " AND (CAST(:first AS date) IS NULL OR (t.begins AT TIME ZONE :zone)::date >= :first)"
            " AND (CAST(:last AS date) IS NULL OR (t.begins AT TIME ZONE :zone)::date <= :last)"
            " ORDER BY t.begins DESC, t.id DESC LIMIT :most"
        ),
        {"patrol": patrol, "first": first, "last": last, "zone": zone.key, "most": most},
    ).mappings()
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def show_track(connection: Connection, number: int) -> dict[str, Any]:
    """Return a track with its minutes by cell and by street, as plain values; `NotFound` (`no_track`)."""
    row = (
        connection.execute(text(f"SELECT {_COLUMNS} FROM track t WHERE id = :id"), {"id": number})
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise _no_track(number)
    of = {"id": number}
    return {name: plain(value) for name, value in row.items()} | {
        "cells": [
            {name: each.isoformat() if name == "day" else plain(each) for name, each in cell.items()}
            for cell in connection.execute(_MINUTES_OF, of).mappings()
        ],
        "streets": [
            {name: plain(each) for name, each in street.items()}
            for street in connection.execute(_STREETS_OF, of).mappings()
        ],
    }


def track_feature(connection: Connection, number: int) -> dict[str, Any]:
    """Return a track as a GeoJSON feature: a MultiLineString with a line for each span; `NotFound`."""
    shown = show_track(connection, number)
    track = load_tracks(connection, [number])[0][1]
    lines = [
        np.column_stack([track.lon[first : last + 1], track.lat[first : last + 1]]).round(7).tolist()
        for first, last in track.spans
    ]
    return {
        "type": "Feature",
        "id": number,
        "geometry": {"type": "MultiLineString", "coordinates": lines},
        "properties": shown,
    }


def delete_track(connection: Connection, number: int) -> None:
    """Take a track and its minutes away; `NotFound` (`no_track`)."""
    if not delete_tracks(connection, [number]):
        raise _no_track(number)


def load_tracks(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, Track]]:
    """Return tracks by id with the fixes of their spans, in the order of ids; unknown ids are left out."""
    rows = connection.execute(
        text(
            "SELECT id, patrol, source, ST_AsBinary(geom) AS line FROM track WHERE id = ANY(:ids) ORDER BY id"
        ),
        {"ids": list(numbers)},
    ).all()
    return [(row.id, _track(row.patrol, row.source, bytes(row.line))) for row in rows]


def tracks_near(
    connection: Connection, box: tuple[float, float, float, float], first: datetime, last: datetime
) -> Iterator[tuple[datetime, Track]]:
    """Yield (end, track) of those with any time between two aware instants whose box meets one.

    `box`: west, south, east, north in degrees. Those that end last first, read as they are asked for.
    """
    west, south, east, north = box
    found = connection.execute(
        text(
            "SELECT patrol, source, ends, ST_AsBinary(geom) AS line FROM track"
            " WHERE begins < :last AND ends > :first"
            " AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) ORDER BY ends DESC, id DESC"
        ).execution_options(yield_per=_AT_ONCE),
        {"first": first, "last": last, "west": west, "south": south, "east": east, "north": north},
    )
    with found:
        for row in found:
            yield row.ends, _track(row.patrol, row.source, bytes(row.line))


@dataclass(frozen=True, slots=True)
class TrackTime:
    """Whose a track is, and from when to when."""

    id: int
    patrol: str
    begins: datetime
    ends: datetime


def tracks_between(connection: Connection, first: datetime, last: datetime) -> list[TrackTime]:
    """Return the tracks with any time between two aware instants, by number."""
    rows = connection.execute(
        text("SELECT id, patrol, begins, ends FROM track WHERE begins < :last AND ends > :first ORDER BY id"),
        {"first": first, "last": last},
    )
    return [TrackTime(row.id, row.patrol, row.begins, row.ends) for row in rows]


def _track(patrol: str, source: str, line: bytes) -> Track:
    spans = shapely.get_parts(shapely.from_wkb(line))
    corners, span = shapely.get_coordinates(spans, include_m=True, return_index=True)
    at = np.rint(corners[:, 2] * 1000).astype(np.int64) * 1000
    return Track(patrol, source, at, corners[:, 0], corners[:, 1], span[1:] == span[:-1], {}, False)


def _no_track(number: int) -> NotFound:
    return NotFound(
        "no_track",
        Text(f"没有轨迹 {number}。", f"There is no track {number}."),
        remedy=Text("用 gridsvc track list 查看。", "See gridsvc track list."),
    )
