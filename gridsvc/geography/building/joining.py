"""What is too small or too thin goes to a neighbour, by lengths and areas alone."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.building.coverage_sides import dissolved, sides_of
from gridsvc.geography.rings import Floats, Geometries, Integers

_CRUMB = 0.1  # of the smallest cell: what is less goes to a neighbour of any size


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A coverage by polygons in millimetres; `parent` they may not leave, `compound` -1 for none.

    `width` of a polygon is that of the rectangle with its area and perimeter.
    """

    shapes: Geometries
    parent: Integers
    compound: Integers

    def __len__(self) -> int:
        return len(self.shapes)


def width(area: Floats, around: Floats) -> Floats:
    """Return the width of the rectangle that has this area and perimeter (a square's for rounder shapes)."""
    root = np.sqrt(np.maximum(around**2 - 16.0 * area, 0.0))
    return np.asarray((around - root) / 4.0)


def join_small(
    pieces: Pieces,
    *,
    smallest: float,
    thinnest: float,
    needle: float,
    largest: float,
    largest_compound: float,
) -> tuple[Pieces, Integers]:
    """Join pieces smaller than `smallest` or thinner than `thinnest` to a neighbour, the smallest first.

    So go pieces of which 4πA/P² is below `needle` (0.22: a rectangle 12 times as long as wide).

    The neighbour is of the same parent; among several the one with the largest share of the piece's border,
    and with which it makes the most compact shape. No joined piece becomes larger than `largest`, or, with a
    compound in it, than `largest_compound`, unless by a crumb; two compounds are never joined. Returns the
    pieces and, for each given one, the number of the piece that it is in.
    """
    area, around = shapely.area(pieces.shapes), shapely.length(pieces.shapes)
    limits = (smallest, thinnest, needle)
    state = _State(pieces, area.copy(), around.copy())
    heap = [(area[k], k) for k in range(len(pieces)) if state.bad(k, limits)]
    heapq.heapify(heap)
    while heap:
        size, k = heapq.heappop(heap)
        if state.heir[k] != k or size != state.area[k] or not state.bad(k, limits):
            continue
        other = state.best_neighbour(k, (largest, largest_compound), smallest)
        if other is None:
            continue
        kept = state.join(k, other)
        if state.bad(kept, limits):
            heapq.heappush(heap, (state.area[kept], kept))
    root = state.roots()
    kept_ones, group = np.unique(root, return_inverse=True)
    shapes = dissolved(pieces.shapes, group, len(kept_ones))
    compound = np.array([state.compound[k] for k in kept_ones], dtype=np.int64)
    return Pieces(shapes, pieces.parent[kept_ones], compound), group


class _State:
    """Groups of pieces with area, perimeter, and the borders between them."""

    def __init__(self, pieces: Pieces, area: Floats, around: Floats) -> None:
        self.area, self.around = area, around
        self.parent, self.compound = pieces.parent, pieces.compound.copy()
        self.heir = np.arange(len(pieces))
        self.border: list[dict[int, float]] = [{} for _ in range(len(pieces))]
        pairs, lengths = sides_of(pieces.shapes).between()
        for (a, b), length in zip(pairs.tolist(), lengths.tolist(), strict=True):
            if a != b:
                self.border[a][b] = self.border[b][a] = length

    def bad(self, k: int, limits: tuple[float, float, float]) -> bool:
        """Whether a piece cannot stay; a compound is as thin as it is."""
        smallest, thinnest, needle = limits
        area, around = self.area[k], self.around[k]
        if area < smallest:
            return True
        thin = float(width(np.array(area), np.array(around))) < thinnest
        return bool(self.compound[k] < 0 and (thin or _compactness(area, around) < needle))

    def best_neighbour(self, k: int, largest: tuple[float, float], smallest: float) -> int | None:
        """Return the piece to join `k` to; None when there is none that may."""
        best, found = -np.inf, None
        for other, length in sorted(self.border[k].items()):
            if self.parent[other] != self.parent[k]:
                continue
            if min(self.compound[k], self.compound[other]) >= 0:
                continue
            area = self.area[k] + self.area[other]
            limit = largest[int(max(self.compound[k], self.compound[other]) >= 0)]
            if area > limit and self.area[k] > _CRUMB * smallest:
                continue
            shape = _compactness(area, self.around[k] + self.around[other] - 2 * length)
            before = _compactness(self.area[other], self.around[other])
            score = length / self.around[k] + 2.0 * (shape - before)
            if score > best:
                best, found = score, other
        return found

    def join(self, k: int, other: int) -> int:
        """Put `k` into `other` and return it."""
        length = self.border[k].pop(other)
        self.border[other].pop(k)
        for third, shared in self.border[k].items():
            self.border[third].pop(k)
            total = self.border[other].get(third, 0.0) + shared
            self.border[other][third] = self.border[third][other] = total
        self.border[k] = {}
        self.area[other] += self.area[k]
        self.around[other] += self.around[k] - 2 * length
        self.compound[other] = max(self.compound[other], self.compound[k])
        self.heir[k] = other
        return other

    def roots(self) -> npt.NDArray[np.int64]:
        """Return for each piece the one that it has become part of."""
        root = self.heir.copy()
        while True:
            further = root[root]
            if np.array_equal(further, root):
                return root
            root = further


def _compactness(area: float, around: float) -> float:
    return float(4.0 * np.pi * area / max(around, 1e-9) ** 2)
