"""Working time against a clerk who walks through it day by day with a clock of the wall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import WrongUsage
from gridsvc.handling.calendar import FIRST_YEAR, LAST_YEAR, NO_INSTANT, WorkingCalendar, parse_hours
from tests.handling.clerk import HOURS, MAKE_UP_2026, Clerk

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
HOUR = 3_600_000_000

CHINA = WorkingCalendar.of("china", HOURS, SHANGHAI)
WEEKDAYS = WorkingCalendar.of("weekdays", HOURS, LOS_ANGELES)


def micro(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def local(instant: int, zone: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(zone)


def after(calendar: WorkingCalendar, at: datetime, hours: float) -> datetime:
    end = calendar.after(np.array([micro(at)]), np.array([round(hours * HOUR)]))
    return local(int(end[0]), calendar.zone)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def is_working(calendar: WorkingCalendar, day: date) -> bool:
    noon = micro(datetime.combine(day, time(0, 0), calendar.zone))
    k = int(np.searchsorted(calendar.starts, noon))
    return local(int(calendar.starts[k]), calendar.zone).date() == day


instants_2024_2026 = st.datetimes(
    datetime.fromisoformat("2024-01-01T00:00:00"), datetime.fromisoformat("2026-12-31T23:59:00")
).map(lambda at: at.replace(tzinfo=SHANGHAI))


@settings(deadline=None, max_examples=300)
@given(instants_2024_2026, st.integers(1, 90 * 60))
def test_working_time_ends_where_a_clerk_says(at: datetime, minutes: int) -> None:
    expected = Clerk("china", HOURS, SHANGHAI).after(at, timedelta(minutes=minutes))
    assert after(CHINA, at, minutes / 60) == expected


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(instants_2024_2026, st.integers(1, 3000)), min_size=2, max_size=30))
def test_a_batch_is_its_rows(rows: list[tuple[datetime, int]]) -> None:
    at = np.array([micro(at) for at, _ in rows])
    length = np.array([minutes * 60_000_000 for _, minutes in rows])
    together = CHINA.after(at, length)
    alone = [int(CHINA.after(at[k : k + 1], length[k : k + 1])[0]) for k in range(len(rows))]
    assert together.tolist() == alone


@settings(deadline=None, max_examples=200)
@given(
    st.datetimes(
        datetime.fromisoformat("2024-02-25T00:00:00"), datetime.fromisoformat("2026-11-10T00:00:00")
    ),
    st.integers(1, 3000),
    st.sampled_from(["08:00-12:00,14:00-18:00", "00:30-05:30", "01:59-02:01,02:30-23:30", "09:00-17:00"]),
)
def test_clock_changes_neither_add_nor_lose_working_time(at: datetime, minutes: int, hours: str) -> None:
    """Sessions are times of the wall clock; a session through a change is an hour shorter or longer."""
    aware = at.replace(tzinfo=LOS_ANGELES)
    calendar = WorkingCalendar.of("weekdays", hours, LOS_ANGELES)
    expected = Clerk("weekdays", hours, LOS_ANGELES).after(aware, timedelta(minutes=minutes))
    assert micro(after(calendar, aware, minutes / 60)) == micro(expected)


@pytest.mark.parametrize(
    ("at", "hours", "end"),
    [
        ("2026-11-23T08:00", 4, "2026-11-23T12:00"),  # the end of a session counts
        ("2026-11-23T08:00", 8, "2026-11-23T18:00"),
        ("2026-11-23T10:00", 2, "2026-11-23T12:00"),
        ("2026-11-23T10:00", 2.5, "2026-11-23T14:30"),
        ("2026-11-23T12:00", 4, "2026-11-23T18:00"),
        ("2026-11-23T13:00", 1, "2026-11-23T15:00"),
        ("2026-11-23T18:00", 1, "2026-11-24T09:00"),
        ("2026-11-22T10:00", 1, "2026-11-23T09:00"),  # a Sunday
        ("2026-11-20T17:00", 2, "2026-11-23T09:00"),  # Friday evening
        ("2026-09-30T16:00", 4, "2026-10-08T10:00"),  # National Day week
        ("2026-10-09T16:00", 4, "2026-10-10T10:00"),  # Saturday the 10th is worked
        ("2026-02-13T16:00", 4, "2026-02-14T10:00"),  # so is the 14th before the Spring Festival
        ("2026-02-14T16:00", 4, "2026-02-24T10:00"),
        ("2025-12-31T17:00", 2, "2026-01-04T09:00"),  # 1 to 3 January off, Sunday the 4th worked
    ],
)
def test_hours_that_a_dispatcher_would_count(at: str, hours: float, end: str) -> None:
    assert after(CHINA, shanghai(at), hours) == shanghai(end)


def test_make_up_days_of_2026_are_worked() -> None:
    assert all(is_working(CHINA, day) for day in MAKE_UP_2026)
    assert all(day.weekday() >= 5 for day in MAKE_UP_2026)
    assert not any(is_working(WEEKDAYS, day) for day in MAKE_UP_2026)


def test_2026_has_248_working_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=k) for k in range(365)]
    worked = [day for day in days if is_working(CHINA, day)]
    assert len(worked) == 248
    holidays = [day for day in days if day.weekday() < 5 and day not in worked]
    assert {date(2026, 1, 1), date(2026, 2, 17), date(2026, 5, 1), date(2026, 10, 1)} <= set(holidays)


def test_a_year_without_an_announcement_has_the_weekday_rule_and_is_provisional() -> None:
    assert not is_working(CHINA, date(2026, 10, 1))
    assert is_working(CHINA, date(2027, 10, 1))  # a Friday, and nobody has said otherwise yet
    assert 2026 in CHINA.published_years
    assert 2027 not in CHINA.published_years
    begin, end = micro(shanghai("2026-12-31T16:00")), micro(shanghai("2027-01-01T10:00"))
    assert CHINA.are_provisional(np.array([begin, begin]), np.array([end, begin + 2 * HOUR])).tolist() == [
        True,
        False,
    ]
    assert after(CHINA, shanghai("2026-12-31T16:00"), 4) == shanghai("2027-01-01T10:00")


def test_weekdays_are_never_provisional() -> None:
    assert WEEKDAYS.published_years == frozenset(range(FIRST_YEAR, LAST_YEAR + 1))
    assert WEEKDAYS.unpublished == ()


def test_before_the_first_session_of_the_calendar() -> None:
    first = local(int(CHINA.starts[0]), SHANGHAI)
    assert after(CHINA, datetime(1999, 5, 5, tzinfo=SHANGHAI), 1) == first + timedelta(hours=1)


def test_working_time_beyond_the_last_year_is_not_invented_and_spoils_no_other_row() -> None:
    at = np.full(3, micro(shanghai("2026-11-23T08:00")))
    ends = CHINA.after(at, np.array([4 * HOUR, 999_999 * 8 * HOUR, 8 * HOUR]))
    assert ends.tolist() == [at[0] + 4 * HOUR, NO_INSTANT, at[0] + 10 * HOUR]
    assert CHINA.after(at[:1], np.array([999_999 * 8 * HOUR])).tolist() == [NO_INSTANT]
    assert CHINA.are_provisional(at, ends).tolist() == [False, False, False]


def test_sessions_follow_one_another() -> None:
    for calendar in (CHINA, WEEKDAYS):
        assert (calendar.ends > calendar.starts).all()
        assert (calendar.starts[1:] >= calendar.ends[:-1]).all()
        worked = np.cumsum(calendar.ends - calendar.starts)
        assert (calendar.worked_before[1:] == worked[:-1]).all()
        assert calendar.day_length == 8 * HOUR


@pytest.mark.parametrize("text", ["08:00-12:00,14:00-18:00", " 08:00 - 12:00 , 14:00 - 18:00", "00:00-23:59"])
def test_hours_that_are_read(text: str) -> None:
    sessions = parse_hours(text)
    assert all(opens < closes for opens, closes in sessions)


@pytest.mark.parametrize(
    "text",
    ["", "8-12", "08:00", "12:00-08:00", "08:00-12:00,11:00-18:00", "08:00-12:00,", "08:00-08:00", "x-y"],
)
def test_hours_that_make_no_sense_name_the_setting(text: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        parse_hours(text)
    assert refused.value.code == "bad_working_hours"
    assert refused.value.remedy is not None
    assert "GRIDSVC_WORKING_HOURS" in refused.value.remedy.en


def days_of_2026() -> Iterator[date]:
    day = date(2026, 1, 1)
    while day.year == 2026:
        yield day
        day += timedelta(days=1)


def test_a_clerk_with_the_published_list_of_holidays_agrees_on_every_day() -> None:
    clerk = Clerk("china", HOURS, SHANGHAI)
    assert [is_working(CHINA, day) for day in days_of_2026()] == [clerk.works(day) for day in days_of_2026()]
