"""One line per road: carriageways, their side roads and ramps drawn together into a centre line.

A navigation network has a link per direction, and a main road of a Chinese city has up to six of them side by
side. The ground within a reach of them is one corridor; its medial axis, from the Voronoi diagram of points
on its rim, is the line that a surveyor would draw as the border between the blocks at both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.building.linework import contract, nodes, prune, simple_lines
from gridsvc.geography.rings import Geometries

_QUADRANT = 6  # segments of a quarter circle
_SIMPLIFIED_M = 1.5
_WHISKER = 1.3
_MOST_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Corridors:
    """How wide the corridors are, in metres.

    Carriageways up to twice `one_way_m` apart become one line, two-way roads up to twice `two_way_m`. A hole
    in a corridor smaller than `island_m2` (a traffic island, the eye of a roundabout, the loop of a ramp) is
    part of it. Crossings nearer to each other than `crossing_m` are one.
    """

    one_way_m: float = 20.0
    two_way_m: float = 7.5
    island_m2: float = 3_000.0
    crossing_m: float = 25.0


def centre_lines(lines: Geometries, one_way: npt.NDArray[np.bool_], corridors: Corridors) -> Geometries:
    """Return centre lines that meet only at their ends, from links in metres (shape (n,)).

    `one_way` marks the links that are one direction of a road. A road of its own keeps its course within
    decimetres; where roads meet, the crossing lies in the middle of the ground that they share.
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    reach = np.where(one_way, corridors.one_way_m, corridors.two_way_m)
    ground: Any = _without_islands(
        shapely.union_all(shapely.buffer(lines, reach, quad_segs=_QUADRANT)), corridors.island_m2
    )
    # Rounded buffers of nearly straight links have many vertices that say nothing.
    ground = shapely.simplify(ground, 0.2)
    axis = _medial_axis(ground, corridors.two_way_m * 0.75)
    axis = _without_whiskers(axis, ground.boundary)
    axis = contract(axis, corridors.crossing_m)
    return prune(simple_lines(axis, _SIMPLIFIED_M), corridors.one_way_m)


def _without_whiskers(axis: Geometries, rim: shapely.Geometry) -> Geometries:
    """Leave out branches that only reach into a corner of the ground that they start in.

    A road that ends reaches further from its crossing than the ground there is wide.
    """
    for _ in range(_MOST_ROUNDS):
        if not len(axis):
            break
        places, ends, degree = nodes(axis)
        loose = degree[ends] == 1
        clearance = np.asarray(shapely.distance(shapely.points(places), rim))
        whisker = (loose.sum(axis=1) == 1) & (
            shapely.length(axis) < _WHISKER * np.where(loose, 0.0, clearance[ends]).max(axis=1)
        )
        if not whisker.any():
            break
        axis = simple_lines(axis[~whisker], 0.0)
    return axis


def _without_islands(ground: shapely.Geometry, island_m2: float) -> shapely.Geometry:
    parts = shapely.get_parts(ground)
    rings, of = shapely.get_rings(parts, return_index=True)
    shell = np.zeros(len(rings), dtype=bool)
    shell[np.unique(of, return_index=True)[1]] = True
    holes = np.asarray(shapely.polygons(rings))
    kept = ~shell & (shapely.area(holes) >= island_m2)
    return shapely.multipolygons(
        [
            shapely.Polygon(rings[shell & (of == part)][0], list(rings[kept & (of == part)]))
            for part in range(len(parts))
        ]
    )


def _medial_axis(ground: Any, spacing: float) -> Geometries:
    """Return the Voronoi edges of points `spacing` metres apart on the rim that lie inside of it."""
    points = shapely.multipoints(
        np.unique(shapely.get_coordinates(shapely.segmentize(ground.boundary, spacing)), axis=0)
    )
    edges = shapely.get_parts(shapely.voronoi_polygons(points, only_edges=True))
    xy, of = shapely.get_coordinates(edges, return_index=True)
    shapely.prepare(ground)
    inside = shapely.contains_xy(ground, xy[:, 0], xy[:, 1])
    whole = np.ones(len(edges), dtype=bool)
    whole[of[~inside]] = False
    return simple_lines(edges[whole], 0.0)
