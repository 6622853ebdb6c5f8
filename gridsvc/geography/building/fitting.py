"""Roads brought to the borders that are given: the district's, and the outlines of compounds.

Where a road runs along a given border within a reach, the border stands for both. Loose ends are closed
when they nearly meet a line, and a road that ends for good is prolonged straight on: a block that its own
road points into is cut there first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.building.linework import flat, in_order, noded, nodes, prune
from gridsvc.geography.rings import Floats, Geometries

_HEADING_M = 25.0  # the last stretch of a road gives its heading
_AHEAD_M = 0.05
_FIRST_LOOK_M = 500.0
_MILLIMETRE = 0.001


@dataclass(frozen=True, slots=True)
class Fit:
    """Distances in metres. `reach_m`: a road this near a given border is taken for it; `closing_m`: the
    widest opening that is closed; `dead_end_m`: the shortest dead end that counts."""

    reach_m: float = 20.0
    closing_m: float = 35.0
    dead_end_m: float = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Lines in metres: roads, and the straight prolongations of dead ends, which are no roads."""

    roads: Geometries
    prolonged: Geometries


def fit_roads(roads: Geometries, ground: shapely.Geometry, compounds: Geometries, fit: Fit) -> Fitted:
    """Return the roads inside `ground` (polygons), which meet its border and the outlines of `compounds`.

    No road runs through a compound; all are in metres.
    """
    outlines = flat(shapely.boundary(np.array([ground, *compounds], dtype=object)))
    border: Any = shapely.multilinestrings(outlines)
    inner = shapely.difference(
        ground,
        shapely.buffer(
            shapely.multilinestrings(list(flat(np.array([shapely.boundary(ground)], dtype=object)))),
            fit.reach_m,
        ),
    )
    if len(compounds):
        inner = shapely.difference(inner, shapely.union_all(shapely.buffer(compounds, fit.reach_m)))
    shapely.prepare(inner)
    pieces = flat(shapely.intersection(roads, inner))
    pieces = _without_grazing(pieces, inner, border, fit)
    if not len(pieces):
        return Fitted(pieces, pieces)
    joined = np.concatenate([pieces, _to_border(pieces, inner, border, fit)])
    joined = noded(joined, _MILLIMETRE)
    joined = prune(joined, fit.dead_end_m / 3)
    joined = np.concatenate([joined, _closings(joined, outlines, fit)])
    joined = _without_short_ends(noded(joined, _MILLIMETRE), outlines, fit)
    return Fitted(joined, _prolonged(joined, outlines, fit))


def _without_grazing(
    pieces: Geometries, inner: shapely.Geometry, border: shapely.Geometry, fit: Fit
) -> Geometries:
    """Leave out pieces of a road along the border that only just leave its reach and come back."""
    if not len(pieces):
        return pieces
    rim = shapely.boundary(inner)
    cut = [shapely.dwithin(shapely.get_point(pieces, k), rim, 1e-3) for k in (0, -1)]
    middle = shapely.line_interpolate_point(pieces, [[0.25], [0.5], [0.75]], normalized=True)
    far = shapely.distance(middle, border).max(axis=0)
    return in_order(pieces[~(cut[0] & cut[1] & (far < 2.2 * fit.reach_m))])


def _headings(lines: Geometries, at_end: bool) -> tuple[Floats, Floats]:
    """Return the ends of lines and the directions in which they would go on."""
    length = shapely.length(lines)
    back = np.minimum(_HEADING_M, 0.8 * length)
    tip = shapely.get_coordinates(shapely.get_point(lines, -1 if at_end else 0))
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, length - back if at_end else back))
    ahead = tip - before
    return tip, ahead / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]


def _to_border(pieces: Geometries, inner: shapely.Geometry, border: shapely.Geometry, fit: Fit) -> Geometries:
    """Return the links from ends that the reach cut off to the border: straight on, or the nearest way."""
    rim = shapely.boundary(inner)
    made = []
    for at_end in (False, True):
        tip, ahead = _headings(pieces, at_end)
        cut = shapely.dwithin(shapely.points(tip), rim, 1e-3)
        tip, ahead = tip[cut], ahead[cut]
        if not len(tip):
            continue
        rays = shapely.linestrings(np.stack([tip, tip + 1.8 * fit.reach_m * ahead], axis=1))
        hits = shapely.intersection(rays, border)
        straight = ~shapely.is_empty(hits)
        nearest: Any = shapely.shortest_line(shapely.points(tip), border)
        on: Any = shapely.shortest_line(shapely.points(tip), hits)
        made += list(np.where(straight, on, nearest))
    return flat(np.array(made, dtype=object))


