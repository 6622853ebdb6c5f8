"""A place with an accuracy lies in several cells, each with a share.

The error of a place is taken as a round normal distribution; the share of a cell is its integral over the
cell, exact for any polygon as a sum over its edges (assignment.md section 4): with h the distance to an
edge's line and x the angle from the perpendicular, P = 1/2π · Σ ±∫ (1 − exp(−h² / (2σ² cos² x))) dx.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography import Layer

Floats = NDArray[np.float64]

# What a device calls accuracy: the radius that holds 68 % (Android), sqrt(σe² + σn²) (iOS), 95 % (W3C).
_RADIUS_OVER_SIGMA = {"android": 1.50959, "ios": 1.41421, "browser": 2.44775, "geocode": 1.50959}
_UNKNOWN = 1.50959
ACCURACY_KINDS = tuple(_RADIUS_OVER_SIGMA)
_LEAST_SIGMA_MM = 2000.0  # no phone is better than that among houses
_REACH = 4.0  # σ; what lies beyond is 3e-4 of the whole

_CUTS = (-2.0, 0.0, 2.0)  # in σ
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def sigma_mm(accuracy_m: float, kind: str | None) -> float:
    """Return the standard deviation per axis in mm of an accuracy radius in metres, at least 2 m."""
    return max(1000 * accuracy_m / _RADIUS_OVER_SIGMA.get(kind or "", _UNKNOWN), _LEAST_SIGMA_MM)


class Shares:
    """The shares of a layer's areas in an uncertain place. Immutable, safe to share between threads."""

    def __init__(self, layer: Layer) -> None:
        """Take a layer whose geometries are whole millimetres."""
        self._tree = shapely.STRtree(layer.geom_mm)
        polygons, cell = shapely.get_parts(layer.geom_mm, return_index=True)
        # Outer rings run anticlockwise and holes clockwise: then the signed parts add up.
        rings, of_polygon = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        self._begin, self._end = xy[:-1][joined], xy[1:][joined]
        owner = cell[of_polygon[ring[:-1][joined]]]
        self._first = np.searchsorted(owner, np.arange(len(layer.geom_mm) + 1))

    def at(self, x: int, y: int, sigma: float) -> tuple[NDArray[np.int64], Floats]:
        """Return areas and their shares, largest first, of a place in mm; the outside has the rest.

        Areas that overlap have their common ground together: shares never sum to more than 1.
        """
        reach = _REACH * sigma
        near = np.sort(self._tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach)))
        if not len(near):
            return near, np.zeros(0)
        counts = self._first[near + 1] - self._first[near]
        starts = np.cumsum(counts) - counts
        edges = np.repeat(self._first[near] - starts, counts) + np.arange(int(counts.sum()))
        place = np.array([x, y], np.float64)
        parts = edge_parts(self._begin[edges] - place, self._end[edges] - place, sigma)
        share = np.maximum(np.add.reduceat(parts, starts), 0.0)
        share /= max(float(share.sum()), 1.0)
        order = np.lexsort((near, -share))
        kept = order[share[order] > 0]
        return near[kept], share[kept]


def shares_of(regions: NDArray[np.object_], x: int, y: int, sigma: float) -> Floats:
    """Return the shares of n regions in mm in a place with a standard deviation in mm, shape (n,)."""
    polygons, region = shapely.get_parts(regions, return_index=True)
    areas = np.flatnonzero(shapely.get_dimensions(polygons) == 2)
    rings, of_polygon = shapely.get_rings(shapely.orient_polygons(polygons[areas]), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    owner = region[areas[of_polygon[ring[:-1][joined]]]]
    place = np.array([x, y], np.float64)
    parts = edge_parts(xy[:-1][joined] - place, xy[1:][joined] - place, sigma)
    return np.maximum(np.bincount(owner, parts, minlength=len(regions)), 0.0)


def edge_parts(a: Floats, b: Floats, sigma: float) -> Floats:
    """Return what each edge a→b (mm from the place) adds to its area's share."""
    along = b - a
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    height = np.abs(cross) / length
    # Positions along the edge, from the foot of the perpendicular.
    first, last = (a * along).sum(axis=1) / length, (b * along).sum(axis=1) / length
    total = np.zeros(len(a))
    # Cut where the integrand bends: a long edge that passes close by would need more nodes in one piece.
    cuts = [first, *(np.clip(at * sigma, first, last) for at in _CUTS), last]
    for low, high in pairwise(np.arctan2(cut, height) for cut in cuts):
        half = (high - low) / 2
        angle = (low + half)[:, None] + half[:, None] * _NODES
        inner = -((height[:, None] / np.cos(angle)) ** 2) / (2 * sigma**2)
        total += half * (-np.expm1(inner) @ _WEIGHTS)
    return np.asarray(np.sign(cross) * total / (2 * np.pi))
