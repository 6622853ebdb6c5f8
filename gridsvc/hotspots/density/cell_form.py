"""Kernel density from the counts of cells: one sparse matrix for a grid and a bandwidth (hotspots.md 3.1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from gridsvc.hotspots.density.kernels import (
    M2_PER_KM2,
    checked_bandwidth,
    checked_kernel,
    plane_kernel,
    reach,
)

Floats = NDArray[np.float64]

_SIDES = (3, 5, 9)
_AT_ONCE = 2_000_000


def cell_kernel(cells: NDArray[Any], *, bandwidth_m: float, kernel: str = "quartic") -> sparse.csr_array:
    """Return K of F = K·x: density per km² in every cell from the counts x of all, shape (cells, cells).

    K_ij is the mean of K_h between places spread evenly over cell i (shapely, metres) and over cell j: at
    least 9 places a cell, and so many that they lie no farther apart than h/3 where 81 are enough for that.
    """
    h, named = checked_bandwidth(bandwidth_m), checked_kernel(kernel)
    side = float(np.sqrt(np.median(shapely.area(cells)))) if len(cells) else 0.0
    across = next((each for each in _SIDES if side / each <= h / 3), _SIDES[-1])
    xy, cell = places_within(cells, across)
    many = np.bincount(cell, minlength=len(cells))
    tree = cKDTree(xy)
    counts = np.cumsum(tree.query_ball_point(xy, reach(named, h), return_length=True))
    total: sparse.csr_array = sparse.csr_array((len(cells), len(cells)))
    start = 0
    while start < len(xy):
        before = counts[start - 1] if start else 0
        stop = max(int(np.searchsorted(counts, before + _AT_ONCE)), start + 1)
        near = cKDTree(xy[start:stop]).sparse_distance_matrix(tree, reach(named, h), output_type="ndarray")
        one, other = cell[start:stop][near["i"]], cell[near["j"]]
        values = plane_kernel(named, near["v"], h) / many[one] / many[other] * M2_PER_KM2
        total = total + sparse.coo_array((values, (one, other)), shape=total.shape).tocsr()
        start = stop
    return total


def places_within(cells: NDArray[Any], across: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return places spread evenly within cells, about `across`² each, and the cell of each place.

    A lattice over the cell's box is as much finer as the box is larger than the cell; a cell that the lattice
    misses has one place on its surface.
    """
    west, south, east, north = shapely.bounds(cells).T
    box = np.maximum((east - west) * (north - south), 1e-9)
    finer = np.sqrt(np.clip(box / np.maximum(shapely.area(cells), 1e-9), 1, 16))
    steps = np.ceil(across * finer).astype(np.int64)
    row = np.repeat(np.arange(len(cells)), steps**2)
    number = np.arange(len(row)) - np.repeat(np.cumsum(steps**2) - steps**2, steps**2)
    x = west[row] + (number % steps[row] + 0.5) / steps[row] * (east - west)[row]
    y = south[row] + (number // steps[row] + 0.5) / steps[row] * (north - south)[row]
    shapely.prepare(cells)
    inside = np.asarray(shapely.intersects_xy(cells[row], x, y))
    missed = np.setdiff1d(np.arange(len(cells)), row[inside])
    alone = shapely.get_coordinates(shapely.point_on_surface(cells[missed]))
    xy = np.concatenate([np.stack([x[inside], y[inside]], axis=1), alone])
    cell = np.concatenate([row[inside], missed])
    order = np.argsort(cell, kind="stable")
    return xy[order], cell[order]
