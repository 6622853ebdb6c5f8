"""Which places are visited for the floor of their zone, and how every floor stands after the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridsvc.errors import Text
from gridsvc.patrol.plan import FloorState, OmittedPlace, PlannedRoute
from gridsvc.patrol.plans.floors import WEEK, Covered, Owed, choose_coverage, floor_states, owed
from gridsvc.patrol.plans.ground import ZonesOfPlaces
from gridsvc.patrol.plans.material import FloorZones
from gridsvc.patrol.value.dwell import DWELL
from gridsvc.patrol.value.exploring import TRAVEL_MINUTES
from gridsvc.patrol.value.places import Places
from gridsvc.pinyin import in_english


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The places with those that floors add, and what is owed.

    `nowhere`: zones due that have no street.
    """

    places: Places
    zones: ZonesOfPlaces
    due: Owed
    nowhere: NDArray[np.int64]

    def taking(self, rows: NDArray[np.int64]) -> Coverage:
        """Return the same with the places in another order."""
        listed = rows.tolist()
        zones = ZonesOfPlaces(
            tuple(self.zones.all[row] for row in listed), tuple(self.zones.floor[row] for row in listed)
        )
        return replace(self, places=self.places.only(rows), zones=zones)


MOST_SHARE = 0.5
"""Of the patrols' time, what floors may take: after days without patrols all are due at once."""


def cover(
    places: Places, zones: ZonesOfPlaces, floors: FloorZones, floor: int, minutes: float, patrols: int
) -> Coverage:
    """Return the places of a shift of so many minutes with what the floors of today ask for.

    Where that is more than MOST_SHARE of the time of the `patrols`, zones whose floor can still be held come
    first.
    """
    index = {code: number for number, code in enumerate(floors.codes)}
    of = np.array([index.get(code, -1) if code else -1 for code in zones.floor], np.int64)
    due = owed_today(floors, floor)
    chosen = choose_coverage(due, of, places.value, places.required, has_point=np.isfinite(floors.lon))
    chosen = _at_most(chosen, due, int(MOST_SHARE * minutes * patrols / (DWELL.usual + TRAVEL_MINUTES)))
    marked = _marked(places, chosen.places, chosen.zones, floors, due)
    added = _points(floors, chosen.by_point, due, minutes)
    return Coverage(
        marked.joined(added),
        ZonesOfPlaces(
            (*zones.all, *(frozenset({floors.codes[zone]}) for zone in chosen.by_point.tolist())),
            (*zones.floor, *(floors.codes[zone] for zone in chosen.by_point.tolist())),
        ),
        due,
        chosen.nowhere,
    )


def owed_today(floors: FloorZones, floor: int) -> Owed:
    """Return what each zone is owed before the plan."""
    return owed(floors.visited, floor, known=floors.known, today=floors.today)


def _at_most(chosen: Covered, due: Owed, most: int) -> Covered:
    """Return the first so many of the zones: those due today, then those that can wait, then missed."""
    zones = np.concatenate([chosen.zones, chosen.by_point])
    if len(zones) <= most:
        return chosen
    late = due.due_in[zones]
    first = np.lexsort((np.arange(len(zones)), np.where(late < 0, WEEK, late)))[: max(1, most)]
    kept = np.zeros(len(zones), bool)
    kept[first] = True
    placed, pointed = kept[: len(chosen.zones)], kept[len(chosen.zones) :]
    return replace(
        chosen,
        places=chosen.places[placed],
        zones=chosen.zones[placed],
        today=chosen.today[placed],
        by_point=chosen.by_point[pointed],
        today_by_point=chosen.today_by_point[pointed],
    )


def _because(floors: FloorZones, zone: int, due: Owed) -> Text:
    days, visits, floor = int(due.due_in[zone]), int(due.visits[zone]), int(due.floor[zone])
    when = (
        Text("今日为最后期限", "today is the last day")
        if days <= 0
        else Text(f"{days} 天内到期", f"due within {days} days")
    )
    return Text(
        f"责任网格{floors.names[zone]}七日内已到访 {visits} 次，底线 {floor} 次，{when.zh}",
        f"duty grid {in_english(floors.names[zone])}: {visits} of {floor} visits in seven days, {when.en}",
    )


def _marked(
    places: Places, rows: NDArray[np.int64], of: NDArray[np.int64], floors: FloorZones, due: Owed
) -> Places:
    """Return the places with those of `rows` required, for the floor of their zone."""
    required, kind, because = places.required.copy(), places.kind.copy(), list(places.because)
    required[rows] = True
    kind[rows] = "coverage"
    for row, zone in zip(rows.tolist(), of.tolist(), strict=True):
        because[row] = (_because(floors, zone, due), *because[row])
    return replace(places, required=required, kind=kind, because=because)


def _points(floors: FloorZones, zones: NDArray[np.int64], due: Owed, minutes: float) -> Places:
    """Return a place for each zone in which nothing is expected: a point of one of its streets."""
    count = len(zones)

    def words(values: Sequence[object]) -> NDArray[np.object_]:
        held = np.empty(count, object)
        held[:] = values
        return held

    codes = [floors.codes[zone] for zone in zones.tolist()]
    names = [floors.names[zone] for zone in zones.tolist()]
    return Places(
        key=words([f"zone:{code}" for code in codes]),
        kind=words(["coverage"] * count),
        name=[Text(name, in_english(name)) for name in names],
        lon=floors.lon[zones],
        lat=floors.lat[zones],
        cell=words([None] * count),
        expected=np.zeros(count),
        value=np.zeros(count),
        opens=np.zeros(count),
        closes=np.full(count, minutes),
        windowed=np.zeros(count, bool),
        dwell=np.full(count, DWELL.minutes[0]),
        uncertainty=np.zeros(count),
        required=np.ones(count, bool),
        classes=[()] * count,
        because=[(_because(floors, zone, due),) for zone in zones.tolist()],
    )


def states(
    due: Owed,
    nowhere: ArrayLike,
    floors: FloorZones,
    routes: Sequence[PlannedRoute],
    given_up: Sequence[OmittedPlace],
    zone_of_key: dict[str, str | None],
) -> tuple[FloorState, ...]:
    """Return how the floor of every zone stands after the plan; a stop given up says why.

    `nowhere`: zones that have no street.
    """
    index = {code: number for number, code in enumerate(floors.codes)}
    planned = np.zeros(len(floors), np.int64)
    for code in {stop.zone for route in routes for stop in route.stops}:
        if code in index:
            planned[index[code]] = 1
    because = {}
    for place in given_up:
        zone = zone_of_key.get(place.key)
        if zone in index:
            because[index[zone]] = place.because
    return floor_states(due, planned, floors.codes, floors.names, because, nowhere=nowhere)
