"""Which place is meant where an address names several: the most exact one that agrees with the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.gazetteer.joining import near_ones_joined
from gridsvc.gazetteer.placing import spots_of
from gridsvc.gazetteer.spots import Spot
from gridsvc.gazetteer.understanding import Anchor

CONFLICT = 0.6
"""Factor of the score where what an address says does not fit together."""
MOST_ANCHORS = 8
"""An address names a few places; of more the first ones are looked at, and none of them is certain."""
_LOOSE = 0.7
_CONTEXT_M = {"area": 60.0, "road": 300.0}
_OTHER_CONTEXT_M = 500.0
_RANK = {"house": 0, "place": 1, "crossing": 2, "stretch": 3, "section": 4, "street": 5, "area": 6}

Found = tuple[Anchor, list[Spot]]


@dataclass(frozen=True, slots=True)
class Meant:
    """Spots that may be meant, and others that the text names. `more`: there are places not looked at."""

    spots: list[Spot]
    others: list[Spot]
    more: bool


def meant_spots(
    gazetteer: Gazetteer,
    anchors: Sequence[Anchor],
    mended: Mapping[str, float],
    near: tuple[float, float] | None,
) -> Meant:
    """Return the spots of the anchor that says most exactly what is meant, and those of the others.

    The others are the surroundings that it must agree with: 碑林区 友谊东路 before a compound. `mended` has
    the scores of names that were misspelt, `near` (metres) what to look near where the text does not say.
    """
    distinct = _distinct(anchors)
    found, cut = _found(gazetteer, distinct[:MOST_ANCHORS], mended, near)
    if not found:
        return Meant([], [], False)
    main = min(
        found, key=lambda each: (not each[0].closed, _RANK[each[0].kind], min(s.accuracy_m for s in each[1]))
    )
    around = [each for each in found if each is not main]
    elsewhere = [spot for _, spots in around for spot in spots]
    agreeing = main[1]
    for _, spots in around:
        fitting = _agreeing(agreeing, spots)
        if not fitting:
            return Meant(_lowered(main[1], CONFLICT), elsewhere, bool(cut))
        agreeing = fitting
    kept = {id(spot) for spot in agreeing}
    left = [spot for spot in main[1] if id(spot) not in kept]
    # Those left out are farther from the surroundings than those looked at: some of these must have failed.
    if len(distinct) > MOST_ANCHORS or (id(main[0]) in cut and not left):
        agreeing = _lowered(agreeing, CONFLICT)
    return Meant(agreeing, left + elsewhere, bool(cut))


def _distinct(anchors: Sequence[Anchor]) -> list[Anchor]:
    """Return the anchors, those that say the same once: repeating adds nothing."""
    said: dict[tuple[object, ...], Anchor] = {}
    for anchor in anchors:
        words = tuple(token.text for token in anchor.about)
        key = (anchor.kind, anchor.names, anchor.number, anchor.way, words, anchor.closed)
        said.setdefault(key, anchor)
    return list(said.values())


def _found(
    gazetteer: Gazetteer,
    anchors: Sequence[Anchor],
    mended: Mapping[str, float],
    near: tuple[float, float] | None,
) -> tuple[list[Found], set[int]]:
    """Return the anchors with their spots, in the order said, and which of them (by id) were cut.

    Those of rare names are looked up first: of a frequent name the places near them are looked at.
    """
    around = shapely.STRtree([shapely.Point(near)]) if near else None
    settled = False
    found: list[Found] = []
    cut: set[int] = set()
    for anchor in sorted(anchors, key=lambda each: len(gazetteer.meanings(each.names[0]))):
        spots, left = spots_of(gazetteer, anchor, around)
        spots = near_ones_joined(spots)
        factor = math.prod(mended.get(name, 1.0) for name in anchor.names) * (
            1.0 if anchor.closed else _LOOSE
        )
        if left:
            cut.add(id(anchor))
        if spots:
            found.append((anchor, _lowered(spots, factor)))
            if not settled:
                around = shapely.STRtree([spot.geometry for spot in spots])
                settled = True
        elif anchor.kind in ("crossing", "stretch"):
            found += _apart(gazetteer, anchor, around)
    return sorted(found, key=lambda each: each[0].start), cut


def _apart(gazetteer: Gazetteer, anchor: Anchor, around: shapely.STRtree | None) -> list[Found]:
    """Return the streets of an anchor that do not meet: each is shown, and neither is meant."""
    found = []
    for name in anchor.names:
        alone, _ = spots_of(gazetteer, Anchor("street", (name,), anchor.start, anchor.end), around)
        apart = [spot.said("各路不相交", "the roads do not meet") for spot in alone]
        found.append((anchor, _lowered(apart, CONFLICT)))
    return [each for each in found if each[1]]


def _lowered(spots: Sequence[Spot], factor: float) -> list[Spot]:
    return [replace(spot, score=spot.score * factor) for spot in spots]


def _agreeing(spots: Sequence[Spot], others: Sequence[Spot]) -> list[Spot]:
    """Return the spots that lie within reach of one of the others."""
    accuracy = np.array([spot.accuracy_m for spot in spots])
    fits = np.zeros(len(spots), bool)
    shapes = np.array([spot.geometry for spot in spots], object)
    points = shapely.points([(spot.x, spot.y) for spot in spots])
    for other in others:
        reach = _CONTEXT_M.get(other.kind, _OTHER_CONTEXT_M) + accuracy
        # Of something drawn the outline counts, of a point its middle, which is less exact.
        if other.shape is not None:
            fits |= shapely.distance(shapes, other.shape) <= reach
        else:
            fits |= shapely.distance(points, shapely.Point(other.x, other.y)) <= reach + other.accuracy_m
    return [spot for spot, fitting in zip(spots, fits.tolist(), strict=True) if fitting]
