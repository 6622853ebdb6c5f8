"""Streets and communities for cells where no polygons are given: placeholders, and called that.

A block goes whole to the street whose office is nearest to most of it (Voronoi cells of the offices,
rounded to whole blocks, so that borders follow roads); a block too large for that is first divided into
parts of about 10 ha. A street is then divided into as many communities as are listed, of about the same
number of cells, along roads and blocks where possible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridsvc.geography.building.grouping import group, without_strays
from gridsvc.geography.rings import Floats, Geometries, Integers

_WHOLE_BLOCK_MM2 = 200_000e6
_PART_MM2 = 100_000e6
# What a metre of border costs: along a given line, between blocks, inside a block.
_ON_LINE, _BETWEEN_BLOCKS, _INSIDE = 0.2, 0.5, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Pairs of cells that share a border, its length, and the part of it along a given line (mm)."""

    pairs: Integers
    lengths: Floats
    along_lines: Floats


def nearest_street(cells: Geometries, block: Integers, offices: Floats, neighbours: Neighbours) -> Integers:
    """Return for each cell the number of its street; `offices` are places (n, 2) in millimetres."""
    inner = shapely.get_coordinates(shapely.point_on_surface(cells))
    apart = np.hypot(*(inner[:, None, :] - offices[None, :, :]).transpose(2, 0, 1))
    street = apart.argmin(axis=1)
    size = shapely.area(cells)
    by_block = np.argsort(block, kind="stable")
    for here in np.split(by_block, np.flatnonzero(np.diff(block[by_block])) + 1):
        part = np.zeros(len(here), dtype=np.int64)
        if size[here].sum() > _WHOLE_BLOCK_MM2 and len(np.unique(street[here])) > 1:
            part = _divided(here, cells, size, neighbours)
        for k in np.unique(part):
            members = here[part == k]
            street[members] = np.bincount(street[members], weights=size[members]).argmax()
    return without_strays(street, neighbours.pairs, neighbours.lengths)


def _divided(members: Integers, cells: Geometries, size: Floats, neighbours: Neighbours) -> Integers:
    """Divide the cells of a large block into connected parts with short borders."""
    place = np.full(len(cells), -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    inside = (place[neighbours.pairs] >= 0).all(axis=1)
    centres = shapely.get_coordinates(shapely.centroid(cells[members]))
    wanted = round(float(size[members].sum()) / _PART_MM2)
    return group(size[members], centres, place[neighbours.pairs[inside]], neighbours.lengths[inside], wanted)


def communities(
    cells: Geometries, block: Integers, street: Integers, wanted: Integers, neighbours: Neighbours
) -> Integers:
    """Return for each cell its community, numbered street by street; `wanted` of each street.

    A street with fewer cells than that gets one community a cell.
    """
    centres = shapely.get_coordinates(shapely.centroid(cells))
    same_block = block[neighbours.pairs[:, 0]] == block[neighbours.pairs[:, 1]]
    rest = neighbours.lengths - neighbours.along_lines
    costs = neighbours.along_lines * _ON_LINE + rest * np.where(same_block, _INSIDE, _BETWEEN_BLOCKS)
    found = np.full(len(cells), -1, dtype=np.int64)
    count = 0
    for number, parts in enumerate(wanted.tolist()):
        members = np.flatnonzero(street == number)
        if not len(members):
            continue
        place = np.full(len(cells), -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        inside = (place[neighbours.pairs] >= 0).all(axis=1)
        label = group(
            np.ones(len(members)), centres[members], place[neighbours.pairs[inside]], costs[inside], parts
        )
        found[members] = count + label
        count += int(label.max()) + 1
    return found
