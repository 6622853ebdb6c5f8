"""Floors over seven days: judged against a plain reading of the rule, and in simulated weeks of a town."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import Text
from gridsvc.patrol.plans.floors import FLOOR_WORDS, NOT_AT_ALL, choose_coverage, floor_states, owed

UNREACHABLE = Text("道路不通", "no way to it")


def latest_first_visit(before: list[int], floor: int, known: int) -> int:
    """Try every plan of the days 0 to 6 with a visit a day at most: the latest first visit that holds the floor
    in every window that lies in the zone's duty; -1 if none does, 7 if it needs none.
    """
    latest = -1
    for plan in range(2**7):
        days = [plan >> day & 1 for day in range(7)]
        whole = before + days  # index 7 is today
        windows = [whole[day + 1 : day + 8] for day in range(7) if known >= 6 - day]
        if all(sum(window) >= floor for window in windows):
            latest = max(latest, days.index(1) if 1 in days else 7)
    return latest


@given(
    before=st.lists(st.integers(0, 1), min_size=7, max_size=7),
    floor=st.integers(0, 7),
    known=st.integers(0, 7),
)
def test_due_is_the_last_day_that_still_holds_the_floor(before: list[int], floor: int, known: int) -> None:
    # A zone has no visits from before its duty.
    before = [0] * (7 - known) + before[7 - known :]
    due = owed(np.array(before)[:, None], floor, known=known)
    assert max(-1, int(due.due_in[0])) == latest_first_visit(before, floor, known)


def test_nothing_known_is_due_within_the_first_week() -> None:
    due = owed(np.zeros((0, 3), int), [1, 2, 7], known=0)
    assert due.due_in.tolist() == [6, 5, 0]
    assert not due.missed.any()
    assert owed(np.zeros((7, 1), int), 0).due_in.tolist() == [NOT_AT_ALL]


def test_earlier_shifts_of_the_day_count() -> None:
    before = np.zeros((6, 2), int)
    due = owed(before, 1, today=[1, 0])
    assert due.due_in.tolist() == [NOT_AT_ALL, 0]
    assert due.visits.tolist() == [1, 0]


def test_two_shifts_a_day_can_make_up_for_a_missed_day() -> None:
    before = np.array([[1], [1], [1], [1], [1], [0]])
    assert owed(before, 7).due_in[0] < 0
    assert owed(before, 7, a_day=2).due_in[0] == 0


def test_the_best_place_of_the_most_urgent_zones_is_required() -> None:
    visited = np.zeros((6, 4), int)
    visited[0, 1] = 1  # falls out of the seven days tomorrow
    visited[5, 2] = visited[5, 3] = 1
    due = owed(visited, 1)
    assert due.due_in.tolist() == [0, 1, 6, 6]
    zone, value = [0, 0, 1, 2, -1], [1.0, 2.0, 5.0, 9.0, 99.0]
    chosen = choose_coverage(due, zone, value, np.zeros(5, bool), reserve=0)
    assert chosen.places.tolist() == [1]
    assert chosen.today.tolist() == [True]
    chosen = choose_coverage(due, zone, value, np.zeros(5, bool), reserve=1)
    assert chosen.places.tolist() == [1, 2]
    assert chosen.today.tolist() == [True, False]


def test_what_is_required_anyway_is_not_asked_twice() -> None:
    due = owed(np.zeros((6, 2), int), 1)
    chosen = choose_coverage(due, [0, 0, 1], [5.0, 0.0, 1.0], [False, True, False])
    assert chosen.zones.tolist() == [1]


def test_a_zone_without_a_place_is_visited_at_its_point_or_named() -> None:
    due = owed(np.zeros((6, 3), int), 1)
    chosen = choose_coverage(due, [0], [1.0], [False], has_point=[True, True, False])
    assert chosen.places.tolist() == [0]
    assert chosen.by_point.tolist() == [1]
    assert chosen.nowhere.tolist() == [2]
    states = floor_states(
        due, [1, 0, 0], ["a", "b", "c"], ["甲", "乙", "丙"], {1: UNREACHABLE}, nowhere=chosen.nowhere
    )
    assert [(state.met, state.because) for state in states] == [
        (True, None),
        (False, UNREACHABLE),
        (False, FLOOR_WORDS["no_street"]),
    ]
    assert [state.visits for state in states] == [1, 0, 0]


def test_what_cannot_be_made_up_for_is_named_though_it_is_visited_today() -> None:
    before = np.array([[1], [1], [1], [1], [1], [1], [0]])
    [state] = floor_states(owed(before, 7), [1], ["a"], ["甲"])
    assert (state.visits, state.met, state.because) == (6, False, FLOOR_WORDS["missed"])


def test_a_breach_that_is_mended_today_is_told_once() -> None:
    [state] = floor_states(owed(np.zeros((7, 1), int), 1), [1], ["a"], ["甲"])
    assert (state.met, state.because) == (True, FLOOR_WORDS["fell_out"])


def test_no_zones_and_no_places() -> None:
    due = owed(np.zeros((6, 0), int), 1)
    chosen = choose_coverage(due, [], [], [])
    assert chosen.places.tolist() == chosen.by_point.tolist() == []
    assert floor_states(due, [], [], []) == ()
    due = owed(np.zeros((6, 2), int), 1)
    assert choose_coverage(due, [], [], [], has_point=False).nowhere.tolist() == [0, 1]


def test_fewer_zones_at_most_but_those_on_their_last_day() -> None:
    visited = np.zeros((6, 10), int)
    visited[1, 5:] = 1
    due = owed(visited, 1)
    zone = np.arange(10)
    chosen = choose_coverage(due, zone, np.ones(10), np.zeros(10, bool), most=2)
    assert chosen.zones.tolist() == [0, 1, 2, 3, 4]


@dataclass
class Town:
    """A town of chance: zones with places worth a Pareto value, patrols that make so many stops in a shift.

    What is required is planned first, then what is worth most tonight. Some places nobody can get to.
    """

    floor: int
    seed: int
    zones: int = 48
    patrols: int = 6
    stops: int = 9
    falls_out: float = 0.0
    cut_off: int = 2
    grows: bool = False
    visits: list[np.ndarray] = field(default_factory=list)
    planned: list[np.ndarray] = field(default_factory=list)
    named: list[set[int]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.zone = self.rng.integers(0, self.zones - 4, 160)
        self.value = self.rng.pareto(1.5, 160) + 0.1
        self.known = np.zeros(self.zones, int)
        self.on_duty = np.ones(self.zones, bool)
        if self.grows:
            self.on_duty[: self.zones // 4] = False

    def day(self) -> None:
        rng = self.rng
        if self.grows and len(self.visits) in (4, 11):
            new = np.flatnonzero(~self.on_duty)[: self.zones // 8]
            self.on_duty[new] = True
        floor = np.where(self.on_duty, self.floor, 0)
        before = np.array(self.visits[-7:]).reshape(-1, self.zones)
        due = owed(before, floor, known=self.known)
        must = np.zeros(len(self.zone), bool)
        must[rng.choice(len(must), 4, replace=False)] = True
        chosen = choose_coverage(due, self.zone, self.value, must, has_point=True)
        self.asked.append(len(chosen.zones) + len(chosen.by_point))
        stops = self._plan(chosen, must)
        self.planned.append(_counted(stops[:, 0], self.zones))
        gone = {int(each): UNREACHABLE for each in range(self.zones - self.cut_off, self.zones)}
        states = floor_states(
            due, self.planned[-1], [str(z) for z in range(self.zones)], [""] * self.zones, gone
        )
        self.named.append({int(state.zone) for state in states if state.because is not None})
        assert all(state.met or state.because is not None for state in states)
        out = rng.random(self.patrols) < self.falls_out
        self.visits.append(_counted(stops[~out[stops[:, 1]], 0], self.zones))
        self.known = np.where(self.on_duty, self.known + 1, 0)

    def _plan(self, chosen: object, must: np.ndarray) -> np.ndarray:
        """Return the stops: zone and patrol; zones from the last `cut_off` on have only a point nobody reaches."""
        forced = [*self.zone[must], *chosen.zones[chosen.today]]  # type: ignore[attr-defined]
        forced += [each for each in chosen.by_point if each < self.zones - self.cut_off]  # type: ignore[attr-defined]
        forced += list(chosen.zones[~chosen.today])  # type: ignore[attr-defined]
        tonight = self.value * self.rng.uniform(0.8, 1.2, len(self.value))
        best = self.zone[np.argsort(-tonight)]
        stops = np.array([*forced, *best])[: self.patrols * self.stops]
        return np.stack([stops, self.rng.permutation(np.arange(len(stops)) % self.patrols)], axis=1)

    def run(self, days: int) -> Town:
        duties = []
        for _ in range(days):
            duties.append(self.on_duty.copy())
            self.day()
        self.duties = np.array(duties)
        return self

    def breaches(self) -> list[tuple[int, int]]:
        """Return (day, zone) of every seven days wholly on duty with too few visits."""
        counts = np.array(self.visits)
        found = []
        for day in range(6, len(counts)):
            window = slice(day - 6, day + 1)
            short = (counts[window].sum(axis=0) < self.floor) & self.duties[window].all(axis=0)
            found += [(day, int(zone)) for zone in np.flatnonzero(short)]
        return found


def _counted(zones: np.ndarray, many: int) -> np.ndarray:
    """One visit for each zone in which somebody stopped."""
    return (np.bincount(zones, minlength=many) > 0).astype(int)


def all_are_named(town: Town) -> None:
    """A breach is known from the plan of its day, or where a patrol fell out from the plan of the day after."""
    for day, zone in town.breaches():
        told = town.named[day] | (town.named[day + 1] if day + 1 < len(town.named) else {zone})
        assert zone in told, (day, zone)


@pytest.mark.parametrize("floor", [1, 2, 7])
@pytest.mark.parametrize("falls_out", [0.0, 0.2])
def test_a_week_and_a_half_hold_the_floor_or_name_the_zone(floor: int, falls_out: float) -> None:
    town = Town(floor, seed=floor, falls_out=falls_out, stops=9 if floor < 7 else 12).run(11)
    all_are_named(town)
    if not falls_out:
        assert {zone for _, zone in town.breaches()} == {46, 47}  # nobody can get there


@pytest.mark.parametrize("floor", [1, 2])
def test_every_day_takes_its_share(floor: int) -> None:
    """All zones are new at once: the work is spread over the week, and not put off to its last day."""
    town = Town(floor, seed=5, cut_off=0).run(21)
    assert town.breaches() == []
    even = 48 * floor / 6
    assert max(town.asked) <= np.ceil(even) + 1


def test_nothing_is_named_for_no_reason() -> None:
    town = Town(1, seed=3, cut_off=0).run(14)
    assert all(not named for named in town.named)


@pytest.mark.long
@pytest.mark.parametrize("floor", [1, 2, 7])
@pytest.mark.parametrize("seed", range(6))
def test_eight_weeks_with_patrols_that_fall_out_and_grids_that_are_new(floor: int, seed: int) -> None:
    town = Town(floor, seed, falls_out=0.2, grows=True, stops=9 if floor < 7 else 12).run(56)
    all_are_named(town)
    if floor < 7:
        judged = 50 * 46
        assert sum(zone < 46 for _, zone in town.breaches()) <= 0.02 * judged
