"""Half hours of the day: when places were visited on earlier shifts, and how regular that is.

The **entropy** of a place that was visited n >= 5 times: Shannon entropy of how its visits fall on half
hours, divided by the greatest it can have, log(min(k, n)): k half hours lie in its window. 1: as even as n
visits can be; 0: always the same half hour. A place with fewer than two half hours has none.

It is biased low where n is small: of visits that fall on k half hours by even chance it is not 1 but about
1 - (k - 1) / (2 n log k) for n well above k (Miller 1955), 0.91 for n = 20, k = 8 and 0.80 for n = 5, k = 8.
`by_chance` gives that figure exactly, so that both can be shown. It can be exceeded: a plan that looks at
the last weeks repeats itself less than chance does.

A place is *held* where no plan could vary it: fewer than three half hours lie in its window, and even a plan
that takes turns would be in one of two on half of the days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridsvc.patrol.routing.problem import MINUTE, Problem
from gridsvc.patrol.routing.solution import Solution

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SLOT = 30 * MINUTE
SLOTS = 48
"""Half hours of a day, by the local clock: 0 begins at midnight."""
ENOUGH = 5
"""Visits from which on a place is judged."""
FEW = 3
"""Half hours of a window below which no plan can keep any of them under 40 % of the days."""


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Visits of earlier shifts, shape (n,) each: which shift (a whole number, later ones greater), which
    place (its key), in which half hour of the day. `shifts`: the numbers of all shifts, with visits or
    without.
    """

    shift: Integers
    key: NDArray[np.object_]
    slot: Integers
    shifts: Integers

    @classmethod
    def none(cls) -> Slots:
        """Return what is known before the first shift."""
        empty = np.zeros(0, np.int64)
        return cls(empty, np.zeros(0, object), empty, empty)

    def __len__(self) -> int:
        return len(self.shift)

    def joined(self, shift: int, keys: NDArray[np.object_], slots: Integers) -> Slots:
        """Return the same with one more shift."""
        return Slots(
            np.concatenate([self.shift, np.full(len(keys), shift)]),
            np.concatenate([self.key, keys]),
            np.concatenate([self.slot, slots]),
            np.union1d(self.shifts, [shift]),
        )

    def counts(self, keys: NDArray[np.object_], *, last: int | None = None) -> tuple[Integers, int]:
        """Return in how many of the `last` shifts each place was visited in each half hour, shape (keys, 48),
        and how many shifts these are.
        """
        kept = self.shifts if last is None else np.sort(self.shifts)[max(0, len(self.shifts) - last) :]
        found = np.zeros((len(keys), SLOTS), np.int64)
        row = {key: number for number, key in enumerate(keys)}
        at = np.array([row.get(key, -1) for key in self.key], np.int64)
        chosen = (at >= 0) & np.isin(self.shift, kept)
        # Two visits in one half hour are one to somebody who waits for it to be over.
        seen = np.unique(np.stack([self.shift, at, self.slot % SLOTS])[:, chosen], axis=1)
        np.add.at(found, (seen[1], seen[2]), 1)
        return found, len(kept)


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """What the visits of a problem are, for whoever watches the places.

    `place`: of each visit, shape (v,), a row of `keys`, which name the places from day to day. The times of
    the problem count from `begins_minute` minutes after local midnight.
    """

    place: Integers
    keys: NDArray[np.object_]
    begins_minute: float


