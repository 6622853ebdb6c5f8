"""Pieces of street and the cells that they lie in: a cell's street density."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.hotspots.density.street_lines import StreetLines
from gridsvc.hotspots.density.streets import Pieces, cut

Floats = NDArray[np.float64]

BORDER_M = 1.0
"""A piece of street so near a cell lies in it: a street along a border is of the cells on both sides."""


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


def middles(streets: StreetLines, pieces: Pieces) -> NDArray[Any]:
    """Return the point in the middle of every piece."""
    return np.asarray(
        shapely.line_interpolate_point(streets.lines[pieces.link], (pieces.from_m + pieces.to_m) / 2)
    )


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
    """Return how much of each piece is each cell's, shape (cells, pieces): 1, or 1/n of n cells around it."""
    piece, cell = shapely.STRtree(cells).query(
        middles(streets, pieces), predicate="dwithin", distance=BORDER_M
    )
    many = np.bincount(piece, minlength=len(pieces.link))
    return sparse.csr_array((1 / many[piece], (cell, piece)), shape=(len(cells), len(pieces.link)))


def cell_density(shares: sparse.csr_array, mass: Floats, length_m: Floats) -> Floats:
    """Return the reports per km of street of every cell, shape (cells,); NaN for a cell without a street."""
    length = shares @ length_m
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > 0, (shares @ mass) / length * 1000, np.nan))
