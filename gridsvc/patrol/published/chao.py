"""Team orienteering in Chao's format: `n`, `m`, `tmax`, then a line `x y score` for each node.

Chao, Golden, Wasil (1996), European Journal of Operational Research 88: 464. The first node is the start of
all patrols, the last their end; distances are Euclidean and not rounded. Nodes are numbered from 0.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.patrol.published.instance import Answer, Format
from gridsvc.patrol.routing.problem import NEVER, Effort, Floats, Patrols, Problem, Visits

_FINEST = 10_000
"""Units of time in one unit of length: the rounding of a route of 50 legs stays below a thousandth."""
_TOLERANCE = 1e-6
"""A route may be longer than tmax by this share: the published values allow for the digits of the file."""


@dataclass(frozen=True, slots=True, eq=False)
class TeamOrienteering:
    """`patrols` routes of at most `longest` each; nodes `x`, `y`, `score`, shape (n,)."""

    patrols: int
    longest: float
    x: Floats
    y: Floats
    score: Floats

    def distances(self) -> Floats:
        """Return the distances between nodes, shape (n, n)."""
        return np.hypot(self.x[:, None] - self.x[None, :], self.y[:, None] - self.y[None, :])

    def length(self, route: Sequence[int]) -> float:
        """Return the length of a route through the inner nodes `route`."""
        whole = [0, *route, len(self.x) - 1]
        return float(np.hypot(np.diff(self.x[whole]), np.diff(self.y[whole])).sum())

    def problem(self, longest: float | None = None) -> Problem:
        """Return the problem for the engine; visit i is node i + 1. `longest` instead of the instance's."""
        inner = len(self.x) - 2
        unit = self.unit()
        whole = int(np.floor((self.longest if longest is None else longest) * unit + 1e-9))
        travel = np.rint(self.distances() * unit).astype(np.int64)
        each, zeros = np.ones(self.patrols, np.int64), np.zeros(inner, np.int64)
        visits = Visits(
            at=np.arange(1, inner + 1),
            service=zeros,
            opens=zeros,
            closes=np.full(inner, whole, np.int64),
            value=self.score[1:-1],
            group=np.full(inner, -1, np.int64),
            required=np.zeros(inner, np.bool_),
            allowed=np.ones((inner, self.patrols), np.bool_),
        )
        patrols = Patrols(
            start=0 * each,
            end=(inner + 1) * each,
            mode=0 * each,
            from_=0 * each,
            until=whole * each,
            longest=whole * each,
            pause=0 * each,
            pause_from=0 * each,
            pause_until=0 * each,
        )
        return Problem((travel,), visits, patrols)

    def unit(self) -> int:
        """Return the units of time in one unit of length: fine, and below NEVER for all ways."""
        widest = max(float(self.distances().max(initial=0.0)), self.longest, 1.0)
        return max(1, min(_FINEST, int(NEVER // (2 * widest))))
