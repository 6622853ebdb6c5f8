"""Which exposures there are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from gridsvc.hotspots.exposure.reading import HECTARE_FLOOR, MINUTES_FLOOR, ROAD_FLOOR_KM


def list_exposures(connection: Connection) -> list[dict[str, Any]]:
    """Return every exposure that can be read, as plain values: those measured first, then by name.

    Totals are of what is stored; what is measured has none here.
    """
    found: list[dict[str, Any]] = []
    if connection.scalar(text("SELECT EXISTS (SELECT FROM road)")):
        found.append(_row("road_km", "km", ROAD_FLOOR_KM, source="road"))
    for name in connection.scalars(
        text("SELECT name FROM area_edition WHERE level = 'cell' AND withdrawn_at IS NULL ORDER BY id")
    ):
        found.append(_row("hectare", "hectare", HECTARE_FLOOR, edition=name, source=name))
    minutes = connection.execute(
        text(
            "SELECT e.name AS edition, p.source, count(DISTINCT p.cell_code) AS cells,"
            " sum(p.minutes) AS total, min(p.day) AS first, max(p.day) AS last FROM ("
            "SELECT edition_id, cell_code, day, minutes, NULL AS source FROM patrol_effort UNION ALL"
            " SELECT edition_id, cell_code, day, minutes, 'tracks' FROM track_minutes) AS p"
            " JOIN area_edition e ON e.id = p.edition_id GROUP BY e.id, e.name, p.source"
            " ORDER BY e.id, p.source NULLS FIRST"
        )
    )
    found += [
        _row(
            "patrol_minutes",
            "minute",
            MINUTES_FLOOR,
            edition=row.edition,
            cells=row.cells,
            total=row.total,
            first=row.first.isoformat(),
            last=row.last.isoformat(),
            source=row.source,
        )
        for row in minutes
    ]
    imported = connection.execute(
        text(
            "SELECT x.name, x.unit, x.floor, x.as_of, x.source, e.name AS edition, count(v.value) AS cells,"
            " coalesce(sum(v.value), 0) AS total FROM exposure x JOIN area_edition e ON e.id = x.edition_id"
            " LEFT JOIN exposure_value v ON v.edition_id = x.edition_id AND v.name = x.name"
            " GROUP BY x.edition_id, x.name, e.name ORDER BY x.name, x.edition_id"
        )
    )
    found += [
        _row(
            row.name,
            row.unit,
            row.floor,
            edition=row.edition,
            cells=row.cells,
            total=row.total,
            as_of=row.as_of.isoformat() if row.as_of else None,
            source=row.source,
        )
        for row in imported
    ]
    return found


def _row(name: str, unit: str, floor: float, **further: Any) -> dict[str, Any]:
    keys = ("edition", "cells", "total", "first", "last", "as_of", "source")
    return {"name": name, "unit": unit, "floor": floor} | {key: further.get(key) for key in keys}
