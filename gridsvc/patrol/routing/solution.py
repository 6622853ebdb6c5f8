"""The solution: who goes where, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridsvc.patrol.routing.problem import Integers, Problem


@dataclass(frozen=True, slots=True)
class Timed:
    """A visit on a route: index of the visit, when the patrol arrives, begins and leaves (deciseconds)."""

    visit: int
    arrives: int
    begins: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Route:
    """What one patrol does. `pause`: begin and end of its break; it is after the visit `pause_after`
    (position on the route; -1: before the first). A patrol that stays has no visits and `leaves == returns`.
    """

    visits: tuple[Timed, ...] = ()
    leaves: int = 0
    returns: int = 0
    pause: tuple[int, int] | None = None
    pause_after: int = -1


@dataclass(frozen=True, slots=True)
class Solution:
    """One route for each patrol of the problem."""

    routes: tuple[Route, ...]

    @property
    def sequences(self) -> tuple[tuple[int, ...], ...]:
        """Return the visits of each patrol in order."""
        return tuple(tuple(timed.visit for timed in route.visits) for route in self.routes)

    def made(self) -> Integers:
        """Return the visits that are made, sorted."""
        return np.sort(np.array([visit for route in self.sequences for visit in route], np.int64))

    def value(self, problem: Problem) -> float:
        """Return what all its visits are worth."""
        return float(problem.visits.value[self.made()].sum())


Sequences = Sequence[Sequence[int]]
