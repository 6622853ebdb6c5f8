"""What streets are tied to: the cells that they face, the zones that these make up, and who keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.hotspots.density.network import StreetNetwork
from gridsvc.hotspots.density.street_cells import cells_beside
from gridsvc.hotspots.density.street_lines import StreetLines
from gridsvc.hotspots.density.streets import Pieces, cut_evenly
from gridsvc.hotspots.exposure.streets import SIDES_M
from gridsvc.patrol.network.streets import Streets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Shapes = NDArray[np.object_]

FINE_M = 10.0
"""Links are tied by pieces so short: a cell's part of a street is known to half of one at either end."""


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Links and the areas that they face, shape (rows,) each, sorted by link, then the longest first.

    `metres`: how much of the link is the area's: half the length of what faces it on one side, all of what it
    has on both. The sum over a link is its length, less the sides that face no area.
    """

    link: Integers
    area: Integers
    metres: Floats

    def __len__(self) -> int:
        return len(self.link)

    def foremost(self, links: int) -> Integers:
        """Return the area that has most of each link, shape (links,), -1 where none has any of it."""
        found = np.full(links, -1, np.int64)
        first = np.append(True, np.diff(self.link) != 0) if len(self.link) else np.empty(0, bool)
        found[self.link[first]] = self.area[first]
        return found


def link_cells(streets: Streets, shapes: Shapes, *, fine_m: float = FINE_M) -> Ties:
    """Return the cells (polygons in metres of the streets' system) that links face.

    Each side of a street belongs to the cell that it faces, as in `hotspots.exposure.streets`: borders of
    cells run along streets, and what lies inside a cell would depend on centimetres.
    """
    lines = StreetLines(
        StreetNetwork.of(len(streets.xy), streets.start, streets.end, streets.length_m),
        streets.lines,
        np.arange(len(streets)),
    )
    near = np.zeros(len(streets), bool)
    if len(shapes):
        near[shapely.STRtree(streets.lines).query(shapes, predicate="dwithin", distance=SIDES_M[-1])[1]] = (
            True
        )
    pieces = cut_evenly(lines.network, fine_m)
    kept = near[pieces.link]
    pieces = Pieces(pieces.link[kept], pieces.from_m[kept], pieces.to_m[kept])
    beside = cells_beside(lines, pieces, shapes)
    row, side = np.nonzero(beside >= 0)
    return _summed(pieces.link[row], beside[row, side], pieces.length_m[row] / 2)


def link_groups(ties: Ties, groups: Sequence[Sequence[int]]) -> Ties:
    """Return the ties of groups of areas, such as zones made up of cells: `groups[g]` indexes of areas.

    An area may be of several groups and of none.
    """
    area = np.array([each for group in groups for each in group], np.int64)
    group = np.repeat(np.arange(len(groups)), [len(each) for each in groups])
    order = np.argsort(area, kind="stable")
    first = np.searchsorted(area[order], ties.area)
    count = np.searchsorted(area[order], ties.area, side="right") - first
    row = np.repeat(np.arange(len(ties)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return _summed(ties.link[row], group[order][first[row] + within], ties.metres[row])


def keepers(streets: Streets) -> NDArray[np.object_]:
    """Return the code of the unit that keeps each link, else the keeper's name as given, else None."""
    roads = streets.roads
    known = roads.keeper_codes != None  # noqa: E711
    return np.asarray(np.where(known, roads.keeper_codes, roads.keepers)[streets.road], object)


def shapes_in_metres(streets: Streets, shapes_mm: Shapes, srid: int) -> Shapes:
    """Return areas given in millimetres of EPSG:`srid` in metres of the streets' system."""

    def metres(xy: Floats) -> Floats:
        if srid != streets.srid:
            lon, lat = to_degrees(srid, *np.rint(xy.T).astype(np.int64))
            xy = np.stack(to_millimetres(streets.srid, lon, lat), axis=1).astype(np.float64)
        return xy / 1000

    return np.asarray(shapely.transform(shapes_mm, metres), object)


def _summed(link: Integers, area: Integers, metres: Floats) -> Ties:
    if not len(link):
        return Ties(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    pairs, which = np.unique(np.stack([link, area], axis=1), axis=0, return_inverse=True)
    total: Any = np.bincount(which.ravel(), metres, len(pairs))
    order = np.lexsort((pairs[:, 1], -total, pairs[:, 0]))
    return Ties(pairs[order, 0], pairs[order, 1], np.asarray(total[order], np.float64))
