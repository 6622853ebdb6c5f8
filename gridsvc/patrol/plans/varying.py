"""The plan of a night: nearly as good as the best, and no timetable.

A plan that is best every night is known after a week: whoever is to be met knows when nobody comes. So a
night's plan is made for hours and values that are drawn (`habits`): by its seed some half hours of each place
are tonight's, those the rarer in which it was visited lately, and a visit outside of them counts for less.
The plan is kept only if it has (1 - `within`) of the best *true* value; otherwise the other half hours count
for more, and the search goes on from what it has.

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

from gridsvc.patrol.plans.habits import Habits
from gridsvc.patrol.plans.slots import Night, Slots
from gridsvc.patrol.routing.checking import unserved
from gridsvc.patrol.routing.exchanging import exchanged
from gridsvc.patrol.routing.problem import Effort, Integers, Problem
from gridsvc.patrol.routing.solution import Sequences, Solution

TRIES = 5
"""Plans that are made for a night at most; the last one only keeps away from half hours used too often."""
WORN = (0.75, 0.4)
"""Share of its value that a visit in such a half hour is short of, in the last of these plans less."""
_MOST_SEED = 1 << 52

Search = Callable[[Problem, Effort, "Sequences | None"], Solution]


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
    habits = Habits.of(problem, night, history or Slots.none())
    nothing = Varied(best, goal, goal, None, tries, seed, habits.held)
    if within <= 0 or not len(best.made()):
        return nothing
    lacking = len(unserved(problem, best))
    problem = _no_longer(problem, best)
    tonight = habits.tonight(problem, np.random.default_rng(seed), best.made())
    start: Sequences | None = None
    strength = 1.0
    for step in range(TRIES):
        worn = WORN[step == TRIES - 1]
        again = replace(_share(effort, 1 / TRIES), seed=(seed + step) % (1 << 31))
        found = run(tonight.asked(strength, worn), again, start)
        # What only tonight's hours kept out is put in at any hour, for its true value.
        found = exchanged(tonight.asked(0.0, worn), found)
        found = tonight.rested(found, (1 - within) * goal)
        plan = tonight.told(found)
        tries += 1
        value, lost = plan.value(problem), len(unserved(problem, plan)) - lacking
        if value >= (1 - within) * goal and lost <= 0:
            return Varied(plan, value, max(goal, value), strength, tries, seed, habits.held)
        start = found.sequences
        loss = 1 - value / goal if goal > 0 else 0.0
        strength = _loosened(strength, within, loss, lost) if step < TRIES - 2 else 0.0
    return replace(nothing, tries=tries)


def _loosened(strength: float, within: float, loss: float, lost: int) -> float:
    """Return the strength to try next: the loss grows about as the strength does."""
    wanted = 0.5 if lost > 0 or loss <= 0 else 0.7 * within / loss
    return strength * min(0.7, max(0.3, wanted))


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


def _engine(problem: Problem, effort: Effort, start: Sequences | None) -> Solution:
    from gridsvc.patrol.routing.solving import solve

    return solve(problem, effort, start=start).solution


def _share(effort: Effort, share: float) -> Effort:
    return replace(
        effort,
        iterations=None if effort.iterations is None else max(1, round(effort.iterations * share)),
        seconds=None if effort.seconds is None else effort.seconds * share,
    )
