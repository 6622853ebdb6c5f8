"""Calendars of any hours, any days and any clock, against a count of minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.handling.calendar import WorkingCalendar
from tests.handling.minutes import Hours, MinuteCount

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Weeks around a change of the clocks: at night, at midnight, by half an hour, and none.
WEEKS = (
    ("Europe/Berlin", datetime(2026, 3, 25, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 21, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 20, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 10, 26, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 9, 30, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 10, 28, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(2026, 11, 18, tzinfo=UTC)),
)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """One to three sessions, often with bounds in the hours that clocks skip or show twice."""
    near = st.integers(0, 240)
    bounds = draw(
        st.lists(st.one_of(st.integers(0, 1440), near), min_size=2, max_size=6, unique=True).map(sorted)
    )
    return tuple(
        (clock(opens), clock(closes)) for opens, closes in zip(bounds[::2], bounds[1::2], strict=False)
    )


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(WEEKS),
    hours(),
    st.dictionaries(st.integers(0, 9), st.one_of(st.just(()), hours()), max_size=4),
    st.sampled_from(["weekdays", "every_day"]),
    st.lists(st.tuples(st.integers(0, 8 * 86_400), st.integers(1, 40_000)), min_size=1, max_size=8),
)
def test_any_calendar_is_a_count_of_minutes(
    week: tuple[str, datetime],
    usual: Hours,
    own: dict[int, Hours],
    rule: str,
    asked: list[tuple[int, int]],
) -> None:
    name, first = week
    zone = ZoneInfo(name)
    days = {first.date() + timedelta(days=k): each for k, each in own.items()}
    calendar = WorkingCalendar.of(
        rule, written(usual), zone, tuple((day, written(each)) for day, each in sorted(days.items()))
    )
    assert (calendar.starts[1:] >= calendar.ends[:-1]).all()
    last = first + timedelta(days=12)
    weekdays = range(7 if rule == "every_day" else 5)
    count = MinuteCount(zone, usual, weekdays, days, first, last)
    for second, length in asked:
        at = first + timedelta(seconds=second)
        end = calendar.after(
            np.array([(at - EPOCH) // timedelta(microseconds=1)]), np.array([length * 1_000_000])
        )
        found = EPOCH + timedelta(microseconds=int(end[0]))
        if worked_from(count, at) >= length:
            assert found == count.after(at, length)
        else:
            assert found > last


def written(each: Hours) -> str:
    return ",".join("-".join(pair) for pair in each)


def worked_from(count: MinuteCount, at: datetime) -> int:
    """The seconds worked from `at` to the end of the count."""
    minute, second = divmod((at - count.first) // timedelta(seconds=1), 60)
    ahead = [each for each in count.worked if each >= minute]
    return 60 * len(ahead) - (second if ahead and ahead[0] == minute else 0)


def test_the_weeks_are_those_in_which_clocks_change() -> None:
    for name, first in WEEKS:
        zone = ZoneInfo(name)
        offsets = {(first + timedelta(hours=k)).astimezone(zone).utcoffset() for k in range(10 * 24)}
        assert len(offsets) == (1 if name == "Asia/Shanghai" else 2), name
