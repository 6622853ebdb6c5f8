"""The written rule of who has a place, once more: slow, in whole numbers and fractions, sharing no code.

assignment.md section 1. A cell is a list of rings, a ring a list of (x, y) in whole millimetres without the
closing point; inside is an odd number of crossings over all of its rings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

import shapely

Point = tuple[int, int]
Ring = list[Point]
Cell = list[Ring]

# Nearer to any place than an edge that does not pass through it can be (coordinates below 10^13 mm).
_NEXT_TO = Fraction(1, 10**60)


def cell_of(geometry: Any) -> Cell:
    """Return the rings of a polygon or multipolygon with whole coordinates."""
    rings = []
    for polygon in shapely.get_parts(geometry):
        for line in (polygon.exterior, *polygon.interiors):
            ring = [(int(x), int(y)) for x, y in line.coords[:-1]]
            assert all((float(x), float(y)) == at for (x, y), at in zip(ring, line.coords[:-1], strict=True))
            rings.append(ring)
    return rings


def edges_of(cell: Cell) -> Iterator[tuple[Point, Point]]:
    for ring in cell:
        yield from zip(ring, ring[1:] + ring[:1], strict=True)


def owns(cell: Cell, x: Any, y: Any) -> bool:
    """Half-open: an edge from (x0, y0) up to (x1, y1) counts when y0 <= y < y1 and it lies east of x."""
    odd = False
    for (x0, y0), (x1, y1) in edges_of(cell):
        if (y0 <= y) == (y1 <= y):
            continue
        at = x0 + Fraction((y - y0) * (x1 - x0), y1 - y0)
        odd ^= at > x
    return odd


def touches(cell: Cell, x: int, y: int) -> bool:
    """Whether the place lies on a ring."""
    return any(_on(a, b, x, y) for a, b in edges_of(cell))


def _on(a: Point, b: Point, x: int, y: int) -> bool:
    if not (min(a[0], b[0]) <= x <= max(a[0], b[0]) and min(a[1], b[1]) <= y <= max(a[1], b[1])):
        return False
    return (b[0] - a[0]) * (y - a[1]) == (b[1] - a[1]) * (x - a[0])


def squared_distance(cell: Cell, x: int, y: int) -> Fraction:
    """The exact square of the distance from a place outside to the cell."""
    return min(_squared(a, b, x, y) for a, b in edges_of(cell))


def _squared(a: Point, b: Point, x: int, y: int) -> Fraction:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along, length = (x - a[0]) * dx + (y - a[1]) * dy, dx * dx + dy * dy
    if along <= 0:
        return Fraction((x - a[0]) ** 2 + (y - a[1]) ** 2)
    if along >= length:
        return Fraction((x - b[0]) ** 2 + (y - b[1]) ** 2)
    return Fraction((dx * (y - a[1]) - dy * (x - a[0])) ** 2, length)


@dataclass(frozen=True)
class Expected:
    """`owners` is one cell, or -1 for none; several only for a place outside that is equally near to them.

    `snapped_mm` is NaN unless the place lies outside and a cell is within reach.
    """

    owners: tuple[int, ...]
    on_boundary: bool
    on_outer: bool
    snapped_mm: float


class Judge:
    """Says where places lie among cells that are ordered by code."""

    def __init__(self, cells: Sequence[Cell], snap_mm: int) -> None:
        self.cells = cells
        self.snap_mm = snap_mm
        self._boxes = [
            (min(xs), min(ys), max(xs), max(ys))
            for cell in cells
            for xs, ys in [list(zip(*(point for ring in cell for point in ring), strict=True))]
        ]

    def near(self, x: int, y: int) -> list[int]:
        return [k for k, (x0, y0, x1, y1) in enumerate(self._boxes) if x0 <= x <= x1 and y0 <= y <= y1]

    def __call__(self, x: int, y: int) -> Expected:
        near = self.near(x, y)
        inside = [k for k in near if owns(self.cells[k], x, y)]
        touching = [k for k in near if touches(self.cells[k], x, y)]
        if inside or touching:
            owner = min(inside) if inside else min(touching)
            return Expected((owner,), bool(touching), bool(touching) and self.on_rim(x, y), math.nan)
        least, nearest = self._nearest(x, y)
        if least > self.snap_mm**2:
            return Expected((-1,), False, False, math.nan)
        return Expected(tuple(nearest), False, False, _root(least))

    def _nearest(self, x: int, y: int) -> tuple[Fraction, list[int]]:
        """The square of the least distance and the cells that have it."""
        beyond = [max(x0 - x, 0, x - x1) ** 2 + max(y0 - y, 0, y - y1) ** 2 for x0, y0, x1, y1 in self._boxes]
        order = sorted(range(len(self.cells)), key=beyond.__getitem__)
        squares: dict[int, Fraction] = {}
        for k in order:
            if squares and beyond[k] > min(squares.values()):
                break
            squares[k] = squared_distance(self.cells[k], x, y)
        least = min(squares.values())
        return least, sorted(k for k, square in squares.items() if square == least)

    def on_rim(self, x: int, y: int) -> bool:
        """Whether some way out of a place on a ring leads at once out of every cell."""
        ways = set()
        for k in self.near(x, y):
            for a, b in edges_of(self.cells[k]):
                if a != b and _on(a, b, x, y):
                    ways |= {(end[0] - x, end[1] - y) for end in (a, b) if end != (x, y)}
        return any(
            not any(owns(self.cells[k], *_step(x, y, between)) for k in range(len(self.cells)))
            for between in _between(ways)
        )


def _step(x: int, y: int, way: Point) -> tuple[Fraction, Fraction]:
    return x + way[0] * _NEXT_TO, y + way[1] * _NEXT_TO


def _between(ways: Iterable[Point]) -> Iterator[Point]:
    """Directions strictly between each two neighbours of `ways`, all round."""

    def half(way: Point) -> bool:
        return way[1] < 0 or (way[1] == 0 and way[0] < 0)

    def before(a: Point, b: Point) -> int:
        if half(a) != half(b):
            return half(a) - half(b)
        turn = a[0] * b[1] - a[1] * b[0]
        return -1 if turn > 0 else (1 if turn < 0 else 0)

    reduced = {(dx // g, dy // g) for dx, dy in ways for g in [math.gcd(dx, dy)]}
    order = sorted(reduced, key=cmp_to_key(before))
    assert len(order) > 1
    for a, b in zip(order, order[1:] + order[:1], strict=True):
        turn = a[0] * b[1] - a[1] * b[0]
        if turn == 0:
            yield -a[1], a[0]  # opposite ways: a quarter turn on from the first
        else:
            sign = 1 if turn > 0 else -1
            yield sign * (a[0] + b[0]), sign * (a[1] + b[1])


def _root(square: Fraction) -> float:
    # To well below a nanometre: the square is taken times 10^24 as a whole number.
    return math.isqrt(square.numerator * 10**24 // square.denominator) / 10**12
