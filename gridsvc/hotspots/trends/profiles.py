"""At which hours and on which weekdays: the profile of some cells, with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text

Floats = NDArray[np.float64]

FEWEST = 20
"""Fewer incidents say nothing of hours."""
_ALPHA = 0.05
_MOST_HOURS = 8
_MOST_DAYS = 3
_Z = 1.959963984540054
_DAYS = (
    Text("周一", "Monday"),
    Text("周二", "Tuesday"),
    Text("周三", "Wednesday"),
    Text("周四", "Thursday"),
    Text("周五", "Friday"),
    Text("周六", "Saturday"),
    Text("周日", "Sunday"),
)


@dataclass(frozen=True, slots=True)
class Busiest:
    """The run of hours or days that stands out most: `first` to before `first + length`, over midnight or
    Sunday if need be. `share` of all incidents with its 95 % interval, `expected` if time did not matter.
    """

    first: int
    length: int
    share: float
    low: float
    high: float
    expected: float
    p: float

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Shares of `total` incidents by hour, shape (24,), and weekday from Monday, shape (7,).

    `*_low`, `*_high`: Wilson's 95 % interval. `busiest_*`: None where no run stands out from chance.
    """

    total: int
    hours: Floats
    hours_low: Floats
    hours_high: Floats
    weekdays: Floats
    weekdays_low: Floats
    weekdays_high: Floats
    busiest_hours: Busiest | None
    busiest_days: Busiest | None

    def words(self) -> tuple[Text, ...]:
        """Return the hours and the days that stand out in words, or that none do."""
        if self.total < FEWEST:
            return (
                Text(
                    f"仅 {self.total} 件，看不出时段。",
                    f"Only {self.total} incidents: too few to tell the hours.",
                ),
            )
        return (
            _said(self.busiest_hours, _hours_named, Text("各时段无明显差别。", "No hours stand out.")),
            _said(self.busiest_days, _days_named, Text("各日无明显差别。", "No weekdays stand out.")),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {
            "incidents": self.total,
            "hours": self.hours.tolist(),
            "hours_low": self.hours_low.tolist(),
            "hours_high": self.hours_high.tolist(),
            "weekdays": self.weekdays.tolist(),
            "weekdays_low": self.weekdays_low.tolist(),
            "weekdays_high": self.weekdays_high.tolist(),
            "busiest_hours": self.busiest_hours.as_dict() if self.busiest_hours else None,
            "busiest_days": self.busiest_days.as_dict() if self.busiest_days else None,
        }


def profile_of(counts: NDArray[Any], days_seen: NDArray[Any] | None = None) -> Profile:
    """Return the profile of `counts`, incidents by weekday and hour, shape (7, 24).

    `days_seen`, shape (7,): how often each weekday is in the period, None: equally often.
    """
    given = np.asarray(counts, np.int64)
    total = int(given.sum())
    hours, weekdays = given.sum(axis=0), given.sum(axis=1)
    seen = np.ones(7) if days_seen is None else np.asarray(days_seen, np.float64)
    hour_interval, day_interval = wilson(hours, total), wilson(weekdays, total)
    return Profile(
        total,
        hours / max(total, 1),
        *hour_interval,
        weekdays / max(total, 1),
        *day_interval,
        _busiest(hours, np.full(24, 1 / 24), _MOST_HOURS),
        _busiest(weekdays, seen / max(seen.sum(), 1e-300), _MOST_DAYS),
    )


def wilson(counts: NDArray[Any], total: int) -> tuple[Floats, Floats]:
    """Return Wilson's 95 % interval (1927) of each share of `total`; 0 to 1 where there is nothing."""
    if total == 0:
        return np.zeros(len(counts)), np.ones(len(counts))
    share = np.asarray(counts, np.float64) / total
    weight = 1 + _Z**2 / total
    middle = (share + _Z**2 / (2 * total)) / weight
    half = _Z / weight * np.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


def _busiest(counts: NDArray[np.int64], expected: Floats, longest: int) -> Busiest | None:
    """Return the run with the greatest likelihood ratio, if it stands the test of all runs tried."""
    from scipy.special import bdtrc

    total, size = int(counts.sum()), len(counts)
    if total < FEWEST:
        return None
    best: tuple[float, int, int] = (0.0, 0, 0)
    for length in range(1, longest + 1):
        for first in range(size):
            of_run = (first + np.arange(length)) % size
            c, share = int(counts[of_run].sum()), float(expected[of_run].sum())
            best = max(best, (_ratio(c, total, share), -length, first))
    ratio, length, first = best[0], -best[1], best[2]
    if ratio <= 0:
        return None
    of_run = (first + np.arange(length)) % size
    c, share = int(counts[of_run].sum()), float(expected[of_run].sum())
    p = min(1.0, float(bdtrc(c - 1, total, share)) * size * longest)
    if p > _ALPHA:
        return None
    low, high = wilson(np.array([c]), total)
    return Busiest(first, length, c / total, float(low[0]), float(high[0]), share, p)


def _ratio(c: int, total: int, share: float) -> float:
    if share <= 0 or share >= 1 or c <= total * share:
        return 0.0
    rest = total - c
    inside = c * np.log(c / (total * share))
    return float(inside + (rest * np.log(rest / (total * (1 - share))) if rest else 0.0))


def _said(busiest: Busiest | None, named: Any, nothing: Text) -> Text:
    if busiest is None:
        return nothing
    run = named(busiest)
    most = busiest.share > 0.5
    return Text(
        f"{'多' if most else '较多'}在{run.zh}：占 {busiest.share:.0%}"
        f"（95 % 区间 {busiest.low:.0%}–{busiest.high:.0%}；若不分时段应为 {busiest.expected:.0%}）。",
        f"{'Most' if most else 'More than elsewhen'} {run.en}: {busiest.share:.0%}"
        f" (95 % interval {busiest.low:.0%}–{busiest.high:.0%};"
        f" {busiest.expected:.0%} if time did not matter).",
    )


def _hours_named(busiest: Busiest) -> Text:
    first, last = busiest.first, (busiest.first + busiest.length) % 24 or 24
    return Text(f" {first}–{last} 时", f"in hours {first}–{last}")


def _days_named(busiest: Busiest) -> Text:
    first, last = _DAYS[busiest.first], _DAYS[(busiest.first + busiest.length - 1) % 7]
    if busiest.length == 1:
        return Text(first.zh, f"on {first.en}s")
    return Text(f"{first.zh}至{last.zh}", f"from {first.en} to {last.en}")
