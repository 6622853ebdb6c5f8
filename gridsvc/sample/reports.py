"""A year of reports, built from arrays: a plausible background, planted hotspots, and honest mess."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import parse_limit, parse_units
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.sample.days import FIRST, LAST, OFFSET_HOURS
from gridsvc.sample.drafting import COUNT, Draft, Scene, draft_reports
from gridsvc.sample.exposures import write_exposures
from gridsvc.sample.files import SYNTHETIC, SampleFiles, to_degrees, write_table
from gridsvc.sample.frontage import Frontage
from gridsvc.sample.grid import Grid
from gridsvc.sample.inventory import Inventory
from gridsvc.sample.mix import PLANTED, Hot
from gridsvc.sample.places import Places
from gridsvc.sample.specification import read_reference
from gridsvc.sample.units import office_name, squad_name
from gridsvc.sample.wording import SOURCES, Phrases, compose_address, compose_text

COLUMNS = (
    "id",
    "lon",
    "lat",
    "kind",
    "class",
    "opened",
    "closed",
    "due",
    "source",
    "text",
    "address",
    "unit",
)
ZONE = ZoneInfo("Asia/Shanghai")

_NO_COORDINATES = 0.010
_CLOSED_BEFORE_OPENED = 0.003
_NO_DUE = 0.02
_NO_TEXT = 0.008
_OTHER_UNIT = 0.05
_NEVER_CLOSED = 0.008
_OUTSIDE = 45
_MARKUP = 24

Numbers = NDArray[np.int64]


def write_reports(
    files: SampleFiles, grid: Grid, frontage: Frontage, places: Places, inventory: Inventory, seed: int
) -> None:
    """Write the reports, what they are read against, and `planted.json` with the truth about both."""
    scene = Scene(grid, frontage, places, inventory, seed)
    write_exposures(files, grid, scene.effort, scene.year, seed)
    draft, repeated = draft_reports(scene)
    mess = _write(files, scene, draft)
    truth = {
        "note": SYNTHETIC,
        "seed": seed,
        "reports": COUNT,
        "first_day": FIRST.isoformat(),
        "last_day": LAST.isoformat(),
        "rain_days": np.datetime_as_string(scene.year.days[scene.year.rain & ~scene.year.snow]).tolist(),
        "snow_days": np.datetime_as_string(scene.year.days[scene.year.snow]).tolist(),
        "hotspots": [_described(hot, scene) for hot in PLANTED],
        "mess": {"repeated_coordinates": repeated} | mess,
        "effort": {
            "note": "相对巡查强度，均值为 1：报告数与此成正比。 How much each cell is walked; mean 1.",
            "cells": dict(zip(grid.cells.codes.tolist(), np.round(scene.effort, 4).tolist(), strict=True)),
        },
    }
    files.planted.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _described(hot: Hot, scene: Scene) -> dict[str, Any]:
    return {
        "name": hot.name,
        "scheme": "gbt30428.2-2013",
        "kind": "event",
        "classes": [code for code, _share in hot.codes],
        "near": hot.near,
        "hours": [hot.hours[0], hot.hours[2]],
        "most_frequent_hour": hot.hours[1],
        "school_days_only": hot.school_days,
        "spread_m": hot.reach,
        "reports": hot.count,
        "places": scene.places_of_hot[hot.name],
    }


def _write(files: SampleFiles, scene: Scene, draft: Draft) -> dict[str, int]:
    """Add what a sender adds, spoil some of it, write the table, and return how much was spoilt."""
    rng = scene.rng
    opened = _instants(draft)
    due, unit = _due_and_unit(scene, draft, opened)
    closed = opened + ((due - opened) * rng.lognormal(-0.8, 0.6, COUNT)).astype(np.int64)
    end = np.datetime64(LAST, "s").astype(np.int64) + 86_400 - OFFSET_HOURS * 3600
    still_open = (rng.random(COUNT) < _NEVER_CLOSED) | (closed >= end)
    reversed_ = ~still_open & (rng.random(COUNT) < _CLOSED_BEFORE_OPENED)
    closed = np.where(reversed_, opened - rng.integers(60, 86_400, COUNT), closed)
    grid = scene.grid
    names = np.array([*grid.street_names, ""], dtype=object)
    parent = grid.cells.parent[draft.cell]
    community = grid.communities.names[parent]
    number = (np.abs(draft.xy[:, 0] * 7 + draft.xy[:, 1] * 3) % 260 + 1).astype(np.int64)
    address = compose_address(rng, names[draft.road], community, draft.landmark, number)
    phrase = Phrases(read_reference(), scene.classes).draw(rng, draft.number)
    text = compose_text(rng, draft.source, address, phrase)
    markup = rng.choice(COUNT, _MARKUP, replace=False)
    text[markup] = (
        np.full(_MARKUP, '<img src="现场照片.jpg">', dtype=object) + text[markup] + "\n（转自旧平台）"
    )
    no_text = rng.random(COUNT) < _NO_TEXT
    no_due = rng.random(COUNT) < _NO_DUE
    degrees = np.round(to_degrees(draft.xy), 6)
    outside = rng.choice(COUNT, _OUTSIDE, replace=False)
    degrees[outside] += np.round(rng.uniform(0.05, 0.09, (_OUTSIDE, 2)), 6) * rng.choice(
        (-1, 1), (_OUTSIDE, 2)
    )
    lon, lat = (np.char.mod("%.6f", degrees[:, i]).astype(object) for i in (0, 1))
    no_place = rng.random(COUNT) < _NO_COORDINATES
    day = np.datetime_as_string(scene.year.days[draft.day])
    counter = np.arange(COUNT) - np.searchsorted(draft.day, draft.day) + 1
    columns = (
        np.char.add(np.char.replace(day, "-", ""), np.char.mod("%05d", counter)),
        np.where(no_place, "", lon),
        np.where(no_place, "", lat),
        np.array([kind for kind, _code in scene.classes])[draft.number],
        np.array([code for _kind, code in scene.classes])[draft.number],
        _local(opened),
        np.where(still_open, "", _local(closed)),
        np.where(no_due, "", _local(due)),
        np.array(SOURCES, dtype=object)[draft.source],
        np.where(no_text, "", text),
        address,
        unit,
    )
    write_table(files.reports, COLUMNS, zip(*(column.tolist() for column in columns), strict=True))
    return {
        "no_coordinates": int(no_place.sum()),
        "closed_before_opened": int(reversed_.sum()),
        "not_closed": int(still_open.sum()),
        "no_due": int(no_due.sum()),
        "no_text": int(no_text.sum()),
        "far_outside": int((~no_place[outside]).sum()),
        "markup_in_text": int((~no_text[markup]).sum()),
    }


def _instants(draft: Draft) -> Numbers:
    """Return the seconds since 1970-01-01T00:00Z at which each report was opened."""
    start = np.datetime64(FIRST, "s").astype(np.int64) - OFFSET_HOURS * 3600
    last = np.datetime64(LAST, "s").astype(np.int64) + 86_399 - OFFSET_HOURS * 3600
    return np.asarray(np.minimum(start + draft.day * 86_400 + draft.second, last))


def _local(instants: Numbers) -> NDArray[np.str_]:
    words = np.datetime_as_string((instants + OFFSET_HOURS * 3600).astype("datetime64[s]"))
    return np.char.add(words, f"+{OFFSET_HOURS:02d}:00")


def _due_and_unit(scene: Scene, draft: Draft, opened: Numbers) -> tuple[Numbers, NDArray[np.object_]]:
    """Return the sender's deadline and unit, by the reference specification and its first units.

    The clause is drawn: the report does not say which sub-condition of the class it met.
    """
    rng = scene.rng
    calendar = WorkingCalendar.of("china", "08:00-12:00,14:00-18:00", ZONE)
    reference = read_reference()
    dispatched = (opened + rng.integers(120, 3600, COUNT)) * 1_000_000
    due = dispatched.copy()
    unit = np.full(COUNT, "", dtype=object)
    street = scene.grid.communities.parent[scene.grid.cells.parent[draft.cell]]
    street_names = [str(name) for name in scene.grid.streets.names]
    offices = np.array([office_name(name) for name in street_names], dtype=object)[street]
    squads = np.array([squad_name(name) for name in street_names], dtype=object)[street]
    owners = np.where(draft.component >= 0, scene.inventory.owner[draft.component], "")
    for number, (kind, code) in enumerate(scene.classes):
        rows = [row for row in reference if row.kind == kind and row.class_code == code]
        here = np.flatnonzero(draft.number == number)
        clause = np.minimum(rng.geometric(0.5, len(here)) - 1, len(rows) - 1)
        for ordinal, row in enumerate(rows):
            mine = here[clause == ordinal]
            limit, _doubts = parse_limit(row.limit)
            assert limit is not None
            amount = float(limit.value)
            if limit.unit.startswith("work") and len(mine):
                length = amount * (3.6e9 if limit.unit == "work_hour" else calendar.day_length)
                due[mine] = calendar.after(dispatched[mine], np.full(len(mine), int(length)))
            else:
                due[mine] += int(amount * (3.6e9 if limit.unit.endswith("hour") else 86.4e9))
        words: list[NDArray[np.object_]] = []
        for expression in parse_units(rows[0].units)[0]:
            if expression.means == "street_office":
                words.append(offices[here])
            elif expression.means == "territorial_enforcement":
                words.append(squads[here])
            elif expression.means == "named":
                words.append(np.full(len(here), expression.text, dtype=object))
        chosen = np.where((rng.random(len(here)) < 0.82) | (len(words) < 2), words[0], words[-1])
        unit[here] = np.where(owners[here] != "", owners[here], chosen)
    # A dispatcher's slip: the neighbour's office, as happens on a border.
    slip = rng.random(COUNT) < _OTHER_UNIT
    unit = np.where(slip, offices[rng.permutation(COUNT)], unit)
    return due // 1_000_000, np.where(rng.random(COUNT) < 0.015, "", unit)
