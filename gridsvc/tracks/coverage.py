"""Where patrols have been in a period, and where never: cells, zones, streets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound, Text
from gridsvc.geography import load_layer, outlines_in_degrees
from gridsvc.roads import load_roads
from gridsvc.tracks.effort import effort_by_day
from gridsvc.tracks.grounds import edition_then, road_state
from gridsvc.tracks.rematching import stale_tracks
from gridsvc.tracks.visits import CELL_VISIT_MINUTES, zone_visits
from gridsvc.zones import load_zones

By = Literal["cell", "zone", "street"]
STREET_VISIT_M = 20.0
"""Fewer metres along a link are a crossing of it (or half of it, where it is shorter than 40 m)."""
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Covered:
    """A cell, zone or link: minutes of patrol, on how many days somebody was there, the last of them.

    `metres`: walked along a link, and its length; None for others.
    """

    code: str
    name: str | None
    minutes: float
    days: int
    last_day: date | None
    metres: float | None = None
    length_m: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        told = {
            "code": self.code,
            "name": self.name,
            "minutes": round(self.minutes, 2),
            "days": self.days,
            "last_day": self.last_day.isoformat() if self.last_day else None,
        }
        if self.metres is None or self.length_m is None:
            return told
        return told | {"metres": round(self.metres, 1), "length_m": round(self.length_m, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """One row for every cell, zone or link, in the order of codes; `shapes`: theirs, lon, lat of WGS 84."""

    by: By
    first: date
    last: date
    rows: tuple[Covered, ...]
    shapes: NDArray[Any]
    tracks: int
    remarks: tuple[Text, ...]

    @property
    def never(self) -> tuple[Covered, ...]:
        """Return those where nobody was on any day."""
        return tuple(row for row in self.rows if not row.days)

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, for JSON."""
        return {
            "by": self.by,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "tracks": self.tracks,
            "count": len(self.rows),
            "visited": len(self.rows) - len(self.never),
            "minutes": round(sum(row.minutes for row in self.rows), 2),
            "never": [row.code for row in self.never],
            "remarks": [each.zh for each in self.remarks],
            "remarks_en": [each.en for each in self.remarks],
            "rows": [row.as_dict() for row in self.rows],
        }


def coverage(
    connection: Connection,
    first: date,
    last: date,
    *,
    by: By = "cell",
    kind: str = "patrol",
    now: datetime,
    zone: ZoneInfo,
) -> Coverage:
    """Return where patrols were from `first` to `last`, local days, inclusive.

    Cells (of the edition in force at the end of the period) and zones (of `kind`, holding at any time) have
    the minutes of tracks and files alike, as `hotspots` counts them; links of the road layer those of tracks
    alone. A day counts from `CELL_VISIT_MINUTES`, `ZONE_VISIT_MINUTES` or `STREET_VISIT_M` on.

    Raises
    ------
    InputRefused
        `bad_period`: it ends before it begins, or has more than ten years.
    NotFound
        `no_cells`, `no_zones`, `no_roads`.
    """
    if not 0 <= (last - first).days < MOST_DAYS or last == date.max:
        raise InputRefused(
            "bad_period",
            Text(f"时段 {first} 至 {last} 无效。", f"From {first} to {last} is no period."),
            remedy=Text("止日不早于起日，至多十年。", "It ends when it begins or later, within ten years."),
        )
    count: int = connection.scalar(
        text("SELECT count(DISTINCT track_id) FROM track_minutes WHERE day BETWEEN :first AND :last"),
        {"first": first, "last": last},
    )
    end = min(now, datetime.combine(last + timedelta(days=1), datetime.min.time(), zone))
    rows, shapes, remarks = (
        _cells(connection, first, last, end)
        if by == "cell"
        else _zones(connection, first, last, kind)
        if by == "zone"
        else _streets(connection, first, last)
    )
    return Coverage(by, first, last, tuple(rows), shapes, count, tuple(remarks))


_Told = tuple[list[Covered], NDArray[Any], list[Text]]


