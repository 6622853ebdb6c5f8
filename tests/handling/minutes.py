"""Working time counted minute by minute, with a table of days and a clock: slow, and sharing no code."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Hours = tuple[tuple[str, str], ...]
MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=16)
def wall(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[date, int]]:
    """The day and the minute of the day that a clock which is never put back shows, for every minute.

    While the clocks are put back it stands still: an hour that is shown twice is no second one.
    """
    shown = datetime.min  # noqa: DTZ901  of the wall, which has no zone
    minutes = []
    at = first
    while at < last:
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        minutes.append((shown.date(), shown.hour * 60 + shown.minute))
        at += MINUTE
    return minutes


class MinuteCount:
    """Every minute from `first` to `last` that is worked.

    `hours` on days of `weekdays` (0 is Monday), unless `days` says otherwise. A session is open when its
    beginning has been shown, and over when its end has.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        hours: Hours,
        weekdays: range,
        days: Mapping[date, Hours],
        first: datetime,
        last: datetime,
    ) -> None:
        self.first = first
        self.worked: list[int] = []
        tables: dict[date, bytearray] = {}
        for number, (day, minute) in enumerate(wall(zone, first, last)):
            if day not in tables:
                usual = hours if day.weekday() in weekdays else ()
                tables[day] = _table(days.get(day, usual))
            if tables[day][minute]:
                self.worked.append(number)

    def after(self, at: datetime, seconds: int) -> datetime:
        """The instant by which `seconds` have been worked since the whole second `at`."""
        minute, second = divmod((at - self.first) // timedelta(seconds=1), 60)
        left = seconds
        for position in range(bisect_left(self.worked, minute), len(self.worked)):
            each = self.worked[position]
            begin = second if each == minute else 0
            if left <= 60 - begin:
                return self.first + each * MINUTE + timedelta(seconds=begin + left)
            left -= 60 - begin
        raise AssertionError("the count ends before the limit")


def _table(hours: Hours) -> bytearray:
    table = bytearray(24 * 60)
    for opens, closes in hours:
        for minute in range(_minute(opens), _minute(closes)):
            table[minute] = 1
    return table


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
