"""Shared borders made truly shared: vertices less than a millimetre apart, and T-junctions.

Two areas that share a border rarely hold the same numbers along it: one was rounded differently, or only
one has a vertex where a third area's border ends. On a grid of whole millimetres each such place opens a
gap or an overlap of some square millimetres. Welding gives both sides the same vertices.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.rings import Floats, Integers, Rings

# The neighbours of a lattice point, one of each opposite pair.
_AROUND = (1 + 0j, 1j, 1 + 1j, 1 - 1j)
_WELD_MM = 1.0
# A vertex put into an edge bends it by less than a millimetre, which may bring another one near it.
_MOST_ROUNDS = 4

_Complex = npt.NDArray[np.complex128]


def weld(rings: Rings, mm_per_unit: tuple[float, float] = (1.0, 1.0)) -> Rings:
    """Merge vertices and put T-vertices into the edges that they lie on, both within a millimetre.

    `mm_per_unit` scales x and y to millimetres. Vertices whose rounded millimetres are the same or
    adjacent become the westernmost (then southernmost) of them, so that the result does not depend on the
    order of the areas. A vertex of one area within 1 mm of an edge that only one area has goes into it.
    """
    if not len(rings.xy):
        return rings
    rings = _merged(rings, np.asarray(mm_per_unit))
    for _ in range(_MOST_ROUNDS):
        grown = _with_t_vertices(rings, np.asarray(mm_per_unit)) if len(rings.xy) else None
        if grown is None:
            break
        rings = grown
    return rings


def _merged(rings: Rings, scale: Floats) -> Rings:
    points, which = np.unique(_complex(rings.xy), return_inverse=True)
    lattice = np.rint(points.real * scale[0]) + 1j * np.rint(points.imag * scale[1])
    cells, cell = np.unique(lattice, return_inverse=True)
    label = _labels(cells)[cell]
    # Points are sorted: the first one of a cluster is its westernmost.
    _, first = np.unique(label, return_index=True)
    chosen = np.empty(label.max() + 1, dtype=np.int64)
    chosen[label[first]] = first
    merged = points[chosen[label]][which]
    return replace(rings, xy=np.column_stack([merged.real, merged.imag])).without_repeats()


def _labels(cells: _Complex) -> Integers:
    """Return for each of the sorted lattice points the least number in its cluster of adjacent ones."""
    label = np.arange(len(cells))
    pairs = []
    for step in _AROUND:
        found = np.minimum(np.searchsorted(cells, cells + step), len(cells) - 1)
        here = np.flatnonzero(cells[found] == cells + step)
        pairs.append(np.column_stack([here, found[here]]))
    one, other = np.concatenate(pairs).T
    while True:
        least = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, one, least)
        np.minimum.at(label, other, least)
        if np.array_equal(before, label):
            return label


def _with_t_vertices(rings: Rings, scale: Floats) -> Rings | None:
    """Return rings with the T-vertices put in, or None when there are none."""
    points, which = np.unique(_complex(rings.xy), return_inverse=True)
    start = np.ones(len(which), dtype=bool)
    start[rings.rings[1:] - 1] = False
    starts = np.flatnonzero(start)
    a, b = which[starts], which[starts + 1]
    _, edge, uses = np.unique(
        np.minimum(a, b) * len(points) + np.maximum(a, b), return_inverse=True, return_counts=True
    )
    lone = np.flatnonzero(uses[edge] == 1)  # an edge that two areas have needs nothing
    if not len(lone):
        return None
    plane = np.column_stack([points.real, points.imag]) * scale
    ends = np.unique(np.concatenate([a[lone], b[lone]]))
    lines = np.asarray(shapely.linestrings(np.stack([plane[a[lone]], plane[b[lone]]], axis=1)))
    near = shapely.STRtree(lines).query(
        shapely.points(plane[ends]), predicate="dwithin", distance=_WELD_MM * (1 + 1e-9)
    )
    vertex, on = ends[near[0]], lone[near[1]]
    apart = (vertex != a[on]) & (vertex != b[on])
    vertex, on = vertex[apart], on[apart]
    along = plane[b[on]] - plane[a[on]]
    share = ((plane[vertex] - plane[a[on]]) * along).sum(axis=1) / (along**2).sum(axis=1)
    between = (share > 0) & (share < 1)
    vertex, on, share = vertex[between], on[between], share[between]
    if not len(vertex):
        return None
    order = np.lexsort((share, on))
    vertex, on = vertex[order], on[order]
    return rings.inserted(starts[on], np.column_stack([points[vertex].real, points[vertex].imag]))


def _complex(xy: Floats) -> _Complex:
    # numpy sorts complex numbers by real, then imaginary part, several times faster than rows.
    return np.ascontiguousarray(xy + 0.0).view(np.complex128)[:, 0]
