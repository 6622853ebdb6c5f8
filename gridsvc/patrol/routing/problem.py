"""The problem: visits that may be made, and the patrols that may make them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SECOND = 10
"""Times are whole deciseconds from an origin that the caller knows."""
MINUTE = 60 * SECOND
NEVER = 10_000_000
"""A travel time from this on (eleven days) means that there is no way."""
NOWHERE = -1
"""`end` of a patrol that may finish wherever it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Visits that may be made, shape (v,) each.

    `at`: row and column of the visit in the matrices of travel. `service`: time spent there. The service
    begins at `opens` at the earliest and at `closes` at the latest. `value`: what the visit is worth, >= 0.
    `group`: of the visits of one group at most one is made (dwells, directions of a street, times of day);
    -1: of none. `required`: it, or another one of its group, must be made.
    `allowed`: shape (v, p), whether patrol p may make it.
    """

    at: Integers
    service: Integers
    opens: Integers
    closes: Integers
    value: Floats
    group: Integers
    required: Bools
    allowed: Bools

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, eq=False)
class Patrols:
    """Patrols, shape (p,) each; no two need be alike.

    `start`, `end`: rows in the matrices of travel; `end` may be NOWHERE. `mode`: which of the matrices.
    A patrol leaves at `from_` at the earliest, is back by `until`, and is under way for `longest` at most,
    its break included. `pause`: length of its break, 0: none; the break begins between `pause_from` and
    `pause_until`, at the start or after a visit, never within a visit or on the way. A patrol that makes no
    visit needs no break.
    """

    start: Integers
    end: Integers
    mode: Integers
    from_: Integers
    until: Integers
    longest: Integers
    pause: Integers
    pause_from: Integers
    pause_until: Integers

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """`travel[m][i, j]`: time by mode m from leaving row i to reaching column j, int64, shape (n, n)."""

    travel: tuple[Integers, ...]
    visits: Visits
    patrols: Patrols

    def only(self, rows: NDArray[np.integer] | Bools) -> Problem:
        """Return the problem with some of the visits; the matrices stay."""
        kept = Visits(*(getattr(self.visits, name)[rows] for name in Visits.__slots__))
        return replace(self, visits=kept)

    def leg(self, patrol: int, row: int, column: int) -> int:
        """Return the time that `patrol` takes from one row of the matrices to another."""
        return int(self.travel[int(self.patrols.mode[patrol])][row, column])


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search. With `iterations` alone the same problem and seed give the same solution anywhere;
    `seconds` (of this thread's processor time) ends the search wherever it is.
    """

    iterations: int | None = None
    seconds: float | None = None
    seed: int = 1
