"""Facts and parties by where a place lies: zones, the road layer, boundary roads, areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.gathering.roads import FactRoads
from gridsvc.responsibility.gathering.sources import Rows, Told
from gridsvc.responsibility.gathering.zones import FactZones
from gridsvc.responsibility.grid import UPPER_LEVELS, Grid
from gridsvc.responsibility.grounds import LEFT_KEEPS, OUTCOMES, RIGHT_KEEPS, UNIT_KEEPS
from gridsvc.responsibility.situations import Party

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Codes = NDArray[np.signedinteger[Any]]

_EVER = np.iinfo(np.int64).min
NOWHERE = "-"
"""The value of a code fact where no area that any rule names holds the place."""


class ZoneSource:
    """Zones of one kind. A place in none of them is outside, or no site; for other kinds nothing is known."""

    said = None

    def __init__(self, kind: str, zones: FactZones) -> None:
        self._kind = kind
        self._zones = zones
        self.names = ZONE_NAMES[kind]
        numbers: dict[tuple[str | None, str | None, str | None], int] = {}
        self._code = np.array(
            [
                2 + numbers.setdefault((zone.value, zone.unit_code, zone.unit_name), len(numbers))
                for zone in zones.zones
            ]
            + [1],
            np.int32,
        )
        self._profiles = tuple(numbers)
        self.size = len(numbers) + 2

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        codes = self._code.take(self._zones.find(rows.x, rows.y, rows.cell, rows.at, at))
        if self._zones.known_since > _EVER:
            codes[rows.at[at] < self._zones.known_since] = 0
        return codes

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        if code == 1:
            told.facts |= _OUTSIDE.get(self._kind, {})
            return
        value, unit, name = self._profiles[code - 2]
        party = () if unit is None else (Party(unit, name or unit, "zone"),)
        if self._kind == "compound":
            told.facts["compound"] = "inside"
            managed = value or ("with" if party else None)
            if managed is not None:
                told.facts["property_management"] = managed
            if party and managed == "with":
                told.parties["property_manager"] = party
        elif self._kind == "construction_site":
            if value is not None:
                told.facts["site"] = value
            # Handed over, the place is no longer the builder's.
            if party and value != "handed_over":
                told.parties["builder"] = party
        elif value is not None:
            told.facts[self._kind] = value


ZONE_NAMES = {
    "surface": frozenset({"surface"}),
    "compound": frozenset({"compound", "property_management", "property_manager"}),
    "construction_site": frozenset({"site", "builder"}),
    "land_use": frozenset({"land_use"}),
    "management_grade": frozenset({"management_grade"}),
}
_OUTSIDE: Mapping[str, Mapping[str, str]] = {
    "compound": {"compound": "outside"},
    "construction_site": {"site": "none"},
}


class RoadSource:
    """Grade and keeper of the road on which a place lies."""

    names = frozenset({"road_grade", "road_keeper"})
    said = None

    def __init__(self, roads: FactRoads) -> None:
        self._roads = roads
        self.size = len(roads.profiles) + 1

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        return self._roads.find(rows.x.take(at), rows.y.take(at)) + 1

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        grade, unit, name = self._roads.profiles[code - 1]
        if grade is not None:
            told.facts["road_grade"] = grade
        if unit is not None or name is not None:
            told.facts["road_keeper"] = "known"
            told.parties["road_keeper"] = (Party(unit, name or unit or "", "road"),)
        elif self._roads.has_keepers:
            # Of a layer without any keeper it says nothing that a road has none.
            told.facts["road_keeper"] = "unknown"


class BoundarySource:
    """Whether a place lies on a boundary road, whether it is agreed who keeps it there, and a unit that does.

    The territory names that unit: it is the keeper whatever the road layer says.
    """

    names = frozenset({"boundary_road", "road_keeper"})
    size = 5
    said = None

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        return _OF_OUTCOME.take(rows.outcome.take(at))

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        told.facts["boundary_road"] = ("none", "agreed", "unsettled", "agreed")[code - 1]
        if code == 4:
            told.facts["road_keeper"] = "known"


# By outcome; the last is that of a place off the boundary roads, -1.
_OF_OUTCOME = np.array(
    [{LEFT_KEEPS: 2, RIGHT_KEEPS: 2, UNIT_KEEPS: 4}.get(outcome, 3) for outcome in range(OUTCOMES)] + [1],
    np.int32,
)


class AreaSource:
    """Which of the areas that rules name hold a place."""

    names = frozenset({"area"})
    said = None

    def __init__(self, named: frozenset[str], grid: Grid) -> None:
        self._levels: list[tuple[str, Indexes, tuple[str, ...]]] = []
        self.size = 2
        for level in ("cell", *UPPER_LEVELS):
            layer = grid.layers.get(level)
            codes = [] if layer is None else [code for code in layer.codes if code in named]
            if layer is None or not codes:
                continue
            number = {code: k for k, code in enumerate(codes, 1)}
            table = np.array([*(number.get(code, 0) for code in layer.codes), 0], np.int32)
            self._levels.append((level, table, tuple(codes)))
            self.size *= len(codes) + 1

    def codes(self, rows: Rows, at: Ints) -> Codes:
        """See `Source`."""
        total = np.zeros(len(at), np.int64)
        for level, table, codes in reversed(self._levels):
            total = total * (len(codes) + 1) + table[rows.areas[level][at]]
        located = np.zeros(len(at), bool)
        for areas in rows.areas.values():
            located |= areas[at] >= 0
        return np.where(located, total + 1, 0)

    def tell(self, code: int, told: Told) -> None:
        """See `Source`."""
        rest, held = code - 1, []
        for _, _, codes in self._levels:
            rest, which = divmod(rest, len(codes) + 1)
            if which:
                held.append(codes[which - 1])
        told.facts["area"] = "/".join(held) or NOWHERE


BY_PLACE = (ZoneSource, RoadSource, BoundarySource, AreaSource)
"""The sources whose answer may change from one place to another nearby."""
