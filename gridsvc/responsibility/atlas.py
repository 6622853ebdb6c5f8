"""The atlas: an immutable picture of grid, classes, specification, units and calendar, with a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.catalog import Class, Unit, load_classes, load_units
from gridsvc.catalog.inventory import Inventory, load_inventory
from gridsvc.geography import Layer, load_layers
from gridsvc.handling import Specification, load_specifications
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.handling.calendars import CalendarDefinition, load_calendars
from gridsvc.handling.refusals import Key, upheld_counts
from gridsvc.responsibility.atlas_version import version_of
from gridsvc.responsibility.blending import Policy
from gridsvc.responsibility.classes import ClassBook
from gridsvc.responsibility.corridors import Corridors
from gridsvc.responsibility.deadlines import Allowance
from gridsvc.responsibility.gathering.gathering import Gathering
from gridsvc.responsibility.gathering.given import GivenBook
from gridsvc.responsibility.gathering.map_facts import MapFacts, asked_of, given_values
from gridsvc.responsibility.grid import Grid
from gridsvc.responsibility.grounds import Grounds
from gridsvc.responsibility.limit_book import LimitBook
from gridsvc.responsibility.locator import Locator
from gridsvc.responsibility.matching.matcher import Matcher, MatchPolicy
from gridsvc.responsibility.rules import ClauseBook, Rules
from gridsvc.responsibility.territories import Territories
from gridsvc.responsibility.unit_calendars import UnitCalendars
from gridsvc.responsibility.verdicts import VerdictBook
from gridsvc.roads import BoundarySection, Roads, load_roads, load_sections
from gridsvc.settings import Settings
from gridsvc.zones import Zone, load_zones

# A case takes a row of verdict numbers, one for each ground; a verdict with its sentences some 3 kB.
MOST_CASES, MOST_VERDICTS = 50_000, 200_000

_EVER = np.iinfo(np.int64).min + 1  # MISSING_INSTANT lies before ever


@dataclass(frozen=True, slots=True)
class Moment:
    """What is in force together from one instant to the next."""

    grid: Grid
    rules: Rules
    territories: Territories
    ground_numbers: NDArray[np.int64]  # in the book of verdicts, of the grid's own territories
    grounds: Grounds | None  # what boundary roads change; None without any
    gathering: Gathering
    matcher: Matcher | None  # None without components, or without a grid to find them in


@dataclass(frozen=True, slots=True)
class Atlas:
    """Everything that a resolution needs, in memory. Nothing in it changes; a new one takes its place.

    `starts[i]` (microseconds UTC, ascending) is when `moments[i]` begins. `calendar` is the settings' own.
    `is_component` tells it of each class; one more row stands for no class.
    """

    version: str
    classes: ClassBook
    clauses: ClauseBook
    verdicts: VerdictBook
    policy: Policy
    allowance: Allowance
    calendar: WorkingCalendar
    unit_calendars: UnitCalendars
    units: Mapping[str, str]
    starts: NDArray[np.int64]
    moments: tuple[Moment, ...]
    locators: Mapping[tuple[int, str], Locator]
    given: GivenBook
    inventory: Inventory
    is_component: NDArray[np.bool_]
    map_facts: MapFacts
    refusals: Mapping[Key, int]
    """How many refusals were upheld, by rule, clause and unit: evidence that answers show."""

    @property
    def is_overgrown(self) -> bool:
        """Whether it has met so many cases, or verdicts, that a fresh one should take its place.

        A book only grows, and each new combination of facts that reports give is another case.
        """
        met = len(self.verdicts.cases) - len(self.verdicts.wordings)
        return met > MOST_CASES or len(self.verdicts.verdicts) > MOST_VERDICTS

    def moment_at(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the index of the moment of each instant, shape (n,)."""
        return np.maximum(np.searchsorted(self.starts, at, "right") - 1, 0)


def load_atlas(
    connection: Connection,
    settings: Settings,
    previous: Atlas | None = None,
    *,
    layers: Sequence[Layer] | None = None,
    specifications: Sequence[Specification] | None = None,
) -> Atlas:
    """Build the atlas from PostGIS; `previous` lends what an unchanged edition has already built.

    `layers`, `specifications`: in place of the editions in use, for a replay under others. Zones and roads
    are read only as far as a rule, a clause or a graded limit asks for what they say.
    """
    if specifications is None:
        specifications = load_specifications(connection)
    kinds, of_roads = asked_of(specifications)
    return build_atlas(
        load_layers(connection) if layers is None else layers,
        load_classes(connection),
        specifications,
        load_units(connection),
        settings,
        previous,
        sections=load_sections(connection),
        zones=[zone for kind in kinds for zone in load_zones(connection, kind)],
        roads=load_roads(connection) if of_roads else None,
        inventory=load_inventory(connection, previous.inventory if previous else None),
        calendars=load_calendars(connection),
        refusals=_against(specifications, upheld_counts(connection)),
    )


