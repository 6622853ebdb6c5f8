"""Where patrols were to be lately: what floors count and what a night's variation keeps away from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

# Of the plans of one team for one shift the last counts.
_HOLDS = (
    "NOT EXISTS (SELECT FROM patrol_plan AS later WHERE later.team = p.team"
    " AND later.begins = p.begins AND later.ends = p.ends AND later.id > p.id)"
)


def stops_lately(
    connection: Connection, day: date, days: int
) -> list[tuple[date, str, str | None, datetime, datetime]]:
    """Return the stops of the plans that held in the `days` before `day`: (day, key, zone, begin, end).

    Breaks are left out.
    """
    rows = connection.execute(
        text(
            "SELECT p.day, s.key, s.zone_code, s.begins, s.ends FROM patrol_stop AS s"
            " JOIN patrol_plan AS p ON p.id = s.plan_id"
            " WHERE p.day < :day AND p.day >= CAST(:day AS date) - CAST(:days AS integer)"
            f" AND s.kind <> 'break' AND {_HOLDS} ORDER BY p.day, s.begins, s.key"
        ),
        {"day": day, "days": days},
    ).all()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


@dataclass(frozen=True, slots=True)
class PatrolOfShift:
    """A patrol of a plan that held: its team, its shift of a day, and the zones of its stops."""

    plan: int
    team: str
    day: date
    begins: datetime
    ends: datetime
    name: str
    zones: tuple[str, ...]


def patrols_lately(connection: Connection, first: date, last: date) -> list[PatrolOfShift]:
    """Return the patrols with any stop in the plans that held from `first` to `last`, inclusive."""
    rows = connection.execute(
        text(
            "SELECT p.id, p.team, p.day, p.begins, p.ends, s.patrol, array_remove(array_agg(DISTINCT"
            " s.zone_code), NULL) AS zones FROM patrol_stop AS s JOIN patrol_plan AS p ON p.id = s.plan_id"
            f" WHERE p.day BETWEEN :first AND :last AND {_HOLDS}"
            " GROUP BY p.id, s.patrol ORDER BY p.id, s.patrol"
        ),
        {"first": first, "last": last},
    ).all()
    return [
        PatrolOfShift(row.id, row.team, row.day, row.begins, row.ends, row.patrol, tuple(row.zones))
        for row in rows
    ]