def slot_of(times: ArrayLike, begins_minute: float) -> Integers:
    """Return the half hour of the day of times in deciseconds after a shift's begin, which is `begins_minute`
    minutes after local midnight.
    """
    after = np.asarray(times, np.int64) + round(begins_minute * MINUTE)
    return np.asarray(after // SLOT % SLOTS, np.int64)


def visited_in(solution: Solution, place: Integers, begins_minute: float) -> tuple[Integers, Integers]:
    """Return place and half hour of every visit of a plan; `place[v]` is the place of visit v."""
    made = [timed for route in solution.routes for timed in route.visits]
    places = place[np.array([timed.visit for timed in made], np.int64)]
    return places, slot_of([timed.begins for timed in made], begins_minute)


def remember(history: Slots, shift: int, night: Night, solution: Solution) -> Slots:
    """Return the history with the plan of one more shift."""
    places, slots = visited_in(solution, night.place, night.begins_minute)
    return history.joined(shift, night.keys[places], slots)


def begins_between(problem: Problem) -> tuple[Integers, Integers]:
    """Return when each visit can begin at the earliest and the latest, by its window and by the patrols
    that may make it, straight from where they begin and to where they end; later than earliest where nobody
    can.
    """
    visits, patrols = problem.visits, problem.patrols
    first = np.full(len(visits), np.iinfo(np.int64).max // 2)
    last = np.full(len(visits), np.iinfo(np.int64).min // 2)
    for patrol in range(len(patrols)):
        travel = problem.travel[int(patrols.mode[patrol])]
        there = patrols.from_[patrol] + travel[patrols.start[patrol], visits.at]
        back = travel[visits.at, patrols.end[patrol]] if patrols.end[patrol] >= 0 else 0
        until = patrols.until[patrol] - back - visits.service
        may = visits.allowed[:, patrol] & (there <= until)
        first = np.where(may, np.minimum(first, there), first)
        last = np.where(may, np.maximum(last, until), last)
    return np.maximum(first, visits.opens), np.minimum(last, visits.closes)


def by_chance(visits: int, slots: int) -> float:
    """Return the expected entropy (0 to 1) of so many visits that fall on `slots` half hours by even
    chance.
    """
    from scipy.stats import binom

    if min(visits, slots) < 2:
        return 1.0
    share = np.arange(1, visits + 1) / visits
    weight = binom.pmf(np.arange(1, visits + 1), visits, 1 / slots)
    return float(-slots * (weight * share * np.log(share)).sum() / np.log(min(visits, slots)))


@dataclass(frozen=True, slots=True, eq=False)
class Regularity:
    """How regular visits were over so many `shifts`; shapes (places,).

    `visits` of each place; `entropy` (NaN where it is not judged); `worst`: the largest share of the shifts
    in which it was visited in one and the same half hour; `held`: places that no plan could vary.
    """

    shifts: int
    visits: Integers
    entropy: Floats
    chance: Floats
    worst: Floats
    held: Bools
    value: Floats

    @property
    def judged(self) -> Bools:
        """Return the places that were visited often enough and can be varied."""
        return ~np.isnan(self.entropy)

    @property
    def mean_entropy(self) -> float:
        """Return the mean over judged places, weighted by value; 1 where none is judged."""
        return self._mean(self.entropy)

    @property
    def mean_by_chance(self) -> float:
        """Return the same of visits at even chance."""
        return self._mean(self.chance)

    @property
    def least_entropy(self) -> float:
        """Return the least of the judged places."""
        return float(np.nanmin(self.entropy)) if self.judged.any() else 1.0

    @property
    def worst_share(self) -> float:
        """Return the largest share of the shifts in which a judged place was visited in one half hour."""
        return float(self.worst[self.judged].max()) if self.judged.any() else 0.0

    def _mean(self, each: Floats) -> float:
        if not self.judged.any():
            return 1.0
        weight = self.value[self.judged]
        weight = weight if weight.sum() > 0 else np.ones(len(weight))
        return float(np.average(each[self.judged], weights=weight))


def how_regular(counts: Integers, shifts: int, possible: ArrayLike, value: ArrayLike) -> Regularity:
    """Return how regular visits were. `counts`: of each place in each half hour, shape (places, slots);
    `possible`: half hours in which each place can be visited; `value`: what each is worth.
    """
    slots = np.broadcast_to(np.asarray(possible, np.int64), (len(counts),))
    visits = counts.sum(axis=1)
    held = slots < FEW
    judged = (visits >= ENOUGH) & ~held
    with np.errstate(divide="ignore", invalid="ignore"):
        share = counts / visits[:, None]
        entropy = -np.where(counts > 0, share * np.log(share), 0.0).sum(axis=1)
        entropy = np.abs(entropy / np.log(np.minimum(slots, visits)))  # not -0.0
    known: dict[tuple[int, int], float] = {}
    chance = np.full(len(counts), np.nan)
    for row in np.flatnonzero(judged).tolist():
        pair = int(visits[row]), int(slots[row])
        if pair not in known:
            known[pair] = by_chance(*pair)
        chance[row] = known[pair]
    return Regularity(
        shifts=shifts,
        visits=visits,
        entropy=np.where(judged, entropy, np.nan),
        chance=chance,
        worst=counts.max(axis=1, initial=0) / max(shifts, 1),
        held=held,
        value=np.asarray(value, np.float64),
    )
