"""Making a gazetteer from plain values: imported places, the road layer, the areas in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gridsvc.gazetteer import along
from gridsvc.gazetteer.crossings import crossings_of
from gridsvc.gazetteer.gazetteer import Gazetteer, in_metres
from gridsvc.gazetteer.normalising import normalised
from gridsvc.gazetteer.numbers import House, HouseNumbers, number_of, written_number
from gridsvc.gazetteer.places import ACCURACY_M, Known, spread_m
from gridsvc.gazetteer.streets import leaf_names, streets_of
from gridsvc.geography.projection import srid_for
from gridsvc.roads import Roads

_NEAR_ITS_STREET_M = 400.0


@dataclass(frozen=True, slots=True)
class Imported:
    """A row of table `place`; `shape` in lon, lat of WGS 84."""

    kind: str
    name: str
    other_names: Sequence[str]
    road: str | None
    house_number: str | None
    accuracy_m: float | None
    source: str
    shape: Any


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area in force; `shape` in lon, lat of WGS 84."""

    level: str
    name: str
    shape: Any
    source: str


def build_gazetteer(
    version: str,
    places: Sequence[Imported],
    roads: Roads,
    areas: Sequence[NamedArea],
    city_names: Sequence[str] = (),
) -> Gazetteer:
    """Build the gazetteer; its projected system is that of the middle of everything in it."""
    shapes = np.empty(len(places) + len(areas), object)
    shapes[:] = [each.shape for each in places] + [each.shape for each in areas]
    everything = np.concatenate([shapes, roads.geometries])
    srid = _srid(everything)
    metric = in_metres(srid, shapes)
    lines = in_metres(srid, roads.geometries)
    leaves = leaf_names(roads)
    known: list[tuple[Known, Sequence[str]]] = []
    for street in streets_of(roads, lines, leaves):
        x, y = along.middle_of(street)
        shape = street.shape
        accuracy = max(spread_m(shape), 20.0)
        known.append(
            (Known("road", street.name, x, y, accuracy, street.source, shape, street), (street.name,))
        )
    for area, shape in zip(areas, metric[len(places) :], strict=True):
        known.append((_known("area", area.name, shape, None, f"area: {area.source}"), _area_names(area.name)))
    addresses = []
    for place, shape in zip(places, metric[: len(places)], strict=True):
        one = _known(place.kind, place.name, shape, place.accuracy_m, place.source)
        if place.kind == "address":
            addresses.append((place, one))
            if place.other_names:
                known.append((one, place.other_names))
        else:
            known.append((one, (place.name, *place.other_names)))
    houses = _houses(addresses, known)
    return Gazetteer(version, srid, known, crossings_of(roads, lines, leaves), houses, city_names)


def _srid(shapes: np.ndarray[Any, Any]) -> int:
    if not len(shapes):
        return srid_for(108.95, 34.25)
    west, south, east, north = shapely.total_bounds(shapes)
    return srid_for((west + east) / 2, (south + north) / 2)


def _known(kind: str, name: str, shape: Any, accuracy_m: float | None, source: str) -> Known:
    if shape.geom_type == "Point":
        return Known(kind, name, shape.x, shape.y, accuracy_m or ACCURACY_M[kind], source)
    point = shapely.point_on_surface(shape)
    centre = shapely.centroid(shape)
    # The middle itself where it lies inside; else a point that does.
    if shapely.covers(shape, centre):
        point = centre
    accuracy = accuracy_m or max(spread_m(shape), 5.0)
    return Known(kind, name, point.x, point.y, accuracy, source, shape)


def _area_names(name: str) -> Sequence[str]:
    """Return what people call an area: 文艺路街道 is also 文艺路街道办事处 and 文艺路街办."""
    for ending in ("街道办事处", "街道办", "街道"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            stem = name.removesuffix(ending)
            return (name, *(f"{stem}{each}" for each in ("街道", "街道办事处", "街道办", "街办")))
    if name.endswith("社区居委会"):
        return (name, name.removesuffix("居委会"))
    return (name,)


def _houses(
    addresses: Iterable[tuple[Imported, Known]], known: list[tuple[Known, Sequence[str]]]
) -> dict[int, HouseNumbers]:
    """Return the house numbers of each street by its number in `known`; a road that no layer has is added."""
    streets: dict[str, list[int]] = defaultdict(list)
    for k, (each, _) in enumerate(known):
        if each.kind == "road":
            streets[normalised(each.name)].append(k)
    of_street: dict[int, list[House]] = defaultdict(list)
    stray: dict[str, list[tuple[str, House]]] = defaultdict(list)
    for place, one in addresses:
        written = written_number(normalised(place.house_number or ""))
        number = number_of(written)
        if number is None:
            continue
        house = House(number, written, one.x, one.y, one.accuracy_m, one.source)
        road = normalised(place.road or "")
        near = [(known[k][0].distance(one.x, one.y), k) for k in streets.get(road, ())]
        if near and min(near)[0] <= _NEAR_ITS_STREET_M:
            of_street[min(near)[1]].append(house)
        else:
            stray[road].append((place.road or "", house))
    for _, members in sorted(stray.items()):
        points = shapely.MultiPoint([(house.x, house.y) for _, house in members])
        middle = shapely.centroid(points)
        accuracy = max(spread_m(points), ACCURACY_M["address"])
        name = members[0][0]
        one = Known("road", name, middle.x, middle.y, accuracy, members[0][1].source, points)
        of_street[len(known)] = [house for _, house in members]
        known.append((one, (name,)))
    return {k: HouseNumbers(houses) for k, houses in of_street.items()}
