"""The hours of a night: which visits may be made when, at what value, and what that leaves of a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridsvc.patrol.plans.habits import LAST, WORST, Habits, Tonight
from gridsvc.patrol.plans.slots import SLOT, Night, Slots, visited_in
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.greedy import complete, greedy
from gridsvc.patrol.routing.problem import Problem
from tests.patrol.plans.test_varying import night_of, shift_of_chance
from tests.patrol.town_of_chance import town_of_chance

FIVE = 34
"""The half hour from 17:00."""


def worn(night: Night, places: int, slots: tuple[int, ...]) -> Slots:
    """The first places were visited in the same half hours on eight of the last days each."""
    history = Slots.none()
    keys = np.repeat(night.keys[:places], len(slots))
    for shift in range(LAST - 1):
        seen = keys if shift < 8 else keys[:0]
        history = history.joined(shift, seen, np.tile(slots, places)[: len(seen)])
    return history


def tonight_of(problem: Problem, night: Night, history: Slots, seed: int = 1) -> Tonight:
    habits = Habits.of(problem, night, history)
    return habits.tonight(problem, np.random.default_rng(seed), np.zeros(0, np.int64))


@pytest.mark.parametrize("seed", range(20))
def test_copies_are_alternatives_within_the_window_of_their_visit(seed: int) -> None:
    problem = town_of_chance(seed, visits=14, patrols=3, hours=3.0).problem
    night = Night(problem.visits.at, night_of(problem).keys, 22.5 * 60)
    tonight = tonight_of(problem, night, Slots.none(), seed)
    copies, given = tonight.problem.visits, problem.visits
    assert set(tonight.visit.tolist()) == set(range(len(given)))
    assert (copies.opens >= given.opens[tonight.visit]).all()
    assert (copies.closes <= given.closes[tonight.visit]).all()
    for name in ("at", "service", "value", "required"):
        assert (getattr(copies, name) == getattr(given, name)[tonight.visit]).all()
    # Two copies are of one group just where their visits are one, or were alternatives already.
    same = (tonight.visit[:, None] == tonight.visit) | (
        (given.group[tonight.visit][:, None] == given.group[tonight.visit])
        & (given.group[tonight.visit] >= 0)
    )
    assert ((copies.group[:, None] == copies.group) == same).all()


def test_only_visits_outside_tonights_hours_are_worth_less() -> None:
    problem = shift_of_chance(10)
    tonight = tonight_of(problem, night_of(problem), Slots.none())
    true = problem.visits.value[tonight.visit]
    assert (tonight.problem.visits.value == true).all()
    assert tonight.asked(0.0, 0.75).visits.value == pytest.approx(true)
    pressed = tonight.asked(1.0, 0.75).visits.value / true
    assert ((pressed[tonight.level == 0] >= 0.95) & (pressed[tonight.level == 0] <= 1.05)).all()
    assert (pressed[tonight.level == 1] < 0.9).all()
    half = tonight.asked(0.5, 0.75).visits.value / true
    assert (np.abs(half - 1) <= np.abs(pressed - 1) + 1e-12).all()
    # Of every place some hours are tonight's, and it may be visited at any other as well.
    assert set(tonight.visit[tonight.level == 0].tolist()) == set(range(40))
    first, last = np.full(40, 1 << 40), np.full(40, -1)
    np.minimum.at(first, tonight.visit, tonight.problem.visits.opens)
    np.maximum.at(last, tonight.visit, tonight.problem.visits.closes)
    assert (first <= problem.visits.opens + SLOT).all()
    assert (last >= problem.visits.closes - 2 * SLOT).all()


def test_hours_used_on_too_many_days_are_the_worst_and_never_tonights() -> None:
    problem = shift_of_chance(5)
    night = night_of(problem)
    history = worn(night, 10, (FIVE, FIVE + 3))
    habits = Habits.of(problem, night, history)
    level = habits.levels(np.random.default_rng(1).random((40, 48)))
    columns = np.array([FIVE, FIVE + 3])[None, :] - habits.opens[:10, None]
    inside = (columns >= 0) & (columns < level.shape[1])
    assert inside.sum() > 10
    assert (np.take_along_axis(level[:10], columns.clip(0), axis=1)[inside] >= WORST).all()
    assert (level[10:] != WORST).all()
    for seed in range(5):
        tonight = tonight_of(problem, night, history, seed)
        copies = tonight.problem.visits
        lit = tonight.level == 0
        first = (copies.opens[lit] + round(night.begins_minute * 600)) // SLOT
        last = (copies.closes[lit] + round(night.begins_minute * 600)) // SLOT
        old = tonight.visit[lit] < 10
        for slot in (FIVE, FIVE + 3):
            assert not (old & (first <= slot) & (slot <= last)).any()


def test_a_plan_rests_from_hours_that_are_worn_out_as_far_as_its_value_allows() -> None:
    problem = shift_of_chance(6)
    night = night_of(problem)
    history = worn(night, 40, (FIVE, FIVE + 1, FIVE + 2))
    tonight = tonight_of(problem, night, history)
    plan = greedy(tonight.problem)
    value = plan.value(tonight.problem)
    before = (tonight.level[plan.made()] == WORST).sum()
    assert before > 3
    some, all_ = tonight.rested(plan, 0.97 * value), tonight.rested(plan, 0.0)
    assert some.value(tonight.problem) >= 0.97 * value
    assert 0 < (tonight.level[some.made()] == WORST).sum() < before
    assert not (tonight.level[all_.made()] == WORST).any()
    assert tonight.rested(plan, value).sequences == plan.sequences


def test_the_time_of_what_rests_goes_to_what_fits_in_better_hours() -> None:
    problem = shift_of_chance(6)
    night = night_of(problem)
    tonight = tonight_of(problem, night, worn(night, 40, (FIVE, FIVE + 1, FIVE + 2)))
    rested = tonight.rested(greedy(tonight.problem), 0.0)
    assert faults(tonight.problem, rested) == []
    assert complete(tonight.asked(0.0, 1.0), rested).sequences == rested.sequences


def test_what_is_required_does_not_rest() -> None:
    problem = shift_of_chance(6)
    visits = replace(problem.visits, required=np.ones(40, bool))
    problem = replace(problem, visits=visits)
    tonight = tonight_of(problem, night_of(problem), worn(night_of(problem), 40, (FIVE, FIVE + 1)))
    plan = greedy(tonight.problem)
    assert tonight.rested(plan, 0.0).sequences == plan.sequences


def test_a_plan_is_told_in_the_visits_given_at_the_same_times() -> None:
    problem = shift_of_chance(7)
    night = night_of(problem)
    tonight = tonight_of(problem, night, Slots.none())
    found = greedy(tonight.asked(1.0, 0.75))
    told = tonight.told(found)
    assert faults(problem, told) == []
    assert told.value(problem) == pytest.approx(found.value(tonight.problem))
    times = [timed.begins for route in found.routes for timed in route.visits]
    assert [timed.begins for route in told.routes for timed in route.visits] == times
    places, _ = visited_in(told, night.place, night.begins_minute)
    assert sorted(places.tolist()) == told.made().tolist()


def test_a_place_more_changes_no_draw_of_the_others() -> None:
    drawn = []
    for places in (20, 25):
        problem = shift_of_chance(9, places=places)
        night = night_of(problem)
        habits = Habits(
            night.place, 0, np.full(places, FIVE), np.full(places, FIVE + 7), np.zeros((places, 48), np.int64)
        )
        tonight = habits.tonight(problem, np.random.default_rng(5), np.zeros(0, np.int64))
        old = tonight.visit < 20
        drawn.append(
            (
                tonight.visit[old].tolist(),
                tonight.level[old].tolist(),
                tonight.problem.visits.opens[old].tolist(),
                tonight.jitter[old].tolist(),
            )
        )
    assert drawn[0] == drawn[1]


def test_a_long_list_grows_by_its_best_visits_alone() -> None:
    """Of 2,000 places nobody waits for four times as many copies."""
    problem = shift_of_chance(11, places=2_000, patrols=1)
    tonight = tonight_of(problem, night_of(problem), Slots.none())
    many = np.bincount(tonight.visit)
    assert len(tonight.visit) < 4_500
    least = np.argsort(problem.visits.value)[:500]
    assert (tonight.level[np.isin(tonight.visit, least)] == 0).all()
    assert many[np.argsort(-problem.visits.value)[:400]].mean() > 2
