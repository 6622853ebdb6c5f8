"""Which open cases a change of the areas touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography import LayerDiff
from gridsvc.geography.projection import to_degrees, to_millimetres


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


# Only those near the ground: a city has a hundred thousand open reports, and a change is a few streets.
_OPEN = text(
    "SELECT id, external_id, ST_X(geom), ST_Y(geom), cell_code FROM report"
    " LEFT JOIN resolution ON report_id = id AND cell_edition_id = :edition"
    " WHERE closed_at IS NULL AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) ORDER BY id"
)
_BESIDE = 1e-3
"""Degrees: a straight edge in the plane bends by metres between its ends in degrees."""


def open_reports_touched(connection: Connection, diff: LayerDiff) -> list[TouchedReport]:
    """Return the reports not yet closed that lie on ground for which another area answers now, by id.

    A place exactly on a border belongs to the cell that its stored answer names, if that was given with the
    edition before. Without such an answer, and where only a part of that cell changed, it counts as touched:
    who looks at one case too many loses less than who misses one. It counts once.
    """
    ground = diff.other_answer
    if not len(ground.m2):
        return []
    corners = np.rint(shapely.get_coordinates(ground.shapes)).astype(np.int64)
    lon, lat = to_degrees(diff.srid, corners[:, 0], corners[:, 1])
    asked = {
        "edition": diff.before.edition_id,
        "west": float(lon.min()) - _BESIDE,
        "south": float(lat.min()) - _BESIDE,
        "east": float(lon.max()) + _BESIDE,
        "north": float(lat.max()) + _BESIDE,
    }
    rows = connection.execute(_OPEN, asked).all()
    if not rows:
        return []
    lon, lat = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    places = np.asarray(shapely.points(*to_millimetres(diff.srid, lon, lat)), dtype=object)
    report, piece = shapely.STRtree(ground.shapes).query(places, predicate="intersects")
    found: dict[int, TouchedReport] = {}
    for k, row in sorted(zip(report.tolist(), piece.tolist(), strict=True)):
        before, after = diff.codes_of(ground, row)
        held = rows[k][4]
        # Inside the ground there is nothing to decide, whatever an answer said.
        beside = held not in (None, before) and shapely.touches(places[k], ground.shapes[row])
        if k not in found and not beside:
            found[k] = TouchedReport(rows[k][0], rows[k][1], before, after)
    return list(found.values())
