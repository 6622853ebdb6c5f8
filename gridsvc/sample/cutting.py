"""Cutting convex rings by straight lines, with the ends of lines remembered so that crossings meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(slots=True)
class Cut:
    """One straight line of the plan: its two ends in metres, its class, and its street's number."""

    ends: Array
    kind: int
    street: int


def ring_area(ring: Array) -> float:
    """Return the signed area of an open ring, positive when it runs anticlockwise."""
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


class Cutter:
    """Cuts convex rings and remembers where lines ended, so that crossings meet instead of missing."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.cuts: list[Cut] = []
        self._ends: dict[tuple[int, int], list[Array]] = {}

    def draw(self, ends: Array, kind: int, street: int) -> None:
        """Add a line; its ends may be met by later ones."""
        self.cuts.append(Cut(ends, kind, street))
        for end in ends:
            self._ends.setdefault((int(end[0] // 40), int(end[1] // 40)), []).append(end)

    def _meeting(self, point: Array, a: Array, b: Array, reach: float) -> Array:
        """Return an earlier end of line on the edge a-b within `reach` metres of `point`, or `point`."""
        column, row = int(point[0] // 40), int(point[1] // 40)
        best, found = reach, point
        along = (b - a) / np.hypot(*(b - a))
        for key in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for end in self._ends.get(key, ()):
                offset = end - a
                aside = abs(along[0] * offset[1] - along[1] * offset[0])
                distance = float(np.hypot(*(end - point)))
                if distance < best and aside < 1e-6 and 5 < offset @ along < np.hypot(*(b - a)) - 5:
                    best, found = distance, end
        return found

    def cut(
        self, ring: Array, fraction: float, angle: float, kind: int, street: int, reach: float
    ) -> tuple[Array, Array]:
        """Cut `ring` by a line across its long side so that the first part gets `fraction` of the area."""
        centred = ring - ring.mean(axis=0)
        edges = np.roll(ring, -1, axis=0) - ring
        lengths = np.hypot(edges[:, 0], edges[:, 1])
        directions = edges / lengths[:, None]
        extents = np.ptp(centred @ directions.T, axis=0)
        # The long axis follows an edge, not the diagonal: streets meet streets at right angles.
        normal = directions[int(np.argmax(extents + 0.15 * lengths))]
        c, s = np.cos(angle), np.sin(angle)
        normal = np.array([c * normal[0] - s * normal[1], s * normal[0] + c * normal[1]])
        heights = ring @ normal
        low, high = float(heights.min()), float(heights.max())
        wanted = fraction * ring_area(ring)
        for _ in range(24):
            middle = (low + high) / 2
            first, _second, _ends = _halves(ring, heights - middle)
            if ring_area(first) < wanted:
                low = middle
            else:
                high = middle
        _first, _second, (i, p, j, q) = _halves(ring, heights - (low + high) / 2)
        count = len(ring)
        p = self._meeting(p, ring[i], ring[(i + 1) % count], reach)
        q = self._meeting(q, ring[j], ring[(j + 1) % count], reach)
        one, other = _rings(ring, i, p, j, q)
        self.draw(np.array([p, q]), kind, street)
        return (one, other) if (one @ normal).mean() < (other @ normal).mean() else (other, one)


def _halves(ring: Array, side: Array) -> tuple[Array, Array, tuple[int, Array, int, Array]]:
    """Split a convex ring by the signs of `side`; return the negative part, the other, and the crossings."""
    following = np.roll(side, -1)
    crossing = np.flatnonzero((side < 0) != (following < 0))
    i, j = int(crossing[0]), int(crossing[-1])
    share = side / np.where(side == following, 1.0, side - following)
    ahead = np.roll(ring, -1, axis=0)
    p = ring[i] + share[i] * (ahead[i] - ring[i])
    q = ring[j] + share[j] * (ahead[j] - ring[j])
    one, other = _rings(ring, i, p, j, q)
    if side[i] < 0:
        return other, one, (i, p, j, q)
    return one, other, (i, p, j, q)


def _rings(ring: Array, i: int, p: Array, j: int, q: Array) -> tuple[Array, Array]:
    """Return the two rings left and right of the line from `p` on edge `i` to `q` on edge `j` > `i`."""
    one = np.vstack([p[None], ring[i + 1 : j + 1], q[None]])
    other = np.vstack([q[None], ring[j + 1 :], ring[: i + 1], p[None]])
    return one, other
