"""What a product made of places says of the reports behind it, and the ground that they lie on."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.products.said import channels_said, left_out_said
from gridsvc.hotspots.recent import Recent, names_content
from gridsvc.hotspots.records.places import Places

GAP_M = 15.0
"""Gaps between cells up to twice this are ground of the area: a street that no cell covers."""


def place_remarks(places: Places) -> list[Text]:
    """Return what must stand beside a map of these places: left out, channels, days to come, edition."""
    totals = np.bincount(places.channel, minlength=len(places.channels)).tolist()
    named = sorted(zip(places.channels, totals, strict=True), key=lambda each: (-each[1], each[0] or ""))
    lines = [left_out_said(places.left_out), channels_said(named)]
    if places.days_ahead > 0:
        lines.append(
            Text(
                f"时段最后 {places.days_ahead} 天尚未到来",
                f"the last {places.days_ahead} days of the period are still to come",
            )
        )
    size = len(places.cells.layer.codes)
    lines.append(
        Text(
            f"网格版本 {places.cells.edition.name}，共 {size:,} 个单元网格；同一问题的重复上报只计一次",
            f"Cell edition {places.cells.edition.name}, {size:,} cells; repeats of one incident count once",
        )
    )
    return [line for line in lines if line is not None]


def shapes_m(cells: Cells) -> NDArray[Any]:
    """Return the cells in metres, shape (cells,)."""
    return np.asarray(shapely.transform(cells.layer.geom_mm, lambda xy: xy / 1000))


def area_m(cells: Cells) -> Any:
    """Return the ground of all cells in metres, narrow gaps between them closed."""
    key = cells.layer.key
    return _AREAS.get(key, lambda: _area(cells)) if names_content(key[1]) else _area(cells)


_AREAS: Recent[Any] = Recent(4)


def _area(cells: Cells) -> Any:
    whole = shapely.union_all(shapes_m(cells), grid_size=0.001)
    closed = shapely.buffer(whole, GAP_M, join_style="mitre")
    return shapely.buffer(closed, -GAP_M, join_style="mitre")
