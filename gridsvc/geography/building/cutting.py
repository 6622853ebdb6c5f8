"""Cutting a block into cells by straight lines: the written rule of docs/decisions/0012-building-a-grid.md.

A block is cut in two again and again until each part is about the target. A cut runs along or across the
block's own directions. Among some dozens of such cuts the cheapest is taken: short, leaving compact parts
whose areas are near whole multiples of the target, going on from a crossing or corner of the rim, and
through no building.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridsvc.geography.building.joining import width
from gridsvc.geography.rings import Floats, Geometries

_LEVELS = 129
_MOST_FRACTIONS = 3  # positions by area on each side of the middle
_MOST_CORNERS = 6
_SHIFTS = np.array([0.0, -0.1, 0.1, -0.2, 0.2, -0.3, 0.3])  # of a cell, to pass between buildings
_CORNER_TURN = np.radians(25.0)  # a vertex that turns by more is a corner
# What the parts of the cost weigh against each other.
_LENGTH, _SHAPE, _EVEN, _SMALL, _BUILDING, _CORNER = 1.0, 3.0, 1.5, 3.0, 6.0, 0.10
_LONGEST = 3.5  # a part longer than this many widths is cut further …
_SPARE = 1.4  # … while the cells stay this many times the smallest
_ON_RIM = 2.0  # millimetres: where cuts end is rounded
_SQUARE = np.pi / 4  # 4πA/P² of a square


@dataclass(frozen=True, slots=True)
class Sizes:
    """The areas of cells in square millimetres."""

    target: float
    smallest: float
    largest: float


def cut_block(
    block: shapely.Polygon,
    sizes: Sizes,
    corners: Corners,
    buildings: Geometries,
    *,
    remember: bool = True,
) -> Geometries:
    """Return the parts of `block`, each as near to the target as its shape allows.

    `corners` are places where other lines meet the rim, from which a cut likes to go on; with
    `remember` the ends of the cuts made are added to them. `buildings` are polygons that cuts avoid.
    """
    pending, done = [block], []
    tree = shapely.STRtree(buildings) if len(buildings) else None
    while pending:
        part = pending.pop()
        count = _count(part, sizes)
        if count < 2:
            done.append(part)
            continue
        near = buildings[np.sort(tree.query(part, "intersects"))] if tree is not None else buildings
        parts, ends = _cut(part, count, sizes, corners.on_rim(part), near)
        if len(parts) < 2:
            done.append(part)
        else:
            if remember:
                corners.add(ends)
            # Reading order: the next part cut is one that touches what is cut already.
            pending += sorted(parts, key=lambda each: (each.bounds[3], -each.bounds[0]))
    return np.array(done, dtype=object)


def _count(part: shapely.Polygon, sizes: Sizes) -> int:
    """Return into how many cells a part goes: by area, more when it is long and narrow."""
    area, around = part.area, part.length
    narrow = float(width(np.array(area), np.array(around)))
    by_shape = min(area / (_LONGEST * narrow**2), area / (_SPARE * sizes.smallest))
    return max(round(area / sizes.target), round(by_shape))


class Corners:
    """Places where lines meet, found again by where they are."""

    def __init__(self, bucket: float) -> None:
        self._bucket = bucket
        self._places: dict[tuple[int, int], list[tuple[float, float]]] = {}

    def add(self, places: Floats) -> None:
        """Remember places (n, 2)."""
        for x, y in places.tolist():
            self._places.setdefault((int(x // self._bucket), int(y // self._bucket)), []).append((x, y))

    def on_rim(self, part: shapely.Polygon) -> Floats:
        """Return the places on the rim of `part`, except its first and last by the way."""
        west, south, east, north = (int(v // self._bucket) for v in part.bounds)
        if (east - west + 1) * (north - south + 1) > len(self._places):
            near = [place for places in self._places.values() for place in places]
        else:
            keys = ((i, j) for i in range(west, east + 1) for j in range(south, north + 1))
            near = [place for key in keys for place in self._places.get(key, ())]
        xy = np.array(near, dtype=np.float64).reshape(-1, 2)
        rim = part.boundary
        shapely.prepare(rim)
        return np.asarray(xy[shapely.dwithin(rim, shapely.points(xy), _ON_RIM)])


def _cut(
    part: shapely.Polygon, count: int, sizes: Sizes, corners: Floats, buildings: Geometries
) -> tuple[Geometries, Floats]:
    xy = shapely.get_coordinates(part)
    middle = xy.mean(axis=0)
    rings = _rings(part)
    places = np.concatenate([_own_corners(rings), corners]) - middle
    shapes, lines, bonus = [], [], []
    for normal in _directions(part):
        edges = _edges(rings, normal, middle)
        heights, at_corner = _heights(edges, normal, count, places, shift=len(buildings) > 0)
        if not len(heights):
            continue
        lower, chord = _half_planes(xy, middle, normal, heights)
        shapes.append(lower)
        lines.append(chord)
        bonus.append(at_corner)
    if not shapes:
        return np.array([part], dtype=object), np.empty((0, 2))
    lower, chords, at_corner = np.concatenate(shapes), np.concatenate(lines), np.concatenate(bonus)
    one, other = shapely.intersection(part, lower), shapely.difference(part, lower)
    cuts = shapely.intersection(part, chords)
    cost = _costs(part, one, other, cuts, sizes) - _CORNER * at_corner
    if len(buildings):
        through = shapely.length(shapely.intersection(cuts[:, None], buildings[None, :])).sum(axis=1)
        cost += _BUILDING * through / np.sqrt(sizes.target)
    best = int(np.argmin(np.round(cost, 9)))
    parts = _polygons(np.array([one[best], other[best]], dtype=object))
    return parts, shapely.get_coordinates(shapely.boundary(shapely.line_merge(cuts[best])))


def _polygons(shapes: Geometries) -> Geometries:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return np.asarray(parts[shapely.area(parts) > 0])


def _directions(part: shapely.Polygon) -> Floats:
    """Return the unit normals of the cuts to try: the rim's main direction and that of the least rectangle.

    The main direction is the one, of a right-angled pair, that most of the rim has (weighted by length).
    """
    step = np.concatenate([np.diff(shapely.get_coordinates(r), axis=0) for r in shapely.get_rings(part)])
    length = np.hypot(*step.T)
    turned = np.sum(length * np.exp(4j * np.arctan2(step[:, 1], step[:, 0])))
    angles = [np.angle(turned) / 4]
    box = shapely.get_coordinates(shapely.oriented_envelope(part))
    side = box[1] - box[0]
    least = np.arctan2(side[1], side[0])
    if abs(np.sin(2 * (least - angles[0]))) > 0.09:
        angles.append(least)
    return np.array([(np.cos(a + q), np.sin(a + q)) for a in angles for q in (0.0, np.pi / 2)])


def _heights(
    edges: Floats, normal: Floats, count: int, corners: Floats, *, shift: bool
) -> tuple[Floats, Floats]:
    """Return the positions along `normal` of cuts to try, and whether at a corner (0 or 1).

    `edges` are those of `_edges`, `corners` (n, 2) count from the same middle. `shift` tries more beside each
    position by area.
    """
    total = _below(edges, np.array([edges[:, [1, 3]].max()]))[0]
    half = count // 2
    wanted = sorted(
        {k for d in range(_MOST_FRACTIONS) for k in (half - d, half + d + count % 2) if 0 < k < count}
    )
    cells = np.array(wanted, dtype=np.float64)
    if shift:
        cells = (cells[:, None] + _SHIFTS).ravel()
    by_area = _at_fractions(edges, cells / count, total)
    places = np.unique(np.round(corners @ normal, 3))
    low, high = edges[:, [1, 3]].min(), edges[:, [1, 3]].max()
    places = places[(places > low) & (places < high)]
    if len(places):
        share = _below(edges, places) / total * count
        # A corner is a good place when it leaves whole cells at both sides.
        whole = np.clip(np.round(share), 1, count - 1)
        off = np.abs(share - whole) / np.minimum(whole, count - whole)
        central = np.abs(share / count - 0.5)
        good = np.flatnonzero((off < 0.3) & (central < 0.34))
        good = good[np.argsort(central[good] + off[good], kind="stable")][:_MOST_CORNERS]
        places = places[good]
    heights = np.concatenate([by_area, places])
    return heights, np.repeat([0.0, 1.0], [len(by_area), len(places)])


def _rings(part: shapely.Polygon) -> list[Floats]:
    """Return the coordinates of the rings, all with the ground on the same side."""
    rings = shapely.get_rings(part)
    turned = shapely.is_ccw(rings)
    turned[0] = not turned[0]
    return [
        shapely.get_coordinates(ring)[:: -1 if turn else 1] for ring, turn in zip(rings, turned, strict=True)
    ]


def _edges(rings: list[Floats], normal: Floats, middle: Floats) -> Floats:
    """Return the edges as (x1, y1, x2, y2), y along `normal`, so that ground is on one side of all."""
    found = []
    for ring in rings:
        xy = ring - middle
        x, y = xy[:, 0] * normal[1] - xy[:, 1] * normal[0], xy @ normal
        found.append(np.column_stack([x[:-1], y[:-1], x[1:], y[1:]]))
    return np.concatenate(found)


def _below(edges: Floats, heights: Floats) -> Floats:
    """Return the area below each height: Green's theorem, the chord along the height adds nothing."""
    x1, y1, x2, y2 = (edges[:, k][None, :] for k in range(4))
    level = heights[:, None]
    step = np.where(y2 == y1, 1.0, y2 - y1)
    crossing = np.clip((level - y1) / step, 0.0, 1.0)
    start, end = np.where(y1 <= level, 0.0, crossing), np.where(y2 <= level, 1.0, crossing)
    none = (y1 > level) & (y2 > level)
    mean = x1 + (x2 - x1) * (start + end) / 2
    pieces = np.where(none | (y1 == y2), 0.0, mean * (end - start) * (y2 - y1))
    return np.asarray(np.abs(pieces.sum(axis=1)))


