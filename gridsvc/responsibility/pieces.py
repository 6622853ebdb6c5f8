"""Shares of an uncertain place near boundary roads: of each cell, and of each side of a corridor in it.

A place that is exact enough is cut along the corridors: exact as the cells' shares are, the same integral
over the edges of each piece, but that a bend's outer arc is a polygon inside the circle (0.03 % of the half
width). Where the corridors of two sections meet, the share of their common ground is exact, too, but it is
divided between them by a lattice of places, each decided by the rule: within 0.5 % of the whole.

A place that may lie in many cells and beside many sections is drawn instead of cut (`drawn.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.responsibility.accuracy import shares_of
from gridsvc.responsibility.candidates import Ground
from gridsvc.responsibility.drawn import drawn_parts
from gridsvc.responsibility.grid import Grid, TerritoryKey
from gridsvc.responsibility.grounds import Grounds
from gridsvc.responsibility.uncertain import Uncertain

REACH = 6.0  # σ; what lies beyond is 2e-8 of the whole
_LATTICE = 64  # places to a side, of ground that has the whole share
_LEAST_LATTICE = 8
_LATTICE_REACH = 4.0  # σ
_MOST_SIGMA_MM = 66_000.0  # 100 m of radius: beyond it a place is drawn
_MOST_SECTIONS = 4  # of which each may meet every other
_MOST_PAIRS = 40  # of a section and a cell

Found = Sequence[tuple[int, TerritoryKey, float]]
Shared = list[tuple[float, Ground]]


def parts_near_roads(grid: Grid, grounds: Grounds, place: Uncertain, found: Found) -> Shared | None:
    """Return shares and grounds of an uncertain place, largest first; None where no boundary road is near.

    `found` are the cells with their areas and shares; the parts sum to what these sum to, but for what lies
    beyond their reach, and never to more than 1.
    """
    reach = REACH * place.sigma
    near = grounds.corridors.near(place.x, place.y, reach)
    if not near or not found:
        return None
    few = len(near) <= _MOST_SECTIONS and len(near) * len(found) <= _MOST_PAIRS
    if few and place.sigma <= _MOST_SIGMA_MM:
        parts = _cut_parts(grid, grounds, place, found, near)
    else:
        parts = drawn_parts(grid, grounds, place, found)
    whole = max(sum(share for share, _ in parts), 1.0)  # cells that overlap have their ground together
    return sorted(
        ((share / whole, ground) for share, ground in parts if share > 0), key=lambda part: -part[0]
    )


def _cut_parts(grid: Grid, grounds: Grounds, place: Uncertain, found: Found, near: list[int]) -> Shared:
    reach = REACH * place.sigma
    window = shapely.box(place.x - reach, place.y - reach, place.x + reach, place.y + reach)
    cells = shapely.intersection(grid.layers["cell"].geom_mm[[cell for cell, _, _ in found]], window)
    tree = shapely.STRtree(cells)
    sides = [
        (section, side, shapely.intersection(each, window))
        for section in near
        for side, each in grounds.corridors.sides(section)
    ]
    wholes = [shapely.union_all([region for of, _, region in sides if of == section]) for section in near]
    common = shapely.union_all([shapely.intersection(*pair) for pair in combinations(wholes, 2)])
    alone = shapely.difference(np.array([region for _, _, region in sides], object), common)
    side, cell = tree.query(alone, predicate="intersects")
    shares = shares_of(shapely.intersection(alone[side], cells[cell]), place.x, place.y, place.sigma)
    outcome = [_outcome(grounds, place, section, each) for section, each, _ in sides]
    parts: Shared = [
        (share, grounds.ground(sides[s][0], outcome[s], found[k][1]))
        for share, s, k in zip(shares.tolist(), side.tolist(), cell.tolist(), strict=True)
    ]
    for k in tree.query(common, predicate="intersects").tolist():
        parts += _divided(grounds, place, shapely.intersection(common, cells[k]), found[k][1])
    off_road = shapely.difference(cells, shapely.union_all(wholes))
    left = shares_of(off_road, place.x, place.y, place.sigma)
    return parts + [
        (share, grounds.plain(areas)) for share, (_, areas, _) in zip(left.tolist(), found, strict=True)
    ]


def _outcome(grounds: Grounds, place: Uncertain, section: int, side: int) -> int:
    """Return who keeps one side of a section, whose bearing is taken where it is nearest."""
    bearing = grounds.corridors.bearing(section, place.x, place.y)
    one = np.array([section], np.int32), np.array([side], np.int8), np.array([bearing])
    return int(grounds.outcomes(*one, *place.facts(1))[0])


def _divided(grounds: Grounds, place: Uncertain, region: shapely.Geometry, areas: TerritoryKey) -> Shared:
    """Divide the share of ground that several sections have in common, place by place.

    A strip so thin that no place of the lattice falls on it goes as a whole to whom the rule names inside it.
    """
    share = float(shares_of(np.array([region], object), place.x, place.y, place.sigma)[0])
    if share <= 0:
        return []
    x, y = _lattice(place, region, max(_LEAST_LATTICE, int(np.ceil(_LATTICE * np.sqrt(share)))))
    hits = grounds.corridors.find(x, y)
    weight = np.where(hits.section < 0, 0.0, place.density(x, y))
    if weight.sum() <= 0:
        inside = np.rint(shapely.get_coordinates(shapely.point_on_surface(region))).astype(np.int64)
        x, y = inside[:, 0], inside[:, 1]
        hits = grounds.corridors.find(x, y)
        weight = np.where(hits.section < 0, 0.0, 1.0)
    if weight.sum() <= 0:
        # Thinner than a millimetre: the rule decides on whole ones, and beside the strip.
        return [(share, grounds.plain(areas))]
    outcome = grounds.outcomes(hits.section, hits.side, hits.bearing, *place.facts(len(x)))
    kinds, which = np.unique(np.stack([hits.section, outcome]), axis=1, return_inverse=True)
    shares = np.bincount(which.ravel(), weight) * share / weight.sum()
    return [
        (each, grounds.ground(section, keeps, areas))
        for each, section, keeps in zip(shares.tolist(), *kinds.tolist(), strict=True)
        if section >= 0
    ]


def _lattice(
    place: Uncertain, region: shapely.Geometry, side: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return places in whole millimetres, `side` to a side, over the part of a region that counts."""
    reach = _LATTICE_REACH * place.sigma
    window = np.array([place.x - reach, place.y - reach, place.x + reach, place.y + reach])
    bounds = np.array(shapely.bounds(region))
    low, high = np.maximum(bounds[:2], window[:2]), np.minimum(bounds[2:], window[2:])
    steps = (np.arange(side) + 0.5) / side
    xs, ys = np.meshgrid(*(low[axis] + steps * (high[axis] - low[axis]) for axis in (0, 1)))
    inside = shapely.contains_xy(region, xs.ravel(), ys.ravel())
    return np.rint(xs.ravel()[inside]).astype(np.int64), np.rint(ys.ravel()[inside]).astype(np.int64)
