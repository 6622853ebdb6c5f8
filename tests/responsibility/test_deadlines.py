"""Limits to deadlines, all six units, against somebody with a calendar and a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.handling import LIMIT_UNITS, Limit
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.responsibility.deadlines import NO_DEADLINE, Allowance
from tests.handling.clerk import HOURS, Clerk
from tests.responsibility.clauses import book_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MEANS = ("through", "working")

# What handling.md says of each unit: does it run through, and what is one of it.
RUNS_THROUGH = {"urgent_hour": True, "urgent_day": True, "work_hour": False, "work_day": False}

values = st.one_of(
    st.integers(1, 40).map(Decimal),
    st.sampled_from([Decimal("0.5"), Decimal("1.5"), Decimal("0.01"), Decimal("7.25"), Decimal("3.33")]),
)


def micro(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instants(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    return st.datetimes(
        datetime.fromisoformat("2024-01-01T00:00:00"), datetime.fromisoformat("2026-12-31T23:59:59.999999")
    ).map(lambda at: at.replace(tzinfo=zone))


def expected(clerk: Clerk, limit: Limit, hour_means: str, day_means: str, at: datetime) -> datetime:
    """The deadline by hand, as an instant in UTC."""
    by_hour = limit.unit.endswith("hour")
    through = RUNS_THROUGH.get(limit.unit, (hour_means if by_hour else day_means) == "through")
    one = timedelta(hours=1) if by_hour else timedelta(hours=24) if through else clerk.day_length()
    length = timedelta(microseconds=round(limit.value * (one // timedelta(microseconds=1))))
    # Instants, so that a clock change neither adds nor takes an hour.
    return at.astimezone(UTC) + length if through else clerk.after(at, length).astimezone(UTC)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from([("china", SHANGHAI), ("weekdays", LOS_ANGELES)]),
    st.sampled_from(LIMIT_UNITS),
    values,
    st.sampled_from(MEANS),
    st.sampled_from(MEANS),
    st.data(),
)
def test_every_unit_ends_where_a_clerk_says(
    place: tuple[str, ZoneInfo],
    unit: str,
    value: Decimal,
    hour_means: str,
    day_means: str,
    data: st.DataObject,
) -> None:
    rule, zone = place
    calendar, clerk = WorkingCalendar.of(rule, HOURS, zone), Clerk(rule, HOURS, zone)
    limit = Limit(value, unit, f"{value} {unit}")
    at = data.draw(st.lists(instants(zone), min_size=1, max_size=12))
    allowance = Allowance.of(book_of([None, limit], hour_means, day_means), [calendar])
    ends, provisional = allowance.deadlines(
        np.zeros(len(at), np.int32), 0, np.array([micro(each) for each in at])
    )
    for k, each in enumerate(at):
        due = expected(clerk, limit, hour_means, day_means, each)
        assert ends[k] == micro(due), each
        through = RUNS_THROUGH.get(unit, (hour_means if unit == "hour" else day_means) == "through")
        beyond_2026 = due.astimezone(zone).year > 2026
        assert provisional[k] == (rule == "china" and not through and beyond_2026)


def test_every_unit_has_a_rule_here() -> None:
    assert set(LIMIT_UNITS) == {*RUNS_THROUGH, "hour", "day"}


@pytest.mark.parametrize(
    ("value", "unit", "means", "end"),
    [
        ("4", "urgent_hour", "working", "2026-11-20T21:00+08:00"),
        ("1", "urgent_day", "working", "2026-11-21T17:00+08:00"),
        ("4", "work_hour", "through", "2026-11-23T11:00+08:00"),
        ("1", "work_day", "through", "2026-11-23T17:00+08:00"),
        ("2", "hour", "through", "2026-11-20T19:00+08:00"),
        ("2", "hour", "working", "2026-11-23T09:00+08:00"),
        ("3", "day", "through", "2026-11-23T17:00+08:00"),
        ("3", "day", "working", "2026-11-25T17:00+08:00"),
        ("0.5", "work_day", "through", "2026-11-23T11:00+08:00"),
        ("1.5", "urgent_hour", "through", "2026-11-20T18:30+08:00"),
    ],
)
def test_a_friday_at_five(value: str, unit: str, means: str, end: str) -> None:
    calendar = WorkingCalendar.of("china", HOURS, SHANGHAI)
    allowance = Allowance.of(book_of([Limit(Decimal(value), unit, "")], means, means), [calendar])
    at = datetime.fromisoformat("2026-11-20T17:00+08:00")
    ends, provisional = allowance.deadlines(np.array([0], np.int32), 0, np.array([micro(at)]))
    assert EPOCH + timedelta(microseconds=int(ends[0])) == datetime.fromisoformat(end)
    assert not provisional[0]


def test_four_working_hours_from_eight_end_at_noon() -> None:
    calendar = WorkingCalendar.of("china", HOURS, SHANGHAI)
    allowance = Allowance.of(book_of([Limit(Decimal(4), "work_hour", "")]), [calendar])
    at = datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)
    ends, _ = allowance.deadlines(np.array([0], np.int32), 0, np.array([micro(at)]))
    assert ends[0] == micro(at + timedelta(hours=4))


def test_an_urgent_limit_is_never_provisional() -> None:
    calendar = WorkingCalendar.of("china", HOURS, SHANGHAI)
    limits = [Limit(Decimal(9), unit, "") for unit in LIMIT_UNITS]
    at = np.full(len(limits), micro(datetime(2027, 3, 1, tzinfo=SHANGHAI)))
    _, provisional = Allowance.of(book_of(limits), [calendar]).deadlines(np.arange(6, dtype=np.int32), 0, at)
    assert dict(zip(LIMIT_UNITS, provisional.tolist(), strict=True)) == {
        "urgent_hour": False,
        "urgent_day": False,
        "work_hour": True,
        "work_day": True,
        "hour": False,
        "day": False,
    }


def test_no_clause_and_no_limit_have_no_deadline() -> None:
    calendar = WorkingCalendar.of("china", HOURS, SHANGHAI)
    allowance = Allowance.of(book_of([None], "through", "working"), [calendar])
    limit = allowance.book.limit_of(np.array([0, -1], np.int32), np.array([-1, 2], np.int8))
    assert limit.tolist() == [-1, -1]
    ends, provisional = allowance.deadlines(limit, 0, np.zeros(2, np.int64))
    assert ends.tolist() == [NO_DEADLINE, NO_DEADLINE]
    assert not provisional.any()
    ends, provisional = allowance.deadlines(np.zeros(0, np.int32), 0, np.zeros(0, np.int64))
    assert len(ends) == len(provisional) == 0


def test_the_longest_limit_that_the_database_holds_fails_for_its_own_rows_alone() -> None:
    """999,999.99 working days end beyond any calendar: no deadline, and the other rows keep theirs."""
    calendar = WorkingCalendar.of("china", HOURS, SHANGHAI)
    longest = Limit(Decimal("999999.99"), "work_day", "999999.99工作日")
    hour = Limit(Decimal(1), "work_hour", "1工作时")
    years = Limit(Decimal("999999.99"), "urgent_day", "999999.99紧急工作日")
    allowance = Allowance.of(book_of([longest, hour, years]), [calendar])
    at = datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)
    ends, _ = allowance.deadlines(np.array([1, 0, 1, 2], np.int32), 0, np.full(4, micro(at)))
    one = micro(at + timedelta(hours=1))
    through = micro(at) + round(Decimal("999999.99") * 24 * 3_600_000_000)
    assert ends.tolist() == [one, NO_DEADLINE, one, through]
