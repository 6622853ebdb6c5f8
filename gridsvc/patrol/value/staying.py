"""How long a problem of a class is there: from closed cases, else from what is known of such classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gridsvc.cases.duplicates.persistence import persistence_hours
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.question import Question

FEWEST = 30
"""Fewer closed cases do not tell a median."""


@dataclass(frozen=True, slots=True)
class Staying:
    """The median hours that a problem of a class is there; `cases`: closed ones behind it, 0: judgement."""

    hours: float
    cases: int


def staying(connection: Connection, question: Question, classes: Sequence[CountedClass]) -> list[Staying]:
    """Return how long problems of each class stay: median from report to closing, both in the period.

    A class with fewer than 30 closed cases has the hours of `cases.duplicates.persistence`.
    """
    rows = connection.execute(
        text(
            "SELECT scheme, kind, class_code, count(*) AS cases, percentile_cont(0.5) WITHIN GROUP"
            " (ORDER BY date_part('epoch', closed_at - opened_at)) / 3600 AS hours FROM report"
            " WHERE opened_at >= :start AND opened_at < :end AND closed_at > opened_at AND closed_at < :end"
            " AND class_code = ANY(:codes) GROUP BY 1, 2, 3"
        ),
        {"start": question.start, "end": question.end, "codes": [each.code for each in classes]},
    ).all()
    # A sender's words have no kind, whatever their scheme.
    known = {
        (row.scheme if row.kind else None, row.kind, row.class_code): Staying(float(row.hours), row.cases)
        for row in rows
        if row.cases >= FEWEST
    }
    return [
        known.get((each.scheme, each.kind, each.code))
        or Staying(persistence_hours(each.kind, each.name.zh), 0)
        for each in classes
    ]
