"""Places along a street: at a distance from a crossing, in a section, on a side."""

from __future__ import annotations

import math

import numpy as np
import shapely

from gridsvc.gazetteer.compass import COMPASS, Vector, cosine, unit
from gridsvc.gazetteer.junctions import Point, carriageways
from gridsvc.gazetteer.streets import Street

UNIFORM = 0.34
"""The radius about its middle that holds 68 % of a straight line of length 1."""
_ONE_ROAD_M = 50.0
_HEADING = math.cos(math.radians(60))


def at_distance(start: Point, heading: Vector, distance: float, street: Street) -> Point | None:
    """Return where a street is `distance` metres (as the crow flies) from `start`, within 60° of `heading`.

    Between its carriageways; None where the street does not go that far.
    """
    circle = shapely.Point(start).buffer(distance, quad_segs=32).exterior
    cut = shapely.get_coordinates(shapely.intersection(street.main, circle))
    fitting = []
    for x, y in cut.tolist():
        turn = cosine(unit(x - start[0], y - start[1]), heading)
        if turn >= _HEADING:
            fitting.append((turn, x, y))
    if not fitting:
        return None
    best = max(fitting)
    near = [p for p in fitting if math.hypot(p[1] - best[1], p[2] - best[2]) <= _ONE_ROAD_M]
    return sum(p[1] for p in near) / len(near), sum(p[2] for p in near) / len(near)


def axis_near(point: Point, street: Street) -> Vector:
    """Return the direction (one of the two) in which a street runs where it is nearest to a point."""
    lines = street.main
    line = lines[int(np.argmin(shapely.distance(lines, shapely.Point(point))))]
    at = float(shapely.line_locate_point(line, shapely.Point(point)))
    a = shapely.line_interpolate_point(line, max(at - 15, 0))
    b = shapely.line_interpolate_point(line, min(at + 15, line.length))
    return unit(b.x - a.x, b.y - a.y)


def beside(point: Point, street: Street, word: str) -> Point:
    """Return the kerb on the eastern, … side of a street, across from a point in its middle."""
    axis = axis_near(point, street)
    left = (-axis[1], axis[0])
    if cosine(left, COMPASS[word]) < 0:
        left = (axis[1], -axis[0])
    offsets = np.abs(carriageways(point, axis, street))
    reach = street.half_width_m + (float(offsets.max()) if len(offsets) else 0.0)
    return point[0] + left[0] * reach, point[1] + left[1] * reach


def opposite(point: Point, street: Street) -> Point:
    """Return the point mirrored at the middle of a street: what lies across it."""
    foot = shapely.get_coordinates(shapely.shortest_line(shapely.Point(point), street.shape))[1]
    axis = axis_near((foot[0], foot[1]), street)
    offsets = carriageways((foot[0], foot[1]), axis, street)
    shift = float(offsets.min() + offsets.max()) / 2 if len(offsets) else 0.0
    middle = (foot[0] - axis[1] * shift, foot[1] + axis[0] * shift)
    return 2 * middle[0] - point[0], 2 * middle[1] - point[1]


def middle_of(street: Street) -> Point:
    """Return the point of a street nearest to the middle of its length."""
    return _on(street, shapely.centroid(street.shape))


def section_of(street: Street, word: str) -> tuple[Point, float]:
    """Return the middle of the eastern … half (中: the middle third) of a street, and its length, metres."""
    centre = shapely.centroid(street.shape)
    extent = street.extent_m
    if word == "中":
        return _on(street, centre), extent / 3
    heading = COMPASS[word]
    quarter = shapely.Point(centre.x + heading[0] * extent / 4, centre.y + heading[1] * extent / 4)
    return _on(street, quarter), extent / 2


def between(street: Street, a: Point, b: Point) -> tuple[Point, float]:
    """Return the middle of a street between two points on it, and their distance, metres."""
    middle = shapely.Point((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    return _on(street, middle), math.hypot(a[0] - b[0], a[1] - b[1])


def _on(street: Street, point: shapely.Point) -> Point:
    nearest = shapely.shortest_line(street.shape, point)
    x, y = shapely.get_coordinates(nearest)[0]
    return float(x), float(y)
