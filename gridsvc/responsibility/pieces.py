"""Shares of an uncertain place near boundary roads: of each cell, and of each side of a corridor in it.

Exact as the cells' shares are: the same integral over the edges of each piece, but that a bend's outer arc is
a polygon inside the circle (0.03 % of the half width). Where the corridors of two sections meet, the share of
their common ground is exact, too, but it is divided between them by a lattice of places, each decided by the
rule: within 0.5 % of the share of that ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.responsibility.accuracy import edge_parts
from gridsvc.responsibility.candidates import Ground
from gridsvc.responsibility.grid import Grid, TerritoryKey
from gridsvc.responsibility.grounds import Grounds

REACH = 6.0  # σ; what lies beyond is 2e-8 of the whole
_LATTICE = 64  # places to a side
_LATTICE_REACH = 4.0  # σ

Found = Sequence[tuple[int, TerritoryKey, float]]


def parts_near_roads(
    grid: Grid,
    grounds: Grounds,
    place: tuple[float, float],
    sigma: float,
    found: Found,
    heading: float,
    number: int,
) -> list[tuple[float, Ground]] | None:
    """Return shares and grounds of an uncertain place; None where no boundary road is near.

    `place` is lon, lat in degrees, `sigma` in mm; `found` are the cells with their areas and shares.
    """
    lon, lat = place
    xs, ys = grid.millimetres(np.array([lon]), np.array([lat]))
    x, y = int(xs[0]), int(ys[0])
    reach = REACH * sigma
    near = grounds.corridors.near(x, y, reach)
    if not near or not found:
        return None
    error = _Error(x, y, sigma, heading, number)
    box = shapely.box(x - reach, y - reach, x + reach, y + reach)
    cells = shapely.intersection(grid.layers["cell"].geom_mm[[cell for cell, _, _ in found]], box)
    sides = {
        section: [(side, shapely.intersection(each, box)) for side, each in grounds.corridors.sides(section)]
        for section in near
    }
    wholes = [shapely.union_all([region for _, region in pieces]) for pieces in sides.values()]
    common = shapely.union_all([shapely.intersection(*pair) for pair in combinations(wholes, 2)])
    parts: list[tuple[float, Ground]] = []
    for section, pieces in sides.items():
        for side, region in pieces:
            outcome = error.outcome(grounds, section, side)
            alone = shapely.intersection(cells, shapely.difference(region, common))
            for k in np.flatnonzero(shapely.area(alone) > 0).tolist():
                share = share_of(alone[k], x, y, sigma)
                parts.append((share, grounds.ground(section, outcome, found[k][1])))
    shared = shapely.intersection(cells, common)
    for k in np.flatnonzero(shapely.area(shared) > 0).tolist():
        parts += error.divided(grounds, shared[k], found[k][1])
    off_road = shapely.difference(cells, shapely.union_all(wholes))
    for k in np.flatnonzero(shapely.area(off_road) > 0).tolist():
        parts.append((share_of(off_road[k], x, y, sigma), grounds.plain(found[k][1])))
    return sorted((part for part in parts if part[0] > 0), key=lambda part: -part[0])


class _Error:
    """Where a place may be, and what its report says."""

    def __init__(self, x: int, y: int, sigma: float, heading: float, number: int) -> None:
        self._x, self._y, self._sigma = x, y, sigma
        self._heading, self._number = heading, number

    def outcome(self, grounds: Grounds, section: int, side: int) -> int:
        """Return who keeps one side of a section, whose bearing is taken where it is nearest."""
        bearing = grounds.corridors.bearing(section, self._x, self._y)
        one = np.array([section], np.int32), np.array([side], np.int8), np.array([bearing])
        return int(grounds.outcomes(*one, np.array([self._heading]), np.array([self._number], np.int64))[0])

    def divided(
        self, grounds: Grounds, region: shapely.Geometry, areas: TerritoryKey
    ) -> list[tuple[float, Ground]]:
        """Divide the share of ground that several sections have in common, place by place."""
        share = share_of(region, self._x, self._y, self._sigma)
        reach = _LATTICE_REACH * self._sigma
        window = np.array([self._x - reach, self._y - reach, self._x + reach, self._y + reach])
        bounds = np.array(shapely.bounds(region))
        low, high = np.maximum(bounds[:2], window[:2]), np.minimum(bounds[2:], window[2:])
        if share <= 0 or (low >= high).any():
            return []
        steps = (np.arange(_LATTICE) + 0.5) / _LATTICE
        xs, ys = np.meshgrid(*(low[axis] + steps * (high[axis] - low[axis]) for axis in (0, 1)))
        inside = shapely.contains_xy(region, xs.ravel(), ys.ravel())
        x, y = np.rint(xs.ravel()[inside]).astype(np.int64), np.rint(ys.ravel()[inside]).astype(np.int64)
        weight = np.exp(-((x - self._x) ** 2 + (y - self._y) ** 2) / (2 * self._sigma**2))
        hits = grounds.corridors.find(x, y)
        weight[hits.section < 0] = 0
        if weight.sum() <= 0:
            return []
        count = len(x)
        outcome = grounds.outcomes(
            hits.section, hits.side, hits.bearing, np.full(count, self._heading), np.full(count, self._number)
        )
        kinds, which = np.unique(np.stack([hits.section, outcome]), axis=1, return_inverse=True)
        shares = np.bincount(which.ravel(), weight) * share / weight.sum()
        return [
            (float(each), grounds.ground(int(section), int(keeps), areas))
            for each, section, keeps in zip(shares, *kinds, strict=True)
            if each > 0
        ]


def share_of(region: shapely.Geometry, x: int, y: int, sigma: float) -> float:
    """Return the share of a region in mm of a place with a standard deviation in mm."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(region)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    centre = np.array([x, y], np.float64)
    begin: NDArray[np.float64] = xy[:-1][joined] - centre
    return max(float(edge_parts(begin, xy[1:][joined] - centre, sigma).sum()), 0.0)
