"""House numbers: one for each frontage of a cell, odd on one side of the street and even on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.sample.frontage import Frontage
from gridsvc.sample.network import LANE

METRES_A_PAIR = 16.0
"""Frontage between two numbers of one side: so far apart shop doors are."""
_BEYOND_KERB_M = 5.0
_SHORTEST_M = 20.0


@dataclass(frozen=True, slots=True)
class HouseNumbers:
    """Doors in EPSG:4545 metres, shape (n, 2); `street` counts in `Grid.street_names`."""

    xy: NDArray[np.float64]
    street: NDArray[np.int64]
    number: NDArray[np.int64]


def number_houses(frontage: Frontage) -> HouseNumbers:
    """Return a number in the middle of each frontage, counted from the west or south end of its street."""
    sides = np.flatnonzero((frontage.kind <= LANE) & (frontage.road >= 0) & (frontage.length >= _SHORTEST_M))
    kerb = frontage.place(sides, frontage.length[sides] / 2, np.zeros(len(sides)), kerb=False)
    doors = frontage.place(sides, frontage.length[sides] / 2, np.full(len(sides), _BEYOND_KERB_M))
    inward = doors.xy - kerb.xy
    number = np.zeros(len(sides), np.int64)
    for street in np.unique(kerb.road):
        own = kerb.road == street
        middle = kerb.xy[own]
        along = int(np.argmax(np.ptp(middle, axis=0)))
        steps = ((middle[:, along] - middle[:, along].min()) // METRES_A_PAIR).astype(np.int64)
        # Left of somebody who walks east is north, of one who walks north is west.
        left = (inward[own, 1] > 0) if along == 0 else (inward[own, 0] < 0)
        number[own] = 2 * steps + np.where(left, 1, 2)
    pairs = np.stack([kerb.road, number], axis=1)
    first = np.unique(pairs, axis=0, return_index=True)[1]
    return HouseNumbers(doors.xy[first], kerb.road[first], number[first])
