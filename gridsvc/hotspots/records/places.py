"""The incidents of a question place by place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.arrays import columns, rows_of_arrays
from gridsvc.hotspots.records.asked import Asked, ask
from gridsvc.hotspots.records.daily import LeftOut
from gridsvc.hotspots.records.grouping import CELLS
from gridsvc.hotspots.records.snapshot import snapshot_of


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The incidents in the cells, in the order of their reports' ids; all arrays of shape (incidents,).

    `x_m`, `y_m`: metres in EPSG:`cells.layer.srid`. `cell`: index in `cells.layer`. `day`: local days since
    `question.first`. `second`: what the clock shows, in seconds since midnight. `class_index` and `channel`:
    indices in `classes` and `channels`. `left_out` counts reports, duplicates among them; without a place are
    here also those whose cell is recorded, which counts by cell have.
    """

    question: Question
    classes: tuple[CountedClass, ...]
    cells: Cells
    channels: tuple[str | None, ...]
    report: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    cell: NDArray[np.int32]
    day: NDArray[np.int32]
    second: NDArray[np.int32]
    class_index: NDArray[np.int16]
    channel: NDArray[np.int16]
    left_out: LeftOut
    snapshot: str
    days_ahead: int = 0


_PLACES = """
SELECT class_key, source, at_sink, {columns} FROM (
    SELECT a.class_key, a.source, a.at_sink, a.id, a.opened_at, a.is_duplicate,
        coalesce(ST_X(a.geom), 'NaN') AS lon, coalesce(ST_Y(a.geom), 'NaN') AS lat,
        coalesce(c.number, -1) AS cell
    FROM ({asked}) AS a
    LEFT JOIN resolution s ON s.report_id = a.id AND s.cell_edition_id = %(edition)s
    LEFT JOIN ({cells}) AS c ON c.key = tally_key(s.cell_edition_id || ' ' || s.cell_code)
) AS g GROUP BY 1, 2, 3
"""


def read_places(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    cells: Cells | None = None,
) -> Places:
    """Return where the incidents of a question are, those alone that lie in a cell.

    Cells, what is left out and errors as in `read_daily`. Takes some 150 bytes of memory for each report.
    """
    asked = ask(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    query = _PLACES.format(
        columns=columns(["id", "opened_at", "lon", "lat", "cell", "is_duplicate"]),
        asked=asked.sql,
        cells=CELLS,
    )
    without_place = outside = quarantined = 0
    parts: list[tuple[str | None, int, NDArray[Any], NDArray[Any]]] = []
    for class_key, source, at_sink, *arrays in rows_of_arrays(
        connection, query, asked.parameters, ["i8", "i8", "f8", "f8", "i4", "b1"]
    ):
        report, opened, lon, lat, cell, duplicate = arrays
        if at_sink:
            quarantined += len(report)
            continue
        placed = np.isfinite(lon) & np.isfinite(lat)
        never = placed & (cell < 0)
        cell[never] = asked.cells.locate(lon[never], lat[never])
        without_place += int((~placed).sum())
        outside += int((placed & (cell < 0)).sum())
        kept = placed & (cell >= 0) & ~duplicate
        x, y = asked.cells.grid.millimetres(lon[kept], lat[kept])
        parts.append(
            (
                source,
                asked.class_of[class_key],
                np.stack([report[kept], opened[kept], x, y]),
                cell[kept],
            )
        )
    return _whole(asked, parts, LeftOut(without_place, outside, quarantined))


def _whole(
    asked: Asked, parts: list[tuple[str | None, int, NDArray[Any], NDArray[Any]]], left_out: LeftOut
) -> Places:
    some = [part for part in parts if len(part[3])]
    channels = sorted({part[0] for part in some}, key=lambda channel: (channel is None, channel or ""))
    numbers = np.concatenate([np.zeros((4, 0), np.int64), *(part[2] for part in some)], axis=1)
    cell = np.concatenate([np.zeros(0, np.int32), *(part[3] for part in some)])
    sizes = [len(part[3]) for part in some]
    class_index = np.repeat(np.array([part[1] for part in some], np.int16), sizes)
    channel = np.repeat(np.array([channels.index(part[0]) for part in some], np.int16), sizes)
    order = np.argsort(numbers[0])
    report, opened, x, y = numbers[:, order]
    cell, class_index, channel = cell[order], class_index[order], channel[order]
    return Places(
        question=asked.question,
        classes=asked.classes,
        cells=asked.cells,
        channels=tuple(channels),
        report=report,
        x_m=x / 1000.0,
        y_m=y / 1000.0,
        cell=cell,
        day=asked.clocks.days(opened),
        second=asked.clocks.seconds(opened),
        class_index=class_index,
        channel=channel,
        left_out=left_out,
        snapshot=snapshot_of(asked, channels, left_out, report, opened, x, y, cell, class_index, channel),
        days_ahead=asked.days_ahead,
    )
