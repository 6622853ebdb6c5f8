"""Vertices that spoil a border: beside a neighbour's edge, repeated, or at the tip of a spike."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.rings import Floats, Geometries, Integers, Rings

# Nearer than this the import welds two vertices, and a vertex to an edge (geography/welding.py).
WELDED_MM = 1.0
# No corner of a parcel is sharper; a line that returns on itself within a few centimetres is a slip.
_SPIKE_COSINE = float(np.cos(np.radians(5.0)))

_Complex = npt.NDArray[np.complex128]
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NearMisses:
    """Vertices that lie beside, not on, an edge of an area that they do not belong to.

    `points` are the distinct vertices of the layer (x + iy, mm) and `which` the point of each coordinate.
    For each miss: `vertex`, the point; `edge`, the coordinate at which the edge begins; `end`, the point at
    its nearer end when that is within the tolerance too, else −1; `share`, how far along the edge (0 to 1);
    `distance` in mm.
    """

    points: _Complex
    which: Integers
    vertex: Integers
    edge: Integers
    end: Integers
    share: Floats
    distance: Floats

    def __len__(self) -> int:
        return len(self.vertex)

    def only(self, keep: _Flags) -> NearMisses:
        """Return those that `keep` marks."""
        return replace(
            self,
            vertex=self.vertex[keep],
            edge=self.edge[keep],
            end=self.end[keep],
            share=self.share[keep],
            distance=self.distance[keep],
        )

    def places(self) -> Geometries:
        """Return the vertices as points."""
        xy = self.points[self.vertex]
        return np.asarray(shapely.points(xy.real, xy.imag))


def near_misses(rings: Rings, tolerance_mm: float) -> NearMisses:
    """Find the vertices within `tolerance_mm` of an edge that only one area has, which is not their own.

    A vertex next to one that both areas share is left alone: there the borders part.
    """
    points, which = np.unique(_complex(rings.xy), return_inverse=True)
    starts = edge_starts(rings)
    a, b = which[starts], which[starts + 1]
    _, alike, uses = np.unique(
        np.minimum(a, b) * len(points) + np.maximum(a, b), return_inverse=True, return_counts=True
    )
    lone = np.flatnonzero(uses[alike] == 1)
    if not len(lone):
        return _none(points, which)
    ends = np.unique(np.concatenate([a[lone], b[lone]]))
    plane = np.column_stack([points.real, points.imag])
    lines = np.asarray(shapely.linestrings(np.stack([plane[a[lone]], plane[b[lone]]], axis=1)))
    near = shapely.STRtree(lines).query(
        shapely.points(plane[ends]), predicate="dwithin", distance=tolerance_mm
    )
    vertex, on = ends[near[0]], lone[near[1]]
    area = rings.area_of_ring()[rings.ring_of_vertex()]
    owners = _Owners(which, area)
    foreign = ~owners.share(vertex, area[starts[on]])
    vertex, on = vertex[foreign], on[foreign]
    along = plane[b[on]] - plane[a[on]]
    offset = plane[vertex] - plane[a[on]]
    share = np.clip((offset * along).sum(axis=1) / (along**2).sum(axis=1), 0.0, 1.0)
    distance = np.hypot(*(offset - share[:, None] * along).T)
    nearer = np.where(
        np.abs(points[vertex] - points[a[on]]) <= np.abs(points[vertex] - points[b[on]]), a[on], b[on]
    )
    at_end = np.abs(points[vertex] - points[nearer]) <= tolerance_mm
    parting = np.zeros(len(vertex), dtype=bool)
    parting[at_end] = owners.meet(vertex[at_end], nearer[at_end])
    keep = ~parting
    return NearMisses(
        points,
        which,
        vertex[keep],
        starts[on[keep]],
        np.where(at_end, nearer, -1)[keep],
        share[keep],
        distance[keep],
    )


def _none(points: _Complex, which: Integers) -> NearMisses:
    nothing, no_number = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
    return NearMisses(points, which, nothing, nothing, nothing, no_number, no_number)


class _Owners:
    """Which areas have which points."""

    def __init__(self, which: Integers, area: Integers) -> None:
        self.size = int(area.max()) + 1
        self.keys = np.unique(which * self.size + area)

    def share(self, point: Integers, area: Integers) -> _Flags:
        """Tell for each pair whether the area has the point."""
        return self._known(point * self.size + area)

    def meet(self, one: Integers, other: Integers) -> _Flags:
        """Tell for each pair of points whether some area has both."""
        first = np.searchsorted(self.keys, one * self.size)
        last = np.searchsorted(self.keys, (one + 1) * self.size)
        pair = np.repeat(np.arange(len(one)), last - first)
        start = np.repeat(first - np.concatenate([[0], np.cumsum(last - first)[:-1]]), last - first)
        areas = self.keys[start + np.arange(len(pair))] % self.size
        both = self._known(other[pair] * self.size + areas)
        return np.bincount(pair[both], minlength=len(one)) > 0

    def _known(self, keys: Integers) -> _Flags:
        found = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.asarray(self.keys[found] == keys)


def edge_starts(rings: Rings) -> Integers:
    """Return the coordinates at which an edge begins: all but the last of each ring."""
    start = np.ones(len(rings.xy), dtype=bool)
    start[rings.rings[1:][np.diff(rings.rings) > 0] - 1] = False
    return np.flatnonzero(start)


def repeated_vertices(rings: Rings, mm_per_unit: tuple[float, float]) -> Integers:
    """Return the coordinates less than a millimetre after the one before them in their ring."""
    starts = edge_starts(rings)
    step = (rings.xy[starts + 1] - rings.xy[starts]) * np.asarray(mm_per_unit)
    return np.asarray(starts[np.hypot(step[:, 0], step[:, 1]) < WELDED_MM] + 1)


def spikes(rings: Rings, width_mm: float) -> tuple[Integers, Floats]:
    """Return the coordinates at the tip of a spike and its length in mm: the shorter of the two edges there.

    The edges that meet there run back on each other at less than 5 degrees, and where the shorter one
    begins they are no more than `width_mm` apart.
    """
    starts = edge_starts(rings)
    ring = rings.ring_of_vertex()[starts]
    first = np.searchsorted(ring, ring, side="left")
    last = np.searchsorted(ring, ring, side="right") - 1
    place = np.arange(len(starts))
    before = starts[np.where(place == first, last, place - 1)]
    here = _complex(rings.xy)[starts]
    back = _complex(rings.xy)[before] - here
    ahead = _complex(rings.xy)[starts + 1] - here
    one, other = np.abs(back), np.abs(ahead)
    product = back.conj() * ahead
    longer = np.maximum(one, other)
    sharp = product.real > _SPIKE_COSINE * one * other
    base = np.divide(np.abs(product.imag), longer, out=np.full(len(longer), np.inf), where=longer > 0)
    tip = np.flatnonzero(sharp & (base <= width_mm) & (longer > 0))
    return starts[tip], np.minimum(one, other)[tip]


def clusters(xy: Floats, reach: float) -> Integers:
    """Return for each place the number of its cluster: places within twice `reach` belong together."""
    if not len(xy):
        return np.empty(0, dtype=np.int64)
    places = np.asarray(shapely.points(xy))
    blots = shapely.get_parts(shapely.union_all(shapely.buffer(places, reach)))
    place, blot = shapely.STRtree(blots).query(places, predicate="intersects")
    label = np.zeros(len(xy), dtype=np.int64)
    label[place] = blot
    return label


def _complex(xy: Floats) -> _Complex:
    return np.ascontiguousarray(xy + 0.0).view(np.complex128)[:, 0]
