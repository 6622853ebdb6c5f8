"""Reading what runs found: the hotspots of a week, the weeks of a hotspot, the answers beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Place, Text
from gridsvc.hotspots.spots.series import all_series, series_named, unknown_hotspot

CHANGES = {
    "new": Text("新出现", "new"),
    "continuing": Text("持续", "continuing"),
    "grown": Text("扩大", "grown"),
    "shrunk": Text("缩小", "shrunk"),
    "split": Text("分裂而来", "split off"),
    "returned": Text("再次出现", "returned"),
}
"""What became of a hotspot since the run before, in words."""

_RUN = (
    "SELECT id, first_day, last_day, made_at, snapshot, reports, incidents, provenance FROM hotspot_run"
    " WHERE series_id = :series AND (CAST(:last AS date) IS NULL OR last_day = :last)"
    " ORDER BY last_day DESC LIMIT 1"
)
_SIGHTINGS = """
SELECT s.hotspot_id, s.rank, s.change, s.name, s.cell_codes, s.observed, s.expected, s.risk, s.risk_low,
    s.risk_high, s.details, h.first_day, h.born_of, ST_AsGeoJSON(s.geom, 7) AS shape,
    (SELECT count(*) FROM hotspot_sighting o WHERE o.hotspot_id = s.hotspot_id) AS runs
FROM hotspot_sighting s JOIN hotspot h ON h.id = s.hotspot_id
WHERE s.run_id = :run ORDER BY s.rank
"""
# Seen in the run before this one, and not in it.
_GONE = """
SELECT s.hotspot_id, s.name FROM hotspot_sighting s
WHERE s.run_id = (SELECT id FROM hotspot_run WHERE series_id = :series AND last_day < :last
                  ORDER BY last_day DESC LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM hotspot_sighting n WHERE n.run_id = :run AND n.hotspot_id = s.hotspot_id)
ORDER BY s.rank
"""


def list_series(connection: Connection) -> list[dict[str, Any]]:
    """Return every series with its last run, None before the first."""
    runs = {
        row.series_id: {
            "from": row.first_day.isoformat(),
            "to": row.last_day.isoformat(),
            "made_at": row.made_at.isoformat(),
            "hotspots": row.hotspots,
        }
        for row in connection.execute(
            text(
                "SELECT DISTINCT ON (r.series_id) r.series_id, r.first_day, r.last_day, r.made_at,"
                " (SELECT count(*) FROM hotspot_sighting s WHERE s.run_id = r.id) AS hotspots"
                " FROM hotspot_run r ORDER BY r.series_id, r.last_day DESC"
            )
        )
    }
    return [each.as_dict() | {"last_run": runs.get(each.id)} for each in all_series(connection)]


def list_hotspots(connection: Connection, series: str, last: date | None = None) -> dict[str, Any]:
    """Return the hotspots of a run as a GeoJSON collection in order of rank; without `last` of the last run.

    Raises NotFound (unknown_series, no_run).
    """
    run = _run(connection, series, last)
    features = [
        {
            "type": "Feature",
            "id": row.hotspot_id,
            "geometry": orjson.loads(row.shape),
            "properties": {
                "rank": row.rank,
                "name": row.name,
                "change": row.change,
                "since": row.first_day.isoformat(),
                "runs": row.runs,
                "born_of": row.born_of,
                "observed": row.observed,
                "expected": row.expected,
                "risk": row.risk,
                "risk_low": row.risk_low,
                "risk_high": row.risk_high,
                "cells": row.cell_codes,
            }
            | row.details,
        }
        for row in connection.execute(text(_SIGHTINGS), {"run": run["id"]})
    ]
    gone = connection.execute(
        text(_GONE), {"series": run["series"], "run": run["id"], "last": run["last_day"]}
    )
    return {
        "type": "FeatureCollection",
        "series": series,
        "from": run["first_day"].isoformat(),
        "to": run["last_day"].isoformat(),
        "made_at": run["made_at"].isoformat(),
        "reports": run["reports"],
        "incidents": run["incidents"],
        "gone": [{"id": row.hotspot_id, "name": row.name} for row in gone],
        "provenance": run["provenance"],
        "features": features,
    }


def hotspot_history(connection: Connection, number: int) -> dict[str, Any]:
    """Return a hotspot with every run that saw it, the first at the front.

    Raises NotFound (unknown_hotspot).
    """
    rows = connection.execute(
        text(
            "SELECT h.first_day, h.born_of, c.name AS series, r.first_day AS run_first, r.last_day, s.rank,"
            " s.change, s.name, s.cell_codes, s.observed, s.expected, s.risk, s.risk_low, s.risk_high,"
            " s.details FROM hotspot h JOIN hotspot_series c ON c.id = h.series_id"
            " JOIN hotspot_sighting s ON s.hotspot_id = h.id JOIN hotspot_run r ON r.id = s.run_id"
            " WHERE h.id = :id ORDER BY r.last_day"
        ),
        {"id": number},
    ).all()
    if not rows:
        raise unknown_hotspot(number)
    return {
        "id": number,
        "series": rows[-1].series,
        "name": rows[-1].name,
        "since": rows[0].first_day.isoformat(),
        "born_of": rows[0].born_of,
        "runs": [
            {
                "from": row.run_first.isoformat(),
                "to": row.last_day.isoformat(),
                "rank": row.rank,
                "change": row.change,
                "cells": row.cell_codes,
                "observed": row.observed,
                "expected": row.expected,
                "risk": row.risk,
                "risk_low": row.risk_low,
                "risk_high": row.risk_high,
            }
            for row in rows
        ],
        "details": rows[-1].details,
    }


def latest_answer(
    connection: Connection, series: str, product: str, last: date | None = None
) -> dict[str, Any]:
    """Return what a run found beside its hotspots: `trend`, `alerts` or `forecast`.

    Raises NotFound (unknown_series, no_run, no_answer: the run has none of this product).
    """
    run = _run(connection, series, last)
    row = connection.execute(
        text("SELECT answer, made_at FROM hotspot_answer WHERE run_id = :run AND product = :product"),
        {"run": run["id"], "product": product},
    ).one_or_none()
    if row is None:
        raise NotFound(
            "no_answer",
            Text(
                f"“{series}”截至 {run['last_day']} 的一期没有 {product}。",
                f"The week to {run['last_day']} of {series!r} has no {product}.",
            ),
            remedy=Text("请运行 gridsvc hotspot refresh。", "Run gridsvc hotspot refresh."),
        )
    return {
        "series": series,
        "to": run["last_day"].isoformat(),
        "made_at": row.made_at.isoformat(),
        product: row.answer,
    }


def _run(connection: Connection, series: str, last: date | None) -> dict[str, Any]:
    number = series_named(connection, series).id
    row = connection.execute(text(_RUN), {"series": number, "last": last}).one_or_none()
    if row is None:
        raise NotFound(
            "no_run",
            Text(
                f"“{series}”还没有{f'截至 {last} 的' if last else ''}结果。",
                f"{series!r} has no result{f' of the week to {last}' if last else ''} yet.",
            ),
            place=Place(column="series", value=series),
            remedy=Text("请运行 gridsvc hotspot refresh。", "Run gridsvc hotspot refresh."),
        )
    return {"series": number} | row._asdict()
