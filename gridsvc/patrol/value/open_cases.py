"""Cases that are open: somebody has to go there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, text

from gridsvc.cases.duplicates.counting import holds
from gridsvc.errors import Text
from gridsvc.hotspots.classes import CountedClass
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.required import MustStop

SINCE_DAYS = 90
"""An older case that nobody closed is more likely forgotten than open."""
MOST = 60

# A repeat of an incident is the incident's own case; a default coordinate is nowhere to go.
_OPEN = f"""
SELECT r.id, r.external_id, r.class_code, c.name, c.name_en, r.opened_at, r.text,
    coalesce(r.due_at, s.deadline) AS due, ST_X(r.geom) AS lon, ST_Y(r.geom) AS lat, count(*) OVER () AS open
FROM report r
LEFT JOIN resolution s ON s.report_id = r.id
LEFT JOIN class c ON c.scheme = r.scheme AND c.kind = r.kind AND c.code = r.class_code
WHERE r.closed_at IS NULL AND r.geom IS NOT NULL AND r.opened_at <= :now AND r.opened_at >= :since
    AND (CAST(:every AS boolean) OR (coalesce(r.scheme, ''), coalesce(r.kind, ''), r.class_code)
        IN (SELECT * FROM unnest(CAST(:schemes AS text[]), CAST(:kinds AS text[]), CAST(:codes AS text[]))))
    AND (CAST(:units AS text[]) IS NULL OR s.unit_code = ANY(:units) OR r.unit_text = ANY(:units))
    AND NOT EXISTS (SELECT FROM report_duplicate l WHERE l.report_id = r.id AND {holds("l")})
    AND NOT EXISTS (SELECT FROM geocode_sink k WHERE k.status = 'quarantined'
        AND r.geom ~= ST_SetSRID(ST_MakePoint(k.lon, k.lat), 4326))
ORDER BY due NULLS LAST, r.opened_at, r.id LIMIT :most
"""


def open_cases(
    connection: Connection,
    asked: Asked,
    classes: Sequence[CountedClass],
    *,
    now: datetime,
    units: Sequence[str] = (),
    since_days: int = SINCE_DAYS,
    most: int = MOST,
) -> tuple[list[MustStop], list[Text]]:
    """Return a stop for each case of `classes` (none: of any) and `units` (code or name) that is not closed.

    The cases that are due first come first, `most` of them; a remark tells of the others.
    """
    rows = connection.execute(
        text(_OPEN),
        {
            "now": now,
            "since": now - timedelta(days=since_days),
            "every": not classes,
            # A sender's words have no kind, whatever their scheme.
            "schemes": [each.scheme or "" for each in classes],
            "kinds": [each.kind or "" for each in classes],
            "codes": [each.code for each in classes],
            "units": list(units) or None,
            "most": most,
        },
    ).all()
    left = rows[0].open - len(rows) if rows else 0
    remarks = []
    if left > 0:
        remarks.append(
            Text(
                f"另有 {left:,} 件未结案件未列入必到（只列最早到期的 {len(rows)} 件）",
                f"{left:,} more open cases are no must-visits: those {len(rows)} are that are due first",
            )
        )
    return [_stop(row, asked) for row in rows], remarks


def _stop(row: Row[tuple[object, ...]], asked: Asked) -> MustStop:
    known = row.name or row.class_code
    name = Text(known or "未分类", row.name_en or known or "unclassified")
    weight = asked.of_class(asked.weights, (row.class_code or "", name.zh, name.en), 1.0)
    number = row.external_id or str(row.id)
    return MustStop(
        key=f"report:{row.id}",
        lon=row.lon,
        lat=row.lat,
        because=(_because(row, number, name, asked.zone),),
        value=weight,
        met=(Expected(row.class_code or "", name.zh, 1.0),),
        minutes=12.0 + asked.of_class(asked.handling, (row.class_code or "", name.zh, name.en), 0.0),
    )


def _because(row: Row[tuple[object, ...]], number: str, name: Text, zone: ZoneInfo) -> Text:
    opened = row.opened_at.astimezone(zone)
    zh = f"未结案件 {number}：{name.zh}，{opened:%m-%d %H:%M} 上报"
    en = f"open case {number}: {name.en}, reported {opened:%m-%d %H:%M}"
    if row.due is not None:
        due = row.due.astimezone(zone)
        zh, en = f"{zh}，{due:%m-%d %H:%M} 到期", f"{en}, due {due:%m-%d %H:%M}"
    return Text(zh, en)
