"""What is urgent is reached by whoever can be there first, or nearly so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.modes import ModeSpeeds
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import NEVER, Ground
from gridsvc.patrol.plan import minutes_between
from gridsvc.patrol.plans.posing import DEPOT_WITHIN_M
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.patrol.routing.problem import MINUTE
from gridsvc.patrol.value.places import Places

GRACE_MINUTES = 10.0
"""An urgent place waits so much longer than for the first patrol that could be there: the one after next may
be the better one to send.
"""


def hurried(
    places: Places,
    asked: PlanAsked,
    streets: Streets,
    speeds: ModeSpeeds,
    spared: Collection[str] = (),
) -> Places:
    """Return the places with urgent ones to be reached soon after the first patrol could be there.

    `spared`: keys of urgent places that could not be reached so soon; they keep their hours.
    """
    rows = np.flatnonzero(places.kinds("urgent") & ~np.isin(places.key.astype(str), list(spared)))
    if not len(rows):
        return places
    soonest = _soonest(places, rows, asked, streets, speeds)
    closes = places.closes.copy()
    wanted = np.maximum(places.opens[rows], soonest) + GRACE_MINUTES
    closes[rows] = np.minimum(closes[rows], np.where(np.isfinite(wanted), wanted, np.inf))
    return replace(places, closes=closes)


def _soonest(
    places: Places, rows: NDArray[np.int64], asked: PlanAsked, streets: Streets, speeds: ModeSpeeds
) -> NDArray[np.float64]:
    """Return when the first patrol could be at each place, minutes after the shift's begin; inf: nobody."""
    soonest = np.full(len(rows), np.inf)
    for mode in dict.fromkeys(patrol.mode for patrol in asked.patrols):
        patrols = [patrol for patrol in asked.patrols if patrol.mode == mode]
        lon = np.concatenate([[patrol.start.lon for patrol in patrols], places.lon[rows]])
        lat = np.concatenate([[patrol.start.lat for patrol in patrols], places.lat[rows]])
        on = snap(streets, lon, lat, mode, within_m=DEPOT_WITHIN_M, speeds=speeds)
        away = Ground.of(streets, mode, on, speeds).times_between(
            np.arange(len(patrols)), np.arange(len(patrols), len(lon))
        )
        free = np.array([minutes_between(asked.begins, patrol.begins) for patrol in patrols])
        there = np.where(away < NEVER, free[:, None] + away / MINUTE, np.inf)
        soonest = np.minimum(soonest, there.min(axis=0))
    return soonest
