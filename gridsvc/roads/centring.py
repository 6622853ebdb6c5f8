"""Named roads drawn as one line each, from the links of the road layer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gridsvc.geography.building.centrelines import Corridors, centre_lines
from gridsvc.roads.layer import Roads

Geometries = NDArray[np.object_]

# What is beside the road belongs to it; what runs above, below or off it does not.
_ON_THE_GROUND = ("road", "side", "roundabout")
_BESIDE = re.compile(r"(?<=.)(?:辅路|辅道|侧道|环岛|转盘)$")
# Links of one name belong together over a wider gap than those of two roads would.
_TOGETHER = Corridors(one_way_m=32.0)
_LANE_M = 10.0
"""From the outermost link, the middle of a carriageway, to the kerb and the pavement behind it."""
_LEAST_HALF_WIDTH_M, _MOST_HALF_WIDTH_M = 10.0, 60.0
_SAMPLE_M = 20.0


def base_name(name: str) -> str:
    """Return the name of the road that a side road or roundabout is part of: 友谊西路 of 友谊西路辅路."""
    return _BESIDE.sub("", name)


class CentreLines:
    """Centre lines of named roads in metres of a projected system; drawn when first asked."""

    def __init__(self, roads: Roads, srid: int) -> None:
        """Take the road layer; elevated roads, ramps and turning links are left out."""
        on_ground = np.isin(roads.roles.astype(str), _ON_THE_GROUND) & (roads.names != None)  # noqa: E711
        self._roads = roads.subset(on_ground)
        to_plane = Transformer.from_crs(4326, srid, always_xy=True).transform

        def project(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(to_plane(xy[:, 0], xy[:, 1]))

        self.links: Geometries = np.asarray(shapely.transform(self._roads.geometries, project), object)
        self._rows: dict[str, list[int]] = {}
        for row, name in enumerate(self._roads.names):
            self._rows.setdefault(base_name(str(name)), []).append(row)
        self._drawn: dict[str, Geometries] = {}

    @property
    def names(self) -> list[str]:
        """Every road's name, sorted."""
        return sorted(self._rows)

    def links_of(self, name: str) -> Geometries:
        """Return the links of a road, side roads included; empty when there is no such road."""
        return np.asarray(self.links[self._rows.get(base_name(name), [])], object)

    def of(self, name: str) -> Geometries:
        """Return a road's centre lines, each as long as the road is whole; empty when there is none."""
        base = base_name(name)
        if base not in self._drawn:
            one_way = self._roads.directions[self._rows.get(base, [])] != "both"
            lines = centre_lines(self.links_of(base), one_way.astype(bool), _TOGETHER)
            self._drawn[base] = _longest_ways(lines)
        return self._drawn[base]

    def half_width(self, name: str, line: Any) -> float:
        """Return metres from a stretch of a road's centre line to its kerb, by its outermost links there."""
        links = self.links_of(name)
        beside = shapely.intersection(links, shapely.buffer(line, _MOST_HALF_WIDTH_M, cap_style="flat"))
        beside = beside[~shapely.is_empty(beside)]
        if not len(beside):
            return _LEAST_HALF_WIDTH_M
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(beside, _SAMPLE_M)))
        # A link that leaves the road at a crossing says nothing of its width.
        away = float(np.quantile(shapely.distance(points, line), 0.9))
        return float(np.clip(round(away + _LANE_M), _LEAST_HALF_WIDTH_M, _MOST_HALF_WIDTH_M))


def _longest_ways(lines: Geometries) -> Geometries:
    """Join lines that go on where they meet, straightest first: a crossing does not end a road."""
    ways = [np.asarray(shapely.get_coordinates(line)) for line in lines]
    ends: dict[tuple[float, float], list[tuple[int, bool]]] = {}
    for k, way in enumerate(ways):
        for at_end, point in ((False, way[0]), (True, way[-1])):
            ends.setdefault((float(point[0]), float(point[1])), []).append((k, at_end))
    turns = []
    for meeting in ends.values():
        for i, one in enumerate(meeting):
            for other in meeting[i + 1 :]:
                if one[0] != other[0]:
                    straight = float(
                        np.dot(_leaving(ways[one[0]], one[1]), _leaving(ways[other[0]], other[1]))
                    )
                    turns.append((straight, one, other))
    joined: dict[tuple[int, bool], tuple[int, bool]] = {}
    for straight, one, other in sorted(turns):
        if straight < -0.5 and one not in joined and other not in joined:
            joined[one], joined[other] = other, one
    chains, used = [], set()
    starts = [(k, end) for k in range(len(ways)) for end in (False, True) if (k, end) not in joined]
    starts += [(k, False) for k in range(len(ways))]  # a ring has no end to start from
    for k, end in starts:
        chain: list[NDArray[np.float64]] = []
        while k not in used:
            used.add(k)
            chain.append(ways[k][::-1] if end else ways[k])
            following = joined.get((k, not end))
            if following is None:
                break
            k, end = following
        if chain:
            chains.append(shapely.linestrings(_run(chain)))
    found = np.array(chains, object)
    return found[np.argsort(-shapely.length(found), kind="stable")] if len(found) else found


def _leaving(way: NDArray[np.float64], at_end: bool) -> NDArray[np.float64]:
    """Return the direction, of length 1, in which a line leaves one of its ends."""
    along = way[-2] - way[-1] if at_end else way[1] - way[0]
    return np.asarray(along / np.hypot(*along))


def _run(chain: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    points = np.concatenate(list(chain))
    return np.asarray(points[np.append(True, (points[1:] != points[:-1]).any(axis=1))])
