"""What matching reports to components comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]

NOT_ASKED, NO_INVENTORY, UNREGISTERED, SEVERAL, MATCHED = range(5)
"""No class of components was asked. None of its class is in the inventory. None is within reach, or it is as
surely something else as a match must be. Several are possible, or one that is not certain. One is."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Answers for n rows, shape (n,) each; components are indexes in the inventory, -1 is none.

    `component` is the likeliest within reach, whatever the status, with its `probability` and `distance_mm`
    (NaN without one). `unregistered` is the probability that the inventory does not have it, NaN where no
    component was asked. `profile` numbers `Inventory.profiles` when a row is MATCHED or SEVERAL and all
    within reach have that one. The candidates of row i, at most five, by falling probability and then by
    id, are `candidate[start[i]:start[i + 1]]`.
    """

    status: NDArray[np.int8]
    component: Indexes
    probability: Floats
    distance_mm: Floats
    unregistered: Floats
    profile: Indexes
    start: Ints  # (n + 1,)
    candidate: Indexes
    candidate_probability: Floats
    candidate_mm: Floats

    @classmethod
    def blank(cls, status: NDArray[np.int8]) -> Matches:
        """Return answers that hold before any component is looked at."""
        n = len(status)
        return cls(
            status=status,
            component=np.full(n, -1, np.int32),
            probability=np.full(n, np.nan),
            distance_mm=np.full(n, np.nan),
            unregistered=np.where(status == NOT_ASKED, np.nan, 1.0),
            profile=np.full(n, -1, np.int32),
            start=np.zeros(n + 1, np.int64),
            candidate=np.zeros(0, np.int32),
            candidate_probability=np.zeros(0),
            candidate_mm=np.zeros(0),
        )

    def with_candidates(self, parts: Sequence[Candidates]) -> Matches:
        """Return the answers with the candidates of their rows."""
        parts = [part for part in parts if len(part.row)]
        if not parts:
            return self
        joined = parts[0]
        if len(parts) > 1:
            row = np.concatenate([part.row for part in parts])
            order = np.argsort(row, kind="stable")  # a row's candidates all come from one part
            joined = Candidates(
                row[order],
                np.concatenate([part.component for part in parts])[order],
                np.concatenate([part.probability for part in parts])[order],
                np.concatenate([part.distance_mm for part in parts])[order],
            )
        np.cumsum(np.bincount(joined.row, minlength=len(self.status)), out=self.start[1:])
        return Matches(
            self.status,
            self.component,
            self.probability,
            self.distance_mm,
            self.unregistered,
            self.profile,
            self.start,
            joined.component,
            joined.probability,
            joined.distance_mm,
        )

    def alternatives(self, row: int) -> list[tuple[int, float, float]]:
        """Return component, probability and distance in mm of a row's candidates, the likeliest first."""
        part = slice(int(self.start[row]), int(self.start[row + 1]))
        columns = (self.candidate[part], self.candidate_probability[part], self.candidate_mm[part])
        return list(zip(*(each.tolist() for each in columns), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidates of some rows, in order, row by row; shape (candidates,) each."""

    row: Ints
    component: Indexes
    probability: Floats
    distance_mm: Floats


@dataclass(frozen=True, slots=True, eq=False)
class NamedMatches:
    """What a component that a report names looks like from the report, shape (n,).

    `distance_mm` is NaN where no component is named. `far`: it is more than 50 m away; `other_class`: it is
    not of the class that was asked.
    """

    distance_mm: Floats
    far: NDArray[np.bool_]
    other_class: NDArray[np.bool_]
