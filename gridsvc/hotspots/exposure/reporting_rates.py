"""How fast people report, from those who report what was reported already.

Liu, Bhandaram and Garg 2023 (Nature Computational Science, arXiv 2204.08620): what nobody reported is not
seen, but once an incident is known to exist, from its first report to its end, further reports of it come at
the rate at which people there report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_INCIDENTS = 200
LONGEST_H = 30 * 24.0
"""Incidents are watched no longer: duplicates are not sought beyond."""


@dataclass(frozen=True, slots=True, eq=False)
class ReportingRates:
    """By group (a street office), arrays of shape (groups,); NaN where `incidents` are too few.

    `repeats`: further reports within the `hours` watched. `rate`: of them per incident and hour, with its
    exact 95 % interval. `ratio`: against what the classes of these incidents have in the whole city; 3 is
    three times as fast.
    """

    groups: tuple[str, ...]
    incidents: Ints
    repeats: Ints
    hours: Floats
    rate: Floats
    rate_low: Floats
    rate_high: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats

    def as_dict(self) -> list[dict[str, Any]]:
        """Return a row for each group as plain values, for JSON; what is not known is None."""
        names = ("rate", "rate_low", "rate_high", "ratio", "ratio_low", "ratio_high")
        return [
            {
                "group": group,
                "incidents": int(self.incidents[row]),
                "repeats": int(self.repeats[row]),
                "hours": round(float(self.hours[row]), 1),
                "enough": bool(np.isfinite(self.ratio[row])),
            }
            | {
                name: round(float(value), 6) if np.isfinite(value := getattr(self, name)[row]) else None
                for name in names
            }
            for row, group in enumerate(self.groups)
        ]


def reporting_rates(
    group: Ints,
    class_index: Ints,
    repeats: Ints,
    hours: Floats,
    *,
    groups: Sequence[str],
    fewest: int = FEWEST_INCIDENTS,
) -> ReportingRates:
    """Estimate the reporting rate of each group from incidents, arrays of shape (incidents,).

    `repeats[i]`: reports after the first of incident i and before its end; `hours[i]` > 0: from the first to
    the end, as long as it was watched. Given the first, the repeats are Poisson(rate · hours). The ratio is
    indirectly standardised by class: repeats over what the city's rate of each class would give, so that a
    street with many potholes is not taken for a talkative one. A group with fewer than `fewest` incidents, or
    where nothing is expected, has none. `group` −1 belongs to no group and counts for the city alone.
    """
    size = len(groups)
    watched = hours > 0
    group, class_index = group[watched], class_index[watched]
    repeats, hours = repeats[watched], np.minimum(hours[watched], LONGEST_H)
    classes = int(class_index.max()) + 1 if len(class_index) else 0
    in_class = np.bincount(class_index, weights=hours, minlength=classes)
    city = np.bincount(class_index, weights=repeats, minlength=classes) / np.where(in_class > 0, in_class, 1)
    expected_each = city[class_index] * hours if classes else np.zeros(0)
    mine = group >= 0

    def total(values: NDArray[Any]) -> Floats:
        return np.asarray(np.bincount(group[mine], weights=values[mine], minlength=size), np.float64)

    incidents = np.bincount(group[mine], minlength=size)
    seen, watched_h, expected = total(repeats), total(hours), total(expected_each)
    low, high = _interval(seen)
    known = (incidents >= fewest) & (expected > 0)

    def over(values: Floats, by: Floats) -> Floats:
        found: Floats = np.divide(values, by, out=np.full(size, np.nan), where=known & (by > 0))
        return found

    return ReportingRates(
        tuple(groups),
        incidents.astype(np.int64),
        seen.astype(np.int64),
        watched_h,
        *(over(values, watched_h) for values in (seen, low, high)),
        *(over(values, expected) for values in (seen, low, high)),
    )


def reported_share(rate: Floats, stays_h: float | Floats) -> Floats:
    """Return which share of incidents is ever reported, 1 − exp(−rate · stays_h).

    `rate` per hour, `stays_h`: hours for which the incident is there to be seen. Counts over this share
    estimate the incidents; where the share is small so is what can be known of them.
    """
    return np.asarray(-np.expm1(-np.asarray(rate) * stays_h), np.float64)


def _interval(counts: Floats) -> tuple[Floats, Floats]:
    """Return Garwood's exact 95 % interval of the mean of a Poisson count."""
    from scipy.special import gammaincinv

    low = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), 0.025), 0.0)
    return low, np.asarray(gammaincinv(counts + 1, 0.975), np.float64)
