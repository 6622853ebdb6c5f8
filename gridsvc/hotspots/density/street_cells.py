"""Pieces of street and the cells that they lie in: a cell's street density."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

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


def shares_of_cells(streets: StreetLines, pieces: Pieces, cells: NDArray[Any]) -> sparse.csr_array:
    """Return how much of each piece is each cell's, shape (cells, pieces).

    Half of a piece goes to the cell on its left and half to the one on its right, the first found at the
    distances at which exposure.streets looks: a street along a border is of the cells on both sides, and the
    sum of a cell's shares times lengths is its length of street.
    """
    lines = streets.lines[pieces.link]
    middle = (pieces.from_m + pieces.to_m) / 2
    step = np.minimum(0.5, pieces.length_m / 4)
    before, here, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, middle + way * step))
        for way in (-1, 0, 1)
    )
    ahead = after - before
    size = np.hypot(ahead[:, 0], ahead[:, 1])
    left = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / np.where(size > 0, size, 1)[:, None]
    tree = shapely.STRtree(cells)
    rows, columns = [], []
    for side in (-1.0, 1.0):
        cell = np.full(len(lines), -1, np.int64)
        for distance in SIDES_M:
            rest = np.flatnonzero(cell < 0)
            places = shapely.points(here[rest] + side * distance * left[rest])
            place, found = tree.query(places, predicate="intersects")
            # On a border the first cell of the two, whatever the order of the tree.
            cell[rest[place[np.argsort(-found, kind="stable")]]] = np.sort(found)[::-1]
        there = np.flatnonzero(cell >= 0)
        rows.append(cell[there])
        columns.append(there)
    row, column = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.full(len(row), 0.5), (row, column)), shape=(len(cells), len(pieces.link)))


def cell_density(shares: sparse.csr_array, mass: Floats, length_m: Floats) -> Floats:
    """Return the reports per km of street of every cell, shape (cells,); NaN for a cell without a street."""
    length = shares @ length_m
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > 0, (shares @ mass) / length * 1000, np.nan))
