"""From lines to cells: blocks between lines, slivers joined, large blocks cut, small cells joined again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from gridsvc.geography.building.cutting import Corners, Sizes, cut_block
from gridsvc.geography.building.joining import Pieces, join_small
from gridsvc.geography.building.linework import nodes, noded
from gridsvc.geography.rings import Geometries, Integers, Rings
from gridsvc.geography.welding import weld

_THIN_BLOCK_MM = 18_000.0  # between carriageways, along a wall
_THIN_CELL_MM = 12_000.0
_BUCKET_MM = 250_000.0

Progress = Callable[[int, int], None]


def blocks_between(
    lines: Geometries, ground: shapely.Geometry, parents: Geometries, compounds: Geometries
) -> tuple[Pieces, Geometries]:
    """Return the blocks inside `ground`, and the lines cut at their crossings. All in millimetres.

    `parents` and `compounds` are polygons whose outlines are among the lines; each block is in one or none.
    """
    network = noded(lines, 1.0)
    faces = shapely.get_parts(shapely.polygonize(network))
    inner = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    inside = shapely.intersects(ground, inner)
    faces, inner = faces[inside], inner[inside]
    order = np.lexsort((shapely.get_x(inner), -shapely.get_y(inner)))
    faces, inner = faces[order], inner[order]
    return Pieces(faces, _holder(inner, parents), _holder(inner, compounds)), network


def _holder(points: Geometries, areas: Geometries) -> Integers:
    held = np.full(len(points), -1, dtype=np.int64)
    if len(areas):
        point, area = shapely.STRtree(areas).query(points, predicate="intersects")
        held[point[::-1]] = area[::-1]
    return held


def cells_of(
    blocks: Pieces, network: Geometries, sizes: Sizes, buildings: Geometries, progress: Progress
) -> tuple[Pieces, Integers]:
    """Return the cells and, for each, the block that most of it comes from.

    Blocks too small or thin are joined first, then those too large are cut; a compound is not.
    """
    places, _, degree = nodes(network)
    corners = Corners(_BUCKET_MM)
    corners.add(places[degree >= 3])
    blocks, _ = join_small(blocks, smallest=sizes.smallest, thinnest=_THIN_BLOCK_MM, largest=None)
    tree = shapely.STRtree(buildings)
    shapes: list[shapely.Polygon] = []
    of: list[int] = []
    for k, block in enumerate(blocks.shapes):
        progress(k, len(blocks))
        near = buildings[np.sort(tree.query(block, "intersects"))] if len(buildings) else buildings
        parts = [block] if blocks.compound[k] >= 0 else cut_block(block, sizes, corners, near)
        shapes += list(parts)
        of += [k] * len(parts)
    progress(len(blocks), len(blocks))
    block_of = np.array(of, dtype=np.int64)
    cut, came = on_lattice(np.array(shapes, dtype=object))
    block_of = block_of[came]
    pieces = Pieces(cut, blocks.parent[block_of], blocks.compound[block_of])
    cells, group = join_small(pieces, smallest=sizes.smallest, thinnest=_THIN_CELL_MM, largest=sizes.largest)
    size = shapely.area(cut)
    by_size = np.argsort(-size, kind="stable")
    first = np.unique(group[by_size], return_index=True)[1]
    return cells, block_of[by_size[first]]


def on_lattice(shapes: Geometries) -> tuple[Geometries, Integers]:
    """Return polygons with whole coordinates and shared vertices, and which of the given each comes from.

    A shape that rounding takes apart gives one polygon a part.
    """
    welded = weld(Rings.of(shapes))
    rounded = weld(Rings(np.rint(welded.xy), welded.rings, welded.parts, welded.areas))
    return _parts(rounded.geometries())


def _parts(shapes: Geometries) -> tuple[Geometries, Integers]:
    # A ring that touches itself at a vertex comes apart there; no vertex is made.
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    parts, of = shapely.get_parts(shapes, return_index=True)
    there = shapely.area(parts) > 0
    return np.asarray(parts[there], dtype=object), np.asarray(of[there], dtype=np.int64)
