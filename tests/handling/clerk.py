"""Somebody who finds a deadline by turning the pages of a calendar: slow, and sharing no code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS = "08:00-12:00,14:00-18:00"

MAKE_UP_2026 = (
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
)

# As announced: first and last day off, and the weekend days worked instead.
OFF = (
    ("2024-01-01", "2024-01-01"), ("2024-02-10", "2024-02-17"), ("2024-04-04", "2024-04-06"),
    ("2024-05-01", "2024-05-05"), ("2024-06-10", "2024-06-10"), ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"),
    ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"), ("2025-05-31", "2025-06-02"), ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)  # fmt: skip
MAKE_UP = {
    *(date.fromisoformat(day) for day in (
        "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29",
        "2024-10-12", "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    )),
    *MAKE_UP_2026,
}  # fmt: skip


@dataclass(frozen=True)
class Clerk:
    """`rule`: china (with the holidays of 2024 to 2026) or weekdays; `hours` of the wall in `zone`."""

    rule: str
    hours: str
    zone: ZoneInfo

    def works(self, day: date) -> bool:
        if self.rule == "china":
            if day in MAKE_UP:
                return True
            if any(first <= day.isoformat() <= last for first, last in OFF):
                return False
        return day.weekday() < 5

    def day_length(self) -> timedelta:
        """The working time of a day without a clock change."""
        total = timedelta()
        for opens, closes in self._sessions():
            total += datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
        return total

    def after(self, at: datetime, work: timedelta) -> datetime:
        """The instant at which `work` is done that begins at the aware instant `at`."""
        now, day = at.astimezone(UTC), at.astimezone(self.zone).date()
        while True:
            if self.works(day):
                for opens, closes in self._sessions():
                    start = max(now, datetime.combine(day, opens, self.zone).astimezone(UTC))
                    end = datetime.combine(day, closes, self.zone).astimezone(UTC)
                    if end - start >= work:
                        return (start + work).astimezone(self.zone)
                    work -= max(end - start, timedelta())
            day += timedelta(days=1)

    def _sessions(self) -> list[tuple[time, time]]:
        pairs = [part.split("-") for part in self.hours.split(",")]
        return [
            (time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())) for opens, closes in pairs
        ]
