"""Which component of the inventory a report is about: matching by posterior probability.

docs/decisions/0020 derives the formula. For the resolver, per chunk of rows:

    matcher = Matcher.of(inventory, atlas.classes.rows, grid.srid, policy)   # once for each srid
    matches = matcher.match(x, y, class_, sigma_mm)                          # whole mm of srid, class rows
    named = matcher.named(matcher.find(ids), x, y, class_)                   # rows that name a component

`class_` are indexes in `class_rows`, -1 for none; `sigma_mm` is `accuracy.sigma_mm` of each row, or NaN for a
report without an accuracy. A row whose `profile` is not -1 has one owner, maintainer and supervisor, whichever
of its candidates it is; else the verdicts of `alternatives(row)` are blended by their probabilities, and what
they lack to 1 is a component that the inventory does not have. Nothing here looks at cells or barriers: the
place of a component, for the cell that it stands in, is `matcher.place(component)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.catalog import Class
from gridsvc.catalog.inventory import Inventory

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]

NOT_ASKED, NO_INVENTORY, UNREGISTERED, SEVERAL, MATCHED = range(5)
"""No class of components; none of the class is in the inventory; none within reach, or the report is of none of
them; several candidates, or one that is not certain; one that is."""
MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """`certain`: the probability at which a component is taken; `unregistered_share`: the share of components
    that the inventory lacks; `accuracy_m`: the 68 % radius of a report that says none."""  # noqa: D205, D209

    certain: float = 0.9
    unregistered_share: float = 0.05
    accuracy_m: float = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Answers for n rows, shape (n,) each; components are indexes in the inventory, -1 is none.

    `component` is the likeliest within reach, whatever the status, with its `probability` and `distance_mm`
    (NaN without one). `unregistered` is the probability of none that the inventory has. `profile` numbers
    `Inventory.profiles` when every candidate has that one. The candidates of row i, at most five, by
    falling probability and then by id, are `candidate[start[i]:start[i + 1]]`.
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


@dataclass(frozen=True, slots=True, eq=False)
class NamedMatches:
    """What a component that a report names looks like from the report, shape (n,).

    `far`: more than 50 m away; `other_class`: not the class that was asked; `state` as in the inventory, -1
    where no component is named.
    """

    distance_mm: Floats
    far: NDArray[np.bool_]
    other_class: NDArray[np.bool_]
    state: NDArray[np.int8]


class Matcher:
    """Matches places in one projected system against the inventory. Immutable, safe to share."""

    @classmethod
    def of(
        cls,
        inventory: Inventory,
        class_rows: Sequence[Class],
        srid: int,
        policy: MatchPolicy | None = None,
    ) -> Matcher:
        """Prepare an inventory for reports whose classes are rows of `class_rows`."""
        raise NotImplementedError

    def match(self, x: Ints, y: Ints, class_: Indexes, sigma_mm: Floats) -> Matches:
        """Match reports at places in whole millimetres, shape (n,)."""
        raise NotImplementedError

    def find(self, ids: Sequence[str | None]) -> Indexes:
        """Return the components with these ids, -1 for none."""
        raise NotImplementedError

    def named(self, component: Indexes, x: Ints, y: Ints, class_: Indexes) -> NamedMatches:
        """Check components that reports name against the reports' places and classes."""
        raise NotImplementedError

    def place(self, component: int) -> tuple[int, int]:
        """Return where a component stands, whole millimetres; of a line or an outline a point on it."""
        raise NotImplementedError
