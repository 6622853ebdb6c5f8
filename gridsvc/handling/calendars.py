"""Working calendars as they stand in the database: when units work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gridsvc.catalog.tables import calendar_day, working_calendar
from gridsvc.handling.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that differs from its calendar's rule: a holiday (`hours` empty), a make-up or a short day."""

    day: date
    hours: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarDefinition:
    """A calendar that units may be on: a rule (china, weekdays, every_day), hours, its own days in order."""

    code: str
    name: str
    rule: str
    hours: str
    source: str
    days: tuple[CalendarDay, ...] = ()

    def build(self, zone: ZoneInfo) -> WorkingCalendar:
        """Return the calendar in a time zone; the same definition gives the same object."""
        days = tuple((each.day, each.hours) for each in self.days)
        return WorkingCalendar.of(self.rule, self.hours, zone, days)

    def as_dict(self) -> dict[str, Any]:
        """Return the calendar as plain values, for JSON."""
        return {
            "code": self.code,
            "name": self.name,
            "rule": self.rule,
            "hours": self.hours,
            "source": self.source,
            "days": [
                {"date": each.day.isoformat(), "hours": each.hours, "note": each.note} for each in self.days
            ],
        }


def load_calendars(connection: Connection) -> list[CalendarDefinition]:
    """Return every calendar, ordered by code."""
    days: dict[str, list[CalendarDay]] = defaultdict(list)
    for each in connection.execute(select(calendar_day).order_by(calendar_day.c.day)):
        days[each.calendar_code].append(CalendarDay(each.day, each.hours, each.note))
    found = connection.execute(select(working_calendar).order_by(working_calendar.c.code)).mappings()
    return [CalendarDefinition(**row, days=tuple(days[row["code"]])) for row in found]
