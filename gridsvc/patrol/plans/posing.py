"""From places, patrols and streets to the problem that is solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Snapped, Streets
from gridsvc.patrol.network.travel import Ground
from gridsvc.patrol.plan import MODE_WORDS, Mode, minutes_between
from gridsvc.patrol.plans.request import PatrolAsked, PlanAsked, Spot
from gridsvc.patrol.routing.problem import MINUTE, NEVER, NOWHERE, Patrols, Problem, Visits
from gridsvc.patrol.value.dwell import Had, dwell_options
from gridsvc.patrol.value.places import Places

Integers = NDArray[np.int64]

PLACE_WITHIN_M = 60.0
"""A place so near a street is visited from it (patrol.md section 5)."""
DEPOT_WITHIN_M = 300.0
"""A depot may lie in a yard."""


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """The problem, and what its numbers mean.

    `place[v]`: the place of visit v; `copy[v]`: 0, or which repeated visit of it. Rows of the matrices: those
    of `spots`, where patrols begin and end, then the places. `modes[m]`: the mode of matrix m; `snapped[m]`,
    `ground[m]`: all rows on the streets of that mode. `off[i]`: whether no mode in use comes near place i.
    """

    problem: Problem
    place: Integers
    copy: Integers
    spots: tuple[Spot, ...]
    modes: tuple[Mode, ...]
    snapped: tuple[Snapped, ...]
    ground: tuple[Ground, ...]
    off: NDArray[np.bool_]

    def row(self, place: int) -> int:
        """Return the row of a place."""
        return len(self.spots) + place


def pose(
    streets: Streets,
    places: Places,
    asked: PlanAsked,
    zones: Sequence[frozenset[str]] | None = None,
    *,
    had: Had | None = None,
    speeds: ModeSpeeds = SPEEDS,
) -> Posed:
    """Return the problem of visiting `places` by the patrols asked for.

    `zones[i]`: codes of the zones in which place i lies, for patrols that keep to theirs. `had`: visits that
    the places had before.

    Raises
    ------
    InputRefused
        `depot_off_network`: a patrol begins or ends where no street of its mode is near.
    """
    modes = tuple(dict.fromkeys(patrol.mode for patrol in asked.patrols))
    spots = tuple(
        dict.fromkeys(spot for patrol in asked.patrols for spot in (patrol.start, patrol.end) if spot)
    )
    lon = np.concatenate([[spot.lon for spot in spots], places.lon])
    lat = np.concatenate([[spot.lat for spot in spots], places.lat])
    snapped = tuple(_snapped(streets, lon, lat, mode, len(spots), speeds) for mode in modes)
    _check_depots(asked.patrols, spots, modes, snapped)
    ground = tuple(Ground.of(streets, mode, each, speeds) for mode, each in zip(modes, snapped, strict=True))
    travel = tuple(np.asarray(each.times(), np.int64) for each in ground)
    visits, place, copy = _visits(places, asked, len(spots), zones, had)
    patrols = _patrols(asked, spots, modes)
    off = np.all([each.link[len(spots) :] < 0 for each in snapped], axis=0)
    problem = Problem(tuple(np.minimum(each, NEVER) for each in travel), visits, patrols)
    return Posed(problem, place, copy, spots, modes, snapped, ground, off)


def _snapped(
    streets: Streets,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    mode: Mode,
    depots: int,
    speeds: ModeSpeeds,
) -> Snapped:
    near = snap(streets, lon[depots:], lat[depots:], mode, within_m=PLACE_WITHIN_M, speeds=speeds)
    yards = snap(streets, lon[:depots], lat[:depots], mode, within_m=DEPOT_WITHIN_M, speeds=speeds)
    return Snapped(
        *(np.concatenate([getattr(yards, name), getattr(near, name)]) for name in Snapped.__slots__)
    )


def _check_depots(
    patrols: Sequence[PatrolAsked],
    spots: Sequence[Spot],
    modes: Sequence[Mode],
    snapped: Sequence[Snapped],
) -> None:
    faults = []
    for number, patrol in enumerate(patrols, 1):
        on = snapped[modes.index(patrol.mode)]
        for spot in dict.fromkeys(each for each in (patrol.start, patrol.end) if each):
            if on.link[spots.index(spot)] < 0:
                mode = MODE_WORDS[patrol.mode]
                faults.append(
                    Fault(
                        "depot_off_network",
                        Text(
                            f"{patrol.name}的起讫点 {DEPOT_WITHIN_M:g} 米内没有{mode.zh}可走的道路。",
                            f"No street that can be used {mode.en} lies within {DEPOT_WITHIN_M:g} m of where"
                            f" {patrol.name} begins or ends.",
                        ),
                        Place(row=number, column="depot", value=f"{spot.lon:.6f},{spot.lat:.6f}"),
                    )
                )
    if faults:
        raise InputRefused(
            "depot_off_network",
            Text(f"{len(faults)} 个起讫点不在路网上。", f"{len(faults)} depots are off the street network."),
            faults=faults,
            remedy=Text(
                "请检查经纬度（经度在前、WGS 84），或先用 gridsvc road import 补全路网。",
                "Check longitude and latitude (longitude first, WGS 84), or add the streets by"
                " gridsvc road import.",
            ),
        )


def _visits(
    places: Places,
    asked: PlanAsked,
    depots: int,
    zones: Sequence[frozenset[str]] | None,
    had: Had | None,
) -> tuple[Visits, Integers, Integers]:
    options = dwell_options(places, asked.dwells, repeats=asked.repeats, had=had)
    deciseconds = (
        np.rint(each * MINUTE).astype(np.int64) for each in (options.minutes, options.opens, options.closes)
    )
    service, opens, closes = deciseconds
    visits = Visits(
        at=depots + options.place,
        service=service,
        opens=opens,
        closes=closes,
        value=options.value,
        # A choice of one is none.
        group=np.where(np.bincount(options.group)[options.group] > 1, options.group, -1)
        if len(options)
        else options.group,
        required=places.required[options.place],
        allowed=_allowed(places, asked.patrols, zones)[options.place],
    )
    return visits, options.place, options.copy


def _allowed(
    places: Places, patrols: Sequence[PatrolAsked], zones: Sequence[frozenset[str]] | None
) -> NDArray[np.bool_]:
    allowed = np.ones((len(places), len(patrols)), bool)
    for number, patrol in enumerate(patrols):
        if patrol.zones:
            wanted = frozenset(patrol.zones)
            allowed[:, number] = [bool(wanted & each) for each in zones or [frozenset()] * len(places)]
    return allowed


def _patrols(asked: PlanAsked, spots: Sequence[Spot], modes: Sequence[Mode]) -> Patrols:
    def after(instant: datetime) -> int:
        return round(minutes_between(asked.begins, instant) * MINUTE)

    def column(values: list[int]) -> Integers:
        return np.array(values, np.int64)

    listed = asked.patrols
    shift = [(after(each.begins), after(each.ends)) for each in listed]
    most = [
        round(each.most_minutes * MINUTE) if each.most_minutes is not None else last - first
        for each, (first, last) in zip(listed, shift, strict=True)
    ]
    pauses = [each.pause for each in listed]
    return Patrols(
        start=column([spots.index(each.start) for each in listed]),
        end=column([spots.index(each.end) if each.end else NOWHERE for each in listed]),
        mode=column([modes.index(each.mode) for each in listed]),
        from_=column([first for first, _last in shift]),
        until=column([last for _first, last in shift]),
        longest=column(most),
        pause=column([round(each.minutes * MINUTE) if each else 0 for each in pauses]),
        pause_from=column([after(each.first) if each else 0 for each in pauses]),
        pause_until=column([after(each.last) if each else 0 for each in pauses]),
    )
