"""At which hours and on which weekdays the incidents of a class come, in a cell and in the district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.neighbours import neighbourhood
from gridsvc.hotspots.records.places import Places as Incidents
from gridsvc.hotspots.trends.profiles import profile_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST = 30
"""Fewer incidents of a cell and its neighbours do not tell its hours, the district does (patrol.md 1)."""
PRIOR = 10.0
"""So many incidents' worth of the district's hours stand beside those of a cell and its neighbours."""
_DATES_ONLY = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class HourShares:
    """Shares of a class's incidents. `hours`, shape (cells, 24): by the hour of the clock; `weekdays`, shape
    (7,), Monday first, of the district. `own`: whether the cell and its neighbours told the hours.
    `patterned`: whether the hours of the district differ from chance at all.
    """

    hours: Floats
    weekdays: Floats
    own: Bools
    patterned: bool
    total: int


def hour_shares(incidents: Incidents, index: int) -> HourShares:
    """Return the shares of one class of the incidents read.

    Records that tell only the day all lie at midnight: where most do, nothing is known of the hours.
    """
    rows = np.flatnonzero(incidents.class_index == index)
    cells, total = len(incidents.cells.layer.codes), len(rows)
    second = incidents.second[rows]
    weekday = (incidents.day[rows].astype(np.int64) + incidents.question.first.weekday()) % 7
    by_weekday = np.bincount(weekday, minlength=7).astype(np.float64)
    weekdays = (by_weekday + PRIOR / 7) / (total + PRIOR)
    even = np.full((cells, 24), 1 / 24)
    if total == 0 or (second == 0).mean() > _DATES_ONLY:
        return HourShares(even, weekdays, np.zeros(cells, bool), False, total)
    hour = (second // 3600).astype(np.int64)
    district = (np.bincount(hour, minlength=24) + PRIOR / 24) / (total + PRIOR)
    counts = np.bincount(incidents.cell[rows].astype(np.int64) * 24 + hour, minlength=cells * 24)
    together = neighbourhood(incidents.cells.layer).sums(counts.reshape(cells, 24).astype(np.float64))
    seen = together.sum(axis=1, keepdims=True)
    own = seen[:, 0] >= FEWEST
    shrunk = (together + PRIOR * district) / (seen + PRIOR)
    table = np.zeros((7, 24), np.int64)
    np.add.at(table, (weekday, hour), 1)
    patterned = total >= FEWEST and profile_of(table).busiest_hours is not None
    return HourShares(np.where(own[:, None], shrunk, district), weekdays, own, patterned, total)
