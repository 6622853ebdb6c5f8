"""A year of reports, built from arrays: a plausible background, planted hotspots, and honest mess."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.handling import parse_limit, parse_units
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.sample.days import FIRST, LAST, OFFSET_HOURS, Year, day_weights, make_year, seconds_of_day
from gridsvc.sample.files import SYNTHETIC, SampleFiles, to_degrees, write_table
from gridsvc.sample.frontage import Frontage
from gridsvc.sample.grid import Grid
from gridsvc.sample.inventory import Inventory
from gridsvc.sample.mix import BACKGROUND, PLANTED, Hot, Mix, side_weights
from gridsvc.sample.places import Places
from gridsvc.sample.specification import read_reference
from gridsvc.sample.units import office_name, squad_name
from gridsvc.sample.wording import SOURCE_SHARES, SOURCES, Phrases, compose_address, compose_text

COUNT = 60_000
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
_REPEATED = 0.06
_NO_DUE = 0.02
_NO_TEXT = 0.008
_OTHER_UNIT = 0.05
_NEVER_CLOSED = 0.008
_OUTSIDE = 45
_MARKUP = 24

Numbers = NDArray[np.int64]
Metres = NDArray[np.float64]


@dataclass(slots=True)
class Draft:
    """Reports before they are written; every field has shape (n,), `xy` (n, 2) in EPSG:4545 metres.

    `number` counts in the list of classes, `component` in the inventory (-1: none), `day` from FIRST.
    """

    number: Numbers
    xy: Metres
    cell: Numbers
    road: Numbers
    component: Numbers
    landmark: NDArray[np.object_]
    day: Numbers
    second: Numbers
    source: Numbers

    @classmethod
    def joined(cls, parts: list[Draft]) -> Draft:
        """Return all parts as one."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))


class _Scene:
    """What the reports are drawn from."""

    def __init__(
        self, grid: Grid, frontage: Frontage, places: Places, inventory: Inventory, seed: int
    ) -> None:
        self.grid, self.frontage, self.places, self.inventory = grid, frontage, places, inventory
        self.rng = np.random.default_rng([seed, 6])
        self.year: Year = make_year(np.random.default_rng([seed, 7]))
        self.effort = _effort(grid, np.random.default_rng([seed, 8]))
        codes = {("event", code) for hot in PLANTED for code, _share in hot.codes}
        self.classes = sorted(codes | {(mix.kind, mix.code) for mix in BACKGROUND})
        self.places_of_hot: dict[str, list[dict[str, Any]]] = {}

    def number_of(self, kind: str, code: str) -> int:
        return self.classes.index((kind, code))


def _effort(grid: Grid, rng: np.random.Generator) -> Metres:
    """Return how much each cell is walked, mean 1: some communities and some cells far more than others."""
    community = rng.lognormal(0, 0.35, len(grid.communities.codes))
    cell = rng.lognormal(0, 0.6, len(grid.cells.codes))
    grade = np.where(grid.grade == "A", 1.6, np.where(grid.grade == "B", 1.0, 0.6))
    effort = community[grid.cells.parent] * cell * grade
    return np.asarray(effort / effort.mean())


def write_reports(
    files: SampleFiles, grid: Grid, frontage: Frontage, places: Places, inventory: Inventory, seed: int
) -> None:
    """Write the reports, and `planted.json` with the truth about it."""
    scene = _Scene(grid, frontage, places, inventory, seed)
    parts = [_hot(scene, hot) for hot in PLANTED]
    left = COUNT - sum(len(part.number) for part in parts)
    weights = np.array([mix.weight for mix in BACKGROUND])
    counts = scene.rng.multinomial(left, weights / weights.sum())
    parts += [_background(scene, mix, int(n)) for mix, n in zip(BACKGROUND, counts, strict=True) if n]
    draft = Draft.joined(parts)
    repeated = _repeat_places(scene.rng, draft)
    order = np.lexsort((np.arange(COUNT), draft.second, draft.day))
    for name in Draft.__slots__:
        setattr(draft, name, getattr(draft, name)[order])
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


def _described(hot: Hot, scene: _Scene) -> dict[str, Any]:
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


