"""Which limit a clause has: plain, by grade, in season, in stages, and on whose calendar it is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.catalog import Unit
from gridsvc.handling import Limit, Stage
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.handling.calendars import CalendarDefinition
from gridsvc.responsibility.deadlines import NO_DEADLINE, Allowance
from gridsvc.responsibility.limit_book import GRADES, LimitBook
from gridsvc.responsibility.unit_calendars import UnitCalendars
from tests.handling.clerk import HOURS
from tests.responsibility.clauses import book_of, clause_of, edition_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkingCalendar.of("china", HOURS, SHANGHAI)
SIX_HOURS = WorkingCalendar.of("china", "09:00-12:00,13:00-16:00", SHANGHAI)
ALWAYS = WorkingCalendar.of("every_day", "00:00-24:00", SHANGHAI)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)


def micro(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(instant: int) -> datetime:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(SHANGHAI)


def limit(value: str, unit: str) -> Limit:
    return Limit(Decimal(value), unit, f"{value} {unit}")


def book(*clauses: Any) -> LimitBook:
    return LimitBook.of(clauses, [edition_of()] * len(clauses))


def test_a_grade_picks_its_limit_and_the_plain_one_stands_in() -> None:
    plain, fast = limit("2", "work_day"), limit("4", "work_hour")
    found = book(
        clause_of(plain, graded=(("A", "4", fast), ("B", "尽快", None))),
        clause_of(None, graded=(("C", "4", fast),)),
    )
    clause = np.array([0, 0, 0, 0, 1, 1, -1], np.int32)
    grade = np.array([GRADES.index("A"), GRADES.index("B"), GRADES.index("C"), -1, 2, -1, 0], np.int8)
    numbers = found.limit_of(clause, grade).tolist()
    assert [None if each < 0 else found.limits[each] for each in numbers] == [
        fast,
        plain,
        plain,
        plain,
        fast,
        None,
        None,
    ]


def test_the_same_words_in_editions_that_mean_other_things_are_two_limits() -> None:
    day = limit("1", "day")
    found = LimitBook.of([clause_of(day), clause_of(day)], [edition_of(), edition_of(day_means="working")])
    assert found.means == ("through", "working")
    assert found.limits == (day, day)


@pytest.mark.parametrize(
    ("unit", "on", "end"),
    [
        ("work_day", 0, "2026-11-24T10:00"),  # 8 h: Monday from ten, and two hours of Tuesday
        ("work_day", 1, "2026-11-24T10:00"),  # 6 h of its own: five on Monday, one on Tuesday
        ("work_day", 2, "2026-11-24T10:00"),  # round the clock: a day is a day
        ("work_hour", 0, "2026-11-23T11:00"),
        ("urgent_hour", 0, "2026-11-23T11:00"),
        ("urgent_day", 1, "2026-11-24T10:00"),
    ],
)
def test_a_working_day_is_that_of_the_unit(unit: str, on: int, end: str) -> None:
    allowance = Allowance.of(book_of([limit("1", unit)]), [CHINA, SIX_HOURS, ALWAYS])
    at = np.array([micro(MONDAY.replace(hour=10))])
    ends, _ = allowance.deadlines(np.zeros(1, np.int32), np.array([on], np.int32), at)
    assert moment(int(ends[0])) == datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)
    assert allowance.deadlines(np.zeros(1, np.int32), on, at)[0].tolist() == ends.tolist()


def test_a_night_shift_runs_on_while_the_office_sleeps() -> None:
    """4工作时 given on Friday at 17:00: Monday 11:00 for the office, 21:00 for who works round the clock."""
    allowance = Allowance.of(book_of([limit("4", "work_hour")]), [CHINA, ALWAYS])
    friday = np.full(2, micro(datetime(2026, 11, 20, 17, tzinfo=SHANGHAI)))
    ends, _ = allowance.deadlines(np.zeros(2, np.int32), np.array([0, 1], np.int32), friday)
    assert [moment(int(each)) for each in ends] == [
        datetime(2026, 11, 23, 11, tzinfo=SHANGHAI),
        datetime(2026, 11, 20, 21, tzinfo=SHANGHAI),
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 2), st.integers(0, 400 * 24 * 60)), max_size=20))
def test_rows_on_mixed_calendars_are_as_each_alone(rows: list[tuple[int, int, int]]) -> None:
    units = ("urgent_hour", "urgent_day", "work_hour", "work_day", "hour", "day")
    allowance = Allowance.of(book_of([limit("3", unit) for unit in units]), [CHINA, SIX_HOURS, ALWAYS])
    numbers = np.array([row[0] for row in rows], np.int32)
    on = np.array([row[1] for row in rows], np.int32)
    at = np.array([micro(MONDAY - timedelta(minutes=row[2])) for row in rows], np.int64)
    ends, provisional = allowance.deadlines(numbers, on, at)
    for k in range(len(rows)):
        alone = allowance.deadlines(numbers[k : k + 1], int(on[k]), at[k : k + 1])
        assert (ends[k], provisional[k]) == (alone[0][0], alone[1][0])


def test_stages_count_from_the_start_or_from_the_one_before() -> None:
    """Stop in 4 hours, fine 7 days later, demolish within 20 days of the start (handling.md)."""
    stages = (
        Stage("制止", limit("4", "urgent_hour")),
        Stage("处罚", limit("7", "urgent_day"), "previous"),
        Stage("拆除", limit("20", "work_day")),
    )
    found = book(clause_of(limit("2", "urgent_day"), stages=stages), clause_of(None))
    allowance = Allowance.of(found, [CHINA, SIX_HOURS])
    due = allowance.stages(0, 0, micro(MONDAY))
    assert [(each.name, found.limits[each.limit].unit) for each in due] == [
        ("制止", "urgent_hour"),
        ("处罚", "urgent_day"),
        ("拆除", "work_day"),
    ]
    assert [moment(each.deadline) for each in due] == [
        MONDAY + timedelta(hours=4),
        MONDAY + timedelta(hours=4, days=7),
        datetime(2026, 12, 18, 18, tzinfo=SHANGHAI),
    ]
    assert [each.provisional for each in due] == [False, False, False]
    assert allowance.stages(1, 0, micro(MONDAY)) == allowance.stages(-1, 0, micro(MONDAY)) == []


def test_a_stage_behind_a_provisional_or_endless_one_is_so_too() -> None:
    stages = (
        Stage("一", limit("30", "work_day")),
        Stage("二", limit("1", "urgent_hour"), "previous"),
        Stage("三", limit("999999", "work_day")),
        Stage("四", limit("1", "urgent_hour"), "previous"),
        Stage("五", limit("1", "urgent_hour")),
    )
    due = Allowance.of(book(clause_of(None, stages=stages)), [CHINA]).stages(0, 0, micro(MONDAY))
    assert [each.provisional for each in due] == [True, True, False, False, False]
    assert [each.deadline == NO_DEADLINE for each in due] == [False, False, True, True, False]


def test_deadline_and_stages_wait_for_the_season() -> None:
    planting = clause_of(
        limit("15", "work_day"),
        season_from="03-01",
        season_to="04-30",
        stages=(Stage("补栽", limit("10", "day")),),
    )
    found = book(clause_of(limit("1", "day")), planting)
    allowance = Allowance.of(found, [CHINA])
    begins, waits = allowance.season_start(np.array([0, 1, -1], np.int32), np.full(3, micro(MONDAY)))
    spring = datetime(2027, 3, 1, tzinfo=SHANGHAI)
    assert waits.tolist() == [False, True, False]
    assert [moment(int(each)) for each in begins] == [MONDAY, spring, MONDAY]
    (stage,) = allowance.stages(1, 0, micro(MONDAY))
    assert moment(stage.deadline) == spring + timedelta(days=10)


def test_units_share_the_calendars_that_they_are_on() -> None:
    definitions = [
        CalendarDefinition(code, code, "every_day", "00:00-24:00", "") for code in ("A", "B", "UNUSED")
    ]
    units = [
        Unit(code, code, "company", None, None, None, calendar)
        for code, calendar in (("U1", "B"), ("U2", None), ("U3", "B"), ("U4", "A"))
    ]
    found = UnitCalendars.of(CHINA, units, definitions, SHANGHAI)
    assert found.codes == (None, "A", "B")
    assert [found.number_of(each) for each in ("U1", "U2", "U3", "U4", "U9", None)] == [2, 0, 2, 1, 0, 0]
    assert found.calendars[0] is CHINA
    assert found.calendars[1] is found.calendars[2], "the same hours are built once"
