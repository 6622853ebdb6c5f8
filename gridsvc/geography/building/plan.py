"""`build_grid`: sources become four nested levels, checked before anybody sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.errors import Fault, InputRefused, ServiceFailed, Text
from gridsvc.geography.building.blocks import blocks_between, cells_of
from gridsvc.geography.building.centrelines import Corridors, centre_lines
from gridsvc.geography.building.coverage_sides import Sides, sides_of
from gridsvc.geography.building.cutting import Sizes
from gridsvc.geography.building.doubts import doubts_of
from gridsvc.geography.building.exact import faults_of, on_exact_border
from gridsvc.geography.building.fitting import Fit, fit_roads
from gridsvc.geography.building.following import COMPOUND, KINDS, PARENT, RIVER, ROAD, RULE, WALL, followed
from gridsvc.geography.building.former import Former, Renumbering
from gridsvc.geography.building.joining import Pieces
from gridsvc.geography.building.levels import (
    Level,
    Listed,
    Upper,
    four_levels,
    given_levels,
    placeholder_levels,
)
from gridsvc.geography.building.linework import flat
from gridsvc.geography.building.parents import Neighbours
from gridsvc.geography.building.sources import Sources
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.rings import Geometries, Integers

Progress = Callable[[str, int, int], None]
_MM = 0.001


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: areas of cells in m², and the distances of the rules."""

    target_m2: float = 10_000.0
    smallest_m2: float = 3_000.0
    largest_m2: float = 30_000.0
    corridors: Corridors = field(default_factory=Corridors)
    fit: Fit = field(default_factory=Fit)

    def sizes(self) -> Sizes:
        """The areas in mm²; raises `InputRefused` (`bad_sizes`) when they are in no order."""
        if not 0 < 2 * self.smallest_m2 <= self.target_m2 * 1.5 <= self.largest_m2 * 1.5:
            raise InputRefused(
                "bad_sizes",
                Text(
                    "面积须满足：0 < 最小 ≤ 目标的 0.75 倍，目标 ≤ 最大。",
                    "Areas must be: 0 < smallest ≤ 0.75 target, target ≤ largest.",
                ),
            )
        return Sizes(self.target_m2 * 1e6, self.smallest_m2 * 1e6, self.largest_m2 * 1e6)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What borders may follow, in millimetres; `prolonged`: dead ends carried on, which is the rule."""

    roads: Geometries
    prolonged: Geometries
    rivers: Geometries
    walls: Geometries
    compounds: Geometries
    parents: Geometries

    def by_kind(self) -> dict[str, Geometries]:
        """The lines by the kind of border that follows them."""
        return {
            PARENT: self.parents,
            COMPOUND: self.compounds,
            RIVER: self.rivers,
            WALL: self.walls,
            ROAD: self.roads,
        }


@dataclass(frozen=True, slots=True, eq=False)
class BuiltGrid:
    """A grid in millimetres of EPSG:`srid`, its outer border as exact as it was given.

    `levels` are district, street, community and cell. `cell_compound` counts in the sources' compounds, -1
    for none. `sides` and `follows` are the borders of the cells and what each edge follows (`KINDS`).
    """

    srid: int
    levels: dict[str, Level]
    cell_compound: Integers
    sides: Sides
    follows: npt.NDArray[np.int64]
    lines: Lines
    placeholders: tuple[str, ...]
    doubts: tuple[Fault, ...]
    renumbering: Renumbering | None = None

    @property
    def cells(self) -> Level:
        """The lowest level."""
        return self.levels["cell"]


def build_grid(
    sources: Sources,
    profile: CodeProfile,
    *,
    district: str | None = None,
    listed: Listed | None = None,
    wish: Wish | None = None,
    former: Former | None = None,
    progress: Progress = lambda _step, _done, _of: None,
) -> BuiltGrid:
    """Build the grid by the rule of docs/decisions/0012-building-a-grid.md; the same sources, the same grid.

    `district`: its code, when the boundary has none. `former`: the grid that this one follows. Raises
    `InputRefused` (`no_district_code`, `sequence_exhausted`, `bad_sizes` and what the profile refuses) and
    `ServiceFailed` (`grid_faulty`) for a grid that is no partition of the boundary: it is never returned.
    """
    listed, wish = listed or Listed(), wish or Wish()
    sizes = wish.sizes()
    code = _district_code(sources, profile, district)
    progress("roads", 0, 1)
    lines = _lines(sources, wish)
    progress("roads", 1, 1)
    parents = sources.communities.shapes if sources.communities else np.empty(0, dtype=object)
    outlines = flat(shapely.boundary(np.array([sources.ground], dtype=object)))
    given = [
        lines.roads,
        lines.prolonged,
        lines.rivers,
        lines.walls,
        lines.compounds,
        lines.parents,
        outlines,
    ]
    blocks, network = blocks_between(np.concatenate(given), sources.ground, parents, sources.compounds)
    if sources.communities:
        blocks = _all_held(blocks, parents)
    cells, block = cells_of(
        blocks, network, sizes, sources.buildings, lambda done, of: progress("cells", done, of)
    )
    progress("levels", 0, 1)
    sides = sides_of(cells.shapes)
    follows = followed(sides, lines.by_kind())
    upper = _upper(sources, cells, block, sides, follows, listed, profile, code)
    levels, order, renumbering = four_levels(
        cells.shapes, upper, profile, (code, sources.name or code), former
    )
    levels = on_exact_border(levels, sources.exact)
    found = faults_of(levels, sources.exact, profile)
    if found:
        raise ServiceFailed(
            "grid_faulty",
            Text("生成的网格未通过检查，未写出。", "The grid built fails its checks and was not written."),
            remedy=Text("请把输入文件发给维护者。", "Please send the input to the maintainers."),
            faults=found,
        )
    progress("levels", 1, 1)
    place = np.append(np.argsort(order), -1)
    sides = Sides(sides.edges, np.sort(place[sides.areas], axis=1))
    limits = (wish.smallest_m2, wish.largest_m2)
    return BuiltGrid(
        sources.srid,
        levels,
        cells.compound[order],
        sides,
        follows,
        lines,
        upper.placeholders,
        (*sources.doubts, *doubts_of(levels["cell"], cells.compound[order], limits, sources)),
        renumbering,
    )


def _district_code(sources: Sources, profile: CodeProfile, district: str | None) -> str:
    code = district or sources.code
    if code is None:
        raise InputRefused(
            "no_district_code",
            Text("边界文件没有区划编码。", "The boundary has no code of the district."),
            remedy=Text("用 --district 给出编码。", "Give it by --district."),
        )
    profile.parse("district", code)
    return code


def _lines(sources: Sources, wish: Wish) -> Lines:
    """Draw the centre lines near the ground and bring them to its border and to the compounds."""
    metres = shapely.transform(sources.ground, lambda xy: xy * _MM)
    links = shapely.transform(sources.roads.lines, lambda xy: xy * _MM)
    compounds = _scaled(sources.compounds, _MM)
    near = shapely.dwithin(links, metres, 5 * wish.corridors.one_way_m)
    near &= ~shapely.is_empty(links)
    axes = centre_lines(links[near], sources.roads.one_way[near], wish.corridors)
    fitted = fit_roads(axes, metres, compounds, wish.fit)
    parents = sources.communities.shapes if sources.communities else np.empty(0, dtype=object)
    inner = flat(shapely.intersection(shapely.boundary(parents), sources.ground)) if len(parents) else parents
    outside = _outside_compounds(sources)
    return Lines(
        roads=_in_mm(fitted.roads),
        prolonged=_in_mm(fitted.prolonged),
        rivers=outside(sources.rivers),
        walls=outside(sources.walls),
        compounds=flat(shapely.boundary(sources.compounds)),
        parents=inner,
    )


def _outside_compounds(sources: Sources) -> Callable[[Geometries], Geometries]:
    """Return the function that leaves out what runs inside a compound."""
    ground = shapely.union_all(sources.compounds) if len(sources.compounds) else None

    def cut(lines: Geometries) -> Geometries:
        return lines if ground is None or not len(lines) else flat(shapely.difference(lines, ground))

    return cut


def _scaled(shapes: Geometries, factor: float) -> Geometries:
    return np.asarray(shapely.transform(shapes, lambda xy: xy * factor), dtype=object)


def _in_mm(lines: Geometries) -> Geometries:
    return np.asarray(shapely.transform(lines, lambda xy: np.rint(xy / _MM)), dtype=object)


def _all_held(blocks: Pieces, parents: Geometries) -> Pieces:
    """Give ground that no community has to the nearest."""
    free = np.flatnonzero(blocks.parent < 0)
    parent = blocks.parent.copy()
    if len(free):
        found = shapely.STRtree(parents).query_nearest(blocks.shapes[free], all_matches=False)
        parent[free[found[0]]] = found[1]
    return Pieces(blocks.shapes, parent, blocks.compound)


def _upper(
    sources: Sources,
    cells: Pieces,
    block: Integers,
    sides: Sides,
    follows: npt.NDArray[np.int64],
    listed: Listed,
    profile: CodeProfile,
    code: str,
) -> Upper:
    if sources.communities is not None:
        return given_levels(sources.communities, cells.parent, listed, profile)
    pairs, lengths = sides.between()
    inner = sides.areas[:, 0] >= 0
    _, which = np.unique(sides.areas[inner], axis=0, return_inverse=True)
    drawn = (sides.lengths * (follows != KINDS.index(RULE)))[inner]
    along = np.bincount(which.ravel(), weights=drawn, minlength=len(pairs)).astype(np.float64)
    neighbours = Neighbours(pairs, lengths, along)
    return placeholder_levels(cells.shapes, block, neighbours, listed, profile, code)