def _cells(connection: Connection, first: date, last: date, end: datetime) -> _Told:
    layer = load_layer(connection, edition_then(connection, end).id)
    minutes: dict[str, dict[date, float]] = {code: {} for code in layer.codes}
    lost = 0.0
    for told in effort_by_day(connection, first, last).values():
        # Another edition's minutes go by code: where a cell has kept its code it has kept its ground.
        for code, day, amount in told:
            if code in minutes:
                minutes[code][day] = minutes[code].get(day, 0.0) + amount
            else:
                lost += amount
    remarks = []
    if lost:
        remarks.append(
            Text(
                f"另有 {lost:,.0f} 分钟在该版本没有的单元网格中",
                f"{lost:,.0f} more minutes are of cells that this edition does not have",
            )
        )
    rows = [
        _covered(code, name, minutes[code], CELL_VISIT_MINUTES)
        for code, name in zip(layer.codes, layer.names, strict=True)
    ]
    return rows, outlines_in_degrees(layer.geom_mm, layer.srid), remarks


def _zones(connection: Connection, first: date, last: date, kind: str) -> _Told:
    zones = load_zones(connection, kind)
    if not zones:
        raise NotFound(
            "no_zones",
            Text(f"没有类型为 {kind} 的责任网格。", f"There are no zones of the kind {kind}."),
            remedy=Text("用 gridsvc zone list 查看。", "See gridsvc zone list."),
        )
    # A code may have been another zone's before: the last one gives the name and the outline.
    newest = {zone.code: zone for zone in zones}
    visits = zone_visits(connection, kind, first, last)
    rows = [_covered(code, each.name, visits[code], 0.0) for code, each in sorted(newest.items())]
    shapes = [
        outlines_in_degrees(np.array([each.geom_mm], object), each.srid) for _, each in sorted(newest.items())
    ]
    return rows, np.concatenate(shapes), []


_BY_LINK = text(
    "SELECT d.road_id, sum(d.minutes) AS minutes, sum(d.metres) AS metres, count(DISTINCT d.day)"
    " FILTER (WHERE d.metres >= :least OR d.metres >= d.length_m / 2) AS days, max(d.day)"
    " FILTER (WHERE d.metres >= :least OR d.metres >= d.length_m / 2) AS last_day FROM ("
    "SELECT s.road_id, s.day, sum(s.minutes) AS minutes, sum(s.metres) AS metres,"
    " ST_Length(r.geom::geography) AS length_m FROM track_street s JOIN road r ON r.id = s.road_id"
    " WHERE s.day BETWEEN :first AND :last GROUP BY s.road_id, s.day, r.geom) AS d GROUP BY d.road_id"
)


def _streets(connection: Connection, first: date, last: date) -> _Told:
    roads = load_roads(connection)
    if not len(roads):
        raise NotFound(
            "no_roads",
            Text("还没有导入路网。", "no road layer was imported yet."),
            remedy=Text("请先运行 gridsvc road import。", "Run gridsvc road import first."),
        )
    found = {
        row.road_id: row
        for row in connection.execute(_BY_LINK, {"first": first, "last": last, "least": STREET_VISIT_M})
    }
    lengths = connection.execute(text("SELECT id, ST_Length(geom::geography) FROM road ORDER BY id"))
    rows = []
    for (number, length), link, name in zip(lengths, roads.link_ids, roads.names, strict=True):
        row = found.get(number)
        rows.append(
            Covered(
                link or str(number),
                name,
                row.minutes if row else 0.0,
                row.days if row else 0,
                row.last_day if row else None,
                row.metres if row else 0.0,
                float(length),
            )
        )
    stale = len(stale_tracks(connection, road_state(connection)))
    remarks = []
    if stale:
        remarks.append(
            Text(
                f"{stale:,} 条轨迹是按以前的路网匹配的：请运行 gridsvc track match",
                f"{stale:,} tracks were matched to an earlier road layer: run gridsvc track match",
            )
        )
    return rows, roads.geometries, remarks


def _covered(code: str, name: str | None, by_day: dict[date, float], least: float) -> Covered:
    days: Sequence[date] = [day for day, amount in by_day.items() if amount >= least]
    return Covered(code, name, sum(by_day.values()), len(days), max(days, default=None))