def _at_fractions(edges: Floats, fractions: Floats, total: float) -> Floats:
    """Return the heights below which these fractions of the area lie, to a thousandth of a cell or so."""
    heights = np.linspace(edges[:, [1, 3]].min(), edges[:, [1, 3]].max(), _LEVELS)
    return np.asarray(np.interp(fractions * total, _below(edges, heights), heights))


def _own_corners(rings: list[Floats]) -> Floats:
    """Return the vertices at which the rim turns into the ground: where a cut makes two simpler parts."""
    found = []
    for ring in rings:
        xy = ring[:-1]
        ahead, behind = np.roll(xy, -1, axis=0) - xy, xy - np.roll(xy, 1, axis=0)
        turn = np.arctan2(
            behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0], (behind * ahead).sum(axis=1)
        )
        found.append(xy[turn < -_CORNER_TURN])
    return np.concatenate(found)


def _half_planes(
    xy: Floats, middle: Floats, normal: Floats, heights: Floats
) -> tuple[Geometries, Geometries]:
    """Return for each height the ground below it, as far as `xy` reaches, and the line of the height."""
    reach = 2.0 * float(np.hypot(*np.ptp(xy, axis=0))) + 1.0
    along = np.array([-normal[1], normal[0]])
    base = middle + heights[:, None] * normal
    a, b = base - reach * along, base + reach * along
    down = -2.0 * reach * normal
    boxes = shapely.polygons(np.stack([a, b, b + down, a + down, a], axis=1))
    return np.asarray(boxes), np.asarray(shapely.linestrings(np.stack([a, b], axis=1)))


def _costs(
    part: shapely.Polygon, one: Geometries, other: Geometries, cuts: Geometries, sizes: Sizes
) -> Floats:
    """Return the cost of each cut; lengths count against the side of a square of the target."""
    pieces, of = shapely.get_parts(np.concatenate([one, other]), return_index=True)
    of = of % len(one)
    area, around = shapely.area(pieces), np.maximum(shapely.length(pieces), 1e-9)
    cells = area / sizes.target
    # The worst a cell can become counts: the shape of a part of many cells can still be put right.
    weight = 1.0 / np.maximum(cells, 1.0)
    shape = np.maximum(_SQUARE - 4 * np.pi * area / around**2, 0.0) * weight
    whole = np.maximum(np.round(cells), 1.0)
    even = np.abs(cells - whole) / whole * weight
    small = (area < sizes.smallest).astype(np.float64)

    def total(values: Floats) -> Floats:
        return np.bincount(of, weights=values, minlength=len(one)).astype(np.float64)

    scale = np.sqrt(part.area)
    return np.asarray(
        _LENGTH * shapely.length(cuts) / scale
        + _SHAPE * total(shape)
        + _EVEN * total(even)
        + _SMALL * total(small)
    )
