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
_CHANCE = 1e-3
_BANDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class HourShares:
    """Shares of a class's incidents. `hours`, shape (cells, 24): by the hour of the clock; `weekdays`, shape
    (7,), Monday first, of the district. `own`: whether the cell and its neighbours told the hours.
    `patterned`: whether the hours of the district differ from chance at all. `apart`: whether the cells that
    are not `own` have hours of their own all together, other than those of the district.
    """

    hours: Floats
    weekdays: Floats
    own: Bools
    patterned: bool
    total: int
    apart: bool = False


def hour_shares(incidents: Incidents, index: int) -> HourShares:
    """Return the shares of one class of the incidents read.

    A cell that with its neighbours tells its hours has these, drawn to those of all others; these have their
    common hours. Where the two sorts of cells do not differ beyond chance there is but one district: so the
    evenings of a few hot places are not taken for those of every quiet street. Records that tell only the day
    all lie at midnight: where most do, nothing is known of the hours.
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
    usual = (np.bincount(hour, minlength=24) + PRIOR / 24) / (total + PRIOR)
    flat = np.bincount(incidents.cell[rows].astype(np.int64) * 24 + hour, minlength=cells * 24)
    counts = flat.reshape(cells, 24).astype(np.float64)
    together = neighbourhood(incidents.cells.layer).sums(counts)
    seen = together.sum(axis=1, keepdims=True)
    own = seen[:, 0] >= FEWEST
    others = counts[~own].sum(axis=0)
    apart = _differ(counts[own].sum(axis=0), others)
    if apart:
        usual = (others + PRIOR * usual) / (others.sum() + PRIOR)
    shrunk = (together + PRIOR * usual) / (seen + PRIOR)
    table = np.zeros((7, 24), np.int64)
    np.add.at(table, (weekday, hour), 1)
    patterned = total >= FEWEST and profile_of(table).busiest_hours is not None
    return HourShares(np.where(own[:, None], shrunk, usual), weekdays, own, patterned, total, apart)


def _differ(some: Floats, others: Floats) -> bool:
    """Return whether the hours of two sorts of incidents, shape (24,) each, differ beyond chance.

    Pearson's chi-squared on bands of three hours, p < 0.001; never where one sort has under 30.
    """
    from scipy.stats import chi2_contingency

    table = np.stack([some, others]).reshape(2, _BANDS, -1).sum(axis=2)
    table = table[:, table.sum(axis=0) > 0]
    if (table.sum(axis=1) < FEWEST).any() or table.shape[1] < 2:
        return False
    return bool(chi2_contingency(table).pvalue < _CHANCE)
