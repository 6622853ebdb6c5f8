"""One deadline is searched for, many are looked up in tables: the answers are the same."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridsvc.handling.calendar import WorkingCalendar

ZONES = ("Asia/Shanghai", "Europe/Berlin")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("rule", ["china", "weekdays", "every_day"])
def test_one_deadline_is_that_of_many(rule: str, zone: str) -> None:
    calendar = WorkingCalendar.of(rule, "08:00-12:00,14:00-18:00", ZoneInfo(zone))
    rng = np.random.default_rng(26)
    first, beyond = calendar.span
    at = rng.integers(first - 10**13, beyond + 10**15, 2_000)
    # Openings and closings themselves, before the first session and behind the last.
    at = np.concatenate([at, calendar.starts[:100], calendar.ends[-100:], calendar.starts[:1] - 1])
    time = rng.integers(1, 3 * 10**13, len(at))
    time[::3] = calendar.day_length * rng.integers(1, 30, len(time[::3]))
    many = calendar.after(at, time)
    alone = [int(calendar.after(at[k : k + 1], time[k : k + 1])[0]) for k in range(len(at))]
    assert many.tolist() == alone
    touched = calendar.are_provisional(at, many)
    each = [bool(calendar.are_provisional(at[k : k + 1], many[k : k + 1])[0]) for k in range(len(at))]
    assert touched.tolist() == each
