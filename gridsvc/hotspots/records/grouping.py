"""Reports counted by cell and a step of time: in PostgreSQL where their cell is recorded, else in arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.hotspots.records.arrays import columns, rows_of_arrays
from gridsvc.hotspots.records.asked import Asked
from gridsvc.hotspots.records.daily import LeftOut
from gridsvc.hotspots.records.local_time import Micros

Ints = NDArray[np.int64]
Key = tuple[int, int | None, int]
"""Index of the class, key of the channel, and a report of both."""
MOST_AT_ONCE = 1_000_000
"""Reports that are located anew at once: 40 MB of arrays."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A step of time: how PostgreSQL says it of `opened_at`, and how arrays do.

    `sql` groups fast; `number` turns that into whole numbers from 0 to `count` − 1, once for each group.
    """

    sql: str
    number: str
    count: int
    of: Callable[[Micros], NDArray[np.int32]]


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Counts by cell, step, class and channel, in that order, each combination once; arrays of one shape."""

    channels: tuple[str | None, ...]
    cell: Ints
    step: Ints
    class_index: Ints
    channel: Ints
    reports: Ints
    incidents: Ints
    left_out: LeftOut
    moved: int


# Gathered by each process for itself: two halves of the period can be counted at once, and only a few long
# values have to be handed over.
_GROUPED = """
SELECT class_key, channel_key, at_sink, min(example), {columns} FROM (
    SELECT coalesce(c.number, -1) AS cell, {number} AS step, n.* FROM (
        SELECT a.cell_key, {step} AS step_given, a.class_key, a.channel_key, {at_sink} AS at_sink,
            min(a.id) AS example, count(*)::int AS reports, {incidents}::int AS incidents
        FROM ({tally}) AS a WHERE a.opened_at {half} GROUP BY 1, 2, 3, 4{by_sink}
    ) AS n LEFT JOIN ({cells}) AS c ON c.key = n.cell_key
) AS g GROUP BY 1, 2, 3
"""
# Grouped so that the planner knows a key to come once, and takes a small count for what it is.
CELLS = (
    "SELECT key, (min(number) - 1)::int AS number"
    " FROM unnest(%(cell_keys)s::bigint[]) WITH ORDINALITY AS k(key, number) GROUP BY key"
)
_ELSEWHERE = """
SELECT class_key, channel_key, min(id), {columns} FROM (
    SELECT a.class_key, a.channel_key, a.id, a.opened_at, a.is_duplicate,
        coalesce(ST_X(r.geom), 'NaN') AS lon, coalesce(ST_Y(r.geom), 'NaN') AS lat
    FROM ({tally}) AS a
    LEFT JOIN ({cells}) AS c ON c.key = a.cell_key
    JOIN report r ON r.id = a.id
    WHERE c.key IS NULL AND NOT a.at_sink
) AS e GROUP BY 1, 2
"""


def day_step(asked: Asked) -> Step:
    """Return the local days since the first of the period."""
    count = (asked.question.last - asked.question.first).days + 1
    if asked.clocks.is_even:
        # Whole numbers inside: a fifth of the time that a calendar takes for each report.
        return Step(
            "date_bin('1 day', a.opened_at, %(start)s)",
            "(date_part('epoch', n.step_given - %(start)s) / 86400)::int",
            count,
            asked.clocks.days,
        )
    return Step(
        "(a.opened_at AT TIME ZONE %(zone)s)::date", "n.step_given - %(first_day)s", count, asked.clocks.days
    )


def hour_step(asked: Asked) -> Step:
    """Return the hours of the week on the local clock: 24 × weekday (Monday 0) + hour."""
    weekday = asked.question.first.weekday()

    def of(instants: Micros) -> NDArray[np.int32]:
        clocks = asked.clocks
        return (clocks.days(instants) + weekday) % 7 * 24 + clocks.seconds(instants) // 3600

    # 1970-01-01 was a Thursday. date_part, not extract: floating numbers are ten times as fast as decimals.
    hours = "floor(date_part('epoch', a.opened_at AT TIME ZONE %(zone)s) / 3600)::int"
    # PostgreSQL's remainder of a time before 1970 is negative: once more, for 168 is added.
    return Step(f"(({hours} + 72) %% 168 + 168) %% 168", "n.step_given", 168, of)


def group(connection: Connection, asked: Asked, step: Step) -> Grouped:
    """Count the reports asked for by cell and step.

    A report keeps the cell recorded with it in this edition; one recorded in another, or never, is located
    by the resolver's own rule, in arrays. Those at a quarantined coordinate are left out.
    """
    parts = _Parts(asked, step)
    elsewhere = 0
    for class_key, channel_key, at_sink, example, *arrays in rows_of_arrays(
        connection, _grouped(asked, step), asked.parameters | {"middle": _middle(asked)}, ["i4"] * 4
    ):
        cell, steps, reports, incidents = (each.astype(np.int64) for each in arrays)
        if at_sink:
            parts.quarantined += int(reports.sum())
            continue
        here = cell >= 0
        elsewhere += int(reports[~here].sum())
        key = (asked.class_of_key[class_key], channel_key, example)
        parts.add(key, cell[here], steps[here], reports[here], incidents[here])
    for key, cell, opened, duplicate, without_place in _located(connection, asked, elsewhere):
        parts.add_located(step, key, cell, opened, duplicate, without_place)
    return parts.whole(connection)


