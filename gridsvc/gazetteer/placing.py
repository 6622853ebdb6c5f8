"""From what an address says to the places that it may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from gridsvc.errors import Text
from gridsvc.gazetteer import along
from gridsvc.gazetteer.choosing import best_meanings
from gridsvc.gazetteer.compass import ENGLISH
from gridsvc.gazetteer.directions import from_place
from gridsvc.gazetteer.gazetteer import Gazetteer, Meaning
from gridsvc.gazetteer.meetings import Road, crossing_spots, stretch_spots
from gridsvc.gazetteer.numbers import number_of
from gridsvc.gazetteer.places import Known
from gridsvc.gazetteer.spots import Spot
from gridsvc.gazetteer.streets import Street
from gridsvc.gazetteer.understanding import Anchor


def spots_of(
    gazetteer: Gazetteer, anchor: Anchor, around: shapely.STRtree | None = None
) -> tuple[list[Spot], bool]:
    """Return the places that an anchor may mean, of very many those nearest `around`; whether some are left.

    None when its streets do not meet.
    """
    if anchor.kind in ("crossing", "stretch"):
        streets = [gazetteer.meanings(name) for name in anchor.names]
        chosen = [best_meanings(gazetteer, _of_kind(gazetteer, each, "road"), around) for each in streets]
        roads = [_streets(gazetteer, meanings) for meanings, _ in chosen]
        left = any(cut for _, cut in chosen)
        if anchor.kind == "stretch":
            return stretch_spots(gazetteer, roads), left
        spots, cut = crossing_spots(gazetteer, anchor, roads, around)
        return spots, cut or left
    meant, left = best_meanings(gazetteer, _meant(gazetteer, anchor), around)
    found = [
        spot for each in meant if (spot := _spot_said(gazetteer, anchor, each.place, each.score)) is not None
    ]
    return [from_place(gazetteer, spot, anchor.about) for spot in found], left


def _streets(gazetteer: Gazetteer, meanings: Sequence[Meaning]) -> list[Road]:
    places = [(gazetteer.places[each.place], each.score) for each in meanings]
    return [Road(known.name, known.street, score) for known, score in places if known.street]


def _meant(gazetteer: Gazetteer, anchor: Anchor) -> Sequence[Meaning]:
    """Return what the name may mean here; a word for a stop prefers stops, other words anything but."""
    meant = gazetteer.meanings(anchor.names[0])
    if anchor.kind in ("house", "section") or (anchor.kind == "street" and not anchor.about):
        return _of_kind(gazetteer, meant, "road")
    if anchor.of("stop"):
        return _of_kind(gazetteer, meant, "stop") or meant
    return meant


def _of_kind(gazetteer: Gazetteer, meanings: Sequence[Meaning], kind: str) -> Sequence[Meaning]:
    return [each for each in meanings if gazetteer.places[each.place].kind == kind]


def _spot_said(gazetteer: Gazetteer, anchor: Anchor, place: int, score: float) -> Spot | None:
    known = gazetteer.places[place]
    if anchor.kind == "house":
        return _house(gazetteer, anchor, place, score)
    if anchor.kind == "section":
        return _section(known, known.street, score, anchor.way) if known.street and anchor.way else None
    return _spot(known, score)


def _spot(known: Known, score: float) -> Spot:
    label = {"road": ("整条道路", "the whole road"), "area": ("整个区域", "the whole area")}
    zh, en = label.get(known.kind, ("地名", "the place"))
    return Spot(
        known.name, known.kind, known.x, known.y, known.accuracy_m, known.source, score,
        (Text(f"{zh}“{known.name}”", f"{en} {known.name}"),), known.shape,
    )  # fmt: skip


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
