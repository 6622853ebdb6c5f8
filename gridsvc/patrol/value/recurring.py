"""Places where it came back again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.records.places import Places as Incidents
from gridsvc.patrol.value.fresh import Hotspot
from gridsvc.patrol.value.required import MustStop
from gridsvc.pinyin import in_english

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WEEKS = 8
WITHIN_M = 30.0
FEWEST = 3
"""So many incidents of a class on so many different days within 30 m in eight weeks: it came back."""
MOST = 20
_KEY_M = 50.0


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Incidents of one class at one place: `row` of the one amid them, how many, on how many days."""

    row: int
    incidents: int
    days: int
    last: int


def recurrences(
    x_m: Floats,
    y_m: Floats,
    day: Integers,
    *,
    most: int = MOST,
    within_m: float = WITHIN_M,
    fewest: int = FEWEST,
) -> list[Recurrence]:
    """Return the places with incidents of one class on at least `fewest` days, most incidents first.

    The incident with the most others within `within_m` stands for them; they are taken, and so on with the
    rest: no incident counts twice. A burst of one day is one event. Arrays of shape (incidents,).
    """
    from scipy.spatial import cKDTree

    at, place, count = np.unique(np.column_stack([x_m, y_m]), axis=0, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    near = cKDTree(at).query_ball_point(at, within_m, return_sorted=True) if len(at) else []
    rows_of = np.split(np.argsort(place, kind="stable"), np.cumsum(count)[:-1]) if len(at) else []
    left = count.astype(np.int64)
    sums = np.array([left[each].sum() for each in near], np.int64)
    found: list[Recurrence] = []
    while len(found) < most and len(sums) and (top := int(np.argmax(sums))) >= 0 and sums[top] >= fewest:
        there = [each for each in near[top] if left[each] > 0]
        rows = np.concatenate([rows_of[each] for each in there])
        days = np.unique(day[rows])
        if len(days) < fewest:
            # Another place may still stand amid more days; this one does not.
            sums[top] = 0
            continue
        found.append(Recurrence(int(rows_of[top][0]), len(rows), len(days), int(days[-1])))
        for each in there:
            sums[near[each]] -= left[each]
            left[each] = 0
    return found


def recurrent_places(incidents: Incidents, *, most: int = MOST) -> list[MustStop]:
    """Return the places of the last eight weeks of the incidents read where a class came back.

    All classes together, `most` of them: those with the most incidents.
    """
    first = int((incidents.question.last - incidents.question.first).days) + 1 - 7 * WEEKS
    ranked: list[tuple[int, int, Recurrence]] = []
    for index in range(len(incidents.classes)):
        rows = np.flatnonzero((incidents.class_index == index) & (incidents.day >= first))
        for each in recurrences(
            incidents.x_m[rows], incidents.y_m[rows], incidents.day[rows].astype(np.int64), most=most
        ):
            at = int(rows[each.row])
            ranked.append((-each.incidents, at, Recurrence(at, each.incidents, each.days, each.last)))
    return [_stop(incidents, each) for _count, _at, each in sorted(ranked, key=lambda item: item[:2])[:most]]


def recurrent_hotspots(hotspots: Sequence[Hotspot], incidents: Incidents, most: int = MOST) -> list[MustStop]:
    """Return a stop for each hotspot of the latest run that came back or stays: where its incidents are most.

    One without any incident in the period read has none.
    """
    codes = incidents.cells.layer.codes
    counts = np.bincount(incidents.cell, minlength=len(codes))
    known = {code: number for number, code in enumerate(codes)}
    stops = []
    for each in [hotspot for hotspot in hotspots if hotspot.recurs][:most]:
        cells = [known[code] for code in each.cells if code in known]
        best = max(cells, key=lambda cell: (counts[cell], -cell), default=-1)
        if best < 0 or counts[best] == 0:
            continue
        rows = np.flatnonzero(incidents.cell == best)
        middle = np.median(incidents.x_m[rows]), np.median(incidents.y_m[rows])
        at = rows[np.argmin(np.hypot(incidents.x_m[rows] - middle[0], incidents.y_m[rows] - middle[1]))]
        lon, lat = _degrees(incidents, int(at))
        stops.append(
            MustStop(
                f"hotspot:{each.id}", lon, lat, (each.because(),), name=Text(each.name, in_english(each.name))
            )
        )
    return stops


def _stop(incidents: Incidents, found: Recurrence) -> MustStop:
    name = incidents.classes[incidents.class_index[found.row]]
    x, y = (round(float(each[found.row]) / _KEY_M) for each in (incidents.x_m, incidents.y_m))
    last = incidents.question.first + timedelta(days=found.last)
    lon, lat = _degrees(incidents, found.row)
    return MustStop(
        key=f"recurrent:{name.code}:{x}:{y}",
        lon=lon,
        lat=lat,
        because=(
            Text(
                f"反复发生：{name.name.zh} {WEEKS} 周内在 {WITHIN_M:g} 米内 {found.incidents} 件"
                f"（{found.days} 天），最近 {last}",
                f"it comes back: {name.name.en}, {found.incidents} within {WITHIN_M:g} m in {WEEKS} weeks on"
                f" {found.days} days, the last on {last}",
            ),
        ),
    )


def _degrees(incidents: Incidents, row: int) -> tuple[float, float]:
    x, y = (np.rint(each[[row]] * 1000).astype(np.int64) for each in (incidents.x_m, incidents.y_m))
    lon, lat = to_degrees(incidents.cells.layer.srid, x, y)
    return float(lon[0]), float(lat[0])
