"""How far deadlines move from one side of a replay to the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.responsibility.deadlines import NO_DEADLINE
from gridsvc.responsibility.replay.answers import Answers, Numbers

MOVES = ("none", "same", "earlier", "later", "appears", "disappears")
"""What becomes of a deadline; none: neither side gives one."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
BOUNDS_H = (1, 4, 8, 24, 72, 168)
"""Where a histogram of hours is cut, to either side of 0."""

STEP = 4
"""Moves are counted in quarters of an hour, rounded away from 0: memory must not grow with the cases."""

_NONE, _SAME, _EARLIER, _LATER, _APPEARS, _DISAPPEARS = range(len(MOVES))
_STEP_US = 3_600_000_000 // STEP


@dataclass(slots=True)
class Moves:
    """Moved deadlines by (class, quarters of an hour): as time that passes, and as working time."""

    elapsed: Counter[tuple[int, int]] = field(default_factory=Counter)
    working: Counter[tuple[int, int]] = field(default_factory=Counter)
    calendar: WorkingCalendar | None = None

    def of(
        self, old: Answers, new: Answers, compared: NDArray[np.bool_], calendar: WorkingCalendar
    ) -> Numbers:
        """Return what becomes of each deadline, numbers of MOVES; working time is by `calendar`."""
        self.calendar = calendar
        before, after = old.deadline, new.deadline
        had, has = before != NO_DEADLINE, after != NO_DEADLINE
        move = np.full(len(before), _NONE, np.int64)
        both = had & has
        move[both] = _SAME
        move[both & (after < before)] = _EARLIER
        move[both & (after > before)] = _LATER
        move[has & ~had] = _APPEARS
        move[had & ~has] = _DISAPPEARS
        move[~compared] = _NONE
        return move

    def count(self, class_: Numbers, rows: Numbers, move: Numbers, old: Answers, new: Answers) -> None:
        """Count the moved ones of `rows`, whose classes are `class_`; `move` is of all rows."""
        assert self.calendar is not None
        moved = np.flatnonzero((move[rows] == _EARLIER) | (move[rows] == _LATER))
        if not len(moved):
            return
        of_class, before, after = class_[moved], old.deadline[rows[moved]], new.deadline[rows[moved]]
        work = worked(self.calendar, after) - worked(self.calendar, before)
        for counter, delta in ((self.elapsed, after - before), (self.working, work)):
            steps = np.sign(delta) * -(-np.abs(delta) // _STEP_US)
            pairs, counts = np.unique(np.stack([of_class, steps]), axis=1, return_counts=True)
            keys = zip(*pairs.tolist(), strict=True)
            counter.update(dict(zip(keys, counts.tolist(), strict=True)))


def worked(calendar: WorkingCalendar, instants: Numbers) -> Numbers:
    """Return the working time (µs) of a calendar before instants, shape (n,)."""
    at = np.maximum(np.searchsorted(calendar.starts, instants, "right") - 1, 0)
    into = np.clip(instants - calendar.starts[at], 0, calendar.ends[at] - calendar.starts[at])
    return np.asarray(calendar.worked_before[at] + into)


def described(counts: Mapping[int, int]) -> dict[str, Any] | None:
    """Return quantiles (hours, earlier is negative) and a histogram of counts by quarters of an hour."""
    if not counts:
        return None
    steps = np.array(sorted(counts), np.int64)
    weights = np.array([counts[step] for step in steps.tolist()], np.int64)
    reached = np.cumsum(weights)
    total = int(reached[-1])
    # The smallest value that at least the share q of the cases does not exceed.
    at = [int(np.searchsorted(reached, q * total, "left")) for q in QUANTILES]
    hours = steps / STEP
    return {
        "n": total,
        "mean_h": round(float((hours * weights).sum()) / total, 2),
        "min_h": float(hours[0]),
        **{f"p{q * 100:g}_h": float(hours[k]) for q, k in zip(QUANTILES, at, strict=True)},
        "max_h": float(hours[-1]),
        "histogram": _histogram(hours, weights),
    }


def by_class(counter: Mapping[tuple[int, int], int], classes: Iterable[int] | None = None) -> Counter[int]:
    """Return counts by quarters of an hour, of some classes or of all."""
    wanted = None if classes is None else set(classes)
    found: Counter[int] = Counter()
    for (class_, step), count in counter.items():
        if wanted is None or class_ in wanted:
            found[step] += count
    return found


def _histogram(hours: NDArray[np.float64], weights: Numbers) -> list[dict[str, Any]]:
    """Return counts by how far, from the most earlier to the most later; None: no bound."""
    edges = [-bound for bound in reversed(BOUNDS_H)] + [0, *BOUNDS_H]
    # A bound belongs to the side of 0: four hours earlier is "1 to 4 hours earlier".
    slot = np.where(hours < 0, np.searchsorted(edges, hours, "right"), np.searchsorted(edges, hours, "left"))
    counts = np.bincount(slot, weights=weights, minlength=len(edges) + 1).astype(np.int64).tolist()
    bounds = [None, *edges, None]
    return [
        {"from_h": bounds[k], "to_h": bounds[k + 1], "n": count} for k, count in enumerate(counts) if count
    ]
