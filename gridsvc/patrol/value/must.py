"""Places that must be visited: open cases, places where it comes back, components due, any list given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from gridsvc.errors import Fault, Place, Text
from gridsvc.hotspots.cells import Cells, cells_in_force
from gridsvc.hotspots.classes import choose_classes
from gridsvc.hotspots.records.reading import read_places
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.fresh import hotspots_lately
from gridsvc.patrol.value.given import GivenPlace, given_fault
from gridsvc.patrol.value.given_file import read_given
from gridsvc.patrol.value.given_keys import given_keys
from gridsvc.patrol.value.history import history_before
from gridsvc.patrol.value.inspecting import Passed, components_due
from gridsvc.patrol.value.merging import merge
from gridsvc.patrol.value.must_asked import MustAsked
from gridsvc.patrol.value.open_cases import open_cases
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.recurring import WEEKS, recurrent_hotspots, recurrent_places
from gridsvc.patrol.value.required import MustStop, places_of_stops
from gridsvc.pinyin import in_english


@dataclass(frozen=True, slots=True, eq=False)
class MustVisits:
    """The places, those side by side made one stop, and the rows of lists that were refused."""

    places: Places
    refused: tuple[Fault, ...]


def must_visits(
    connection: Connection,
    asked: Asked,
    musts: MustAsked,
    *,
    now: datetime,
    snap_outside_m: float,
    passed: Passed | None = None,
) -> MustVisits:
    """Return every place that must be visited in the shift.

    `passed`: see `components_due`. A given place that lies in no cell is refused with its row, and the others
    are taken; so is whatever else a list has wrong.

    Raises
    ------
    WrongUsage
        What `Asked.check` raises; `bad_inspection`, `unknown_field`.
    InputRefused
        `unknown_class`, `ambiguous_class`; the file cannot be read.
    NotFound
        `no_cells`.
    """
    asked.check()
    cells = cells_in_force(connection, min(now, asked.begins), snap_outside_m=snap_outside_m)
    stops: list[MustStop] = []
    remarks: list[Text] = []
    given, refused = _given(asked, musts, cells)
    stops += given
    if musts.open_cases:
        chosen = (
            choose_classes(connection, asked.classes, asked.scheme, asked.kind, now) if asked.classes else ()
        )
        found, said = open_cases(
            connection, asked, chosen, now=now, units=musts.units, since_days=musts.since_days
        )
        stops, remarks = stops + found, remarks + said
    if musts.inspect:
        found, said = components_due(connection, asked, musts.inspect, now=now, passed=passed)
        stops, remarks = stops + found, remarks + said
    if musts.recurrent and asked.classes:
        stops += _recurrent(connection, asked, cells, now, snap_outside_m)
    return MustVisits(merge(places_of_stops(connection, cells, asked, stops, *remarks)), refused)


def _recurrent(
    connection: Connection, asked: Asked, cells: Cells, now: datetime, snap_outside_m: float
) -> list[MustStop]:
    history = history_before(connection, replace(asked, weeks=WEEKS), now)
    incidents = read_places(connection, history.question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    hotspots = hotspots_lately(connection, incidents.classes, asked.day)
    return [*recurrent_places(incidents), *recurrent_hotspots(hotspots, incidents)]


def _given(asked: Asked, musts: MustAsked, cells: Cells) -> tuple[list[MustStop], tuple[Fault, ...]]:
    listed: list[tuple[str | None, GivenPlace]] = []
    refused: list[Fault] = []
    for number, each in enumerate(musts.listed, 1):
        fault = given_fault(each, number, asked.begins, asked.ends)
        if fault is None:
            listed.append((None, replace(each, row=each.row or number)))
        else:
            refused.append(fault)
    if musts.file is not None:
        read = read_given(musts.file, asked, datum=musts.datum, columns=musts.columns)
        listed += [(read.file, each) for each in read.places]
        refused += read.refused
    if not listed:
        return [], tuple(refused)
    cell = cells.locate(
        np.array([each.lon for _file, each in listed]), np.array([each.lat for _file, each in listed])
    )
    stops = []
    keys = given_keys([each for _file, each in listed])
    for number, ((file, each), key, inside) in enumerate(
        zip(listed, keys, (cell >= 0).tolist(), strict=True), 1
    ):
        if inside:
            stops.append(_stop(each, key, number, file, asked))
        else:
            refused.append(_outside(each, number, file))
    # Of those side by side the first gives the stop its name: the same one whatever the order of the list.
    return sorted(stops, key=lambda stop: stop.key), tuple(refused)


def _stop(given: GivenPlace, key: str, number: int, file: str | None, asked: Asked) -> MustStop:
    row = given.row or number
    told = Text(f"指定地点（第 {row} 个）", f"given place {row}")
    if file is not None:
        told = Text(f"名单 {file} 第 {row} 行", f"row {row} of {file}")
    if given.name:
        told = Text(f"{told.zh}：{given.name}", f"{told.en}: {in_english(given.name)}")
    return MustStop(
        key=key,
        lon=given.lon,
        lat=given.lat,
        because=(told,),
        name=Text(given.name, in_english(given.name)) if given.name else None,
        value=given.weight,
        minutes=given.minutes,
        opens=_after(asked, given.begins),
        closes=_after(asked, given.ends),
        required=given.required,
    )


def _after(asked: Asked, instant: datetime | None) -> float | None:
    if instant is None:
        return None
    return (instant.astimezone(UTC) - asked.begins.astimezone(UTC)) / timedelta(minutes=1)


def _outside(given: GivenPlace, number: int, file: str | None) -> Fault:
    return Fault(
        "outside",
        Text("不在任何单元网格内。", "It lies in no cell."),
        Place(file=file, row=given.row or number, value=f"{given.lon:.6f},{given.lat:.6f}"),
        Text(
            "请检查经纬度（经度在前）与坐标基准（WGS 84、GCJ-02……）。",
            "Check longitude, latitude (longitude first) and the datum (WGS 84, GCJ-02 …).",
        ),
    )
