"""The plan of a night: nearly as good as the best, and no timetable.

A plan that is best every night is known after a week: whoever is to be met knows when nobody comes. So a
night's plan is made for values that are jittered, and each place may be visited in a part of its window
only: in half hours around one that is drawn, those the rarer in which it was visited lately. Which part
that is follows from the seed alone, and the plan is kept only if it has (1 - `within`) of the best *true*
value; otherwise the jitter and the narrowing are loosened, and the search goes on from what it has.

Patrols of security (ARMOR, IRIS: Pita et al. 2008) draw a plan from a mixture in the same spirit; there the
mixture is computed against an adversary who knows it, here it is bounded by the value that may be lost.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.plans.slots import FEW, SLOT, SLOTS, Slots, begins_between, visited_in
from gridsvc.patrol.routing.checking import unserved
from gridsvc.patrol.routing.problem import MINUTE, Effort, Integers, Problem
from gridsvc.patrol.routing.solution import Sequences, Solution

Floats = NDArray[np.float64]

JITTER = 0.2
"""Values are multiplied by U(1 - JITTER, 1 + JITTER) (patrol.md section 6)."""
NARROWEST = 0.3
"""Share of a place's half hours that is left to it at full strength."""
TRIES = 4
"""Plans that are made for a night at most; the last one only keeps away from half hours used too often."""
AVERSION = 0.5
"""A half hour is drawn the rarer the more often it was used: by exp(-AVERSION) for each time."""
SAME_AT_MOST = 0.4
"""Share of the shifts in which a place may be visited in one and the same half hour."""
LAST = 20
"""Shifts, tonight's included, over which the habits are counted."""
_MOST_SEED = 1 << 52

Search = Callable[[Problem, Effort, "Sequences | None"], Solution]


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """What the visits of a problem are, for whoever watches the places.

    `place`: of each visit, shape (v,), a row of `keys`, which name the places from day to day. The times of
    the problem count from `begins_minute` minutes after local midnight.
    """

    place: Integers
    keys: NDArray[np.object_]
    begins_minute: float


@dataclass(frozen=True, slots=True, eq=False)
class Varied:
    """The plan of a night. `value`: its true value, `best`: the best that was found without variation;
    `loss`: 1 - value / best. `strength`: how much was varied, 1 to 0; None where the best plan itself is
    all that keeps the value. `tries`: plans that were made for it. `held`: places that cannot be varied, as
    fewer than three half hours lie in their windows.
    """

    solution: Solution
    value: float
    best: float
    strength: float | None
    tries: int
    seed: int
    held: Integers

    @property
    def loss(self) -> float:
        """Return the share of the best value that the variation cost; below 0 where it cost nothing."""
        return 1 - self.value / self.best if self.best > 0 else 0.0


def fresh_seed() -> int:
    """Return a seed that nobody can foresee; the plan tells it, so that it can be made again."""
    return secrets.randbelow(_MOST_SEED)


def seed_of_night(secret: bytes, day: date, shift: str = "") -> int:
    """Return the seed of a shift: the same for the same secret, and unknown to whoever does not know that."""
    told = hashlib.blake2b(f"{day.isoformat()} {shift}".encode(), key=secret[:64], digest_size=8).digest()
    return int.from_bytes(told, "big") % _MOST_SEED


