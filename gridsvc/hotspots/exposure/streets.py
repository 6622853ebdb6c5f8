"""Kilometres of street in each cell: each side of a street belongs to the cell that it faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from gridsvc.geography import Layer
from gridsvc.geography.projection import to_millimetres
from gridsvc.responsibility.locator import Locator

Floats = NDArray[np.float64]

PIECE_M = 5.0
# From the centre line outwards; cells of a wide street may begin only at the kerb or at the building line.
SIDES_M = (12.0, 25.0, 40.0)
ROLES = ("road", "side", "roundabout")
"""Carriageways that have a street side; on turning links, ramps and viaducts nobody walks."""
_GEOD = Geod(ellps="GRS80")


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """`km[i]`: kilometres of street of cell i, shape (cells,); `outside_km`: sides that face no cell.

    `km.sum() + outside_km == total_km` up to rounding.
    """

    km: Floats
    outside_km: float
    total_km: float


def street_km(layer: Layer, locator: Locator, lines: NDArray[np.object_]) -> Streets:
    """Share the length of centre lines (lon, lat of WGS 84, shape (n,)) among the cells beside them.

    Borders of cells run along streets, so what lies inside a cell would depend on centimetres. Each line is
    cut into pieces of at most `PIECE_M`; half the length of a piece, measured on the spheroid, goes to the
    cell on its left and half to the one on its right: the first found `SIDES_M` away. A street on the border
    of two cells gives half to each, one inside a cell all to it, one on the border of the district half.
    `locator` is of `layer`.
    """
    km = np.zeros(len(layer.codes))
    pieces = _pieces(layer.srid, lines)
    outside = 0.0
    for side in (-1.0, 1.0):
        cell = np.full(len(pieces.km), -1, np.int64)
        for distance in SIDES_M:
            left = np.flatnonzero(cell < 0)
            place = pieces.middle[left] + side * distance * 1000 * pieces.normal[left]
            found = locator.locate(*np.rint(place).astype(np.int64).T)
            # What lies outside every cell and near one is the street side of another district.
            cell[left] = np.where(np.isnan(found.snapped_mm), found.cell, -1)
        there = cell >= 0
        km += np.bincount(cell[there], weights=pieces.km[there] / 2, minlength=len(km))
        outside += float(pieces.km[~there].sum() / 2)
    return Streets(km, outside, float(pieces.km.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """`middle` and `normal` (to the left, of length 1): shape (n, 2), in mm of the projected system."""

    middle: Floats
    normal: Floats
    km: Floats


def _pieces(srid: int, lines: NDArray[np.object_]) -> _Pieces:
    degrees, line = shapely.get_coordinates(lines, return_index=True)
    known = np.isfinite(degrees).all(axis=1)
    degrees, line = degrees[known], line[known]
    inner = line[1:] == line[:-1]
    lon, lat = degrees[:, 0], degrees[:, 1]
    metres = _GEOD.inv(lon[:-1][inner], lat[:-1][inner], lon[1:][inner], lat[1:][inner])[2]
    x, y = to_millimetres(srid, lon, lat)
    ends = np.stack([x, y], axis=1).astype(np.float64)
    start, way = ends[:-1][inner], (ends[1:] - ends[:-1])[inner]
    size = np.hypot(way[:, 0], way[:, 1])
    real = size > 0
    start, way, size, metres = start[real], way[real], size[real], np.asarray(metres)[real]
    count = np.maximum(np.ceil(metres / PIECE_M), 1).astype(np.int64)
    segment = np.repeat(np.arange(len(count)), count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = (number + 0.5) / count[segment]
    unit = way / size[:, None]
    return _Pieces(
        start[segment] + along[:, None] * way[segment],
        np.stack([-unit[:, 1], unit[:, 0]], axis=1)[segment],
        metres[segment] / count[segment] / 1000,
    )