def _hot(scene: _Scene, hot: Hot) -> Draft:
    """Plant a pattern along the streets around some places of a kind; some draw more than others."""
    rng, frontage, places = scene.rng, scene.frontage, scene.places
    candidates = rng.permutation(np.flatnonzero(places.kind == hot.near))
    street = scene.grid.communities.parent[scene.grid.cells.parent[places.cell[candidates]]]
    turn = np.array([np.count_nonzero(street[:k] == street[k]) for k in range(len(street))])
    # The first of every street, then the second: no street is without the pattern if it has such places.
    chosen = np.sort(candidates[np.argsort(turn, kind="stable")][: hot.chosen])
    pull = rng.lognormal(0, 0.45, hot.chosen)
    shares = rng.multinomial(hot.count, pull / pull.sum())
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(scene.grid.edges.lines[frontage.line], 0.5, normalized=True)
    )
    road = np.array((0.8, 1.0, 1.0, 0.8, 0.0))[frontage.kind]
    sides, alongs, landmark = [], [], []
    for place, count in zip(chosen, shares, strict=True):
        distance = np.hypot(*(middles - places.xy[place]).T)
        # Weight by the distance of the stretch, then thin by the distance of the spot itself.
        weight = road * np.exp(-0.5 * (distance / (1.6 * hot.reach)) ** 2) * (distance < 6 * hot.reach)
        side, along = frontage.draw(rng, 12 * int(count), weight)
        spots = frontage.place(side, along, np.ones(len(side)))
        near = np.hypot(*(spots.xy - places.xy[place]).T)
        likely = np.exp(-0.5 * (near / hot.reach) ** 2) + 1e-9
        kept = rng.choice(len(side), int(count), replace=False, p=likely / likely.sum())
        sides.append(side[kept])
        alongs.append(along[kept])
        landmark += [str(places.name[place])] * int(count)
        scene.places_of_hot.setdefault(hot.name, []).append(
            {
                "name": str(places.name[place]),
                "lon": to_degrees(places.xy[[place]])[0].tolist()[0],
                "lat": to_degrees(places.xy[[place]])[0].tolist()[1],
                "cell_code": str(scene.grid.cells.codes[places.cell[place]]),
                "reports": int(count),
            }
        )
    side, along = np.concatenate(sides), np.concatenate(alongs)
    spots = frontage.place(side, along, rng.normal(2.0, 1.2, hot.count))
    weights = scene.year.rhythm * (scene.year.school if hot.school_days else 1.0)
    day = rng.choice(len(weights), hot.count, p=weights / weights.sum())
    second = (rng.triangular(*hot.hours, hot.count) * 3600).astype(np.int64)
    codes = [scene.number_of("event", code) for code, _share in hot.codes]
    words = np.array(landmark, dtype=object)
    return Draft(
        rng.choice(codes, hot.count, p=[share for _code, share in hot.codes]),
        spots.xy + rng.normal(0, 3.0, spots.xy.shape),
        spots.cell,
        spots.road,
        np.full(hot.count, -1),
        np.where(rng.random(hot.count) < 0.55, words, "").astype(object),
        day,
        second,
        rng.choice(len(SOURCES), hot.count, p=SOURCE_SHARES["planted"]),
    )


def _background(scene: _Scene, mix: Mix, count: int) -> Draft:
    rng, frontage, inventory = scene.rng, scene.frontage, scene.inventory
    component = np.full(count, -1)
    if mix.where == "component":
        fits = np.flatnonzero(inventory.code == mix.code)
        # A few objects fail again and again.
        weight = scene.effort[inventory.cell[fits]] * rng.lognormal(0, 0.8, len(fits))
        component = rng.choice(fits, count, p=weight / weight.sum())
        xy = shapely.get_coordinates(shapely.point_on_surface(inventory.shape[component]))
        cell, road = inventory.cell[component], np.full(count, -1)
        near = scene.grid.edges.kind <= 3
        found = shapely.STRtree(scene.grid.edges.lines[near]).query_nearest(
            shapely.points(xy), all_matches=False
        )
        road = scene.grid.edges.street[near][found[1]]
    else:
        weight = side_weights(scene.grid, frontage, mix.where, rng) * scene.effort[frontage.cell]
        side, along = frontage.draw(rng, count, weight)
        beyond = rng.gamma(2.0, 6.0, count) if mix.where == "yard" else rng.normal(2.2, 1.6, count)
        spots = frontage.place(side, along, np.where(mix.where == "low", beyond - 5, beyond))
        xy, cell, road = spots.xy, spots.cell, spots.road
    weights = day_weights(scene.year, mix.when, mix.months)
    source = rng.choice(len(SOURCES), count, p=SOURCE_SHARES[mix.when])
    return Draft(
        np.full(count, scene.number_of(mix.kind, mix.code)),
        xy + rng.normal(0, 1.0, xy.shape) * np.where(source == 0, 3.0, 7.0)[:, None],
        cell,
        road,
        component,
        np.full(count, "", dtype=object),
        rng.choice(len(weights), count, p=weights / weights.sum()),
        seconds_of_day(rng, mix.when, count),
        source,
    )


def _repeat_places(rng: np.random.Generator, draft: Draft) -> int:
    """Let some reports stand at exactly the place of an earlier one of their class; return how many."""
    order = np.lexsort((rng.random(COUNT), draft.number))
    first = np.searchsorted(draft.number[order], draft.number[order])
    place = np.arange(COUNT) - first
    chosen = np.flatnonzero((rng.random(COUNT) < _REPEATED) & (place > 0))
    model = first[chosen] + (rng.random(len(chosen)) * place[chosen]).astype(np.int64)
    copies, models = order[chosen], order[model]
    for name in ("xy", "cell", "road", "component", "landmark"):
        values = getattr(draft, name)
        values[copies] = values[models]
    return len(copies)


def _write(files: SampleFiles, scene: _Scene, draft: Draft) -> dict[str, int]:
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


def _due_and_unit(scene: _Scene, draft: Draft, opened: Numbers) -> tuple[Numbers, NDArray[np.object_]]:
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
