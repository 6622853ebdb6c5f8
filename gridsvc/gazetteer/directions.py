"""Words about a place: from a crossing, a door or a landmark to where they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import shapely

from gridsvc.gazetteer import along
from gridsvc.gazetteer.compass import COMPASS, ENGLISH, Vector
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.junctions import Junction
from gridsvc.gazetteer.spots import Spot
from gridsvc.gazetteer.streets import Street
from gridsvc.gazetteer.tokens import Token

_CORNER_M, _SIDE_M, _OPPOSITE_M, _DOOR_M = 15.0, 20.0, 25.0, 10.0
_NEAR_M = 40.0
_PACES = 0.1
"""People's distances along a road err by a tenth."""
_STRAIGHT = 0.25
"""From a landmark the direction errs as well: a quarter of the distance."""


def from_crossing(gazetteer: Gazetteer, spot: Spot, junction: Junction, about: Sequence[Token]) -> Spot:
    """Move from the middle of a crossing to where the words about it say."""
    heading: str | None = None
    walked: Street | None = None
    for token in about:
        way = token.way
        if token.kind == "corner" and way:
            heading = way
            spot = spot.at(*junction.corner(way), _CORNER_M).said(f"{way}角", f"{ENGLISH[way]} corner")
        elif token.kind in ("move", "side", "mouth") and way and walked:
            x, y = along.beside((spot.x, spot.y), walked, way)
            spot = spot.at(x, y, spot.accuracy_m).said(f"路{way}侧", f"{ENGLISH[way]} side of the road")
        elif token.kind in ("move", "side", "mouth") and way:
            heading = way
            if token.kind != "move":
                point = junction.corner(way) if len(way) == 2 else junction.side(way)
                spot = spot.at(*point, _SIDE_M).said(f"{way}侧", f"{ENGLISH[way]} side")
        elif token.kind == "distance" and token.metres:
            spot, walked = _walk(spot, junction, heading, token.metres)
        else:
            spot = from_place(gazetteer, spot, [token])
    return spot


def _walk(spot: Spot, junction: Junction, way: str | None, metres: float) -> tuple[Spot, Street | None]:
    accuracy = math.hypot(_CORNER_M, _PACES * metres)
    if way is None or len(way) == 2:
        # 东南角50米 does not say along which road.
        words = (f"约 {metres:g} 米，方向未说明", f"about {metres:g} m away, along which road is not said")
        return spot.at(spot.x, spot.y, math.hypot(spot.accuracy_m, metres)).said(*words), None
    arm = junction.arm(way)
    street = junction.streets[arm.street] if arm else None
    point = along.at_distance(junction.middle, arm.direction, metres, street) if arm and street else None
    if point is not None:
        words = (f"向{way} {metres:g} 米", f"{metres:g} m to the {ENGLISH[way]}")
        return spot.at(*point, accuracy).said(*words), street
    x, y = _moved(junction.middle, COMPASS[way], metres)
    words = (f"向{way} {metres:g} 米处没有这条路", f"neither road goes {metres:g} m to the {ENGLISH[way]}")
    return spot.at(x, y, max(accuracy, metres, 120.0)).said(*words), None


def from_place(gazetteer: Gazetteer, spot: Spot, about: Sequence[Token]) -> Spot:
    """Move from a place to where the words about it say; a whole road stays whole."""
    if spot.kind == "road":
        return spot
    heading: str | None = None
    for token in about:
        way = token.way
        if token.kind in ("move", "side", "corner", "mouth") and way:
            heading = way
            if token.kind != "move":
                spot = _edge(spot, way)
        elif token.kind == "distance" and token.metres:
            spot = _away(spot, heading, token.metres)
        elif token.kind == "opposite":
            street = gazetteer.street_near(spot.x, spot.y)
            x, y = along.opposite((spot.x, spot.y), street) if street else (spot.x, spot.y)
            spot = spot.at(x, y, math.hypot(spot.accuracy_m, _OPPOSITE_M if street else 2 * _OPPOSITE_M))
            spot = spot.said("对面", "opposite")
        elif token.kind == "near":
            accuracy = math.hypot(spot.accuracy_m, _NEAR_M)
            spot = replace(spot, accuracy_m=accuracy).said(token.text, "near it")
        elif token.kind == "door":
            spot = _edge(spot, way) if way else spot
            spot = replace(spot, accuracy_m=math.hypot(spot.accuracy_m, _DOOR_M)).said(token.text, "its gate")
        elif token.kind == "building":
            spot = spot.said(f"“{token.text}”不单独在册", f"{token.text} is not listed by itself")
    return spot


def _edge(spot: Spot, way: str) -> Spot:
    """Return the eastern … edge of a place."""
    heading = COMPASS[way]
    reach = _SIDE_M
    if spot.shape is not None and spot.shape.area > 0:
        far = _moved((spot.x, spot.y), heading, 10_000.0)
        ray = shapely.LineString([(spot.x, spot.y), far]).intersection(spot.shape)
        reach = float(ray.length) if not ray.is_empty else reach
    x, y = _moved((spot.x, spot.y), heading, reach)
    accuracy = math.hypot(min(spot.accuracy_m, max(reach, _SIDE_M)), _CORNER_M)
    return spot.at(x, y, accuracy).said(f"{way}侧", f"{ENGLISH[way]} side")


def _away(spot: Spot, way: str | None, metres: float) -> Spot:
    if way is None:
        accuracy = math.hypot(spot.accuracy_m, metres)
        return replace(spot, accuracy_m=accuracy).said(
            f"约 {metres:g} 米，方向未说明", f"about {metres:g} m away"
        )
    x, y = _moved((spot.x, spot.y), COMPASS[way], metres)
    accuracy = math.hypot(spot.accuracy_m, 10.0 + _STRAIGHT * metres)
    return spot.at(x, y, accuracy).said(f"向{way} {metres:g} 米", f"{metres:g} m to the {ENGLISH[way]}")


def _moved(point: tuple[float, float], heading: Vector, metres: float) -> tuple[float, float]:
    return point[0] + heading[0] * metres, point[1] + heading[1] * metres
