"""From the database to the material of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography import Layer
from gridsvc.hotspots.cells import Cells
from gridsvc.patrol.network.building import load_streets
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import minutes_between
from gridsvc.patrol.plans.floor_zones import floors_of
from gridsvc.patrol.plans.ground import zones_of_places
from gridsvc.patrol.plans.lately import stops_lately
from gridsvc.patrol.plans.material import Material
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.patrol.plans.slots import SLOT, SLOTS, Slots
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.expecting import places_of
from gridsvc.patrol.value.exploring import explore_survey
from gridsvc.patrol.value.inspecting import NEAR_M, Passed
from gridsvc.patrol.value.merging import merge, no_places
from gridsvc.patrol.value.must import must_visits
from gridsvc.patrol.value.must_asked import MustAsked
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_choice import best_pieces
from gridsvc.patrol.value.street_places import street_pieces, street_places
from gridsvc.patrol.value.street_values import StreetPieces
from gridsvc.patrol.value.surveying import survey_cells
from gridsvc.settings import Settings
from gridsvc.tracks import last_passed
from gridsvc.zones import Zone, load_zones

HABITS_DAYS = 28
"""Plans of so many days before are remembered when a night's plan is varied."""


def gather(
    connection: Connection,
    asked: PlanAsked,
    musts: MustAsked,
    *,
    now: datetime,
    settings: Settings,
    seed: int,
) -> tuple[Material, tuple[Fault, ...]]:
    """Return what the plan is made of, and the rows of the list of must-visits that were refused.

    Raises what forecasts, lists of places and the road layer raise; `no_such_zones` where a floor or a patrol
    names zones that there are not.
    """
    streets = load_streets(connection)
    wanted = wanted_of(asked)
    must = must_visits(
        connection,
        wanted,
        musts,
        now=now,
        snap_outside_m=settings.snap_outside_m,
        passed=_passed(connection, asked) if musts.inspect else None,
    )
    if not asked.classes and not len(must.places) and not asked.floor:
        raise InputRefused(
            "nothing_asked",
            Text("没有要找的类别，也没有必到地点。", "no class is asked for, and nothing must be visited."),
            faults=must.refused,
            remedy=Text(
                "请给出 --class、必到地点或 --floor。", "Give --class, places to be visited, or --floor."
            ),
        )
    expected, cells = _expected(connection, asked, wanted, now, settings, seed)
    places, pieces = merge(must.places, expected), None
    if asked.form == "streets" and cells is not None:
        places, pieces = _walked(must.places, expected, streets, cells.layer, asked, speeds_of(settings))
    zones = load_zones(connection, at=asked.begins)
    _check_zones(asked, zones)
    material = Material(
        streets=streets,
        places=places,
        zones=zones_of_places(zones, asked.floor_kind, places.lon, places.lat),
        made_at=now,
        floors=floors_of(connection, asked, zones, streets) if asked.floor else None,
        history=_habits(connection, asked),
        pieces=pieces,
        speeds=speeds_of(settings),
        synthetic=cells is not None and cells.synthetic,
        remarks=_not_taken(must.refused),
    )
    return material, must.refused


def _not_taken(refused: tuple[Fault, ...]) -> tuple[Text, ...]:
    """Say on the plan itself that must-visits were not taken: its readers have not seen the refusals."""
    rows = dict.fromkeys(fault.place.row for fault in refused if fault.place is not None)
    if not rows:
        return ()
    named = [str(row) for row in sorted(row for row in rows if row is not None)]
    zh, en = "、".join(named), ", ".join(named)
    return (
        Text(
            f"必到点有 {len(rows)} 行有误，未列入：第 {zh} 行",
            f"Must-visits not taken, for faults in their rows ({len(rows)}): {en}",
        ),
    )


def speeds_of(settings: Settings) -> ModeSpeeds:
    """Return how fast patrols of this installation are, and the rules of its roads."""
    car = settings.patrol_car_m_s / SPEEDS.car
    return ModeSpeeds(
        walk=settings.patrol_walk_m_s,
        ebike=settings.patrol_ebike_m_s,
        car_main=SPEEDS.car_main * car,
        car=SPEEDS.car * car,
        car_quiet=SPEEDS.car_quiet * car,
        car_fast=SPEEDS.car_fast * car,
        ebike_against_one_way=settings.patrol_ebike_against_one_way,
        drives_on=settings.traffic_side,
    )


def wanted_of(asked: PlanAsked) -> Asked:
    """Return what a plan asks of the places of its shift."""
    return Asked(
        classes=asked.classes,
        scheme=asked.scheme,
        kind=asked.kind,
        day=asked.day,
        begins=asked.begins,
        ends=asked.ends,
        zone=asked.zone,
        weeks=asked.weeks,
        most=asked.most_places,
        weights=asked.weights,
    )


