"""All that a plan is made of, in memory: streets, places, zones and what was done lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plans.ground import ZonesOfPlaces
from gridsvc.patrol.plans.slots import Slots
from gridsvc.patrol.value.dwell import Had
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_values import StreetPieces


@dataclass(frozen=True, slots=True, eq=False)
class FloorZones:
    """The zones that have a floor, shape (zones,) each: `codes`, `names`.

    `lon`, `lat`: a point of a street within, NaN where there is none. `visited`: shifts of each of the last
    days in which somebody was there, shape (days, zones), yesterday last; `known`: for how many days each
    zone has had its duty. `today`: shifts of the plan's own day that were there, or go there, beside it.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    visited: NDArray[np.int64]
    known: NDArray[np.int64]
    today: NDArray[np.int64] | int = 0

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a plan is made of. `zones`: those that each place lies in; `floors` None: no floor is asked.

    `pieces`: in the street form the pieces of street that may be walked; they are the last of the `places`.
    `had`: what the places had already in a shift that is planned anew, which has no floors to add places.
    """

    streets: Streets
    places: Places
    zones: ZonesOfPlaces
    made_at: datetime
    pieces: StreetPieces | None = None
    speeds: ModeSpeeds = SPEEDS
    floors: FloorZones | None = None
    had: Had | None = None
    history: Slots | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Text, ...] = ()
    synthetic: bool = False
