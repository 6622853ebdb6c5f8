"""Which hotspot of this week is which of the weeks before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

Change = Literal["new", "continuing", "grown", "shrunk", "split", "returned"]

LEAST_OVERLAP = 0.2
"""Of the smaller of two outlines, so much must lie in the other for the two to be one place."""
GROWN, SHRUNK = 1.5, 1 / 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A hotspot as it was last seen: `runs_ago` is 1 for the run before this one."""

    id: int
    geometry: Any
    runs_ago: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Which known hotspot an outline is; `id` None is a new one, split off from `born_of` if given."""

    id: int | None
    change: Change
    born_of: int | None = None


def follow(known: Sequence[Known], seen: NDArray[Any]) -> list[Identity]:
    """Say for each outline of this run which hotspot it is; geometry of both in one projected system.

    Pairs are chosen so that together they share the most (Hungarian method on the overlap, as a share of
    the union); each known hotspot continues in one outline at most. An outline left over, most of which lies
    in a hotspot of the last run, has split off from it. Outlines are compared, not codes of cells, so
    editions of the cells may differ.
    """
    # The API imports this room to list hotspots, and would wait for all of scipy.optimize.
    from scipy.optimize import linear_sum_assignment

    if len(seen) == 0:
        return []
    if not known:
        return [Identity(None, "new")] * len(seen)
    before = np.array([each.geometry for each in known], object)
    shared = _shared_area(before, seen)
    area, old = shapely.area(seen), shapely.area(before)
    union = old[:, None] + area[None, :] - shared
    of_smaller = shared / np.minimum(old[:, None], area[None, :])
    likeness = np.where(of_smaller >= LEAST_OVERLAP, shared / union, 0.0)
    # Of two that are equally alike, the one seen last goes on.
    recency = np.array([1e-9 / each.runs_ago for each in known])
    rows, columns = linear_sum_assignment(-(likeness + recency[:, None] * (likeness > 0)))
    matched = {
        int(column): int(row) for row, column in zip(rows, columns, strict=True) if likeness[row, column] > 0
    }
    identities = []
    for column in range(len(seen)):
        row = matched.get(column)
        if row is not None:
            identities.append(Identity(known[row].id, _change(known[row], area[column] / old[row])))
            continue
        inside = shared[:, column] / area[column]
        parents = [
            (inside[row], known[row].id)
            for row in range(len(known))
            if known[row].runs_ago == 1 and inside[row] >= 0.5
        ]
        identities.append(Identity(None, "split", max(parents)[1]) if parents else Identity(None, "new"))
    return identities


def _change(known: Known, growth: float) -> Change:
    if known.runs_ago > 1:
        return "returned"
    if growth >= GROWN:
        return "grown"
    return "shrunk" if growth <= SHRUNK else "continuing"


def _shared_area(before: NDArray[Any], seen: NDArray[Any]) -> NDArray[np.float64]:
    shared = np.zeros((len(before), len(seen)))
    one, other = shapely.STRtree(seen).query(before, predicate="intersects")
    shared[one, other] = shapely.area(shapely.intersection(before[one], seen[other]))
    return shared
