"""The `bbox` parameter (OGC API – Features Part 1, 7.15.3, and `bbox-crs` of Part 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.features.crs import System
from gridsvc.features.properties import read_number
from gridsvc.features.transforming import to_stored


@dataclass(frozen=True, slots=True)
class BoxCondition:
    """Part of a WHERE, over a column `geometry` in 4326, with its parameters."""

    sql: str
    parameters: dict[str, Any]


def read_bbox(text: str, system: System) -> BoxCondition:
    """Read 4 or 6 numbers in the axis order of `system`; heights are read and not used: the layers are flat.

    What only touches the box matches. In degrees west > east means across the antimeridian.

    Raises:
        WrongUsage: `bad_bbox`.
    """
    try:
        numbers = [read_number(part.strip()) for part in text.split(",")]
    except (ValueError, OverflowError):
        raise _bad(text) from None
    if len(numbers) == 6:
        if numbers[2] > numbers[5]:
            raise _bad(text)
        del numbers[5], numbers[2]
    if len(numbers) != 4:
        raise _bad(text)
    west, south, east, north = numbers
    if system.north_first:
        south, west, north, east = numbers
    if south > north:
        raise _bad(text)
    if system.geographic:
        return _degrees(text, west, south, east, north)
    return _projected(text, system, west, south, east, north)


def _degrees(text: str, west: float, south: float, east: float, north: float) -> BoxCondition:
    if not (south >= -90 and north <= 90 and all(-180 <= lon <= 180 for lon in (west, east))):
        raise _bad(text)
    sql = "ST_Intersects(geometry, ST_MakeEnvelope(:west, :south, :east, :north, 4326))"
    given = {"west": west, "south": south, "east": east, "north": north}
    if west > east:
        sql = (
            "(ST_Intersects(geometry, ST_MakeEnvelope(:west, :south, 180, :north, 4326))"
            " OR ST_Intersects(geometry, ST_MakeEnvelope(-180, :south, :east, :north, 4326)))"
        )
    return BoxCondition(sql, given)


def _projected(
    text: str, system: System, west: float, south: float, east: float, north: float
) -> BoxCondition:
    if west > east:
        raise _bad(text)
    # Its sides are curves in degrees: points along them, for the index, and the box itself to decide.
    along = np.linspace(0, 1, 33)
    x = np.concatenate([west + (east - west) * along] * 2 + [np.full(33, west), np.full(33, east)])
    y = np.concatenate([np.full(33, south), np.full(33, north)] + [south + (north - south) * along] * 2)
    lon, lat = to_stored(system, x, y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()) or np.abs(lat).max() > 90:
        raise _bad(text)
    margin = 0.01 * max(math.hypot(float(np.ptp(lon)), float(np.ptp(lat))), 0.001)
    return BoxCondition(
        "(geometry && ST_MakeEnvelope(:near_west, :near_south, :near_east, :near_north, 4326)"
        f" AND ST_Intersects(ST_Transform(geometry, {system.srid}),"
        f" ST_MakeEnvelope(:west, :south, :east, :north, {system.srid})))",
        {
            "west": west, "south": south, "east": east, "north": north,
            "near_west": float(lon.min()) - margin, "near_east": float(lon.max()) + margin,
            "near_south": float(lat.min()) - margin, "near_north": float(lat.max()) + margin,
        },
    )  # fmt: skip


def _bad(text: str) -> WrongUsage:
    return WrongUsage(
        "bad_bbox",
        Text(
            "bbox 应为 4 个或 6 个数：最小值在前，并在坐标系范围内（默认 西,南,东,北 度）。",
            "bbox is 4 or 6 numbers, the least first, within the system"
            " (by default west,south,east,north in degrees).",
        ),
        place=Place(column="bbox", value=text),
    )
