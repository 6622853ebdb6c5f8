"""What the map, the inventory and the clock can say, made ready for the places and rules of each moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import shapely

from gridsvc.catalog import Class
from gridsvc.catalog.inventory import Inventory
from gridsvc.handling import FACT_ZONE_KINDS, Condition, Specification, window_starts
from gridsvc.responsibility.gathering.gathering import Gathering
from gridsvc.responsibility.gathering.given import MAY_BE_GIVEN, GivenBook, named_values
from gridsvc.responsibility.gathering.place_sources import (
    ZONE_NAMES,
    AreaSource,
    BoundarySource,
    RoadSource,
    ZoneSource,
)
from gridsvc.responsibility.gathering.report_sources import ClockSource, ComponentSource, GivenSource
from gridsvc.responsibility.gathering.roads import FactRoads
from gridsvc.responsibility.gathering.sources import Source
from gridsvc.responsibility.gathering.zones import FactZones
from gridsvc.responsibility.grid import Grid
from gridsvc.responsibility.matching.matcher import Matcher, MatchPolicy
from gridsvc.responsibility.rules import ClauseBook, Rules, Wording
from gridsvc.responsibility.verdicts import VerdictBook
from gridsvc.roads import Roads
from gridsvc.zones import Zone


def asked_of(specifications: Sequence[Specification]) -> tuple[tuple[str, ...], bool]:
    """Return the kinds of zones that anything in editions asks for, and whether it asks for roads."""
    asks = _asks(ClauseBook.of(specifications))
    kinds = tuple(kind for kind in FACT_ZONE_KINDS if not asks.isdisjoint(ZONE_NAMES[kind]))
    return kinds, not asks.isdisjoint(RoadSource.names)


def given_values(book: ClauseBook, zones: Sequence[Zone], roads: Roads | None) -> dict[str, set[str]]:
    """Return the values of facts that rules name and that the map has, by fact."""
    found = named_values((each.fact, each.values) for each in _conditions(book.wordings))
    for zone in zones:
        if zone.kind in MAY_BE_GIVEN and zone.value is not None:
            found.setdefault(zone.kind, set()).add(zone.value)
    if roads is not None:
        found.setdefault("road_grade", set()).update(each for each in set(roads.grades) if each)
    return found


class MapFacts:
    """Zones, roads and inventory of an atlas, each made ready once for every grid that needs it."""

    def __init__(
        self,
        book: VerdictBook,
        zones: Sequence[Zone],
        roads: Roads | None,
        inventory: Inventory,
        classes: Sequence[Class],
        units: Mapping[str, str],
        given: GivenBook,
        zone: ZoneInfo,
        policy: MatchPolicy,
        *,
        lent: MapFacts | None = None,
    ) -> None:
        """Take what is stored; `lent` gives what an earlier atlas has made ready of the same content."""
        self._book = book
        self._roads = roads if roads is not None and len(roads) else None
        self._inventory = inventory
        self._classes = tuple(classes)
        self._units = units
        self._given = given
        self._zone = zone
        self._kinds = {
            kind: [each for each in zones if each.kind == kind]
            for kind in FACT_ZONE_KINDS
            if any(each.kind == kind for each in zones)
        }
        self._zone_digest = {kind: _zones_digest(listed) for kind, listed in self._kinds.items()}
        self._road_digest = "" if self._roads is None else _roads_digest(self._roads)
        class_digest = hashlib.sha256(repr([each.as_dict() for each in classes]).encode()).hexdigest()
        self._policy = policy
        self._matcher_digest = f"{inventory.digest} {class_digest} {policy}"
        self._ready: dict[tuple[object, ...], FactZones | FactRoads | Matcher] = {}
        self._lent = lent._ready if lent is not None else {}

    @property
    def digest(self) -> object:
        """What two atlases share exactly when map and inventory are the same."""
        return [self._zone_digest, self._road_digest, self._inventory.digest, str(self._policy)]

    def gathering(self, grid: Grid, rules: Rules, *, on_roads: bool) -> Gathering:
        """Return the sources of a moment; `on_roads`: whether boundary roads are known then."""
        sources: list[Source] = []
        if grid.srid is not None:
            sources += [ZoneSource(kind, self._zones(kind, grid)) for kind in self._kinds]
            if self._roads is not None:
                sources.append(RoadSource(self._fact_roads(grid.srid)))
        if on_roads:
            sources.append(BoundarySource())
        wordings = [self._book.wordings[k] for k in sorted(rules.wordings)]
        conditions = list(_conditions(wordings))
        for name, form in (("time", "clock"), ("season", "season")):
            if any(each.fact == name for each in conditions):
                sources.append(ClockSource(name, window_starts(conditions, form), self._zone))
        named = frozenset(value for each in conditions if each.fact == "area" for value in each.values)
        if named:
            sources.append(AreaSource(named, grid))
        if len(self._inventory):
            sources.append(ComponentSource(self._inventory.profiles, self._units))
        sources += [GivenSource(name, values) for name, values in self._given.values.items()]
        return Gathering(self._book, rules.wordings, sources)

    def matcher(self, srid: int | None) -> Matcher | None:
        """Return what matches reports to components; None without components, or without a grid."""
        if srid is None or not len(self._inventory):
            return None
        key = ("matcher", srid, self._matcher_digest)
        found = self._take(key)
        if not isinstance(found, Matcher):
            found = self._ready[key] = Matcher.of(self._inventory, self._classes, srid, self._policy)
        return found

    def _zones(self, kind: str, grid: Grid) -> FactZones:
        cells = grid.layers.get("cell")
        key = (kind, grid.srid, cells.key if cells is not None else None, self._zone_digest[kind])
        found = self._take(key)
        if not isinstance(found, FactZones):
            assert grid.srid is not None, "a grid with areas has a system"
            found = self._ready[key] = FactZones(self._kinds[kind], grid.srid, cells)
        return found

    def _fact_roads(self, srid: int) -> FactRoads:
        key = ("roads", srid, self._road_digest)
        found = self._take(key)
        if not isinstance(found, FactRoads):
            assert self._roads is not None, "roads are asked for where there are some"
            found = self._ready[key] = FactRoads(self._roads, srid)
        return found

    def _take(self, key: tuple[object, ...]) -> FactZones | FactRoads | Matcher | None:
        if key not in self._ready and key in self._lent:
            self._ready[key] = self._lent[key]
        return self._ready.get(key)


def _asks(book: ClauseBook) -> frozenset[str]:
    return frozenset(name for wording in book.wordings for name in wording.asks)


def _conditions(wordings: Iterable[Wording]) -> Iterable[Condition]:
    for wording in wordings:
        for rule in wording.rules:
            yield from rule.conditions


def _zones_digest(zones: Sequence[Zone]) -> str:
    plain = [
        (
            each.id,
            each.code,
            each.value,
            each.unit_code,
            each.unit_name,
            str(each.effective_from),
            str(each.effective_to),
            each.cells,
            each.srid,
        )
        for each in zones
    ]
    digest = hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode())
    for wkb in shapely.to_wkb([each.geom_mm for each in zones]):
        digest.update(wkb)
    return digest.hexdigest()


def _roads_digest(roads: Roads) -> str:
    columns = [roads.grades.tolist(), roads.keeper_codes.tolist(), roads.keepers.tolist()]
    digest = hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode())
    digest.update(shapely.get_coordinates(roads.geometries).tobytes())
    digest.update(shapely.get_num_coordinates(roads.geometries).tobytes())
    return digest.hexdigest()
