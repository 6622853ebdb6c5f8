"""Reports per cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.cells import Cells, cells_in_force
from gridsvc.hotspots.classes import CountedClass, choose_classes
from gridsvc.hotspots.question import Question

Floats = NDArray[np.float64]

# Steps to which a heat layer may round, in 1e-5 degrees (about a metre): the finest with few enough places.
_HEAT_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_HEAT_PLACES = 30_000
TEXTS_PER_CELL = 3
TEXT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class ReportText:
    """What one report of a cell says; `opened_at` is aware. The text is the sender's: never trust it."""

    opened_at: datetime
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class ReportCounts:
    """How many reports each cell has, and what must be said beside a map of them.

    `counts[i]` belongs to cell i of `cells`. `total` counts every report that was asked for: those in cells,
    those `outside` every cell, and those `without_place`. `moved` of them were recorded in another edition
    of the cells and located anew. `heat`: rows of lon, lat (degrees, WGS 84, in steps of `heat_step`) and
    number of reports.
    """

    question: Question
    classes: tuple[CountedClass, ...]
    cells: Cells
    counts: NDArray[np.int64]
    total: int
    outside: int
    without_place: int
    moved: int
    sources: tuple[tuple[str | None, int], ...]
    heat: Floats
    heat_step: float
    texts: dict[int, list[ReportText]]

    def ranking(self, most: int) -> list[int]:
        """Return the cells with most reports, equal ones by code."""
        order = np.argsort(-self.counts, kind="stable")[:most]
        return [int(index) for index in order if self.counts[index] > 0]

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, for JSON; cells without reports are left out."""
        above = self.cells.above
        return {
            "classes": [each.as_dict() for each in self.classes],
            "from": self.question.first.isoformat(),
            "to": self.question.last.isoformat(),
            "hours": str(self.question.hours) if self.question.hours else None,
            "reports": self.total,
            "in_cells": int(self.counts.sum()),
            "outside": self.outside,
            "without_place": self.without_place,
            "moved": self.moved,
            "sources": [{"source": source, "reports": n} for source, n in self.sources],
            "edition": self.cells.edition.name,
            "synthetic": self.cells.synthetic,
            "cells": len(self.counts),
            "cells_with_reports": int((self.counts > 0).sum()),
            "counts": [
                {"code": self.cells.layer.codes[index], "reports": int(self.counts[index])}
                | {level: names[index] for level, names in above.items()}
                for index in self.ranking(len(self.counts))
            ],
        }


def count_reports(
    connection: Connection, question: Question, *, now: datetime, snap_outside_m: float
) -> ReportCounts:
    """Count the reports of a question on the cells in force when its period ends, or now if that is earlier.

    A report keeps the cell that was recorded with it; one recorded in another edition, or never, is located
    in these cells by the resolver's own rule.

    Raises
    ------
    InputRefused
        `unknown_class`, `ambiguous_class`; `unknown_source`: no report has ever come from there.
    NotFound
        `no_cells`: no cells were imported.
    """
    at = min(question.end - timedelta.resolution, now)  # an edition from midnight on is the next day's
    classes = choose_classes(connection, question.classes, question.scheme, question.kind, at)
    _check_sources(connection, question.sources)
    cells = cells_in_force(connection, at, snap_outside_m=snap_outside_m)
    asked = _parameters(question, classes, cells)
    moved = _locate_moved(connection, asked, cells)
    asked |= {"moved_ids": [row for row, _ in moved], "moved_cells": [code for _, code in moved]}

    index = {code: number for number, code in enumerate(cells.layer.codes)}
    counts = np.zeros(len(index), np.int64)
    sources: Counter[str | None] = Counter()
    outside = without_place = 0
    for cell, placed, source, n in connection.execute(_BY_CELL, asked):
        sources[source] += n
        if cell in index:
            counts[index[cell]] += n
        elif placed:
            outside += n
        else:
            without_place += n
    heat, heat_step = _heat(connection, asked)
    return ReportCounts(
        question=question,
        classes=classes,
        cells=cells,
        counts=counts,
        total=sum(sources.values()),
        outside=outside,
        without_place=without_place,
        moved=sum(1 for _, code in moved if code is not None),
        sources=tuple(sorted(sources.items(), key=lambda item: (-item[1], item[0] or ""))),
        heat=heat,
        heat_step=heat_step,
        texts=_texts(connection, asked, index),
    )


# Every query below is about the same reports: those of the classes, period, hours and channels asked for,
# each with the cell that was recorded with it in the edition at hand, or that it was found in anew.
_ASKED = """
WITH asked AS (
    SELECT r.id, r.geom, r.source, r.opened_at, r.text, s.cell_edition_id,
        CASE WHEN s.cell_edition_id = :edition THEN s.cell_code ELSE m.cell END AS cell
    FROM report r
    LEFT JOIN resolution s ON s.report_id = r.id
    LEFT JOIN unnest(CAST(:moved_ids AS bigint[]), CAST(:moved_cells AS text[])) AS m(id, cell) ON m.id = r.id
    WHERE r.opened_at >= :start AND r.opened_at < :end
        AND ((r.scheme, r.kind, r.class_code) IN (SELECT * FROM unnest(
                CAST(:schemes AS text[]), CAST(:kinds AS text[]), CAST(:codes AS text[])))
            OR (r.kind IS NULL AND r.class_code = ANY(CAST(:words AS text[]))))
        AND (cardinality(CAST(:sources AS text[])) = 0 OR r.source = ANY(CAST(:sources AS text[])))
        AND (CAST(:first_hour AS int) IS NULL OR CASE
            WHEN :first_hour < :last_hour
                THEN extract(hour FROM r.opened_at AT TIME ZONE :zone) BETWEEN :first_hour AND :last_hour - 1
            ELSE extract(hour FROM r.opened_at AT TIME ZONE :zone) NOT BETWEEN :last_hour AND :first_hour - 1
            END)
)
"""
_BY_CELL = text(
    _ASKED + "SELECT cell, geom IS NOT NULL AS placed, source, count(*) FROM asked GROUP BY 1, 2, 3"
)
_ELSEWHERE = text(
    _ASKED + "SELECT id, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM asked"
    " WHERE geom IS NOT NULL AND cell_edition_id IS DISTINCT FROM :edition ORDER BY id"
)
_HEAT = text(
    _ASKED + "SELECT round(ST_X(geom) * 1e5)::int AS x, round(ST_Y(geom) * 1e5)::int AS y, count(*) AS n"
    " FROM asked WHERE geom IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
)
_TEXTS = text(
    _ASKED + "SELECT cell, opened_at, left(text, :length) AS words FROM ("
    " SELECT *, row_number() OVER (PARTITION BY cell ORDER BY opened_at DESC, id DESC) AS place FROM asked"
    " WHERE cell IS NOT NULL AND text <> '') AS latest WHERE place <= :most ORDER BY cell, place"
)


def _parameters(question: Question, classes: tuple[CountedClass, ...], cells: Cells) -> dict[str, Any]:
    known = [each for each in classes if each.kind is not None]
    return {
        "edition": cells.edition.id,
        "start": question.start,
        "end": question.end,
        "zone": question.zone.key,
        "first_hour": question.hours.first if question.hours else None,
        "last_hour": question.hours.last if question.hours else None,
        "schemes": [each.scheme for each in known],
        "kinds": [each.kind for each in known],
        "codes": [each.code for each in known],
        "words": [each.code for each in classes if each.kind is None],
        "sources": list(question.sources),
        "moved_ids": [],
        "moved_cells": [],
    }


def _locate_moved(
    connection: Connection, asked: dict[str, Any], cells: Cells
) -> list[tuple[int, str | None]]:
    """Return id and cell code of the reports that were not recorded in this edition of the cells."""
    rows = connection.execute(_ELSEWHERE, asked).all()
    if not rows:
        return []
    lon, lat = np.array([(row.lon, row.lat) for row in rows], np.float64).T
    found = cells.locate(lon, lat)
    codes = cells.layer.codes
    return [(row.id, codes[cell] if cell >= 0 else None) for row, cell in zip(rows, found, strict=True)]


def _heat(connection: Connection, asked: dict[str, Any]) -> tuple[Floats, float]:
    """Return lon, lat and number of reports by place, rounded as finely as leaves few enough places."""
    rows = connection.execute(_HEAT, asked).all()
    places = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 3)
    for step in _HEAT_STEPS:
        x, y = np.rint(places[:, :2] / step).astype(np.int64).T
        # One whole number for each place: a sort of numbers is far faster than one of rows.
        distinct, place = np.unique(x * 100_000_000 + y, return_inverse=True)
        if len(distinct) <= MOST_HEAT_PLACES or step == _HEAT_STEPS[-1]:
            reports = np.bincount(place, weights=places[:, 2], minlength=len(distinct))
            y_of = (distinct + 50_000_000) % 100_000_000 - 50_000_000
            x_of = (distinct - y_of) // 100_000_000
            degrees = np.round(np.column_stack([x_of, y_of]) * (step / 1e5), 5)
            return np.column_stack([degrees, reports]), step / 1e5
    raise AssertionError("unreachable")


def _texts(
    connection: Connection, asked: dict[str, Any], index: dict[str, int]
) -> dict[int, list[ReportText]]:
    rows = connection.execute(_TEXTS, asked | {"length": TEXT_LENGTH + 1, "most": TEXTS_PER_CELL})
    texts: dict[int, list[ReportText]] = {}
    for cell, opened_at, words in rows:
        if cell in index:
            shown = words if len(words) <= TEXT_LENGTH else words[:TEXT_LENGTH] + "…"
            texts.setdefault(index[cell], []).append(ReportText(opened_at, shown))
    return texts


def _check_sources(connection: Connection, sources: tuple[str, ...]) -> None:
    if not sources:
        return
    known = connection.scalars(
        text("SELECT DISTINCT source FROM report WHERE source IS NOT NULL ORDER BY source")
    ).all()
    for source in sources:
        if source not in known:
            listed = "、".join(known[:20]) or "—"
            raise InputRefused(
                "unknown_source",
                Text(
                    f"没有来源为 {source} 的上报；已有来源：{listed}。",
                    f"no report has the source {source}; there are: {listed}.",
                ),
                place=Place(column="source", value=source),
            )
