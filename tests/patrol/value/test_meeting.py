"""What a visit meets: the formula against problems that come and go by chance."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.hotspots.forecasting.guard import DETECTION
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.hour_shares import HourShares
from gridsvc.patrol.value.meeting import in_slots, mean_inside, met_at
from gridsvc.patrol.value.shift_clock import ShiftClock, shift_clock

ZONE = ZoneInfo("Asia/Shanghai")


def evening(hours: int = 4) -> ShiftClock:
    begins = datetime(2026, 11, 23, 17, tzinfo=ZONE)  # a Monday
    return shift_clock(
        Asked(("x",), None, None, begins.date(), begins, begins.replace(hour=17 + hours), ZONE)
    )


def even(cells: int = 1) -> HourShares:
    return HourShares(np.full((cells, 24), 1 / 24), np.full(7, 1 / 7), np.zeros(cells, bool), False, 0)


def test_a_week_in_slots_is_its_shares_of_hours_and_days() -> None:
    shares = even(2)
    shares.hours[1] = 0.0
    shares.hours[1, 18] = 1.0
    shares.weekdays[:] = [0.4, *[0.1] * 6]
    slots = in_slots(np.array([7.0, 10.0]), shares, clock := evening())
    assert slots[:, clock.within].sum(axis=1) == pytest.approx([7 * 0.4 * 4 / 24, 10 * 0.4])
    # The day after it: three hours of Monday, 21 of Tuesday.
    after = slots[0].sum() - slots[0, clock.within].sum()
    assert after == pytest.approx(7 * (0.4 * 3 + 0.1 * 21) / 24)


@pytest.mark.parametrize("stay_hours", [0.5, 3.0, 48.0])
def test_the_formula_is_the_mean_of_chance(stay_hours: float) -> None:
    """Problems reported at random, there around their report for exponential times, met at three instants."""
    clock, rng = evening(), np.random.default_rng(20261123)
    shares = even()
    shares.hours[0] = np.linspace(1, 3, 24) / np.linspace(1, 3, 24).sum()
    expected = in_slots(np.array([70.0]), shares, clock)
    met = met_at(expected, stay_hours, clock)[0]
    begins, worlds = clock.begins, 40_000
    total = expected[0].sum()
    count = rng.poisson(total, worlds)
    slot = rng.choice(len(begins), int(count.sum()), p=expected[0] / total)
    reported = begins[slot] + rng.random(len(slot)) * clock.minutes[slot]
    scale = stay_hours * 60 / np.log(2)
    first = reported - rng.exponential(scale, len(slot))
    last = reported + rng.exponential(scale, len(slot))
    for visited in (0, 7, 15):
        # A visit at any moment of its quarter of an hour.
        at = begins[visited] + rng.random(len(slot)) * clock.minutes[visited]
        there = (first <= at) & (at <= last)
        seen = DETECTION * there.sum() / worlds
        error = 4 * np.sqrt(there.sum()) / worlds
        assert met[visited] == pytest.approx(seen, abs=error + 0.01 * seen)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 500), st.floats(0.01, 500), st.floats(0.01, 1000))
def test_what_stays_longer_is_met_more_and_never_more_than_there_is(
    one: float, other: float, weekly: float
) -> None:
    clock = evening()
    reported = in_slots(np.array([weekly]), even(), clock)
    short, long = (met_at(reported, each, clock) for each in sorted((one, other)))
    assert (short <= long + 1e-12).all()
    assert (long <= DETECTION * reported.sum() + 1e-9).all()
    assert met_at(2 * reported, one, clock) == pytest.approx(2 * met_at(reported, one, clock))


def test_a_mean_over_slots_weighs_them_by_their_length() -> None:
    inside = np.array([[True, False, True]])
    assert mean_inside(np.array([[1.0, 9.0, 4.0]]), inside, np.array([15.0, 15.0, 5.0])) == pytest.approx(
        [1.75]
    )
