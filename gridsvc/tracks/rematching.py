"""Matching tracks again, after the road layer has changed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from gridsvc.tracks.grounds import Grounds
from gridsvc.tracks.reading import load_tracks
from gridsvc.tracks.sampling import pieces_of
from gridsvc.tracks.storing import store_streets

_AT_ONCE = 50


def stale_tracks(connection: Connection, roads: str | None) -> list[int]:
    """Return the ids of the tracks that were matched to another state of the road layer, sorted."""
    return list(
        connection.scalars(
            text("SELECT id FROM track WHERE roads IS DISTINCT FROM :roads ORDER BY id"), {"roads": roads}
        )
    )


def match_again(connection: Connection, *, zone: ZoneInfo, snap_outside_m: float) -> int:
    """Count the minutes by street anew of every track that an earlier road layer was matched to.

    An import of roads takes the minutes of the links that it replaces with it; the tracks themselves stay.
    Returns how many tracks were matched.
    """
    grounds = Grounds(connection, snap_outside_m=snap_outside_m)
    stale = stale_tracks(connection, grounds.roads)
    for begin in range(0, len(stale), _AT_ONCE):
        some = stale[begin : begin + _AT_ONCE]
        connection.execute(text("DELETE FROM track_street WHERE track_id = ANY(:ids)"), {"ids": some})
        for number, track in load_tracks(connection, some):
            store_streets(connection, number, grounds.street_minutes(track, pieces_of(track), zone))
        connection.execute(
            text("UPDATE track SET roads = :roads WHERE id = ANY(:ids)"),
            {"roads": grounds.roads, "ids": some},
        )
    return len(stale)
