"""Shares of an uncertain place near boundary roads: of each cell, and of each side of a corridor in it.

Exact as the cells' shares are (the same integral over the edges of each piece), but for two things. Where the
corridors of two sections meet, the piece is given whole to the section of the lower code instead of along the
bisector. And a bend's outer arc is a polygon inside the circle (0.03 % of the half width). Both are tested.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.responsibility.accuracy import _edge_parts
from gridsvc.responsibility.candidates import Ground
from gridsvc.responsibility.grid import Grid, TerritoryKey
from gridsvc.responsibility.grounds import Grounds

REACH = 6.0  # σ; what lies beyond is 2e-8 of the whole


def parts_near_roads(
    grid: Grid,
    grounds: Grounds,
    place: tuple[float, float],
    sigma: float,
    found: Sequence[tuple[int, TerritoryKey, float]],
    heading: float,
    number: int,
) -> list[tuple[float, Ground]] | None:
    """Return shares and grounds of an uncertain place; None where no boundary road is near.

    `place` is lon, lat in degrees, `sigma` in mm; `found` are the cells with their areas and shares.
    """
    lon, lat = place
    xs, ys = grid.millimetres(np.array([lon]), np.array([lat]))
    x, y = int(xs[0]), int(ys[0])
    corridors = grounds.corridors
    near = corridors.near(x, y, REACH * sigma)
    if not near or not found:
        return None
    reach = REACH * sigma
    box = shapely.box(x - reach, y - reach, x + reach, y + reach)
    cells = shapely.intersection(grid.layers["cell"].geom_mm[[cell for cell, _, _ in found]], box)
    rest = np.array([share for _, _, share in found])
    parts: list[tuple[float, Ground]] = []
    taken: shapely.Geometry = shapely.MultiPolygon()
    for section in near:
        sides = [(side, shapely.intersection(each, box)) for side, each in corridors.sides(section)]
        bearing = corridors.bearing(section, x, y)
        for side, region in sides:
            if shapely.is_empty(region):
                continue
            outcome = int(
                grounds.outcomes(
                    np.array([section], np.int32),
                    np.array([side], np.int8),
                    np.array([bearing]),
                    np.array([heading]),
                    np.array([number], np.int64),
                )[0]
            )
            pieces = shapely.intersection(cells, shapely.difference(region, taken))
            for k in np.flatnonzero(shapely.area(pieces) > 0).tolist():
                share = min(share_of(pieces[k], x, y, sigma), rest[k])
                if share > 0:
                    rest[k] -= share
                    parts.append((share, grounds.ground(section, outcome, found[k][1])))
        taken = shapely.union_all([taken, *(region for _, region in sides)])
    parts += [
        (float(share), grounds.plain(key))
        for share, (_, key, _) in zip(rest, found, strict=True)
        if share > 0
    ]
    return sorted(parts, key=lambda part: -part[0])


def share_of(region: shapely.Geometry, x: int, y: int, sigma: float) -> float:
    """Return the share of a region in mm of a place with a standard deviation in mm."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(region)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    centre = np.array([x, y], np.float64)
    begin: NDArray[np.float64] = xy[:-1][joined] - centre
    return max(float(_edge_parts(begin, xy[1:][joined] - centre, sigma).sum()), 0.0)
