"""Where patrols were to be lately: what floors count and what a night's variation keeps away from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, text


def stops_lately(
    connection: Connection, day: date, days: int
) -> list[tuple[date, str, str | None, datetime, datetime]]:
    """Return the stops of the plans that held in the `days` before `day`: (day, key, zone, begin, end).

    Of the plans of one team for one shift the last counts; breaks are left out.
    """
    rows = connection.execute(
        text(
            "SELECT p.day, s.key, s.zone_code, s.begins, s.ends FROM patrol_stop AS s"
            " JOIN patrol_plan AS p ON p.id = s.plan_id"
            " WHERE p.day < :day AND p.day >= CAST(:day AS date) - CAST(:days AS integer)"
            " AND s.kind <> 'break' AND NOT EXISTS ("
            "SELECT FROM patrol_plan AS later WHERE later.team = p.team"
            " AND later.begins = p.begins AND later.ends = p.ends AND later.id > p.id)"
            " ORDER BY p.day, s.begins, s.key"
        ),
        {"day": day, "days": days},
    ).all()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def zones_of_other_shifts(
    connection: Connection, day: date, begins: datetime, ends: datetime, team: str
) -> list[str]:
    """Return the zones of the stops of `day` by shifts that begin no later, but for this one of this team: a
    code for each shift that stops there.
    """
    rows = connection.execute(
        text(
            "SELECT DISTINCT p.id, s.zone_code FROM patrol_stop AS s"
            " JOIN patrol_plan AS p ON p.id = s.plan_id"
            " WHERE p.day = :day AND p.begins <= :begins AND s.zone_code IS NOT NULL"
            " AND NOT (p.team = :team AND p.begins = :begins AND p.ends = :ends) AND NOT EXISTS ("
            "SELECT FROM patrol_plan AS later WHERE later.team = p.team"
            " AND later.begins = p.begins AND later.ends = p.ends AND later.id > p.id)"
            " ORDER BY p.id, s.zone_code"
        ),
        {"day": day, "begins": begins, "ends": ends, "team": team},
    ).all()
    return [row[1] for row in rows]
