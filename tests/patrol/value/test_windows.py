from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.shift_clock import ShiftClock, shift_clock
from gridsvc.patrol.value.windows import shortest_hours, windows_in_shift

ZONE = ZoneInfo("Asia/Shanghai")


def shift(begins: str, ends: str, zone: ZoneInfo = ZONE) -> ShiftClock:
    first, last = (datetime.fromisoformat(each).replace(tzinfo=zone) for each in (begins, ends))
    return shift_clock(Asked(("0201",), None, None, first.date(), first, last, zone))


def hours(**shares: float) -> np.ndarray:
    """`h17=0.5`: half of it from 17:00 to before 18:00."""
    made = np.zeros((1, 24))
    for name, share in shares.items():
        made[0, int(name[1:])] = share
    return made


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=24, max_size=24), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_window_is_the_shortest_that_holds_the_share(counts: list[int], share: float) -> None:
    total = sum(counts)
    shares = np.array([counts], float) / max(total, 1)
    (first,), (length,) = shortest_hours(shares, share)
    if total == 0:
        assert length == 24
        return

    def held(begin: int, long: int) -> int:
        return sum(counts[(begin + step) % 24] for step in range(long))

    assert held(first, length) >= share * total - 1e-9
    assert all(held(begin, length - 1) < share * total - 1e-12 for begin in range(24))
    assert held(first, length) == max(held(begin, length) for begin in range(24)) or length == 24


def test_a_window_runs_over_midnight() -> None:
    (first,), (length,) = shortest_hours(hours(h22=0.3, h23=0.3, h0=0.3, h12=0.1))
    assert (first, length) == (22, 3)


@pytest.mark.parametrize(
    ("begins", "ends", "opens", "closes"),
    [
        ("2026-11-23T17:00", "2026-11-23T21:00", 60, 180),  # all of it within
        ("2026-11-23T19:00", "2026-11-23T23:00", 0, 60),  # it has begun
        ("2026-11-23T16:30", "2026-11-23T19:00", 90, 150),  # it goes on
        ("2026-11-22T22:00", "2026-11-23T23:00", 1200, 1320),  # from the evening before
    ],
)
def test_a_window_is_cut_by_the_shift(begins: str, ends: str, opens: float, closes: float) -> None:
    clock = shift(begins, ends)
    even = np.ones((1, int(clock.within.stop)))
    found = windows_in_shift(hours(h18=0.5, h19=0.5), np.array([True]), even, clock)
    assert (found.windowed[0], found.opens[0], found.closes[0]) == (True, opens, closes)


def test_hours_outside_the_shift_or_without_a_pattern_give_no_window() -> None:
    clock = shift("2026-11-23T17:00", "2026-11-23T21:00")
    even = np.ones((1, 16))
    for shares, patterned in ((hours(h9=1.0), True), (hours(h18=1.0), False)):
        found = windows_in_shift(shares, np.array([patterned]), even, clock)
        assert (found.windowed[0], found.opens[0], found.closes[0]) == (False, 0.0, 240.0)
        assert found.inside.all()


def test_of_two_meetings_the_one_worth_more_is_taken() -> None:
    """From 22 to 8 meets a shift from 7 to 23 in the morning and in the evening."""
    clock = shift("2026-11-23T07:00", "2026-11-23T23:00")
    shares = hours(**{f"h{hour}": 0.05 for hour in (23, *range(7))}, h22=0.3, h7=0.3)
    for hour, opens, closes in ((7, 0, 60), (22, 900, 960)):
        worth = (clock.hour[None, clock.within] == hour).astype(float)
        found = windows_in_shift(shares, np.array([True]), worth, clock)
        assert (found.opens[0], found.closes[0]) == (opens, closes)


def test_the_clock_of_a_night_in_which_it_is_put_back() -> None:
    """2026-10-25 in Berlin: the hour from 2 to 3 comes twice, a shift from 22 to 6 lasts nine hours."""
    clock = shift("2026-10-24T22:00", "2026-10-25T06:00", ZoneInfo("Europe/Berlin"))
    assert clock.length == 9 * 60
    assert np.bincount(clock.hour[clock.within], minlength=24)[2] == 8


def test_a_last_slot_may_be_short_and_holidays_count_as_sundays() -> None:
    clock = shift("2026-10-01T17:00", "2026-10-01T17:50")
    assert clock.minutes[clock.within].tolist() == [15, 15, 15, 5]
    assert clock.minutes.sum() == 50 + 24 * 60
    assert set(clock.weekday.tolist()) == {6}  # the National Day, a Thursday
    assert date(2026, 10, 1).weekday() == 3
    # Windows end where the shift does.
    found = windows_in_shift(hours(h17=1.0), np.array([True]), np.ones((1, 4)), clock)
    assert not found.windowed[0]
