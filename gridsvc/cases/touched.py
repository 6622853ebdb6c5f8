"""Which open cases a change of the areas touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography import LayerDiff
from gridsvc.geography.projection import to_millimetres


@dataclass(frozen=True, slots=True)
class TouchedReport:
    """An open report whose ground has another code, or another area above, in the later edition.

    `before` and `after` are the codes; None where the layer has no area.
    """

    id: int
    external_id: str | None
    before: str | None
    after: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "id": self.id,
            "external_id": self.external_id,
            "before": self.before,
            "after": self.after,
        }


_OPEN = text(
    "SELECT id, external_id, ST_X(geom), ST_Y(geom) FROM report"
    " WHERE closed_at IS NULL AND geom IS NOT NULL ORDER BY id"
)


def open_reports_touched(connection: Connection, diff: LayerDiff) -> list[TouchedReport]:
    """Return the reports not yet closed that lie on ground for which another area answers now, by id.

    A place on the border between two changed pieces counts once.
    """
    rows = connection.execute(_OPEN).all()
    ground = diff.other_answer
    if not rows or not len(ground.m2):
        return []
    lon, lat = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    places = shapely.points(*to_millimetres(diff.srid, lon, lat))
    report, piece = shapely.STRtree(ground.shapes).query(places, predicate="intersects")
    first = {int(k): int(row) for k, row in sorted(zip(report, piece, strict=True), reverse=True)}
    found = []
    for k, row in sorted(first.items()):
        before, after = diff.codes_of(ground, row)
        found.append(TouchedReport(rows[k][0], rows[k][1], before, after))
    return found
