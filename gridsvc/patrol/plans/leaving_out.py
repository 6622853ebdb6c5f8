"""The places that are not visited, each with its one reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gridsvc.errors import Text
from gridsvc.patrol.plan import OmittedPlace
from gridsvc.patrol.plans.posing import PLACE_WITHIN_M, Posed
from gridsvc.patrol.routing.omitting import because, reasons
from gridsvc.patrol.routing.problem import Problem
from gridsvc.patrol.routing.relaxing import Relaxed, because_dropped
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.value.places import Places

_OFF_NETWORK = Text(
    f"{PLACE_WITHIN_M:g} 米内没有可走的道路。",
    f"No street that can be used lies within {PLACE_WITHIN_M:g} m.",
)

_VARIED = Text("为使路线不成规律，今晚没有轮到它。", "So that no habit forms, it is not its turn tonight.")


def given_up(posed: Posed, relaxed: Relaxed, places: Places) -> tuple[OmittedPlace, ...]:
    """Return the must-visits that no plan holds, each with the constraint that forbids it."""
    told: dict[int, OmittedPlace] = {}
    for dropped in relaxed.dropped:
        place = int(posed.place[dropped.visit])
        if place in told:
            continue
        if posed.off[place]:
            told[place] = _omitted(places, place, "off_network", _OFF_NETWORK)
        else:
            told[place] = _omitted(
                places, place, dropped.constraint, because_dropped(dropped, _namer(posed, places))
            )
    return tuple(told.values())


def left_out(
    posed: Posed,
    problem: Problem,
    solution: Solution,
    places: Places,
    dropped: Sequence[OmittedPlace],
    *,
    varied: bool = False,
) -> tuple[OmittedPlace, ...]:
    """Return the other places that are not visited, those of greatest value first.

    `varied`: whether the plan keeps away from habits: then a place may be left out that is worth more than
    one that is visited.
    """
    visited = np.zeros(len(places), bool)
    visited[posed.place[solution.made()]] = True
    given = {place.key for place in dropped}
    told: dict[int, OmittedPlace] = {}
    name = _namer(posed, places)
    for omission in reasons(problem, solution):
        place = int(posed.place[omission.visit])
        if visited[place] or place in told or places.key[place] in given:
            continue
        if posed.off[place]:
            told[place] = _omitted(places, place, "off_network", _OFF_NETWORK)
        elif varied and omission.facts.get("instead_value", np.inf) < omission.facts.get("value", 0.0):
            told[place] = _omitted(places, place, "varied", _VARIED)
        else:
            told[place] = _omitted(places, place, omission.code, because(omission, name))
    return tuple(sorted(told.values(), key=lambda place: (-place.value, place.key)))


def _namer(posed: Posed, places: Places) -> Callable[[int], Text]:
    return lambda visit: places.name[int(posed.place[visit])]


def _omitted(places: Places, place: int, code: str, why: Text) -> OmittedPlace:
    return OmittedPlace(
        str(places.key[place]),
        places.name[place],
        float(places.lon[place]),
        float(places.lat[place]),
        places.cell[place],
        float(places.value[place]),
        code,
        why,
        bool(places.required[place]),
    )
