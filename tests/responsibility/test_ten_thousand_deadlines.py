"""Ten thousand deadlines, all calendars in one call, against a count of minutes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridsvc.handling import LIMIT_UNITS, Limit
from gridsvc.handling.calendars import CalendarDay, CalendarDefinition
from gridsvc.responsibility.deadlines import Allowance
from tests.handling.clerk import MAKE_UP, OFF
from tests.handling.minutes import Hours, MinuteCount
from tests.responsibility.clauses import book_of

COUNT = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(2025, 12, 20, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)
STARTS_UNTIL = datetime(2027, 1, 20, tzinfo=UTC)
EIGHT: Hours = (("08:00", "12:00"), ("14:00", "18:00"))
VALUES = [
    Decimal(each) for each in ("0.01", "0.25", "0.5", "1", "1.5", "2", "3", "4", "7.33", "8", "10", "15")
]


def announced() -> dict[date, Hours]:
    """Days off as announced, and the weekend days worked instead."""
    days: dict[date, Hours] = dict.fromkeys(MAKE_UP, EIGHT)
    for first, last in OFF:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            days[day] = ()
            day += timedelta(days=1)
    return days


@dataclass(frozen=True)
class Office:
    """A calendar twice: as the service defines it, and as somebody with a table of days counts it."""

    rule: str
    hours: Hours
    zone: str = "Asia/Shanghai"
    days: dict[date, Hours] = field(default_factory=dict)
    provisional_from: datetime | None = None

    def definition(self, code: str) -> CalendarDefinition:
        return CalendarDefinition(
            code,
            code,
            self.rule,
            written(self.hours),
            "a test",
            tuple(CalendarDay(day, written(hours)) for day, hours in sorted(self.days.items())),
        )

    def count(self) -> MinuteCount:
        known: dict[date, Hours] = {}
        if self.rule == "china":
            known = {day: self.hours if hours else () for day, hours in announced().items()}
        weekdays = range(7) if self.rule == "every_day" else range(5)
        return MinuteCount(ZoneInfo(self.zone), self.hours, weekdays, known | self.days, FIRST, LAST)

    def day_seconds(self) -> int:
        clock = [each.split(":") for pair in self.hours for each in pair]
        minutes = [60 * int(hour) + int(minute) for hour, minute in clock]
        return 60 * (sum(minutes[1::2]) - sum(minutes[::2]))


def written(hours: Hours) -> str:
    return ",".join("-".join(pair) for pair in hours)


SPRING_2027 = {date(2027, 2, 4) + timedelta(days=k): () for k in range(13)}
OFFICES = (
    Office("china", EIGHT, provisional_from=datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))),
    # Its own days: an early end, a Sunday worked, and the holidays of a year that is not announced.
    Office(
        "china",
        (("09:00", "12:00"), ("13:30", "16:30")),
        days={
            date(2026, 2, 13): (("09:00", "12:00"),),
            date(2026, 3, 1): (("10:00", "10:01"), ("22:00", "24:00")),
            date(2026, 10, 10): (),
        }
        | SPRING_2027,
    ),
    Office("weekdays", (("08:30", "12:00"), ("13:30", "17:30"))),
    Office("every_day", (("00:00", "24:00"),)),
    Office("every_day", (("00:00", "06:00"), ("22:00", "24:00")), days={date(2026, 2, 17): ()}),
    Office("weekdays", EIGHT, "Europe/Berlin"),
    Office("every_day", (("00:30", "02:30"), ("02:45", "05:00")), "Europe/Berlin"),
    Office("every_day", (("00:00", "24:00"),), "Europe/Berlin"),
    Office("every_day", (("01:30", "01:45"), ("02:15", "03:30")), "America/New_York"),
    Office("every_day", (("00:00", "00:30"), ("23:15", "24:00")), "Africa/Cairo"),  # at midnight
    Office("weekdays", (("01:45", "09:00"),), "Australia/Lord_Howe"),  # half an hour
)


def starts(rng: random.Random, office: Office) -> Iterator[datetime]:
    """Starts of all kinds, whole seconds: anywhere, in the lunch break, at edges, on special days."""
    zone = ZoneInfo(office.zone)
    span = int((STARTS_UNTIL - FIRST).total_seconds()) - 10 * 86_400
    edges = sorted({each for pair in office.hours for each in pair})
    new_year = [date(2026, 12, day) for day in range(18, 32)]
    special = [*announced(), *office.days, *clock_changes(zone), *new_year]
    special = [each for each in special if date(2026, 1, 1) <= each < STARTS_UNTIL.date()]
    while True:
        anywhere = FIRST + timedelta(days=5, seconds=rng.randrange(span))
        kind = rng.randrange(4)
        if kind == 0:
            yield anywhere
            continue
        day = anywhere.astimezone(zone).date() if kind == 1 else rng.choice(special)
        if kind == 3:
            yield midnight(day, zone) + timedelta(seconds=rng.randrange(25 * 3600))
            continue
        edge = rng.choice(edges)
        hour, minute = map(int, edge.split(":"))
        at = datetime.combine(day, time(0), zone) + timedelta(hours=hour, minutes=minute)
        yield at.astimezone(UTC) + timedelta(seconds=rng.choice([-61, -1, 0, 0, 1, 59, 60, 3600]))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def clock_changes(zone: ZoneInfo) -> list[date]:
    days = [date(2026, 1, 1) + timedelta(days=k) for k in range(365)]
    return [
        day
        for day in days
        if midnight(day + timedelta(days=1), zone) - midnight(day, zone) != timedelta(days=1)
    ]


def expected(office: Office, count: MinuteCount, limit: Limit, at: datetime) -> tuple[datetime, bool]:
    """The end, and whether it rests on a year that is not announced."""
    by_hour = limit.unit.endswith("hour")
    if limit.unit.startswith("work"):
        seconds = limit.value * (3600 if by_hour else office.day_seconds())
        end = count.after(at, int(seconds))
        return end, office.provisional_from is not None and end > office.provisional_from
    return at + timedelta(seconds=int(limit.value * (3600 if by_hour else 86_400))), False


@pytest.mark.timeout(240)
def test_ten_thousand_deadlines_end_where_the_minutes_say() -> None:
    rng = random.Random(20260217)
    limits = [Limit(value, unit, f"{value} {unit}") for unit in LIMIT_UNITS for value in VALUES]
    book = book_of(limits)
    calendars = [office.definition(f"C{k}").build(ZoneInfo(office.zone)) for k, office in enumerate(OFFICES)]
    assert [each.day_length for each in calendars] == [each.day_seconds() * 10**6 for each in OFFICES]
    allowance = Allowance.of(book, calendars)
    sources = [starts(rng, office) for office in OFFICES]
    # Working limits are what there is to count; the others are one addition.
    weights = [4 if limit.unit.startswith("work") else 1 for limit in limits]
    limit = rng.choices(range(len(limits)), weights, k=COUNT)
    calendar = [rng.randrange(len(OFFICES)) for _ in range(COUNT)]
    at = [next(sources[each]) for each in calendar]
    ends, provisional = allowance.deadlines(
        np.array(limit, np.int32),
        np.array(calendar, np.int32),
        np.array([(each - EPOCH) // timedelta(microseconds=1) for each in at]),
    )
    counts = [office.count() for office in OFFICES]
    wrong = []
    for k in range(COUNT):
        office = OFFICES[calendar[k]]
        due, rests = expected(office, counts[calendar[k]], limits[limit[k]], at[k])
        found = EPOCH + timedelta(microseconds=int(ends[k]))
        if (found, bool(provisional[k])) != (due, rests):
            wrong.append((office.zone, office.rule, limits[limit[k]].text, str(at[k]), str(due), str(found)))
    assert wrong == []
    # What was drawn is what the test is named for.
    worked = sum(limits[each].unit.startswith("work") for each in limit)
    assert worked > COUNT // 2
    assert provisional.sum() > 20
