"""Many multipolygons as one array of coordinates, so that a layer is worked on at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """Closed rings of the parts of multipolygons, in the layout of `shapely.to_ragged_array`.

    `xy` has shape (n, 2). `rings[i]:rings[i + 1]` are the coordinates of ring i, `parts` counts rings, and
    `areas` counts parts, in the same way; the first ring of a part is its shell.
    """

    xy: Floats
    rings: Integers
    parts: Integers
    areas: Integers

    @classmethod
    def of(cls, geometries: Geometries) -> Rings:
        """Take polygons and multipolygons apart."""
        _, xy, offsets = shapely.to_ragged_array(multipolygons(geometries))
        rings, parts, areas = (np.asarray(offset, dtype=np.int64) for offset in offsets)
        return cls(np.ascontiguousarray(xy[:, :2], dtype=np.float64), rings, parts, areas)

    def geometries(self) -> Geometries:
        """Put the multipolygons together again."""
        offsets = (self.rings, self.parts, self.areas)
        return np.asarray(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, self.xy, offsets))

    def ring_of_vertex(self) -> Integers:
        """Return for each coordinate the number of its ring."""
        return np.repeat(np.arange(len(self.rings) - 1), np.diff(self.rings))

    def area_of_ring(self) -> Integers:
        """Return for each ring the number of its area."""
        return np.repeat(np.repeat(np.arange(len(self.areas) - 1), np.diff(self.areas)), np.diff(self.parts))

    def is_shell(self) -> npt.NDArray[np.bool_]:
        """Return for each ring whether it is a shell."""
        shells = np.zeros(len(self.rings) - 1, dtype=bool)
        shells[self.parts[:-1]] = True
        return shells

    def inserted(self, after: Integers, xy: Floats) -> Rings:
        """Return rings with the coordinates `xy` put in after those numbered `after` (sorted)."""
        grown = np.insert(self.xy, after + 1, xy, axis=0)
        return replace(self, xy=grown, rings=self.rings + np.searchsorted(after, self.rings, side="left"))

    def without_repeats(self) -> Rings:
        """Return rings without a coordinate that repeats the one before; what collapses to a line goes."""
        same = np.zeros(len(self.xy), dtype=bool)
        same[1:] = (self.xy[1:] == self.xy[:-1]).all(axis=1)
        same[self.rings[:-1]] = False
        keep = ~same
        sizes = _sums(keep, self.rings)
        ring_stays = sizes >= 4
        if keep.all() and ring_stays.all():
            return self
        part_stays = ring_stays[self.parts[:-1]]
        ring_stays &= np.repeat(part_stays, np.diff(self.parts))
        keep &= ring_stays[self.ring_of_vertex()]
        rings_left = _sums(ring_stays, self.parts)
        parts_left = _sums(part_stays, self.areas)
        return Rings(
            self.xy[keep], _offsets(sizes[ring_stays]), _offsets(rings_left[part_stays]), _offsets(parts_left)
        )


def _sums(values: npt.NDArray[np.bool_], offsets: Integers) -> Integers:
    """Count the true values between each two offsets, none between equal ones."""
    counted = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(values, dtype=np.int64)])
    return np.asarray(np.diff(counted[offsets]))


def _offsets(sizes: Integers) -> Integers:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])


def multipolygons(geometries: Geometries) -> Geometries:
    """Return polygons and multipolygons as multipolygons without heights; an empty one stays empty."""
    parts, indices = shapely.get_parts(shapely.force_2d(geometries), return_index=True)
    there = ~shapely.is_empty(parts)
    made: Geometries = np.full(len(geometries), shapely.MultiPolygon(), dtype=object)
    if there.any():
        shapely.multipolygons(parts[there], indices=indices[there], out=made)
    return made
