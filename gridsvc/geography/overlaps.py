"""Which areas of two layers share ground, and how much: the pieces that a comparison is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.rings import Floats, Geometries, Integers

LEAST_M2 = 1.0
NOWHERE = -1
_MM2 = 1e6  # in a square metre


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Ground of one area of the layer before and one of the layer after, shape (n,) each.

    `before` and `after` are indexes into the layers; NOWHERE stands for no area. `shapes` in millimetres.
    An area of one shape in both layers is one piece, `whole`.
    """

    before: Integers
    after: Integers
    m2: Floats
    shapes: Geometries
    whole: NDArray[np.bool_]

    def where(self, keep: NDArray[np.bool_]) -> Pieces:
        """Return only the pieces that `keep` marks."""
        return Pieces(self.before[keep], self.after[keep], self.m2[keep], self.shapes[keep], self.whole[keep])


def pieces_of(before: Geometries, after: Geometries, *, tolerance_m: float, partition: bool) -> Pieces:
    """Return the pieces of ground that areas of two layers share, and what only one of the layers has.

    Both in millimetres of one system. What is nowhere wider than `tolerance_m` or is smaller than 1 m² is
    noise of the border and left out, unless it is half of one of its areas. `partition`: areas of one layer
    do not overlap, so those of one shape in both need not be held against any other, and a layer of which
    little changed takes little time.
    """
    same = _same_shapes(before, after)
    partner: Integers = np.full(len(before), NOWHERE, np.int64)
    partner[same.before] = same.after
    open_before, open_after = np.arange(len(before)), np.arange(len(after))
    if partition:
        open_before = np.setdiff1d(open_before, same.before)
        open_after = np.setdiff1d(open_after, same.after)
    shared = _shared(before, after, open_before, open_after)
    only_before = _left_over(before, shared.before, shared.shapes, open_before, exact=not partition)
    only_after = _left_over(after, shared.after, shared.shapes, open_after, exact=not partition)
    parts = [
        same,
        shared.where(partner[shared.before] != shared.after),
        _piece(*only_before, of_before=True),
        _piece(*only_after, of_before=False),
    ]
    found = Pieces(
        np.concatenate([part.before for part in parts]),
        np.concatenate([part.after for part in parts]),
        np.concatenate([part.m2 for part in parts]),
        np.concatenate([part.shapes for part in parts]),
        np.concatenate([part.whole for part in parts]),
    )
    half = np.zeros(len(found.m2), bool)
    for index, shapes in ((found.before, before), (found.after, after)):
        there = index != NOWHERE
        half[there] |= found.m2[there] >= 0.5 * square_metres(shapes)[index[there]]
    return found.where(half | wider_than(found.shapes, tolerance_m))


def square_metres(shapes: Geometries) -> Floats:
    """Return the areas in m² of shapes in millimetres of a projected system."""
    return np.asarray(shapely.area(shapes) / _MM2, dtype=np.float64)


def wider_than(shapes: Geometries, tolerance_m: float) -> NDArray[np.bool_]:
    """Return which shapes (millimetres) are at least 1 m² and somewhere wider than the tolerance."""
    size, around = shapely.area(shapes), shapely.length(shapes)
    enough = size >= LEAST_M2 * _MM2
    # 2 · area / perimeter is the mean width of a strip: where that is enough, no wider part is looked for.
    wide = enough & (2 * size > around * tolerance_m * 1000)
    unsure = np.flatnonzero(enough & ~wide)
    if len(unsure):
        wide[unsure] = ~shapely.is_empty(shapely.buffer(shapes[unsure], -tolerance_m * 500, quad_segs=2))
    return np.asarray(wide, dtype=bool)


def _same_shapes(before: Geometries, after: Geometries) -> Pieces:
    places = {key: index for index, key in enumerate(shapely.to_wkb(shapely.normalize(after)))}
    pairs = []
    for index, key in enumerate(shapely.to_wkb(shapely.normalize(before))):
        found = places.pop(key, None)
        if found is not None:
            pairs.append((index, found))
    both = np.array(pairs, np.int64).reshape(-1, 2)
    shapes = before[both[:, 0]]
    return Pieces(both[:, 0], both[:, 1], square_metres(shapes), shapes, np.ones(len(both), bool))


def _shared(before: Geometries, after: Geometries, open_before: Integers, open_after: Integers) -> Pieces:
    tree = shapely.STRtree(after[open_after])
    left, right = tree.query(before[open_before])
    left, right = open_before[left], open_after[right]
    shapes = shapely.intersection(before[left], after[right])
    size = square_metres(shapes)
    return Pieces(left, right, size, shapes, np.zeros(len(size), bool)).where(size > 0)


def _left_over(
    areas: Geometries, of_piece: Integers, pieces: Geometries, candidates: Integers, *, exact: bool
) -> tuple[Integers, Geometries]:
    """Return the areas (by index) of which pieces leave ground over, and that ground."""
    if not exact:
        known = np.bincount(of_piece, weights=square_metres(pieces), minlength=len(areas))
        candidates = candidates[square_metres(areas)[candidates] - known[candidates] >= LEAST_M2 / 2]
    order = np.argsort(of_piece, kind="stable")
    first, last = (np.searchsorted(of_piece[order], candidates, side) for side in ("left", "right"))
    covered = np.array(
        [shapely.union_all(pieces[order[a:b]]) for a, b in zip(first, last, strict=True)], dtype=object
    )
    rest = shapely.difference(areas[candidates], covered) if len(candidates) else areas[:0]
    there = shapely.area(rest) > 0
    return candidates[there], rest[there]


def _piece(index: Integers, shapes: Geometries, *, of_before: bool) -> Pieces:
    nowhere: Integers = np.full(len(index), NOWHERE, np.int64)
    both = (index, nowhere) if of_before else (nowhere, index)
    return Pieces(*both, square_metres(shapes), shapes, np.zeros(len(index), bool))