def _grouped(asked: Asked, step: Step) -> str:
    told = {
        "columns": columns(["cell", "step", "reports", "incidents"]),
        "number": step.number,
        "step": step.sql,
        "tally": asked.tally,
        "cells": CELLS,
        # A column that is always the same is no key: a shorter key is hashed and compared faster.
        "at_sink": "a.at_sink" if asked.has_sinks else "false",
        "by_sink": ", 5" if asked.has_sinks else "",
        "incidents": "(count(*) FILTER (WHERE NOT a.is_duplicate))" if asked.has_duplicates else "count(*)",
    }
    halves = ("< %(middle)s", ">= %(middle)s")
    return " UNION ALL ".join(_GROUPED.format(half=half, **told) for half in halves)


def _middle(asked: Asked) -> datetime:
    """Return the midnight that halves the period."""
    question = asked.question
    day = question.first + timedelta(days=((question.last - question.first).days + 1) // 2)
    return datetime.combine(day, time(), question.zone)


def _located(
    connection: Connection, asked: Asked, count: int
) -> Iterator[tuple[Key, Ints, Micros, NDArray[np.bool_], int]]:
    """Yield key, cell (-1: outside), instant, duplicate or not, and how many have no place.

    `count`: how many reports are not recorded in these cells; their period is cut so that about MOST_AT_ONCE
    are held at a time.
    """
    if not count:
        return
    query = _ELSEWHERE.format(
        columns=columns(["lon", "lat", "opened_at", "is_duplicate"]),
        tally=asked.tally,
        cells=CELLS,
    )
    start, end = asked.question.start, asked.question.end
    pieces = -(-count // MOST_AT_ONCE)
    cuts = [start + (end - start) * number / pieces for number in range(pieces)] + [end]
    for since, until in pairwise(cuts):
        between = asked.parameters | {"start": since, "end": until}
        for class_key, channel_key, example, lon, lat, opened, duplicate in rows_of_arrays(
            connection, query, between, ["f8", "f8", "i8", "b1"]
        ):
            placed = np.isfinite(lon) & np.isfinite(lat)
            cell = asked.cells.locate(lon[placed], lat[placed]).astype(np.int64)
            key = (asked.class_of_key[class_key], channel_key, example)
            yield key, cell, opened[placed], duplicate[placed], int((~placed).sum())


def _source(connection: Connection, report: int) -> str | None:
    """Return what a report says of its channel: the key of a channel does not tell its name."""
    found = text("SELECT source FROM report WHERE id = :report")
    source: str | None = connection.execute(found, {"report": report}).scalar_one()
    return source


class _Parts:
    """Counts as they come in, to be made one."""

    def __init__(self, asked: Asked, step: Step) -> None:
        self.quarantined = self.outside = self.without_place = self.moved = 0
        self._steps = step.count
        self._classes = len(asked.classes)
        self._channels: dict[int | None, list[tuple[Ints, Ints, Ints]]] = {}
        self._examples: dict[int | None, int] = {}

    def add(self, key: Key, cell: Ints, step: Ints, reports: Ints, incidents: Ints) -> None:
        class_index, channel, example = key
        keys = (cell * self._steps + step) * self._classes + class_index
        self._channels.setdefault(channel, []).append((keys, reports, incidents))
        self._examples[channel] = example

    def add_located(
        self,
        step: Step,
        key: Key,
        cell: Ints,
        opened: Micros,
        duplicate: NDArray[np.bool_],
        without_place: int,
    ) -> None:
        inside = cell >= 0
        self.without_place += without_place
        self.outside += int((~inside).sum())
        self.moved += int(inside.sum())
        once = np.ones(int(inside.sum()), np.int64)
        steps = step.of(opened[inside]).astype(np.int64)
        self.add(key, cell[inside], steps, once, once - duplicate[inside])

    def whole(self, connection: Connection) -> Grouped:
        """Return all as one, each combination once and in order."""
        named = {key: _source(connection, example) for key, example in self._examples.items()}
        channels = sorted(named, key=lambda key: (named[key] is None, named[key] or ""))
        size = max(len(channels), 1)
        parts = [
            (keys * size + number, reports, incidents)
            for number, channel in enumerate(channels)
            for keys, reports, incidents in self._channels[channel]
        ]
        keys, reports, incidents = (
            (np.concatenate(each) for each in zip(*parts, strict=True))
            if parts
            else (np.zeros(0, np.int64) for _ in range(3))
        )
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        reports, incidents = (
            np.add.reduceat(each[order], first) if len(first) else each for each in (reports, incidents)
        )
        keys, channel = np.divmod(keys[first], size)
        keys, class_index = np.divmod(keys, max(self._classes, 1))
        cell, step = np.divmod(keys, max(self._steps, 1))
        used = np.unique(channel)  # a channel whose every report lies outside has no row
        return Grouped(
            tuple(named[channels[number]] for number in used),
            cell,
            step,
            class_index,
            np.searchsorted(used, channel),
            reports,
            incidents,
            LeftOut(self.without_place, self.outside, self.quarantined),
            self.moved,
        )
