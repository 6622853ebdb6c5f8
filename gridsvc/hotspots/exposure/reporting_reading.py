"""The reporting rate of each street office, from the duplicates in the database."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.cases.duplicates.counting import holds
from gridsvc.cases.duplicates.persistence import persistence_hours
from gridsvc.catalog import load_classes
from gridsvc.hotspots.exposure.reporting_rates import LONGEST_H, ReportingRates, reporting_rates

_STAYS = 4.0
"""Times the persistence of its class that an incident is watched at most."""

# A report is an incident unless it tells of one before; its end is the closing of its first report.
_INCIDENTS = text(
    f"""
    WITH incident AS (
        SELECT r.id, r.scheme, r.kind, r.class_code, r.opened_at, s.street_code,
            least(
                CASE WHEN r.closed_at > r.opened_at THEN r.closed_at END,
                r.opened_at + make_interval(hours => :longest),
                CAST(:now AS timestamptz)
            ) AS ended_at
        FROM report r LEFT JOIN resolution s ON s.report_id = r.id
        WHERE r.opened_at >= :first AND r.opened_at < :last AND r.opened_at < :now
            AND NOT EXISTS (
                SELECT FROM report_duplicate d
                WHERE d.report_id = r.id AND {holds("d")}
            )
    )
    SELECT i.scheme, i.kind, i.class_code, i.street_code,
        extract(epoch FROM i.ended_at - i.opened_at)::float8 / 3600 AS hours,
        array_agg(extract(epoch FROM l.opened_at - i.opened_at)::float8 / 3600)
            FILTER (WHERE l.id IS NOT NULL) AS after_h
    FROM incident i
    LEFT JOIN report_duplicate d ON d.earlier_id = i.id AND {holds("d")}
    LEFT JOIN report l ON l.id = d.report_id
    GROUP BY i.id, i.scheme, i.kind, i.class_code, i.street_code, i.ended_at, i.opened_at
    """
)


def read_reporting_rates(
    connection: Connection, *, first: datetime, last: datetime, now: datetime
) -> ReportingRates:
    """Return the rates of the street offices from the incidents opened from `first` to before `last` (aware).

    An incident is watched until its first report was closed, at most 30 days and four times as long as its
    class stays. Streets are those recorded with the reports, in the order of their codes.
    """
    rows = connection.execute(
        _INCIDENTS, {"first": first, "last": last, "now": now, "longest": int(LONGEST_H)}
    ).all()
    names = {(each.scheme, each.kind, each.code): each.name for each in load_classes(connection)}
    keys = [(row.scheme, row.kind, row.class_code) for row in rows]
    number = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    stays = {key: _STAYS * persistence_hours(key[1], names.get(key, key[2] or "")) for key in number}
    streets = sorted({row.street_code for row in rows if row.street_code})
    place = {street: index for index, street in enumerate(streets)}
    hours = np.array([min(row.hours, stays[key]) for row, key in zip(rows, keys, strict=True)], np.float64)
    repeats = [
        sum(after <= watched for after in row.after_h or ())
        for row, watched in zip(rows, hours.tolist(), strict=True)
    ]
    return reporting_rates(
        np.array([place.get(row.street_code, -1) for row in rows], np.int64),
        np.array([number[key] for key in keys], np.int64),
        np.array(repeats, np.int64),
        hours,
        groups=streets,
    )
