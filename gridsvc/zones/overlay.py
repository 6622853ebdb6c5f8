"""Zones laid over cells: how much of each cell is in which zone, in square millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridsvc.geography import outlines_in_system
from gridsvc.zones.cells import Cells, Floats, Numbers, Shapes
from gridsvc.zones.zones import Zone


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Pairs of a zone and a cell with a common area, sorted by cell, then zone.

    `zone` and `cell` number the sequences that were laid over each other, `mm2` is the common area in the
    cells' system. `shapes` are the zones in that system; `retired` the cells of each zone that the edition
    has not (a zone given as cells is its cells, whatever its outline).
    """

    zone: Numbers
    cell: Numbers
    mm2: Floats
    shapes: Shapes
    retired: list[tuple[str, ...]]


def lay_over(zones: Sequence[Zone], cells: Cells) -> Overlay:
    """Return which zones hold which cells, and how much of them."""
    srid = cells.edition.srid
    shapes = np.empty(len(zones), dtype=object)
    for k, zone in enumerate(zones):
        shapes[k] = outlines_in_system(np.array([zone.geom_mm], dtype=object), zone.srid, srid)[0]
    listed = [
        (k, cells.number[code]) for k, zone in enumerate(zones) for code in zone.cells if code in cells.number
    ]
    by_list = np.array(listed, dtype=np.int64).reshape(-1, 2)
    whole = shapely.area(cells.geom_mm)
    drawn = np.flatnonzero([zone.given_as == "polygon" for zone in zones])
    near = shapely.STRtree(cells.geom_mm).query(shapes[drawn], predicate="intersects")
    by_shape = np.column_stack([drawn[near[0]], near[1]])
    common = _common(shapes[by_shape[:, 0]], cells.geom_mm[by_shape[:, 1]])
    touching = common > 0
    pairs = np.concatenate([by_list, by_shape[touching]])
    mm2 = np.concatenate([whole[by_list[:, 1]], common[touching]])
    order = np.lexsort((pairs[:, 0], pairs[:, 1]))
    retired = [tuple(code for code in zone.cells if code not in cells.number) for zone in zones]
    return Overlay(pairs[order, 0], pairs[order, 1], mm2[order], shapes, retired)


def _common(zones: Shapes, cells: Shapes) -> Floats:
    area = shapely.area(cells)
    shapely.prepare(zones)
    # Most cells lie inside: only those at a border are worth an intersection.
    cut = ~shapely.covers(zones, cells)
    area[cut] = shapely.area(shapely.intersection(zones[cut], cells[cut]))
    return np.asarray(area, dtype=np.float64)
