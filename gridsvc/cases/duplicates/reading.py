"""Reports of a stretch of time as the columns that duplicates are found from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.cases.duplicates.bigrams import plain
from gridsvc.cases.duplicates.persistence import comparable_name, persistence_hours
from gridsvc.cases.duplicates.told import USUAL_ACCURACY_M, Told
from gridsvc.catalog import load_classes
from gridsvc.geography.projection import srid_for, to_millimetres

DEFAULT_POINT_REPORTS, DEFAULT_POINT_ADDRESSES = 20, 10
"""More reports than this at one coordinate with more addresses than this: it stands for no place."""

REGION_DEG = 3.0
"""Reports this far from the first of a region are another's."""
REGIONS_APART_M = 1000.0

_REPORTS = text(
    "SELECT id, ST_X(geom) AS lon, ST_Y(geom) AS lat, accuracy_m, scheme, kind, class_code, text, address,"
    " source, floor(extract(epoch FROM opened_at))::bigint AS opened,"
    " extract(epoch FROM closed_at)::float8 AS closed"
    " FROM report WHERE opened_at >= :first AND opened_at < :last ORDER BY opened_at, id"
)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """`told`: reports with a place of their own. `placeless`: ids of the others, in order."""

    told: Told
    placeless: NDArray[np.int64]


def read_told(connection: Connection, first: datetime, last: datetime) -> Read:
    """Return the reports opened from `first` to before `last` (aware).

    A coordinate shared by many reports of many addresses is a default of the sender's and no place.
    """
    rows = connection.execute(_REPORTS, {"first": first, "last": last}).all()
    lon, lat = (_floats(rows, name) for name in ("lon", "lat"))
    placed = np.isfinite(lon) & np.isfinite(lat)
    placed &= ~_default_points(lon, lat, [row.address or "" for row in rows], placed)
    ids = np.array([row.id for row in rows], np.int64)
    kept = [row for row, has in zip(rows, placed.tolist(), strict=True) if has]
    return Read(_told(connection, kept, lon[placed], lat[placed]), ids[~placed])


def _told(
    connection: Connection, rows: Sequence[Any], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> Told:
    names = {(each.scheme, each.kind, each.code): each.name for each in load_classes(connection)}
    keys = [(row.scheme, row.kind, row.class_code) for row in rows]
    known = {key: names.get(key, key[2] or "") for key in set(keys)}
    numbers = {key: number for number, key in enumerate(sorted(known, key=repr))}
    groups = {key: f"{key[1]} {comparable_name(name)}" for key, name in known.items()}
    group_numbers = {group: number for number, group in enumerate(sorted(set(groups.values())))}
    hours = {key: persistence_hours(key[1], name) for key, name in known.items()}
    channels = {each: number for number, each in enumerate(sorted({row.source or "" for row in rows}))}
    x, y = _metres(lon, lat)
    accuracy, closed = _floats(rows, "accuracy_m"), _floats(rows, "closed")
    opened = np.array([row.opened for row in rows], np.int64)
    return Told(
        np.array([row.id for row in rows], np.int64),
        x,
        y,
        np.where(np.isfinite(accuracy), accuracy, USUAL_ACCURACY_M),
        np.array([group_numbers[groups[key]] for key in keys], np.int64),
        np.array([numbers[key] for key in keys], np.int64),
        np.array([hours[key] for key in keys], np.float64),
        opened,
        np.where(np.isfinite(closed) & (closed >= opened), closed, np.inf),
        np.array([channels[row.source] if row.source else -1 for row in rows], np.int64),
        [row.text or "" for row in rows],
        [row.address or "" for row in rows],
    )


def _metres(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metres in which neighbours are neighbours: each region in its projected system, far apart.

    One system would fold places on the other side of the earth onto each other.
    """
    x, y = np.zeros(len(lon)), np.zeros(len(lon))
    left, apart = np.arange(len(lon)), 0.0
    while len(left):
        centre = float(lon[left[0]]), float(lat[left[0]])
        here = (np.abs(lon[left] - centre[0]) <= REGION_DEG) & (np.abs(lat[left] - centre[1]) <= REGION_DEG)
        mine = left[here]
        mm_x, mm_y = to_millimetres(srid_for(*centre), lon[mine], lat[mine])
        x[mine], y[mine] = mm_x / 1000 - mm_x.min() / 1000 + apart, mm_y / 1000
        apart = float(x[mine].max()) + REGIONS_APART_M
        left = left[~here]
    return x, y


def _floats(rows: Sequence[Any], name: str) -> NDArray[np.float64]:
    return np.array([np.nan if (value := getattr(row, name)) is None else value for row in rows], np.float64)


def _default_points(
    lon: NDArray[np.float64], lat: NDArray[np.float64], addresses: Sequence[str], placed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    found = np.zeros(len(lon), bool)
    rows = np.flatnonzero(placed)
    if not len(rows):
        return found
    _, point, count = np.unique(
        np.stack([lon[rows], lat[rows]], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    many = np.flatnonzero(count[point] > DEFAULT_POINT_REPORTS)
    told: dict[int, set[str]] = {}
    for number in many.tolist():
        told.setdefault(int(point[number]), set()).add(plain(addresses[rows[number]]))
    bad = [each for each, words in told.items() if len(words - {""}) > DEFAULT_POINT_ADDRESSES]
    found[rows[np.isin(point, bad)]] = True
    return found
