"""The stretch of a named road from one crossing to another, from the road layer."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import shapely
from shapely.ops import substring

from gridsvc.roads.centring import CentreLines
from gridsvc.roads.names import clean_name

_MEETS_M = 45.0
"""So near to a road's links its crossing with another is: a wide road's carriageways lie that far apart."""
_ON_LINE_M = 60.0
_SHORTEST_M = 10.0
_ENDINGS = (
    "十字路口",
    "丁字路口",
    "十字",
    "丁字",
    "交叉路口",
    "交叉口",
    "交叉点",
    "交汇处",
    "路口",
    "交口",
    "口",
)
_ROAD_WORDS = ("路", "街", "巷", "道", "线", "段", "桥")
_BEGINNING = re.compile(r"^(?:与|自|从|至|到|西起|东起|南起|北起|西至|东至|南至|北至)")


def crossing_road(words: str) -> str:
    """Return the road that 起点 or 止点 names: 太乙路 of 与太乙路十字."""
    name = clean_name(words) or ""
    name = _BEGINNING.sub("", name)
    for ending in _ENDINGS:
        # 友谊东路口 is the 口 of 友谊东路, and not the 路口 of 友谊东.
        if name.endswith(ending) and name.removesuffix(ending).endswith(_ROAD_WORDS):
            return name.removesuffix(ending)
    return name


def stretch_between(centres: CentreLines, name: str, start: str, end: str) -> Any | str:
    """Return the centre line of a road between its crossings with two others, in metres, from start to end.

    What cannot be found is answered by which of the three names it is: "name", "start" or "end".
    """
    lines = centres.of(name)
    if not len(lines):
        return "name"
    places = {}
    for field, other in (("start", start), ("end", end)):
        found = _crossings(centres, name, crossing_road(other))
        if not len(found):
            return field
        places[field] = found
    best: tuple[float, Any] | None = None
    for line in lines:
        for begin in places["start"]:
            for finish in places["end"]:
                off = shapely.distance(line, begin) + shapely.distance(line, finish)
                at, to = line.project(begin), line.project(finish)
                fits = max(shapely.distance(line, begin), shapely.distance(line, finish)) <= _ON_LINE_M
                if fits and abs(to - at) >= _SHORTEST_M and (best is None or off < best[0]):
                    best = (off, substring(line, at, to))
    return "end" if best is None else best[1]


def _crossings(centres: CentreLines, name: str, other: str) -> list[Any]:
    """Return the places, one for each, where two roads meet; 朱雀大街 is also its 北段 and 南段."""
    section_of = re.compile(re.escape(other) + "[东西南北中]段$") if other else None
    known = [each for each in centres.names if each == other or (section_of and section_of.match(each))]
    mine = shapely.union_all(centres.links_of(name))
    theirs = shapely.union_all([link for each in known for link in centres.links_of(each)])
    if shapely.is_empty(mine) or shapely.is_empty(theirs):
        return []
    near = shapely.intersection(shapely.buffer(theirs, _MEETS_M), mine)
    parts = shapely.get_parts(shapely.buffer(near, _MEETS_M))
    return [] if not len(parts) else list(np.asarray(shapely.centroid(parts)))
