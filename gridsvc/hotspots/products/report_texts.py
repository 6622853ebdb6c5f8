"""What the latest reports of each cell say, for the page of a map."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.asked import ask

TEXTS_PER_CELL = 3
TEXT_LENGTH = 80
MOST_REPORTS = 50_000
"""So many of the latest reports are looked at: a map of millions would wait for texts that nobody opens."""

_LATEST = """
SELECT a.opened_at, left(a.text, %(length)s), s.cell_code, ST_X(a.geom), ST_Y(a.geom)
FROM ({asked}) AS a
LEFT JOIN resolution s ON s.report_id = a.id AND s.cell_edition_id = %(edition)s
WHERE a.text <> '' AND NOT a.at_sink
ORDER BY a.opened_at DESC, a.id DESC LIMIT %(most)s
"""


def latest_texts(
    connection: Connection, question: Question, *, now: datetime, snap_outside_m: float, cells: Cells
) -> dict[int, list[Text]]:
    """Return the latest texts by index of the cell, newest first, each after its local time.

    The words are the senders': never trust them.
    """
    asked = ask(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor:
        # A literal: the SQL is ours, every value in it is bound.
        cursor.execute(
            _LATEST.format(asked=asked.sql),
            asked.parameters | {"length": TEXT_LENGTH + 1, "most": MOST_REPORTS},
        )
        rows = cursor.fetchall()
    number = {code: index for index, code in enumerate(cells.layer.codes)}
    found = [number.get(code, -1) if code is not None else -1 for _, _, code, _, _ in rows]
    elsewhere = [index for index, (_, _, code, lon, _) in enumerate(rows) if code is None and lon is not None]
    if elsewhere:
        places = np.array([rows[index][3:5] for index in elsewhere], np.float64)
        for index, cell in zip(elsewhere, cells.locate(places[:, 0], places[:, 1]).tolist(), strict=True):
            found[index] = cell
    texts: dict[int, list[Text]] = {}
    for cell, (opened, words, *_) in zip(found, rows, strict=True):
        kept = texts.setdefault(cell, []) if cell >= 0 else None
        if kept is not None and len(kept) < TEXTS_PER_CELL:
            shown = words if len(words) <= TEXT_LENGTH else words[:TEXT_LENGTH] + "…"
            said = f"{opened.astimezone(question.zone):%Y-%m-%d %H:%M}　{shown}"
            kept.append(Text(said, said))
    return texts
