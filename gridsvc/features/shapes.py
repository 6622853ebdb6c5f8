"""Geometry written in a filter: GeoJSON or a box, checked, as WKB in stored degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from gridsvc.features.cql import bad_filter
from gridsvc.features.crs import System
from gridsvc.features.transforming import to_stored


def read_shape(node: Any, system: System) -> tuple[bytes, int]:
    """Return a GeoJSON geometry or `{"bbox": […]}`, given in `system` and its order of axes, as WKB.

    With it comes the number of its corners.

    Raises:
        WrongUsage: `bad_filter`: not valid, or out of the system's bounds.
    """
    if not isinstance(node, dict) or not ({"type", "bbox"} & set(node)):
        raise bad_filter("空间函数需要几何。", "A spatial function is of geometries.")
    try:
        found = (
            _box(node["bbox"], system) if "bbox" in node else _sides(shapely.force_2d(shape(node)), system)
        )
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise bad_filter("filter 中的几何有误。", "A geometry in the filter is faulty.") from None
    if found.is_empty:
        raise bad_filter("filter 中的几何是空的。", "A geometry in the filter is empty.")
    found = shapely.transform(found, lambda xy: np.column_stack(to_stored(system, xy[:, 0], xy[:, 1])))
    numbers = shapely.get_coordinates(found)
    if not np.isfinite(numbers).all() or (np.abs(numbers) > (180, 90)).any():
        raise bad_filter(
            "filter 中的坐标超出坐标系范围。", "Coordinates in the filter lie outside their system's bounds."
        )
    if not shapely.is_valid(found):
        raise bad_filter(
            f"filter 中的几何无效：{shapely.is_valid_reason(found)}。",
            f"A geometry in the filter is not valid: {shapely.is_valid_reason(found)}.",
        )
    wkb: bytes = shapely.to_wkb(found)
    return wkb, len(numbers)


def _sides(given: Any, system: System) -> Any:
    return shapely.transform(given, lambda xy: xy[:, ::-1]) if system.north_first else given


def _box(numbers: list[float], system: System) -> Any:
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    west, south, east, north = numbers
    if system.north_first:
        south, west, north, east = numbers
    if south > north or (west > east and not system.geographic):
        raise ValueError(numbers)
    if west > east:  # across the antimeridian
        return shapely.MultiPolygon(
            [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
        )
    if west == east or south == north:  # a box without an inside is a line or a point
        line = shapely.LineString([(west, south), (east, north)])
        return shapely.Point(west, south) if (west, south) == (east, north) else line
    return shapely.box(west, south, east, north)
