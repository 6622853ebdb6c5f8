"""From one edition of the cells to another: what a cell had goes to those that have its ground now."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.geography import Layer, load_layer
from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.hotspots.cells import Cells

Floats = NDArray[np.float64]


def carry_over(connection: Connection, edition: int, given: Mapping[str, float], cells: Cells) -> Floats:
    """Return amounts given by code of the cells of `edition`, on `cells`, shape (cells,)."""
    if edition == cells.edition.id:
        index = {code: number for number, code in enumerate(cells.layer.codes)}
        values = np.zeros(len(index))
        values[[index[code] for code in given]] = list(given.values())
        return values
    before = load_layer(connection, edition)
    return by_ground(before, np.array([given.get(code, 0.0) for code in before.codes]), cells.layer)


def by_ground(before: Layer, values: Floats, after: Layer) -> Floats:
    """Share the amount of each area of `before` among those of `after` by the ground that they have of it.

    Shape (areas of before,) in, (areas of after,) out. The sum stays where `after` covers `before`; what lies
    on ground that `after` lacks is lost with it.
    """
    shapes = before.geom_mm if before.srid == after.srid else _projected(before, after.srid)
    old, new = shapely.STRtree(after.geom_mm).query(shapes, predicate="intersects")
    if not len(old):
        return np.zeros(len(after.codes))
    shared = shapely.area(shapely.intersection(shapes[old], after.geom_mm[new]))
    weights = values[old] * shared / shapely.area(shapes)[old]
    return np.asarray(np.bincount(new, weights=weights, minlength=len(after.codes)), np.float64)


def _projected(layer: Layer, srid: int) -> NDArray[np.object_]:
    def moved(millimetres: Floats) -> Floats:
        lon, lat = to_degrees(layer.srid, *np.rint(millimetres).astype(np.int64).T)
        return np.stack(to_millimetres(srid, lon, lat), axis=1).astype(np.float64)

    shapes: NDArray[np.object_] = shapely.make_valid(shapely.transform(layer.geom_mm, moved))
    return shapes
