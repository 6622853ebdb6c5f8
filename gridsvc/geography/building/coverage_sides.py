"""The borders of a coverage, edge by edge, with the areas at both sides. Millimetres, shared vertices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gridsvc.geography.rings import Floats, Geometries, Integers, Rings


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Edges (n, 2, 2) with the numbers of the areas at both sides (n, 2), lower first; -1: nobody."""

    edges: Floats
    areas: Integers

    @property
    def lengths(self) -> Floats:
        """The length of each edge."""
        step = self.edges[:, 1] - self.edges[:, 0]
        return np.asarray(np.hypot(step[:, 0], step[:, 1]))

    def between(self) -> tuple[Integers, Floats]:
        """Return the pairs of neighbours (n, 2) and the length of their common border."""
        inner = self.areas[:, 0] >= 0
        pairs, which = np.unique(self.areas[inner], axis=0, return_inverse=True)
        lengths: Floats = np.bincount(
            which.ravel(), weights=self.lengths[inner], minlength=len(pairs)
        ).astype(np.float64)
        return pairs.reshape(-1, 2), lengths


def sides_of(areas: Geometries) -> Sides:
    """Return the edges of polygons or multipolygons that share their vertices."""
    rings = Rings.of(areas)
    points, which = np.unique(np.ascontiguousarray(rings.xy).view(np.complex128)[:, 0], return_inverse=True)
    starts = np.ones(len(which), dtype=bool)
    starts[rings.rings[1:] - 1] = False
    start = np.flatnonzero(starts)
    owner = rings.area_of_ring()[rings.ring_of_vertex()][start]
    a, b = which[start], which[start + 1]
    key = np.minimum(a, b) * len(points) + np.maximum(a, b)
    order = np.lexsort((owner, key))
    key, owner, a, b = key[order], owner[order], a[order], b[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    count = np.diff(np.append(first, len(key)))
    both = np.stack([np.full(len(first), -1, dtype=np.int64), owner[first]], axis=1)
    shared = count > 1
    both[shared, 0], both[shared, 1] = owner[first[shared]], owner[first[shared] + 1]
    ends = np.stack([points[a[first]], points[b[first]]], axis=1)
    return Sides(np.stack([ends.real, ends.imag], axis=2), both)


def dissolved(areas: Geometries, group: Integers, count: int) -> Geometries:
    """Return the union of the areas of each of `count` groups; no vertex is lost on a border."""
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(count + 1))
    made = [
        areas[order[i]] if j - i == 1 else shapely.coverage_union_all(areas[order[i:j]])
        for i, j in pairwise(bounds.tolist())
    ]
    return np.array([_single(shape) for shape in made], dtype=object)


def _single(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape
