"""Hours and weekdays that stand out, and that chance does not."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.trends.profiles import profile_of, wilson


def test_wilson_is_that_of_the_book() -> None:
    # Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0 to 0.1611.
    low, high = wilson(np.array([81]), 263)
    assert (low[0], high[0]) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    low, high = wilson(np.array([0]), 20)
    assert (low[0], high[0]) == pytest.approx((0, 0.1611), abs=5e-5)


def test_evenings_and_weekends_are_told_in_words() -> None:
    counts = np.random.default_rng(1).poisson(0.3, (7, 24))
    counts[:, 20:23] += 6
    counts[5:, 20:23] += 9
    found = profile_of(counts)
    assert found.busiest_hours is not None
    assert (found.busiest_hours.first, found.busiest_hours.length) == (20, 3)
    assert found.busiest_hours.low < found.busiest_hours.share < found.busiest_hours.high
    assert found.busiest_days is not None
    assert (found.busiest_days.first, found.busiest_days.length) == (5, 2)
    hours, days = found.words()
    assert hours.en.startswith("Most in hours 20–23: ")
    assert hours.zh.startswith("多在 20–23 时：占 ")
    assert "周六至周日" in days.zh
    assert found.hours.sum() == pytest.approx(1)
    assert set(found.as_dict()["busiest_hours"]) == {
        "first",
        "length",
        "share",
        "low",
        "high",
        "expected",
        "p",
    }


def test_nights_run_over_midnight() -> None:
    counts = np.ones((7, 24), int)
    counts[:, [22, 23, 0, 1]] += 9
    found = profile_of(counts)
    assert found.busiest_hours is not None
    assert (found.busiest_hours.first, found.busiest_hours.length) == (22, 4)
    assert found.words()[0].en.startswith("Most in hours 22–2: ")
    counts[:, [0, 1]] = 1
    assert profile_of(counts).words()[0].zh.startswith("较多在 22–24 时")


def test_chance_stands_out_seldom() -> None:
    rng = np.random.default_rng(3)
    hours = days = 0
    for _ in range(300):
        found = profile_of(rng.multinomial(80, np.full(168, 1 / 168)).reshape(7, 24))
        hours += found.busiest_hours is not None
        days += found.busiest_days is not None
    assert hours <= 0.05 * 300 + 12
    assert days <= 0.05 * 300 + 12


def test_a_weekday_that_came_more_often_does_not_stand_out() -> None:
    counts = np.zeros((7, 24), int)
    counts[:, 12] = [40, 10, 10, 10, 10, 10, 10]
    assert profile_of(counts).busiest_days is not None
    assert profile_of(counts, np.array([8, 2, 2, 2, 2, 2, 2])).busiest_days is None


@pytest.mark.parametrize("total", [0, 19])
def test_too_few_say_nothing(total: int) -> None:
    counts = np.zeros((7, 24), int)
    counts[0, 0] = total
    found = profile_of(counts)
    assert found.busiest_hours is None
    assert str(total) in found.words()[0].zh
    assert np.isfinite(found.hours_high).all()
