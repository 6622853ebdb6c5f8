"""Placing reports by their address, and noticing when address and coordinates disagree."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.gazetteer import Candidate, Gazetteer, find_places, place_address, placed_by
from gridsvc.settings import Settings

PLACED_BY_ADDRESS = "placed_by_address"
ADDRESS_DISAGREES = "address_disagrees"
ADDRESS_UNREAD = "address_unread"
"""The report has an address that nothing could read: no gazetteer was there. A person reads it."""
ACCURACY_KIND = "geocode"
_CANDIDATES_KEPT = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """What an address gave: `place` only where it is certain and exact enough.

    `record` is what is stored with the report: the place, or the candidates that wait for a person.
    """

    place: Candidate | None
    certain: Candidate | None
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addresses:
    """A gazetteer with the settings of when its answer counts.

    `within_m`: an address less exact places nothing. `disagrees_m`: so far, errors allowed for, a place may
    be from what its address says.
    """

    load: Callable[[], Gazetteer]
    within_m: float
    disagrees_m: float

    @classmethod
    def of(cls, gazetteer: Gazetteer, settings: Settings) -> Addresses:
        """Return the gazetteer with the installation's settings."""
        return cls.later(lambda: gazetteer, settings)

    @classmethod
    def later(cls, load: Callable[[], Gazetteer], settings: Settings) -> Addresses:
        """Return the same with a gazetteer that is loaded with the first address: most files have none."""
        return cls(cache(load), settings.address_within_m, settings.address_disagrees_m)

    @property
    def gazetteer(self) -> Gazetteer:
        """Return the gazetteer, always the same one."""
        return self.load()

    def read(self, address: str) -> Reading:
        """Return what one address gives."""
        found = find_places(self.gazetteer, address, limit=_CANDIDATES_KEPT)
        placed = placed_by(found, within_m=self.within_m)
        if placed is not None:
            return Reading(placed.place, placed.place, placed.as_dict())
        certain = found.candidates[0] if found.verdict == "certain" else None
        record = found.as_dict()
        return Reading(None, certain, {"address": record.pop("text")} | record)

    def disagrees(self, reading: Reading, lon: float, lat: float, accuracy_m: float | None) -> bool:
        """Tell whether a place (WGS 84) is farther from what the address says than both errors explain.

        Twice a radius that holds 68 % holds more than 98 %.
        """
        if reading.certain is None:
            return False
        said = self.gazetteer.metres(reading.certain.lon, reading.certain.lat)
        given = self.gazetteer.metres(lon, lat)
        allowed = self.disagrees_m + 2 * (reading.certain.accuracy_m + (accuracy_m or 0.0))
        return math.dist(said, given) > allowed

    def house_number(self, reading: Reading, lon: float, lat: float, accuracy_m: float | None) -> int | None:
        """Return the house number that an address says, None when the place (WGS 84) lies elsewhere."""
        if reading.certain is None or self.disagrees(reading, lon, lat, accuracy_m):
            return None
        return reading.certain.house_number

    def place_all(self, addresses: Iterable[str]) -> PlacedRows:
        """Place many addresses, each distinct one once; '' and what places nothing is NaN."""
        rows = list(addresses)
        known = {
            address: place_address(self.gazetteer, address, within_m=self.within_m)
            for address in set(rows)
            if address
        }
        found = [known.get(address) for address in rows]
        nowhere = (np.nan, np.nan, np.nan)
        table = np.array(
            [(p.place.lon, p.place.lat, p.place.accuracy_m) if p else nowhere for p in found], np.float64
        ).reshape(-1, 3)
        return PlacedRows(
            table[:, 0], table[:, 1], table[:, 2], [placed.as_dict() if placed else None for placed in found]
        )


@dataclass(frozen=True, slots=True)
class PlacedRows:
    """Places of many addresses, shape (n,); NaN and None where an address places nothing."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    records: list[dict[str, Any] | None]
