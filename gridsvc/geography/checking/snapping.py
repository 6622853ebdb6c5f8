"""Vertices beside a neighbour's border brought onto it: merged with its vertex, or put into its edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridsvc.geography.checking.vertices import NearMisses, near_misses, spikes
from gridsvc.geography.rings import Rings

# Three copies of one corner are merged two at a time, and an edge bent by a new vertex may pass another one.
_MOST_ROUNDS = 8


def snap(rings: Rings, tolerance_mm: float) -> Rings:
    """Give areas the same vertices along borders that they fail to share by no more than `tolerance_mm`.

    Of two vertices the one that more areas have stays where it is, then the one of the lower area. A vertex
    beside an edge without such a partner goes into the edge. Nothing moves by more than the tolerance in
    one round; rings may come out invalid, for the caller to mend.
    """
    for _ in range(_MOST_ROUNDS):
        misses = near_misses(rings, tolerance_mm)
        if not len(misses):
            break
        merged = _merged(rings, misses)
        rings = _inserted(rings, misses) if merged is None else merged
    return rings


def _merged(rings: Rings, misses: NearMisses) -> Rings | None:
    """Merge each vertex with the nearest partner, no vertex twice; None where there is none to merge."""
    at = np.flatnonzero(misses.end >= 0)
    if not len(at):
        return None
    one, other = misses.vertex[at], misses.end[at]
    area = rings.area_of_ring()[rings.ring_of_vertex()]
    owner = np.unique(misses.which * (int(area.max()) + 1) + area)
    point, of = owner // (int(area.max()) + 1), owner % (int(area.max()) + 1)
    count = np.bincount(point, minlength=len(misses.points))
    lowest = np.full(len(misses.points), len(rings.areas), dtype=np.int64)
    np.minimum.at(lowest, point, of)
    apart = np.abs(misses.points[one] - misses.points[other])
    target = np.arange(len(misses.points))
    taken: set[int] = set()
    for k in np.lexsort((np.maximum(one, other), np.minimum(one, other), apart)).tolist():
        pair = (int(one[k]), int(other[k]))
        if taken.isdisjoint(pair):
            stays, moves = sorted(pair, key=lambda each: (-count[each], lowest[each], each))
            target[moves] = stays
            taken.update(pair)
    moved = misses.points[target[misses.which]]
    return replace(rings, xy=np.column_stack([moved.real, moved.imag])).without_repeats()


def _inserted(rings: Rings, misses: NearMisses) -> Rings:
    keys = np.unique(np.column_stack([misses.edge, misses.vertex]), axis=0, return_index=True)[1]
    order = keys[np.lexsort((misses.share[keys], misses.edge[keys]))]
    xy = misses.points[misses.vertex[order]]
    return rings.inserted(misses.edge[order], np.column_stack([xy.real, xy.imag]))


def without_spikes(rings: Rings, width_mm: float) -> Rings:
    """Return rings without the tips of spikes (see `vertices.spikes`), until there are none."""
    for _ in range(_MOST_ROUNDS):
        at, _ = spikes(rings, width_mm)
        if not len(at):
            break
        rings = _without(rings, at)
    return rings


def _without(rings: Rings, at: np.ndarray) -> Rings:
    """Drop coordinates; a ring that began at one begins at its next vertex, one that collapses goes."""
    xy = rings.xy.copy()
    ring = rings.ring_of_vertex()
    first, last = rings.rings[:-1], rings.rings[1:] - 1
    tip = np.zeros(len(xy), dtype=bool)
    tip[at] = True
    # Put each tip onto its predecessor, so that dropping repeats drops it; a closing point follows its ring.
    for k in at.tolist():
        before = k - 1 if k > first[ring[k]] else last[ring[k]] - 1
        xy[k] = xy[before]
        if k == first[ring[k]]:
            xy[last[ring[k]]] = xy[k]
    return replace(rings, xy=xy).without_repeats()
