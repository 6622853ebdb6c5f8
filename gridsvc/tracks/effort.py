"""The minutes of patrol of every cell and day, from files and from tracks: what `hotspots` divides by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Effort:
    """Minutes of patrol of a period.

    `minutes`: by edition of the cells and code of the cell. `file_days`, `track_days`: days told by a file,
    and by tracks; `tracks`: how many. `set_aside`: minutes of tracks of days that a file tells, not counted.
    """

    minutes: dict[int, dict[str, float]]
    file_days: int
    track_days: int
    tracks: int
    set_aside: float


# One picture: the days of files, each as the newest edition that it was told for has it, and all other days
# from tracks, whatever edition they were counted on.
_NEWEST = (
    "WITH told AS (SELECT DISTINCT day, edition_id FROM patrol_effort WHERE day BETWEEN :first AND :last),"
    " newest AS (SELECT DISTINCT ON (t.day) t.day, t.edition_id FROM told t"
    " JOIN area_edition e ON e.id = t.edition_id ORDER BY t.day, e.withdrawn_at IS NOT NULL, e.id DESC)"
)
_EVERY = (
    f"{_NEWEST}, every AS (SELECT edition_id, cell_code, day, minutes FROM patrol_effort JOIN newest"
    " USING (day, edition_id)"
    " UNION ALL SELECT edition_id, cell_code, day, minutes FROM track_minutes m"
    " WHERE day BETWEEN :first AND :last AND NOT EXISTS (SELECT FROM newest n WHERE n.day = m.day))"
)
_MINUTES = text(
    f"{_EVERY} SELECT edition_id, cell_code, sum(minutes) AS minutes FROM every"
    " GROUP BY edition_id, cell_code ORDER BY edition_id, cell_code"
)
# A shift over midnight is one of the day on which it began: its minutes after midnight are within two days.
_BY_DAY = text(
    f"{_NEWEST},"
    " counted AS (SELECT m.edition_id, m.cell_code, m.day, coalesce(o.day, m.day) AS on_day, m.minutes"
    " FROM track_minutes m LEFT JOIN unnest(CAST(:tracks AS int[]), CAST(:days AS date[]))"
    " AS o(track_id, day) ON o.track_id = m.track_id"
    " WHERE m.day BETWEEN CAST(:first AS date) - 2 AND CAST(:last AS date) + 2"
    " AND m.track_id <> ALL(CAST(:without AS int[]))),"
    " every AS (SELECT edition_id, cell_code, day, minutes FROM patrol_effort JOIN newest"
    " USING (day, edition_id)"
    " UNION ALL SELECT edition_id, cell_code, on_day, minutes FROM counted c"
    " WHERE on_day BETWEEN :first AND :last"
    " AND NOT EXISTS (SELECT FROM newest n WHERE n.day IN (c.day, c.on_day)))"
    " SELECT edition_id, cell_code, day, sum(minutes) AS minutes FROM every"
    " GROUP BY edition_id, cell_code, day ORDER BY edition_id, cell_code, day"
)
_DAYS = text(
    "WITH told AS (SELECT DISTINCT day FROM patrol_effort WHERE day BETWEEN :first AND :last)"
    " SELECT (SELECT count(*) FROM told) AS file_days,"
    " count(DISTINCT m.day) FILTER (WHERE told.day IS NULL) AS track_days,"
    " count(DISTINCT m.track_id) FILTER (WHERE told.day IS NULL) AS tracks,"
    " coalesce(sum(m.minutes) FILTER (WHERE told.day IS NOT NULL), 0) AS set_aside"
    " FROM track_minutes m LEFT JOIN told ON told.day = m.day WHERE m.day BETWEEN :first AND :last"
)


def read_effort(connection: Connection, first: date, last: date) -> Effort:
    """Return the minutes of patrol from `first` to `last`, inclusive, local days.

    A day that a file tells counts as the file says it, in every cell; any other day is that of the tracks.
    """
    period = {"first": first, "last": last}
    minutes: dict[int, dict[str, float]] = {}
    for row in connection.execute(_MINUTES, period):
        minutes.setdefault(row.edition_id, {})[row.cell_code] = row.minutes
    days = connection.execute(_DAYS, period).one()
    return Effort(minutes, days.file_days, days.track_days, days.tracks, float(days.set_aside))


def effort_by_day(
    connection: Connection,
    first: date,
    last: date,
    *,
    counted_on: Mapping[int, date] | None = None,
    without: Collection[int] = (),
) -> dict[int, list[tuple[str, date, float]]]:
    """Return (cell code, local day, minutes) by edition of the cells, counted as `read_effort` does.

    `counted_on`: by number of a track the one day that all its minutes count for, at most two from them;
    those of another track count for the days on which they were. `without`: tracks left out.
    """
    on = counted_on or {}
    period = {"first": first, "last": last, "tracks": list(on), "days": list(on.values())}
    found: dict[int, list[tuple[str, date, float]]] = {}
    for row in connection.execute(_BY_DAY, period | {"without": list(without)}):
        found.setdefault(row.edition_id, []).append((row.cell_code, row.day, row.minutes))
    return found


def days_told(connection: Connection, first: date, last: date) -> frozenset[date]:
    """Return the days of which a file tells the minutes of all patrols together."""
    rows = connection.execute(
        text("SELECT DISTINCT day FROM patrol_effort WHERE day BETWEEN :first AND :last"),
        {"first": first, "last": last},
    )
    return frozenset(row.day for row in rows)
