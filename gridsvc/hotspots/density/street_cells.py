"""Pieces of street and the cells that they lie in: a cell's street density."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.hotspots.density.network import Integers
from gridsvc.hotspots.density.street_lines import StreetLines
from gridsvc.hotspots.density.streets import Pieces, cut
from gridsvc.hotspots.exposure.streets import SIDES_M

Floats = NDArray[np.float64]


def cut_at_cells(streets: StreetLines, cells: NDArray[Any], longest_m: float) -> Pieces:
    """Return the links cut at the borders of `cells` (shapely, metres), and every `longest_m`."""
    borders = shapely.boundary(cells)
    line, border = shapely.STRtree(borders).query(streets.lines, predicate="intersects")
    met = shapely.intersection(streets.lines[line], borders[border])
    parts, which = shapely.get_parts(met, return_index=True)
    # Where a street runs along a border there is no crossing, but where it joins and leaves.
    ends = np.concatenate(
        [np.where(shapely.get_type_id(parts) == 1, shapely.get_point(parts, k), parts) for k in (0, -1)]
    )
    link = np.concatenate([line[which], line[which]]).astype(np.int64)
    return cut(streets.network, longest_m, link, shapely.line_locate_point(streets.lines[link], ends))


def piece_lines(streets: StreetLines, pieces: Pieces) -> NDArray[Any]:
    """Return the line of every piece."""
    from shapely.ops import substring

    lines = np.empty(len(pieces.link), object)
    lines[:] = [
        substring(line, low, high)
        for line, low, high in zip(streets.lines[pieces.link], pieces.from_m, pieces.to_m, strict=True)
    ]
    return lines


def cells_beside(streets: StreetLines, pieces: Pieces, cells: NDArray[Any]) -> Integers:
    """Return the cell on the left and on the right of each piece, shape (pieces, 2); -1 where there is none.

    It is the first found at the distances at which exposure.streets looks from the middle of the piece.
    """
    here, left = middles_and_normals(streets, pieces.link, (pieces.from_m + pieces.to_m) / 2)
    tree = shapely.STRtree(cells)
    beside = np.full((len(here), 2), -1, np.int64)
    for k, side in enumerate((1.0, -1.0)):
        for distance in SIDES_M:
            rest = np.flatnonzero(beside[:, k] < 0)
            places = shapely.points(here[rest] + side * distance * left[rest])
            place, found = tree.query(places, predicate="intersects")
            # On a border the first cell of the two, whatever the order of the tree.
            last_first = np.argsort(-found, kind="stable")
            beside[rest[place[last_first]], k] = found[last_first]
    return beside


def middles_and_normals(streets: StreetLines, link: Integers, at_m: Floats) -> tuple[Floats, Floats]:
    """Return the place at `at_m` along each link, and the unit vector to its left, shape (n, 2) each."""
    lines = streets.lines[link]
    step = np.minimum(0.5, streets.network.length_m[link] / 4)
    before, here, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at_m + way * step, 0)))
        for way in (-1, 0, 1)
    )
    ahead = after - before
    size = np.hypot(ahead[:, 0], ahead[:, 1])
    return here, np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / np.where(size > 0, size, 1)[:, None]


def cell_lengths(beside: Integers, length_m: Floats, cells: int) -> Floats:
    """Return the metres of street of every cell, shape (cells,): half of each piece for each side.

    A street along a border is of the cells on both sides in equal parts.
    """
    there = beside >= 0
    half = np.repeat(length_m[:, None] / 2, 2, axis=1)
    return np.bincount(beside[there], half[there], minlength=cells).astype(np.float64)


def cell_density(beside: Integers, mass: Floats, length_m: Floats, cells: int) -> Floats:
    """Return the reports per km of street of every cell, shape (cells,); NaN for a cell without a street.

    `mass`: reports on the left and the right side of each piece, shape (pieces, 2).
    """
    there = beside >= 0
    length = cell_lengths(beside, length_m, cells)
    total = np.bincount(beside[there], mass[there], minlength=cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > 0, total / length * 1000, np.nan))
