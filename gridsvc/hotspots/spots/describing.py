"""What is known of a hotspot: classes, channels, weeks, hours, the latest words, who was made responsible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.hotspots.records.asked import Asked
from gridsvc.hotspots.records.daily import DailyCounts

LATEST = 3
"""Reports quoted for each hotspot."""
_LENGTH = 120


def describe_counts(daily: DailyCounts, spot_of_cell: NDArray[np.int32], spots: int) -> list[dict[str, Any]]:
    """Return for each hotspot its incidents by class, by channel and by whole week.

    `spot_of_cell[i]` is the hotspot of cell i, -1 for none; shape (cells,).
    """
    spot = spot_of_cell[daily.cell]
    inside = spot >= 0
    weeks = _weekly(daily, spot_of_cell, spots)
    classes = _table(spot, inside, daily.class_index, daily.incidents, spots, len(daily.classes))
    channels = _table(spot, inside, daily.channel, daily.incidents, spots, len(daily.channels))
    return [
        {
            "classes": [
                {
                    "code": daily.classes[each].code,
                    "name": daily.classes[each].name.zh,
                    "name_en": daily.classes[each].name.en,
                    "incidents": count,
                }
                for each, count in _largest(classes[number])
            ],
            "channels": [
                {"channel": daily.channels[each], "incidents": count}
                for each, count in _largest(channels[number])
            ],
            "weeks": [
                {"monday": monday.isoformat(), "incidents": int(count)}
                for monday, count in zip(daily.weeks, weeks[number], strict=True)
            ],
        }
        for number in range(spots)
    ]


def describe_reports(
    connection: Connection, asked: Asked, spot_of_cell: NDArray[np.int32], spots: int
) -> list[dict[str, Any]]:
    """Return for each hotspot the units made responsible for its reports, and the latest of these in words.

    A report that was resolved in another edition of the cells is in the counts, but is not quoted here.
    """
    codes = asked.cells.layer.codes
    held = np.flatnonzero(spot_of_cell >= 0)
    parameters = asked.parameters | {
        "spot_cells": [codes[cell] for cell in held],
        "spot_numbers": spot_of_cell[held].tolist(),
        "most": LATEST,
        "length": _LENGTH,
    }
    spotted = _SPOTTED.format(asked=asked.sql)
    found: list[dict[str, Any]] = [{"units": [], "latest": []} for _ in range(spots)]
    for row in connection.exec_driver_sql(spotted + _UNITS, parameters):
        found[row.spot]["units"].append({"code": row.unit_code, "name": row.name, "reports": row.reports})
    for row in connection.exec_driver_sql(spotted + _LATEST, parameters):
        found[row.spot]["latest"].append(
            {"report": row.id, "opened_at": row.opened_at.isoformat(), "text": row.words}
        )
    return found


_SPOTTED = """WITH spotted AS (
    SELECT p.spot, a.id, a.opened_at, a.text, s.unit_code
    FROM ({asked}) AS a
    JOIN resolution s ON s.report_id = a.id AND s.cell_edition_id = %(edition)s
    JOIN unnest(%(spot_cells)s::text[], %(spot_numbers)s::int[]) AS p(cell, spot) ON p.cell = s.cell_code
    WHERE NOT a.at_sink
)"""
_UNITS = """
SELECT s.spot, s.unit_code, u.name, count(*) AS reports
FROM spotted s LEFT JOIN unit u ON u.code = s.unit_code
GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2 NULLS LAST"""
_LATEST = """
SELECT spot, id, opened_at, words FROM (
    SELECT spot, id, opened_at, left(text, %(length)s) AS words,
        row_number() OVER (PARTITION BY spot ORDER BY opened_at DESC, id DESC) AS place
    FROM spotted WHERE text <> '') AS latest
WHERE place <= %(most)s ORDER BY spot, place"""


def _weekly(daily: DailyCounts, spot_of_cell: NDArray[np.int32], spots: int) -> NDArray[np.int64]:
    held = spot_of_cell >= 0
    by_cell = daily.per_week("incidents")[held]
    weeks = np.zeros((spots, by_cell.shape[1]), np.int64)
    np.add.at(weeks, spot_of_cell[held], by_cell)
    return weeks


def _table(
    spot: NDArray[np.int32],
    inside: NDArray[np.bool_],
    column: NDArray[np.int16],
    weights: NDArray[np.int64],
    spots: int,
    columns: int,
) -> NDArray[np.int64]:
    flat = spot[inside].astype(np.int64) * columns + column[inside]
    sums = np.bincount(flat, weights=weights[inside], minlength=spots * columns)
    return sums.astype(np.int64).reshape(spots, columns)


def _largest(counts: NDArray[np.int64]) -> Sequence[tuple[int, int]]:
    order = np.argsort(-counts, kind="stable")
    return [(int(each), int(counts[each])) for each in order if counts[each] > 0]
