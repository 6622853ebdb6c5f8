"""The year of the sample: its days, rain and snow, and the hours at which something is reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

FIRST = date(2025, 11, 1)
LAST = date(2026, 10, 31)
OFFSET_HOURS = 8
"""China Standard Time; the sample's instants are written with +08:00."""

_RAIN_BY_MONTH = (0.10, 0.14, 0.18, 0.22, 0.25, 0.25, 0.30, 0.30, 0.38, 0.32, 0.20, 0.10)
_WEEK = (1.06, 1.08, 1.05, 1.05, 1.04, 0.76, 0.62)
_RAIN_SHARE = 0.17
"""Of the reports of a dry day that a rain day has: inspectors stay in."""
_HOLIDAY_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Year:
    """The days from FIRST to LAST: shape (365,) each."""

    days: NDArray[np.datetime64]
    month: NDArray[np.int64]
    rain: NDArray[np.bool_]
    snow: NDArray[np.bool_]
    working: NDArray[np.bool_]
    school: NDArray[np.bool_]
    rhythm: NDArray[np.float64]


def make_year(rng: np.random.Generator) -> Year:
    """Draw the weather and work out the rhythm: weekdays, holidays, few reports on wet days."""
    from chinese_calendar import is_holiday, is_workday

    count = (LAST - FIRST).days + 1
    dates = [FIRST + timedelta(days=n) for n in range(count)]
    month = np.array([d.month for d in dates])
    base = np.array(_RAIN_BY_MONTH)[month - 1]
    rain = np.zeros(count, dtype=bool)
    chance = rng.random(count)
    for n in range(count):
        # Wet days come in spells: likelier after a wet day, with the same share in all.
        wetter = n > 0 and rain[n - 1]
        rain[n] = chance[n] < (min(0.6, 2.0 * base[n]) if wetter else 0.7 * base[n])
    snow = rain & np.isin(month, [12, 1, 2]) & (rng.random(count) < 0.85)
    working = np.array([is_workday(d) for d in dates])
    festival = np.array([is_holiday(d) and d.weekday() < 5 for d in dates])
    holidays = [(date(2026, 1, 24), date(2026, 2, 25)), (date(2026, 7, 11), date(2026, 8, 31))]
    away = np.array([any(a <= d <= b for a, b in holidays) for d in dates])
    rhythm = np.array(_WEEK)[[d.weekday() for d in dates]]
    rhythm = np.where(working & np.array([d.weekday() >= 5 for d in dates]), 1.0, rhythm)
    rhythm = rhythm * np.where(festival, _HOLIDAY_SHARE, 1.0) * np.where(rain, _RAIN_SHARE, 1.0)
    rhythm = rhythm * rng.lognormal(0, 0.12, count)
    return Year(np.array(dates, dtype="datetime64[D]"), month, rain, snow, working, working & ~away, rhythm)


def day_weights(year: Year, when: str, months: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the weight of every day for a way of being seen."""
    season = np.array(months)[year.month - 1]
    if when == "rain":
        wet = np.where(year.rain & ~year.snow, 1.0, 0.0)
        return np.asarray(season * (wet + 0.25 * np.roll(wet, 1)) + 1e-9)
    if when == "snow":
        white = np.where(year.snow, 1.0, 0.0)
        return np.asarray(white + 0.7 * np.roll(white, 1) + 0.2 * np.roll(white, 2))
    return np.asarray(season * year.rhythm)


def seconds_of_day(rng: np.random.Generator, when: str, count: int) -> NDArray[np.int64]:
    """Draw the second of the day at which each of `count` reports is opened."""
    morning = rng.triangular(8.0, 9.4, 11.6, count)
    afternoon = rng.triangular(13.9, 15.4, 20.0, count)
    day = np.where(rng.random(count) < 0.52, morning, afternoon)
    if when == "evening":
        hours = rng.triangular(18.3, 20.8, 24.0, count)
    elif when == "day":
        hours = np.where(rng.random(count) < 0.06, rng.uniform(6.0, 23.0, count), day)
    else:
        hours = np.where(rng.random(count) < 0.4, rng.triangular(5.5, 18.0, 24.0, count), day)
    return (hours * 3600).astype(np.int64)