def _closings(lines: Geometries, outlines: Geometries, fit: Fit) -> Geometries:
    """Return links that close openings: from a loose end to the nearest line ahead within `closing_m`."""
    made = []
    solid = np.concatenate([lines, outlines])
    tree = shapely.STRtree(solid)
    for tip, ahead, own in _loose(lines, outlines):
        reach = shapely.Point(tip + ahead * fit.closing_m / 2).buffer(fit.closing_m / 2 + 1.0)
        near = tree.query(reach, "intersects")
        near = solid[np.sort(near[near != own])]
        links = shapely.shortest_line(shapely.Point(tip), shapely.intersection(near, reach))
        links = links[~(shapely.is_missing(links) | shapely.is_empty(links))]
        if len(links):
            made.append(links[np.argmin(shapely.length(links))])
    return flat(np.array(made, dtype=object)) if made else np.empty(0, dtype=object)


def _loose(lines: Geometries, outlines: Geometries) -> list[tuple[Floats, Floats, int]]:
    """Return (end, direction, line) of the ends that meet no line and no outline."""
    _, ends, degree = nodes(lines)
    border = shapely.multilinestrings([*outlines])
    shapely.prepare(border)
    found = []
    for k, at_end in enumerate((False, True)):
        tip, ahead = _headings(lines, at_end)
        loose = (degree[ends[:, k]] == 1) & ~shapely.dwithin(border, shapely.points(tip), 0.01)
        found += [(tip[i], ahead[i], int(i)) for i in np.flatnonzero(loose)]
    return sorted(found, key=lambda each: tuple(each[0]))


def _without_short_ends(lines: Geometries, outlines: Geometries, fit: Fit) -> Geometries:
    """Leave out dead ends shorter than counts; a line that ends on an outline is none."""
    while True:
        short = {i for _, _, i in _loose(lines, outlines) if lines[i].length < fit.dead_end_m}
        if not short:
            return lines
        lines = lines[[i for i in range(len(lines)) if i not in short]]
        lines = noded(lines, _MILLIMETRE) if len(lines) else lines


def _prolonged(lines: Geometries, outlines: Geometries, fit: Fit) -> Geometries:
    """Return the dead ends' prolongations to the first line that they meet, the shortest drawn first.

    One that comes to run along an outline turns to it as soon as it is within reach.
    """
    solid = np.concatenate([lines, outlines])
    tree = shapely.STRtree(solid)
    west, south, east, north = shapely.total_bounds(outlines)
    far = float(np.hypot(east - west, north - south))
    border = shapely.multilinestrings([*outlines])
    drawn: list[shapely.LineString] = []
    rays = []
    for tip, ahead, _ in _loose(lines, outlines):
        hits = _ahead(tip, ahead, solid, tree, far)
        if len(hits):
            rays.append(_turned(_shortened(tip, hits), border, fit.reach_m))
    for ray in sorted(rays, key=lambda each: (each.length, each.coords[0])):
        hits = shapely.intersection(ray, np.array(drawn, dtype=object)) if drawn else np.empty(0, object)
        hits = hits[~shapely.is_empty(hits)]
        drawn.append(_shortened(np.array(ray.coords[0]), hits) if len(hits) else ray)
    return np.array(drawn, dtype=object)


def _ahead(tip: Floats, ahead: Floats, solid: Geometries, tree: shapely.STRtree, far: float) -> Geometries:
    """Return where a ray from `tip` first meets `solid`, and perhaps more of it; empty for nowhere.

    The look goes near at first: a ray across the whole district would be held against most of its roads.
    """
    reach = _FIRST_LOOK_M
    while True:
        ray = shapely.LineString([tip + _AHEAD_M * ahead, tip + min(reach, far) * ahead])
        hits = shapely.intersection(ray, solid[tree.query(ray, "intersects")])
        hits = hits[~shapely.is_empty(hits)]
        if len(hits) or reach >= far:
            return np.asarray(hits, dtype=object)
        reach *= 4.0


def _turned(ray: shapely.LineString, border: shapely.Geometry, reach: float) -> shapely.LineString:
    """Return the ray, or, where it grazes the border, only its way up to the reach and from there to it."""
    steps = np.arange(0.0, ray.length, reach / 4)
    along = shapely.line_interpolate_point(ray, steps)
    near = shapely.distance(along, border) < reach
    if near.sum() * reach / 4 < 2.5 * reach:
        return ray
    turn = along[int(np.argmax(near))]
    link = shapely.shortest_line(turn, border)
    start = ray.coords[0]
    points = [start, *([] if turn.distance(shapely.Point(start)) == 0 else turn.coords), link.coords[-1]]
    return shapely.LineString(points)


def _shortened(start: Floats, hits: Geometries) -> shapely.LineString:
    links: Any = shapely.shortest_line(shapely.Point(start), hits)
    found: shapely.LineString = links[int(np.argmin(shapely.length(links)))]
    return found
