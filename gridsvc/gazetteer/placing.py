"""From what an address says to points with an accuracy."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import shapely

from gridsvc.errors import Text
from gridsvc.gazetteer import along
from gridsvc.gazetteer.compass import COMPASS, ENGLISH, Vector
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.junctions import Junction, junction_at
from gridsvc.gazetteer.numbers import number_of
from gridsvc.gazetteer.places import Known
from gridsvc.gazetteer.streets import Street
from gridsvc.gazetteer.tokens import Token
from gridsvc.gazetteer.understanding import Anchor

DRAWN = "road layer"
"""The source of crossings and of places along a road."""
_CORNER_M, _SIDE_M, _OPPOSITE_M, _DOOR_M = 15.0, 20.0, 25.0, 10.0
_NEAR_M = 40.0
_PACES = 0.1
"""People's distances along a road err by a tenth."""
_STRAIGHT = 0.25
"""From a landmark the direction errs as well: a quarter of the distance."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place found for an anchor, metres; `score` is how well the names fit (0 to 1).

    `number`: the house number that was said, None when none was or what is meant lies opposite it.
    """

    name: str
    kind: str
    x: float
    y: float
    accuracy_m: float
    source: str
    score: float
    because: tuple[Text, ...]
    shape: Any = None
    number: int | None = None

    def said(self, zh: str, en: str) -> Spot:
        """Return the spot with one more reason."""
        return replace(self, because=(*self.because, Text(zh, en)))

    def at(self, x: float, y: float, accuracy_m: float) -> Spot:
        """Return the spot moved, a point from now on."""
        return replace(self, x=x, y=y, accuracy_m=accuracy_m, shape=None)


def spots_of(gazetteer: Gazetteer, anchor: Anchor) -> list[Spot]:
    """Return every place that an anchor may mean; none when its streets do not meet."""
    if anchor.kind == "crossing":
        return _crossing(gazetteer, anchor)
    if anchor.kind == "stretch":
        return _stretch(gazetteer, anchor)
    if anchor.kind == "house":
        found = [_house(gazetteer, anchor, k, score) for k, score in _roads(gazetteer, anchor.names[0])]
    elif anchor.kind == "section":
        found = [
            _section(known, known.street, score, anchor.way)
            for known, score in gazetteer.streets(anchor.names[0])
            if known.street and anchor.way
        ]
    else:
        found = _places(gazetteer, anchor)
    return [_about(gazetteer, spot, anchor.about) for spot in found]


def _places(gazetteer: Gazetteer, anchor: Anchor) -> list[Spot]:
    """Return the places of a name; a word for a stop prefers stops, other words anything but."""
    meant = [(gazetteer.places[each.place], each.score) for each in gazetteer.meanings(anchor.names[0])]
    if anchor.of("stop") and any(known.kind == "stop" for known, _ in meant):
        meant = [each for each in meant if each[0].kind == "stop"]
    elif anchor.kind == "street" and not anchor.about:
        meant = [each for each in meant if each[0].kind == "road"]
    return [_spot(known, score) for known, score in meant]


def _spot(known: Known, score: float) -> Spot:
    label = {"road": ("整条道路", "the whole road"), "area": ("整个区域", "the whole area")}
    zh, en = label.get(known.kind, ("地名", "the place"))
    return Spot(
        known.name, known.kind, known.x, known.y, known.accuracy_m, known.source, score,
        (Text(f"{zh}“{known.name}”", f"{en} {known.name}"),), known.shape,
    )  # fmt: skip


def _roads(gazetteer: Gazetteer, name: str) -> list[tuple[int, float]]:
    return [
        (each.place, each.score)
        for each in gazetteer.meanings(name)
        if gazetteer.places[each.place].kind == "road"
    ]


def _house(gazetteer: Gazetteer, anchor: Anchor, place: int, score: float) -> Spot:
    road, written = gazetteer.places[place], anchor.number or ""
    houses = gazetteer.houses.get(place)
    found = houses.find(written) if houses else None
    # Odd and even numbers stand on opposite sides: what lies opposite a number has another.
    number = None if anchor.of("opposite") else number_of(written) or None
    whole = replace(_spot(road, score), number=number)
    if found is None:
        return whole.said(f"不知道“{written}”在哪里", f"where number {written} is, is not known")
    name = f"{road.name}{written}"
    spot = replace(whole, name=name, kind="address", source=found.a.source, shape=None)
    spot = spot.at(found.x, found.y, found.accuracy_m)
    if found.how == "known":
        return replace(spot, because=(Text(f"门牌“{name}”", f"house number {name}"),))
    a, b = found.a.text, found.b.text if found.b else ""
    words = (
        Text(f"门牌“{name}”由 {a} 与 {b} 之间推算", f"{name}, interpolated between {a} and {b}")
        if found.how == "between"
        else Text(f"门牌“{name}”在最近的已知门牌 {a} 之外", f"{name}, beyond {a}, the nearest known number")
    )
    return replace(spot, because=(words,), source=f"{found.a.source} (interpolated)")


def _section(known: Known, street: Street, score: float, way: str) -> Spot:
    point, length = along.section_of(street, way)
    spot = _spot(known, score).at(*point, max(along.UNIFORM * length, 20.0))
    return replace(
        spot,
        name=f"{known.name}{way}段",
        because=(Text(f"“{known.name}”的{way}段", f"the {ENGLISH[way]} part of {known.name}"),),
    )


def _crossing(gazetteer: Gazetteer, anchor: Anchor) -> list[Spot]:
    spots = []
    for a, score_a in gazetteer.streets(anchor.names[0]):
        for b, score_b in gazetteer.streets(anchor.names[1]):
            if a.street is None or b.street is None or a is b:
                continue
            for point in gazetteer.meeting_points(a.street, b.street):
                junction = junction_at(point, (a.street, b.street))
                spot = Spot(
                    f"{a.name}与{b.name}十字", "crossing", *junction.middle, junction.accuracy_m, DRAWN,
                    # Two names that meet confirm each other.
                    min(score_a, score_b),
                    (Text(f"“{a.name}”与“{b.name}”的交叉口", f"the crossing of {a.name} and {b.name}"),),
                )  # fmt: skip
                spots.append(_at_crossing(gazetteer, spot, junction, anchor.about))
    return spots


def _stretch(gazetteer: Gazetteer, anchor: Anchor) -> list[Spot]:
    spots = []
    for road, score in gazetteer.streets(anchor.names[0]):
        ends = []
        for name in anchor.names[1:]:
            for other, fits in gazetteer.streets(name):
                assert road.street is not None
                assert other.street is not None
                points = gazetteer.meeting_points(road.street, other.street)
                if points:
                    ends.append((other, points[0], fits))
                    break
        if len(ends) == 2:
            (a, p, fits_a), (b, q, fits_b) = ends
            assert road.street is not None
            point, length = along.between(road.street, p, q)
            words = Text(
                f"“{road.name}”在“{a.name}”与“{b.name}”之间", f"{road.name} between {a.name} and {b.name}"
            )
            name = f"{road.name}（{a.name}至{b.name}）"
            accuracy = max(along.UNIFORM * length, 20.0)
            spots.append(Spot(name, "road", *point, accuracy, DRAWN, min(score, fits_a, fits_b), (words,)))
    return spots


def _at_crossing(gazetteer: Gazetteer, spot: Spot, junction: Junction, about: list[Token]) -> Spot:
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
            spot = _about(gazetteer, spot, [token])
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


def _about(gazetteer: Gazetteer, spot: Spot, about: list[Token]) -> Spot:
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