def build_atlas(
    layers: Sequence[Layer],
    classes: Sequence[Class],
    specifications: Sequence[Specification],
    units: Sequence[Unit],
    settings: Settings,
    previous: Atlas | None = None,
    *,
    sections: Sequence[BoundarySection] = (),
    zones: Sequence[Zone] = (),
    roads: Roads | None = None,
    inventory: Inventory | None = None,
    calendars: Sequence[CalendarDefinition] = (),
    refusals: Mapping[Key, int] | None = None,
) -> Atlas:
    """Build an atlas from plain values; `sections` of boundary roads and `zones` by code."""
    calendar = WorkingCalendar.of(settings.calendar, settings.working_hours, settings.zone)
    unit_calendars = UnitCalendars.of(calendar, units, calendars, settings.zone)
    class_book, clause_book = ClassBook.of(classes), ClauseBook.of(specifications)
    names = {unit.code: unit.name for unit in units}
    verdicts = VerdictBook(clause_book.wordings, names, unit_calendars)
    refusals = refusals or {}
    inventory = inventory or Inventory.of()
    given = GivenBook(given_values(clause_book, zones, roads))
    facts = MapFacts(
        verdicts,
        zones,
        roads,
        inventory,
        class_book.rows,
        names,
        given,
        settings.zone,
        MatchPolicy(settings.component_certain, settings.unregistered_share, settings.component_accuracy_m),
        lent=previous.map_facts if previous else None,
    )
    unit_areas = {unit.area_code for unit in units if unit.area_code}
    snap_mm = round(settings.snap_outside_m * 1000)
    locators: dict[tuple[int, str], Locator] = dict(previous.locators) if previous else {}
    begins = [each.effective_from for each in layers] + [each.effective_from for each in specifications]
    begins += [each.effective_from for each in sections]
    ends = [each.effective_to for each in sections if each.effective_to is not None]
    starts = sorted({_instant(instant) for instant in (*begins, *ends)} | {_EVER})
    grids: dict[tuple[tuple[int, str], ...], Grid] = {}
    corridors: dict[tuple[int, tuple[int, ...]], Corridors] = {}
    rules_of: dict[tuple[int, ...], Rules] = {}
    moments = []
    for start in starts:
        by_level = {layer.level: layer for layer in layers if _instant(layer.effective_from) <= start}
        key = tuple(sorted(layer.key for layer in by_level.values()))
        if key not in grids:
            grids[key] = Grid(by_level, locators, snap_mm=snap_mm, unit_areas=unit_areas)
            locators |= grids[key].locators
        grid = grids[key]
        current = [each for each in specifications if _instant(each.effective_from) <= start]
        editions = tuple(each.id for each in current)
        if editions not in rules_of:
            rules_of[editions] = Rules(current, class_book, clause_book)
        rules = rules_of[editions]
        territories = Territories(grid, units)
        numbers = verdicts.grounds_of([territories[each] for each in grid.territories])
        in_force = [each for each in sections if _holds(each, start)]
        grounds = None
        if in_force and grid.srid is not None:
            corridor_key = (grid.srid, tuple(each.id for each in in_force))
            if corridor_key not in corridors:
                corridors[corridor_key] = Corridors.of(in_force, grid.srid)
            grounds = Grounds(territories, corridors[corridor_key], settings.traffic_side)
        gathering = facts.gathering(grid, rules, on_roads=grounds is not None)
        matcher = facts.matcher(grid.srid)
        moments.append(Moment(grid, rules, territories, numbers, grounds, gathering, matcher))
    used = {edition for grid in grids.values() for edition in grid.locators}
    return Atlas(
        version=version_of(
            layers, classes, specifications, units, sections, settings, unit_calendars, facts.digest, refusals
        ),
        classes=class_book,
        clauses=clause_book,
        verdicts=verdicts,
        policy=Policy(settings.certain_share, settings.doubtful_share, settings.most_accuracy_m),
        allowance=Allowance.of(
            LimitBook.of(clause_book.clauses, clause_book.edition),
            unit_calendars.calendars,
        ),
        calendar=calendar,
        unit_calendars=unit_calendars,
        units=names,
        starts=np.array(starts, np.int64),
        moments=tuple(moments),
        locators={edition: locators[edition] for edition in used},
        given=given,
        inventory=inventory,
        is_component=np.array([*(row.kind == "component" for row in class_book.rows), False], bool),
        map_facts=facts,
        refusals=refusals,
    )


def _against(specifications: Sequence[Specification], upheld: Mapping[Key, int]) -> dict[Key, int]:
    """Return the refusals of what these editions say, without those against a withdrawn one."""
    clauses = {clause.id for edition in specifications for clause in edition.clauses}
    return {key: count for key, count in upheld.items() if key[1] in clauses}


def _holds(section: BoundarySection, start: int) -> bool:
    """Return whether a section is in force from `start` on; a period begins and ends at starts."""
    ends = section.effective_to
    return _instant(section.effective_from) <= start and (ends is None or start < _instant(ends))


def _instant(at: datetime | None) -> int:
    return _EVER if at is None else round(at.timestamp() * 1_000_000)
