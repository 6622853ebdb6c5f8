"""Where components are: their shapes, and the cells that they lie in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.catalog.component_notes import Noted
from gridsvc.errors import Text
from gridsvc.geography import areas_in_force


def shapes(noted: Noted) -> NDArray[Any]:
    """Return the shapes, two-dimensional and valid; refuse those that are not there."""
    found = shapely.force_2d(noted.file.shapes)
    there = ~(shapely.is_missing(found) | shapely.is_empty(found))
    for k in np.flatnonzero(~there).tolist():
        noted.refuse(
            k,
            "no_geometry",
            Text("没有可用的位置。", "There is no usable place."),
            Text("补上位置；经纬度以度为单位，先经后纬。", "Give it: longitude and latitude in degrees."),
            "lon",
        )
    for k in np.flatnonzero(there & ~shapely.is_valid(found)).tolist():
        found[k] = shapely.make_valid(found[k], method="structure", keep_collapsed=False)
        if found[k].is_empty:
            noted.refuse(k, "broken_geometry", Text("图形无效。", "The shape is invalid."))
        else:
            noted.doubt(
                k, "self_crossing", Text("图形无效，已修复。", "The shape was invalid and was mended.")
            )
    return np.asarray(found, dtype=object)


_CELLS = text("SELECT code, ST_AsBinary(geom) FROM area WHERE edition_id = :edition ORDER BY code")


def check_places(noted: Noted, connection: Connection, found: NDArray[Any], now: datetime) -> int:
    """Doubt components outside every cell in force, or in another cell than they say.

    Returns how many are outside. Nothing is said when no cells are loaded. A line or an outline is in every
    cell that it touches.
    """
    edition = areas_in_force(connection, "cell", now)
    kept = np.array([k for k in range(len(found)) if k not in noted.out], dtype=np.int64)
    if edition is None or not len(kept):
        return 0
    rows = connection.execute(_CELLS, {"edition": edition.id}).all()
    codes = [row[0] for row in rows]
    tree = shapely.STRtree(shapely.from_wkb([bytes(row[1]) for row in rows]))
    component, cell = tree.query(found[kept], predicate="intersects")
    cells_of: dict[int, list[str]] = {}
    for k, number in zip(kept[component].tolist(), cell.tolist(), strict=True):
        cells_of.setdefault(k, []).append(codes[number])
    said = noted.file.fields.get("cell") or [""] * len(found)
    outside = 0
    for k in kept.tolist():
        touched = cells_of.get(k)
        if touched is None:
            outside += 1
            noted.doubt(
                k,
                "outside",
                Text("位置在所有单元网格之外。", "The place is outside every cell."),
                Text("核对坐标和 --datum。", "Check the coordinates and --datum."),
            )
        elif said[k] and said[k] not in touched:
            noted.doubt(
                k,
                "in_another_cell",
                Text(f"位置在 {touched[0]}，而非所填单元网格。", f"The place is in {touched[0]}, not there."),
                at="cell",
            )
    return outside