def vary(
    problem: Problem,
    effort: Effort,
    night: Night,
    *,
    seed: int,
    within: float = 0.05,
    history: Slots | None = None,
    best: Solution | None = None,
    search: Search | None = None,
) -> Varied:
    """Return a plan of at least (1 - within) of the best value that is unlike those of other nights.

    `effort` is for all searches together; `best`: the best plan, if it is known already; `search`: the
    engine, `routing.solving.solve` unless given (a caller that shows progress wraps it). A plan that makes
    fewer required visits than the best does is not taken. The same arguments give the same plan, as far as
    `effort` has iterations and no seconds.
    """
    run = search or _engine
    tries = 0
    if best is None:
        best, tries = run(problem, _share(effort, 0.5), None), 1
        effort = _share(effort, 0.5)
    goal = best.value(problem)
    spots = _Habits.of(problem, night, history or Slots.none())
    nothing = Varied(best, goal, goal, None, tries, seed, spots.held)
    if within <= 0 or not len(best.made()):
        return nothing
    lacking = len(unserved(problem, best))
    problem = _no_longer(problem, best)
    draws = spots.draw(np.random.default_rng(seed))
    start: Sequences | None = None
    strength = 1.0
    for step in range(TRIES):
        tonight = spots.pressed(problem, draws, strength)
        again = _share(effort, 0.4 if step == 0 else 0.6 / (TRIES - 1))
        found = run(tonight, replace(again, seed=(seed + step) % (1 << 31)), start)
        found = _filled(spots.pressed(problem, draws, 0.0), tonight, found)
        tries += 1
        value, lost = found.value(problem), len(unserved(problem, found)) - lacking
        if value >= (1 - within) * goal and lost <= 0:
            return Varied(found, value, max(goal, value), strength, tries, seed, spots.held)
        start = found.sequences
        loss = 1 - value / goal if goal > 0 else 0.0
        strength = _loosened(strength, within, loss, lost) if step < TRIES - 2 else 0.0
    return replace(nothing, tries=tries)


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """What a night draws, shape (places,): the jitter in -1 to 1, the half hour around which a place is
    visited (counted from the problem's origin), and where in the part of the window that lies, 0 to 1.
    """

    jitter: Floats
    around: Integers
    lies: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Habits:
    """When places can be visited, and when they were. Half hours are numbered on from the local midnight of
    the problem's day, so that a shift over midnight has them in a row. `opens`, `closes`: of each place,
    the first and the last; `closed[place, half hour of the day]`: used so often that it is not to be used
    tonight.
    """

    place: Integers
    origin: int
    opens: Integers
    closes: Integers
    used: Integers
    closed: NDArray[np.bool_]

    @classmethod
    def of(cls, problem: Problem, night: Night, history: Slots) -> _Habits:
        origin = round(night.begins_minute * MINUTE)
        first, last = begins_between(problem)
        count = len(night.keys)
        opens, closes = np.full(count, 1 << 40), np.full(count, -(1 << 40))
        can = first <= last
        np.minimum.at(opens, night.place[can], (first[can] + origin) // SLOT)
        np.maximum.at(closes, night.place[can], (last[can] + origin) // SLOT)
        used, _ = history.counts(night.keys, last=LAST - 1)
        return cls(night.place, origin, opens, closes, used, used + 1 > SAME_AT_MOST * LAST)

    @property
    def held(self) -> Integers:
        """Return the places in whose windows too few half hours lie."""
        many = self.closes - self.opens + 1
        return np.flatnonzero((many > 0) & (many < FEW)).astype(np.int64)

    def draw(self, rng: np.random.Generator) -> _Draws:
        """Draw for every place, row by row: a place more at the end changes nothing for those before it."""
        jitter, lies, chance = rng.random((len(self.opens), 3)).T
        around = self.opens.copy()
        for place in np.flatnonzero(self.closes > self.opens).tolist():
            slots = np.arange(self.opens[place], self.closes[place] + 1)
            weight = np.exp(-AVERSION * self.used[place, slots % SLOTS])
            weight[self.closed[place, slots % SLOTS]] *= 1e-9
            share = np.cumsum(weight)
            around[place] = slots[min(len(slots) - 1, int(np.searchsorted(share, chance[place] * share[-1])))]
        return _Draws(2 * jitter - 1, around, lies)

    def pressed(self, problem: Problem, draws: _Draws, strength: float) -> Problem:
        """Return the problem of the night: jittered values, narrowed windows. Less strength only widens
        them.
        """
        many = self.closes - self.opens + 1
        wide = np.ceil(many * (1 - strength * (1 - NARROWEST))).astype(np.int64)
        first = draws.around - (draws.lies * wide).astype(np.int64)
        first = np.clip(first, self.opens, np.maximum(self.opens, self.closes - wide + 1))
        last = first + wide - 1
        for place in np.flatnonzero(self.closed.any(axis=1) & (many > 1)).tolist():
            first[place], last[place] = self._open_around(
                place, int(draws.around[place]), int(first[place]), int(last[place])
            )
        visits = problem.visits
        at = self.place
        low, high = first[at] * SLOT - self.origin, (last[at] + 1) * SLOT - self.origin - 1
        opens, closes = np.maximum(visits.opens, low), np.minimum(visits.closes, high)
        # A second visit of the same place may have a window of its own, of which nothing is left.
        kept = (opens <= closes) & (many[at] > 1)
        tonight = replace(
            visits,
            opens=np.where(kept, opens, visits.opens),
            closes=np.where(kept, closes, visits.closes),
            value=visits.value * (1 + JITTER * strength * draws.jitter[at]),
        )
        return replace(problem, visits=tonight)

    def _open_around(self, place: int, around: int, first: int, last: int) -> tuple[int, int]:
        """Return the part of a window around one half hour in which none is closed."""
        low = high = around
        while low > first and not self.closed[place, (low - 1) % SLOTS]:
            low -= 1
        while high < last and not self.closed[place, (high + 1) % SLOTS]:
            high += 1
        return low, high


def remember(history: Slots, shift: int, night: Night, solution: Solution) -> Slots:
    """Return the history with the plan of one more shift."""
    places, slots = visited_in(solution, night.place, night.begins_minute)
    return history.joined(shift, night.keys[places], slots)


def half_hours(problem: Problem, night: Night) -> Integers:
    """Return in how many half hours each place can be visited, shape (places,)."""
    habits = _Habits.of(problem, night, Slots.none())
    return np.asarray(np.maximum(0, habits.closes - habits.opens + 1), np.int64)


def _loosened(strength: float, within: float, loss: float, lost: int) -> float:
    """Return the strength to try next: the loss grows about as the strength does."""
    wanted = 0.5 if lost > 0 or loss <= 0 else 0.9 * within / loss
    return strength * min(0.85, max(0.3, wanted))


def _no_longer(problem: Problem, best: Solution) -> Problem:
    """Return the problem with nobody under way for a greater share of the shift than anybody in the best
    plan: where work was balanced, it stays so.
    """
    patrols = problem.patrols
    has = np.minimum(patrols.longest, patrols.until - patrols.from_)
    away = np.array([route.returns - route.leaves for route in best.routes], np.float64)
    share = float((away / np.maximum(has, 1)).max(initial=0.0))
    longest = np.minimum(patrols.longest, np.ceil(share * has)).astype(np.int64)
    return replace(problem, patrols=replace(patrols, longest=longest))


def _filled(open_: Problem, tonight: Problem, found: Solution) -> Solution:
    """Return the plan with what else fits into it, and what is worth more in place of what is worth less.

    What is made stays in its half hours; what a narrow window alone kept out is put in at any time.
    """
    from gridsvc.patrol.routing.exchanging import exchanged

    made = np.zeros(len(open_.visits), np.bool_)
    made[found.made()] = True
    opens = np.where(made, tonight.visits.opens, open_.visits.opens)
    closes = np.where(made, tonight.visits.closes, open_.visits.closes)
    return exchanged(replace(open_, visits=replace(open_.visits, opens=opens, closes=closes)), found)


def _engine(problem: Problem, effort: Effort, start: Sequences | None) -> Solution:
    from gridsvc.patrol.routing.solving import solve

    return solve(problem, effort, start=start).solution


def _share(effort: Effort, share: float) -> Effort:
    return replace(
        effort,
        iterations=None if effort.iterations is None else max(1, round(effort.iterations * share)),
        seconds=None if effort.seconds is None else effort.seconds * share,
    )
