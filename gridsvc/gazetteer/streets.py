"""Streets: the links of one name that hang together, with the names that people say for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.gazetteer.normalising import normalised
from gridsvc.roads import Roads

Geometries = NDArray[np.object_]
Rows = NDArray[np.int64]

APART_M = 1_000.0
"""Links of one name with a gap wider than this are two streets: two districts may have the same 解放路."""

_SIDE = re.compile(r"(?<=.)(?:辅路|辅道|侧道)$")
_SECTION = re.compile(r"^(.{2,}[路街道巷])([东西南北中])段$")
_KIND = re.compile(r"^(.{2,})(?:大街|大道|路|街|巷)$")
_FAMILY = re.compile(r"^(.{2,})[东西南北中]([路街]|大街)$")
_RING = re.compile(r"^(.{0,2}.环)([东西南北])路$")

OMITTED, FAMILY, RING, SECTIONS = 0.9, 0.88, 0.95, 0.98
"""Scores of names that are not quite the street's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """Links in metres of the gazetteer's projected system; `leaves`: the names that its links bear.

    `main`: the links without side roads (all of them where there are only side roads), `shape` as one
    geometry. `crosses`: whether it makes crossings, which an elevated road or a ramp does not.
    """

    name: str
    leaves: frozenset[str]
    lines: Geometries
    main: Geometries
    shape: Any
    half_width_m: float
    crosses: bool
    source: str

    @property
    def extent_m(self) -> float:
        """Return the diagonal of the box around the street."""
        west, south, east, north = shapely.total_bounds(self.main)
        return float(np.hypot(east - west, north - south))


def leaf_names(roads: Roads) -> NDArray[np.object_]:
    """Return the normalised name of the street that each link belongs to, shape (n,); None: of none.

    A side road (友谊东路辅路) belongs to its main road.
    """
    cache = {name: _SIDE.sub("", normalised(name)) for name in set(roads.names) if name}
    return np.array([cache.get(name) or None for name in roads.names], object)


def streets_of(roads: Roads, lines: Geometries, leaves: NDArray[np.object_]) -> list[Street]:
    """Return the streets; `lines` are the links in metres. 含光路 is all of 含光路北段, 中段 and 南段."""
    rows: dict[str, list[int]] = defaultdict(list)
    shown: dict[str, str] = {}
    for row, leaf in enumerate(leaves):
        if leaf is None:
            continue
        rows[leaf].append(row)
        if roads.roles[row] != "side":
            shown.setdefault(leaf, roads.names[row])
        section = _SECTION.match(leaf)
        if section:
            rows[section[1]].append(row)
    streets = []
    for key in sorted(rows):
        members = np.array(rows[key], np.int64)
        for part in together(lines[members], APART_M):
            streets.append(_street(shown.get(key, key), roads, lines, leaves, members[part]))
    return streets


def _street(name: str, roads: Roads, lines: Geometries, leaves: NDArray[np.object_], rows: Rows) -> Street:
    roles = roads.roles[rows]
    main = rows[roles != "side"] if (roles != "side").any() else rows
    crossing = np.isin(roles, ("road", "side", "roundabout"))
    return Street(
        name=name,
        leaves=frozenset(leaves[rows]),
        lines=lines[rows],
        main=lines[main],
        shape=shapely.MultiLineString(list(lines[main])),
        half_width_m=max(half_width_m(roads.grades[row], roads.names[row]) for row in main.tolist()),
        crosses=bool(crossing.any()),
        source=str(roads.sources[rows[0]]),
    )


def half_width_m(grade: str | None, name: str | None) -> float:
    """Return how far the kerb is from the middle of one carriageway, where nobody has measured it.

    Round figures for carriageway and cycle lane by the road's grade; an error of five metres in them is an
    error of five metres in a corner, which the accuracy of a corner allows for.
    """
    word = (grade or "").casefold()
    if any(each in word for each in ("快速", "主干", "trunk", "primary", "motorway")):
        return 12.0
    if any(each in word for each in ("次干", "secondary")):
        return 10.0
    if any(each in word for each in ("支", "巷", "tertiary", "residential", "lane", "service")):
        return 5.0
    return 4.0 if (name or "").endswith(("巷", "弄", "胡同")) else 9.0


def together(lines: Geometries, apart: float) -> list[Rows]:
    """Return the groups of lines of which none is farther than `apart` from the rest of its group."""
    tree = shapely.STRtree(lines)
    left, right = tree.query(lines, predicate="dwithin", distance=apart)
    parent = list(range(len(lines)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        parent[max(root(a), root(b))] = min(root(a), root(b))
    roots = np.array([root(k) for k in range(len(lines))], np.int64)
    order = np.argsort(roots, kind="stable")
    cuts = [0, *(np.flatnonzero(np.diff(roots[order])) + 1).tolist(), len(order)]
    return [order[a:b] for a, b in pairwise(cuts)]


def spoken_names(name: str) -> Iterable[tuple[str, float, bool]]:
    """Yield (normalised name, score, short) of what people say for a street of this normalised name.

    友谊东路 is also 友谊路 (with 友谊西路) and 友谊东; 二环南路东段 is also 南二环东段. A `short` name,
    without 路 or 街, means the street only beside another street, a number or a word for a crossing.
    """
    yield name, 1.0, False
    head, tail = name, ""
    section = _SECTION.match(name)
    if section:
        head, tail = section[1], f"{section[2]}段"
    ring = _RING.match(head)
    if ring:
        yield f"{ring[2]}{ring[1]}{tail}", RING, False
        yield f"{ring[2]}{ring[1]}路{tail}", RING, False
    if tail:
        return
    family = _FAMILY.match(name)
    if family and not ring:
        yield family[1] + family[2], FAMILY, False
    kind = _KIND.match(name)
    if kind:
        yield kind[1], OMITTED, True
