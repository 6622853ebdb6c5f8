"""The hotspots that weekly runs found lately, by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from gridsvc.errors import Text
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.spots import CHANGES

LATELY = timedelta(days=21)
"""A run is of the week before it; one that was left out must not empty the list."""

_LATELY = text(
    "SELECT s.hotspot_id, s.name, s.change, s.cell_codes, s.observed, s.expected, r.last_day,"
    " (SELECT count(*) FROM hotspot_sighting o JOIN hotspot_run e ON e.id = o.run_id"
    "  WHERE o.hotspot_id = s.hotspot_id AND e.last_day <= r.last_day) AS runs"
    " FROM hotspot_series c JOIN LATERAL (SELECT id, last_day FROM hotspot_run"
    "  WHERE series_id = c.id AND last_day < :day AND last_day >= :since ORDER BY last_day DESC LIMIT 1) r"
    "  ON true JOIN hotspot_sighting s ON s.run_id = r.id"
    " WHERE c.watched AND c.asked->'classes' ?| CAST(:codes AS text[]) ORDER BY s.rank, s.hotspot_id"
)


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A hotspot of the latest run; `runs`: how many runs saw it until then."""

    id: int
    name: str
    change: str
    cells: tuple[str, ...]
    observed: int
    expected: float
    runs: int
    last_day: date

    @property
    def recurs(self) -> bool:
        """Return whether it came back, or stayed for three runs and more."""
        return self.change == "returned" or self.runs >= 3

    def because(self) -> Text:
        """Return that a place lies in it."""
        change = CHANGES[self.change]
        return Text(
            f"位于热点“{self.name}”（{change.zh}，截至 {self.last_day}）",
            f"in the hotspot {self.name} ({change.en}, week to {self.last_day})",
        )


def hotspots_lately(connection: Connection, classes: Sequence[CountedClass], day: date) -> list[Hotspot]:
    """Return the hotspots of the latest run before `day` of each watched series of any of the classes."""
    rows = connection.execute(
        _LATELY, {"day": day, "since": day - LATELY, "codes": [each.code for each in classes]}
    )
    return [
        Hotspot(
            row.hotspot_id,
            row.name,
            row.change,
            tuple(row.cell_codes),
            row.observed,
            row.expected,
            row.runs,
            row.last_day,
        )
        for row in rows
    ]
