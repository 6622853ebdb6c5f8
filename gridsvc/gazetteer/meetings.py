"""Where streets of given names meet: crossings, and the stretch of a street between two others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from gridsvc.errors import Text
from gridsvc.gazetteer import along
from gridsvc.gazetteer.choosing import MOST_CROSSINGS, nearest
from gridsvc.gazetteer.directions import from_crossing
from gridsvc.gazetteer.gazetteer import ONE_CROSSING_M, Gazetteer
from gridsvc.gazetteer.junctions import junction_at
from gridsvc.gazetteer.spots import DRAWN, Spot
from gridsvc.gazetteer.streets import Street
from gridsvc.gazetteer.understanding import Anchor


@dataclass(frozen=True, slots=True)
class Road:
    """A street that a name may mean, and how well the name fits it."""

    name: str
    street: Street
    score: float


def crossing_spots(
    gazetteer: Gazetteer, anchor: Anchor, roads: Sequence[Sequence[Road]], around: shapely.STRtree | None
) -> tuple[list[Spot], bool]:
    """Return the crossings of two names; two names that meet confirm each other."""
    met = [(a, b, point) for a, b in _close(*roads) for point in gazetteer.meeting_points(a.street, b.street)]
    order, left = nearest([point for _, _, point in met], around, MOST_CROSSINGS)
    spots = []
    for a, b, point in (met[k] for k in order):
        junction = junction_at(point, (a.street, b.street))
        words = Text(f"“{a.name}”与“{b.name}”的交叉口", f"the crossing of {a.name} and {b.name}")
        name = f"{a.name}与{b.name}十字"
        spot = Spot(
            name, "crossing", *junction.middle, junction.accuracy_m, DRAWN, min(a.score, b.score), (words,)
        )
        spots.append(from_crossing(gazetteer, spot, junction, anchor.about))
    return spots, left


def _close(a: Sequence[Road], b: Sequence[Road]) -> list[tuple[Road, Road]]:
    """Return the pairs of different streets that come near enough to each other to cross."""
    if not a or not b:
        return []
    tree = shapely.STRtree([road.street.shape for road in b])
    shapes = [road.street.shape for road in a]
    left, right = tree.query(shapes, predicate="dwithin", distance=2 * ONE_CROSSING_M)
    pairs = sorted(zip(left.tolist(), right.tolist(), strict=True))
    return [(a[i], b[j]) for i, j in pairs if a[i].street is not b[j].street]


def stretch_spots(gazetteer: Gazetteer, roads: Sequence[Sequence[Road]]) -> list[Spot]:
    """Return the parts of the first street between where the second and the third meet it."""
    ends: list[dict[Road, tuple[Road, tuple[float, float]]]] = []
    for others in roads[1:]:
        met: dict[Road, tuple[Road, tuple[float, float]]] = {}
        for road, other in _close(roads[0], others):
            if road not in met and (points := gazetteer.meeting_points(road.street, other.street)):
                met[road] = (other, points[0])
        ends.append(met)
    spots = []
    for road in roads[0]:
        if any(road not in met for met in ends):
            continue
        (a, p), (b, q) = (met[road] for met in ends)
        point, length = along.between(road.street, p, q)
        words = Text(
            f"“{road.name}”在“{a.name}”与“{b.name}”之间", f"{road.name} between {a.name} and {b.name}"
        )
        name = f"{road.name}（{a.name}至{b.name}）"
        accuracy = max(along.UNIFORM * length, 20.0)
        score = min(road.score, a.score, b.score)
        spots.append(Spot(name, "road", *point, accuracy, DRAWN, score, (words,)))
    return spots