def _passed(connection: Connection, asked: PlanAsked) -> Passed | None:
    """Return what tells when a place was last passed; None where no track ever came in."""
    if connection.scalar(text("SELECT 1 FROM track LIMIT 1")) is None:
        return None
    return lambda lon, lat, days: last_passed(
        connection, lon, lat, NEAR_M, asked.begins - timedelta(days=days + 1), asked.begins, zone=asked.zone
    )


def _expected(
    connection: Connection, asked: PlanAsked, wanted: Asked, now: datetime, settings: Settings, seed: int
) -> tuple[Places, Cells | None]:
    """Return the hotspots of the shift with the places to be explored, and the cells that they are."""
    if not asked.classes:
        return no_places(), None
    survey = survey_cells(
        connection,
        wanted,
        now=now,
        snap_outside_m=settings.snap_outside_m,
        guard=settings.patrol_channel_names,
    )
    places = places_of(connection, survey, survey.best(asked.most_places))
    if asked.exploration > 0:
        places = places.joined(
            explore_survey(
                connection,
                survey,
                asked.exploration,
                np.random.default_rng([seed, 1]),
                minutes=sum(minutes_between(each.begins, each.ends) for each in asked.patrols),
                taken=frozenset(places.cell.tolist()),
            )
        )
    return places, survey.rates.cells


def _walked(
    must: Places, expected: Places, streets: Streets, layer: Layer, asked: PlanAsked, speeds: ModeSpeeds
) -> tuple[Places, StreetPieces]:
    """Return the places of the street form: what must be visited or explored, then pieces of street.

    A cell beside no street that its patrols may use stays a point.
    """
    hot = expected.only(expected.kinds("hotspot"))
    other = expected.only(~expected.kinds("hotspot"))
    modes = tuple(dict.fromkeys(patrol.mode for patrol in asked.patrols))
    every, left = street_pieces(streets, layer, hot, modes, speeds)
    pieces = best_pieces(streets, every, modes, speeds=speeds)
    off_street = hot.only(left > 0)
    points = merge(must, off_street, other)
    places = points.joined(street_places(streets, pieces, hot, speeds))
    if len(pieces) < len(every):
        places = replace(places, remarks=(*places.remarks, _not_all(pieces, every)))
    return places, pieces


def _not_all(pieces: StreetPieces, every: StreetPieces) -> Text:
    """Say that there are more pieces of street than a plan can choose from."""
    share = float(pieces.value.sum() / every.value.sum())
    return Text(
        f"值得走的路段有 {len(every)} 段，只考虑最好的 {len(pieces)} 段（占价值的 {share:.0%}）",
        f"Of {len(every)} pieces of street worth walking the best {len(pieces)} are considered,"
        f" {share:.0%} of their value",
    )


def _check_zones(asked: PlanAsked, zones: Sequence[Zone]) -> None:
    codes = {zone.code for zone in zones}
    faults = [
        Fault(
            "no_such_zone",
            Text(f"没有编码为 {code} 的责任网格。", f"there is no zone {code}."),
            Place(row=number, column="zones", value=code),
        )
        for number, patrol in enumerate(asked.patrols, 1)
        for code in patrol.zones
        if code not in codes
    ]
    kinds = sorted({zone.kind for zone in zones})
    if asked.floor and asked.floor_kind not in kinds:
        faults.append(
            Fault(
                "no_such_zone",
                Text(
                    f"没有 {asked.floor_kind} 类的责任网格；现有：{'、'.join(kinds) or '无'}。",
                    f"no zones are of kind {asked.floor_kind}, but of {', '.join(kinds) or 'none at all'}.",
                ),
                Place(column="floor_zones", value=asked.floor_kind),
            )
        )
    if faults:
        raise InputRefused(
            "no_such_zones",
            Text(f"{len(faults)} 处责任网格不存在。", f"{len(faults)} zones do not exist."),
            faults=faults,
            remedy=Text("gridsvc zone list 列出责任网格。", "gridsvc zone list names the zones."),
        )


def _habits(connection: Connection, asked: PlanAsked) -> Slots:
    stops = stops_lately(connection, asked.day, HABITS_DAYS)
    if not stops:
        return Slots.none()
    shift = np.array([day.toordinal() for day, *_rest in stops], np.int64)
    keys = np.empty(len(stops), object)
    keys[:] = [key for _day, key, *_rest in stops]
    local = [begins.astimezone(asked.zone) for *_head, begins, _ends in stops]
    minute = np.array([each.hour * 60 + each.minute for each in local], np.int64)
    return Slots(shift, keys, minute * 600 // SLOT % SLOTS, np.unique(shift))
