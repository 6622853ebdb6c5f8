"""The areas of the sample district: cells from the streets, communities and streets from cells, codes.

Everything is in EPSG:4545 metres with vertices on whole millimetres. The upper levels are unions of cells
that keep every vertex, so that a border has the same vertices at every level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.bending import Edges, bend
from gridsvc.sample.grouping import group_communities
from gridsvc.sample.names import DISTRICT, STREETS, community_names
from gridsvc.sample.network import ARTERIAL, LANE, STREET, Plan, draw_plan

Numbers = NDArray[np.int64]
Shapes = NDArray[np.object_]

FIRST_COMMUNITY = 101
"""Community numbers start here: within 001-199 (居委会), above every number that the real district uses."""
ROW_M = 100.0
"""Height of a reading row when cells are numbered: the nominal side of a cell of 10,000 m²."""

_NOTCHED = ((0, 6), (1, 0), (1, 7), (3, 7), (4, 0), (4, 3), (4, 6), (0, 3), (2, 0))


@dataclass(frozen=True, slots=True)
class Level:
    """The areas of one level, in the order of their codes; `parent` counts in the level above."""

    codes: NDArray[np.str_]
    names: NDArray[np.object_]
    shapes: Shapes
    parent: Numbers


@dataclass(frozen=True, slots=True)
class Grid:
    """The sample district: four nested levels, facts about each cell, and the streets' edges.

    `use` and `grade` are the land use and the management grade of each cell; `edges` are those that touch
    the district; `neighbours` are pairs of cells that share a border, with its length in metres.
    """

    district: Level
    streets: Level
    communities: Level
    cells: Level
    block: Numbers
    use: NDArray[np.object_]
    grade: NDArray[np.str_]
    edges: Edges
    street_names: tuple[str, ...]
    edge_cells: Numbers
    neighbours: Numbers
    neighbour_m: NDArray[np.float64]


def build_grid(seed: int) -> Grid:
    """Draw the streets of a district and cut it into cells; the same seed gives the same district."""
    plan = draw_plan(np.random.default_rng([seed, 1]))
    edges, inner = bend(plan, np.random.default_rng([seed, 2]))
    rng = np.random.default_rng([seed, 3])
    faces = shapely.get_parts(shapely.polygonize(edges.lines))
    leaf = shapely.STRtree(inner).query(faces, predicate="contains")
    if leaf.shape[1] != len(plan.leaves) or len(np.unique(leaf[0])) != len(faces):
        raise AssertionError(f"{len(plan.leaves)} pieces of ground became {len(faces)} faces")
    leaves = leaf[1][np.argsort(leaf[0])]
    block = np.array(plan.leaf_block)[leaves]
    street = np.array([plan.leaves[i].street for i in leaves]) - 1
    sides = edge_sides(faces, edges.lines)
    kept = ~np.isin(block, _notches(plan, block, sides, edges))
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    sides = np.where(sides >= 0, number[sides], -1)
    faces, block, street = faces[kept], block[kept], street[kept]
    used = (sides >= 0).any(axis=1) | (edges.kind == ARTERIAL)
    edges = Edges(edges.lines[used], edges.kind[used], edges.street[used])
    sides = sides[used]
    both = (sides >= 0).all(axis=1)
    pairs, inverse = np.unique(np.sort(sides[both], axis=1), axis=0, return_inverse=True)
    lengths = np.bincount(inverse.ravel(), weights=shapely.length(edges.lines[both])).astype(np.float64)
    community = group_communities(faces, block, street, pairs, lengths)
    use = np.array([plan.blocks[b].use for b in block], dtype=object)
    return _numbered(plan, faces, block, street, community, use, edges, sides, pairs, lengths, rng)


def edge_sides(faces: Shapes, lines: Shapes) -> Numbers:
    """Return for each line the faces at its two sides, -1 for none.

    Every line is a piece of boundary between two nodes, with the same vertices as the faces beside it.
    """
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    near = shapely.STRtree(faces).query(middles, predicate="dwithin", distance=1e-6)
    order = np.argsort(near[0], kind="stable")
    line, face = near[0][order], near[1][order]
    place = np.arange(len(line)) - np.searchsorted(line, line)
    if (place > 1).any():
        raise AssertionError("a piece of line has more than two sides")
    sides = np.full((len(lines), 2), -1)
    sides[line, place] = face
    return sides


def _notches(plan: Plan, block: Numbers, sides: Numbers, edges: Edges) -> Numbers:
    """Choose blocks at the outline that another district keeps: no border is one straight avenue."""
    outer = (sides[:, 1] < 0) & (sides[:, 0] >= 0)
    length = np.bincount(
        block[sides[outer, 0]], weights=shapely.length(edges.lines[outer]), minlength=len(plan.blocks)
    )
    chosen = []
    for row, column in _NOTCHED:
        here = np.array([b.superblock == row * 8 + column and b.use == "" for b in plan.blocks])
        candidates = np.flatnonzero(here & (length > 120))
        chosen.append(int(candidates[np.argmax(length[candidates])]))
    return np.array(chosen)


def reading_order(centroids: NDArray[np.float64]) -> Numbers:
    """Return the order in which areas are numbered: west to east in a row, the rows from north to south.

    Rows are `ROW_M` high and start at the northernmost centroid (metres, x east, y north). The order is that
    of DB11/T 2157-2023; the height of a row is our reading of it.
    """
    row = np.floor((centroids[:, 1].max() - centroids[:, 1]) / ROW_M)
    return np.asarray(np.lexsort((centroids[:, 0], row)))


def _numbered(
    plan: Plan,
    faces: Shapes,
    block: Numbers,
    street: Numbers,
    community: Numbers,
    use: NDArray[np.object_],
    edges: Edges,
    sides: Numbers,
    pairs: Numbers,
    lengths: NDArray[np.float64],
    rng: np.random.Generator,
) -> Grid:
    """Give every area its place in the order of codes, and build the four levels."""
    shapes = [shapely.coverage_union_all(faces[community == c]) for c in range(community.max() + 1)]
    parts = np.array(shapes, dtype=object)
    community_street = np.zeros(len(parts), dtype=np.int64)
    community_street[community] = street
    order: list[int] = []
    codes: list[str] = []
    for number, (code, _name) in enumerate(STREETS):
        members = np.flatnonzero(community_street == number)
        read = reading_order(shapely.get_coordinates(shapely.centroid(parts[members])))
        order += [int(m) for m in members[read]]
        codes += [f"{code}{FIRST_COMMUNITY + i:03d}" for i in range(len(members))]
    place = np.argsort(order)
    names = community_names(rng, len(codes))
    communities = Level(np.array(codes), np.array(names, dtype=object), parts[order], community_street[order])
    centroids = shapely.get_coordinates(shapely.centroid(faces))
    cell_order: list[int] = []
    cell_codes: list[str] = []
    for number, code in enumerate(codes):
        members = np.flatnonzero(place[community] == number)
        cell_order += [int(m) for m in members[reading_order(centroids[members])]]
        cell_codes += [f"{code}{i + 1:03d}" for i in range(len(members))]
    parent = place[community][cell_order]
    cells = Level(
        np.array(cell_codes),
        np.array(
            [f"{names[p]}{c[-3:]}号网格" for p, c in zip(parent, cell_codes, strict=True)], dtype=object
        ),
        faces[cell_order],
        parent,
    )
    streets = Level(
        np.array([code for code, _ in STREETS]),
        np.array([name for _, name in STREETS], dtype=object),
        np.array([shapely.coverage_union_all(faces[street == i]) for i in range(len(STREETS))], dtype=object),
        np.zeros(len(STREETS), dtype=np.int64),
    )
    district = Level(
        np.array([DISTRICT[0]]),
        np.array([DISTRICT[1]], dtype=object),
        np.array([shapely.coverage_union_all(faces)], dtype=object),
        np.zeros(1, dtype=np.int64),
    )
    cell_place = np.append(np.argsort(cell_order), -1)
    sides, pairs = cell_place[sides], np.sort(cell_place[pairs], axis=1)
    use = _land_use(use[cell_order], edges, sides, rng)
    grade = _grades(use, edges, sides)
    return Grid(
        district, streets, communities, cells, block[cell_order], use, grade, edges, tuple(plan.names),
        sides, pairs, lengths,
    )  # fmt: skip


def frontage(edges: Edges, sides: Numbers, count: int, kind: int) -> NDArray[np.float64]:
    """Return the metres of border that each of `count` cells has with roads up to class `kind`."""
    wanted = edges.kind <= kind
    lengths = shapely.length(edges.lines)
    total = np.zeros(count)
    for side in (0, 1):
        here = wanted & (sides[:, side] >= 0)
        total += np.bincount(sides[here, side], weights=lengths[here], minlength=count)
    return total


def _land_use(
    reserved: NDArray[np.object_], edges: Edges, sides: Numbers, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Give each cell a land use: the reserved ones first, then shops along the busy roads, then homes."""
    count = len(reserved)
    words = {
        "water": "水域及滨水绿地",
        "park": "公园绿地",
        "campus": "高等院校",
        "hospital": "医疗卫生",
        "stadium": "体育场馆",
        "depot": "公用设施",
    }
    use = np.array([words.get(str(r), "") for r in reserved], dtype=object)
    free = use == ""
    busy = frontage(edges, sides, count, ARTERIAL) + 0.5 * frontage(edges, sides, count, STREET)
    chance = rng.random(count)
    use[free & (chance < np.minimum(0.6, busy / 260))] = "商业服务"
    free = use == ""
    draw = rng.random(count)
    for upto, word in ((0.018, "市场"), (0.062, "中小学及幼儿园"), (0.10, "行政办公"), (0.125, "街头绿地")):
        use[free & (draw < upto)] = word
        free = use == ""
    use[free] = "居住"
    # A market needs a lane or a street in front; one that only walls surround is a courtyard.
    hidden = (use == "市场") & (frontage(edges, sides, count, LANE) < 60)
    use[hidden] = "居住"
    return use


def _grades(use: NDArray[np.object_], edges: Edges, sides: Numbers) -> NDArray[np.str_]:
    """Give each cell a management grade: A key, B ordinary, C other."""
    count = len(use)
    key = np.isin(use, ["商业服务", "市场", "医疗卫生"]) & (frontage(edges, sides, count, STREET) > 40)
    inner = np.isin(use, ["居住", "高等院校", "公用设施"]) & (frontage(edges, sides, count, STREET) < 20)
    return np.where(key, "A", np.where(inner, "C", "B"))
