"""From lines to cells: blocks between lines, slivers joined, large blocks cut, small cells joined again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from gridsvc.geography.building.cutting import Corners, Sizes, cut_block
from gridsvc.geography.building.joining import Pieces, join_small
from gridsvc.geography.building.linework import noded, nodes
from gridsvc.geography.building.recutting import recut_poor
from gridsvc.geography.coverage import partition
from gridsvc.geography.millimetres import on_lattice as mended
from gridsvc.geography.rings import Geometries, Integers, Rings
from gridsvc.geography.welding import weld

_THIN_BLOCK_MM = 18_000.0  # between carriageways, along a wall
_THIN_CELL_MM = 12_000.0
_BUCKET_MM = 250_000.0
_NEEDLE = 0.22
_RECUTS = 2

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
    blocks, _ = join_small(
        blocks,
        smallest=sizes.smallest,
        thinnest=_THIN_BLOCK_MM,
        needle=0.0,
        largest=np.inf,
        largest_compound=sizes.largest,
    )
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
    cells, block_of = _joined(pieces, block_of, sizes)
    for _ in range(_RECUTS):
        cells, block_of = recut_poor(cells, block_of, sizes, corners, buildings)
        shapes_now, came = on_lattice(cells.shapes)
        cells, block_of = Pieces(shapes_now, cells.parent[came], cells.compound[came]), block_of[came]
        cells, block_of = _joined(cells, block_of, sizes)
    return cells, block_of


def _joined(pieces: Pieces, block: Integers, sizes: Sizes) -> tuple[Pieces, Integers]:
    """Join what is too small for a cell; a cell is of the block that its largest piece is of."""
    cells, group = join_small(
        pieces,
        smallest=sizes.smallest,
        thinnest=_THIN_CELL_MM,
        needle=_NEEDLE,
        largest=sizes.largest,
        largest_compound=sizes.largest,
    )
    by_size = np.argsort(-shapely.area(pieces.shapes), kind="stable")
    first = np.unique(group[by_size], return_index=True)[1]
    return cells, block[by_size[first]]


def on_lattice(shapes: Geometries) -> tuple[Geometries, Integers]:
    """Return polygons with whole coordinates and shared vertices, and which of the given each comes from.

    A shape that rounding takes apart gives one polygon a part.
    """
    welded = weld(Rings.of(shapes))
    rounded = weld(Rings(np.rint(welded.xy), welded.rings, welded.parts, welded.areas)).geometries()
    for k in np.flatnonzero(~shapely.is_valid(rounded)):
        # A ring that touches itself at a vertex comes apart there.
        rounded[k] = mended(rounded[k])
    if not shapely.coverage_is_valid(rounded):
        # Rounding has moved an edge over a vertex near it.
        rounded = partition(rounded, mend_gaps=False).geometries
    parts, of = shapely.get_parts(rounded, return_index=True)
    there = shapely.area(parts) > 0
    return np.asarray(parts[there], dtype=object), np.asarray(of[there], dtype=np.int64)
