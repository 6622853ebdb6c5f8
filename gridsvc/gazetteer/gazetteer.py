"""The gazetteer in memory: every place, an index of their names, crossings and house numbers. Immutable."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.gazetteer.crossings import Pair, ordered
from gridsvc.gazetteer.names import NameIndex
from gridsvc.gazetteer.normalising import normalised
from gridsvc.gazetteer.numbers import HouseNumbers
from gridsvc.gazetteer.places import Known
from gridsvc.gazetteer.streets import Street, spoken_names, together
from gridsvc.geography.projection import to_degrees, to_millimetres

Floats = NDArray[np.float64]

_SHORT_BEFORE = re.compile(r"(?:与|和|跟|同|及|、)$")
_SHORT_BEHIND = re.compile(r"与|和|跟|同|及|、|十字|丁字|交叉|交汇|路口|口|\d{1,5}号")
_NEAR_STREET_M = 80.0
ONE_CROSSING_M = 120.0
"""Links of two streets that meet this near each other make one crossing; it is as near to both."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A place that a name may mean, and how well the name fits it (1: its own name)."""

    place: int
    score: float


class Gazetteer:
    """Every place that an address may name. What it answers never changes; a new one takes its place."""

    def __init__(
        self,
        version: str,
        srid: int,
        places: Sequence[tuple[Known, Sequence[str]]],
        crossings: Mapping[Pair, Floats],
        houses: Mapping[int, HouseNumbers],
        city_names: Sequence[str] = (),
    ) -> None:
        """Take the places, each with all its names, crossings by street names, house numbers by place."""
        self.version, self.srid = version, srid
        self.places = [known for known, _ in places]
        self.houses = houses
        self.city_names = frozenset(map(normalised, city_names))
        self._crossings = crossings
        meanings: dict[str, dict[int, float]] = defaultdict(dict)
        short: dict[str, dict[int, float]] = defaultdict(dict)
        for k, (known, names) in enumerate(places):
            for name, score, is_short in _all_names(known, names):
                if len(name) >= 2:
                    table = short if is_short else meanings
                    table[name][k] = max(score, table[name].get(k, 0.0))
        self.index = NameIndex(meanings)
        self._meanings = {name: _ranked(each) for name, each in meanings.items()}
        self._short = {name: _ranked(each) for name, each in short.items()}
        self._kinds = {
            name: frozenset(self.places[meaning.place].kind for meaning in each)
            for name, each in (self._short | self._meanings).items()
        }
        self.xy = np.array([(known.x, known.y) for known in self.places], np.float64).reshape(-1, 2)
        self._lengths = sorted({len(name) for name in (*meanings, *short)}, reverse=True)
        self._streets = [known for known in self.places if known.street is not None and known.street.crosses]
        lines = [known.street.shape for known in self._streets if known.street]
        self._street_tree = shapely.STRtree(lines)

    def __len__(self) -> int:
        return len(self.places)

    def meanings(self, name: str) -> Sequence[Meaning]:
        """Return what a normalised name means, the best first."""
        return self._meanings.get(name) or self._short.get(name, ())

    def is_a(self, name: str, what: str) -> bool:
        """Tell whether a name may mean a `street`, or means nothing but an `area`."""
        kinds = self._kinds.get(name, frozenset())
        return "road" in kinds if what == "street" else kinds == {"area"}

    def name_at(self, text: str, at: int) -> int:
        """Return the length of the longest name that begins at a position of a normalised text, or 0.

        A street's name without 路 or 街 counts only beside what makes it one.
        """
        # A name in Latin letters does not begin or end within a word.
        if (
            at
            and text[at].isascii()
            and text[at].isalnum()
            and text[at - 1].isascii()
            and text[at - 1].isalnum()
        ):
            return 0
        for length in self._lengths:
            name = text[at : at + length]
            if len(name) < length:
                continue
            if name in self._meanings:
                if not _cuts_word(text, at + length):
                    return length
            elif name in self._short and (
                _SHORT_BEHIND.match(text, at + length) or _SHORT_BEFORE.search(text[max(at - 1, 0) : at])
            ):
                return length
        return 0

    def meeting_points(self, a: Street, b: Street) -> list[tuple[float, float]]:
        """Return where two streets cross: every place once, metres."""
        points = [
            self._crossings[pair]
            for left in sorted(a.leaves)
            for right in sorted(b.leaves)
            if left != right and (pair := ordered(left, right)) in self._crossings
        ]
        if not points:
            return []
        xy = np.concatenate(points)
        # Streets of one name in two places share the key: a crossing is on both of these two.
        marks = np.asarray(shapely.points(xy), object)
        for street in (a, b):
            near = shapely.dwithin(street.shape, marks, ONE_CROSSING_M)
            xy, marks = xy[near], marks[near]
        if not len(xy):
            return []
        middles = [xy[group].mean(axis=0) for group in together(marks, ONE_CROSSING_M)]
        return [(float(x), float(y)) for x, y in middles]

    def street_near(self, x: float, y: float) -> Street | None:
        """Return the street nearest to a point, None when none is within 80 m."""
        if not self._streets:
            return None
        found = self._street_tree.query_nearest(
            shapely.Point(x, y), max_distance=_NEAR_STREET_M, all_matches=False
        )
        return self._streets[int(found[0])].street if len(found) else None

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude (WGS 84) of a point in metres, to 1e-7 degrees."""
        millimetres = [np.rint(np.array([each * 1000])).astype(np.int64) for each in (x, y)]
        lon, lat = to_degrees(self.srid, *millimetres)
        return round(float(lon[0]), 7), round(float(lat[0]), 7)

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Return x, y in metres of a longitude and latitude (WGS 84)."""
        x, y = project(self.srid, np.array([lon]), np.array([lat]))
        return float(x[0]), float(y[0])


def project(srid: int, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return x, y in metres of degrees, shape (n,)."""
    x, y = to_millimetres(srid, lon, lat)
    return x / 1000.0, y / 1000.0


def in_metres(srid: int, geometries: NDArray[Any]) -> NDArray[Any]:
    """Return geometries in lon, lat as geometries in metres."""
    return np.asarray(
        shapely.transform(geometries, lambda xy: np.column_stack(project(srid, xy[:, 0], xy[:, 1]))), object
    )


def _ranked(scores: Mapping[int, float]) -> tuple[Meaning, ...]:
    return tuple(
        Meaning(place, score) for place, score in sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    )


def _all_names(known: Known, names: Sequence[str]) -> list[tuple[str, float, bool]]:
    """Return (normalised name, score, short) of a place."""
    plain = list(dict.fromkeys(filter(None, map(normalised, names))))
    if known.kind != "road":
        return [(name, 1.0, False) for name in plain]
    return [each for name in plain for each in spoken_names(name)]


def _cuts_word(text: str, end: int) -> bool:
    if end >= len(text):
        return False
    return all(each.isascii() and each.isalnum() for each in (text[end - 1], text[end]))
