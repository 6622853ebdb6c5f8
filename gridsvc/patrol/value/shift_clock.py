"""The shift and the day after it in quarters of an hour, and what the local clock shows in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling.calendar import days_worked
from gridsvc.patrol.value.asked import Asked

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SLOT_MINUTES = 15.0
AFTER_MINUTES = 24 * 60.0
_CHINA = ("Asia/Shanghai", "PRC", "Asia/Chongqing", "Asia/Urumqi")
"""Zones whose days are worked by China's calendar; elsewhere a weekday is what it is called."""


@dataclass(frozen=True, slots=True, eq=False)
class ShiftClock:
    """Slots of the shift, then those of the day after it, shape (slots,): `begins`, minutes after the shift's
    begin, and `minutes` long (the last one of the shift may be short). `within`: those of the shift.

    `hour`: what the clock shows in the middle of the slot, 0 to 23; `weekday`: Monday 0, as the day is
    worked: a holiday in the week counts as a Sunday, a Sunday that is worked as a Friday.
    """

    begins: Floats
    minutes: Floats
    within: slice
    hour: Integers
    weekday: Integers

    @property
    def length(self) -> float:
        """Return the minutes of the shift."""
        return float(self.minutes[self.within].sum())

    @property
    def band(self) -> Integers:
        """Return in which hour of the shift each of its slots lies, from 0."""
        return (self.begins[self.within] // 60).astype(np.int64)


def shift_clock(asked: Asked) -> ShiftClock:
    """Return the slots of a shift by the clock of its zone, changes of summer time included."""
    begin, length = asked.begins.astimezone(UTC), asked.minutes
    of_shift = np.arange(0.0, length, SLOT_MINUTES)
    after = length + np.arange(0.0, AFTER_MINUTES, SLOT_MINUTES)
    starts = np.concatenate([of_shift, after])
    minutes = np.diff(np.append(starts, length + AFTER_MINUTES))
    middles = [(begin + timedelta(minutes=float(at))).astimezone(asked.zone) for at in starts + minutes / 2]
    days = {each.date() for each in middles}
    holidays = asked.zone.key in _CHINA
    weekday = {day: _as_worked(day) if holidays else day.weekday() for day in days}
    return ShiftClock(
        starts,
        minutes,
        slice(0, len(of_shift)),
        np.array([each.hour for each in middles], np.int64),
        np.array([weekday[each.date()] for each in middles], np.int64),
    )


def _as_worked(day: date) -> int:
    worked = bool(days_worked("china", day, 1)[0])
    own = day.weekday()
    if worked == (own < 5):
        return own
    return 4 if worked else 6
