"""What draws people, and so problems: markets, school gates, subway exits, bus stops, hospitals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.grid import Grid
from gridsvc.sample.names import ARTERIALS
from gridsvc.sample.network import ARTERIAL, LANE, STREET, WIDTHS_M

SUBWAY_STREETS = (2, 9, 13)
"""Arterials with a subway line beneath: 环河大道, 中轴大街, 晴川路."""

_GATES = {
    "市场": ("market", ("集贸市场", "便民市场", "果蔬市场")),
    "中小学及幼儿园": ("school", ("小学", "中学", "幼儿园")),
    "医疗卫生": ("hospital", ("医院",)),
    "高等院校": ("campus", ("学院",)),
    "公园绿地": ("park", ("公园",)),
}


@dataclass(frozen=True, slots=True)
class Places:
    """Points in EPSG:4545 metres; `cell` is the number of the cell that each belongs to, -1 for none."""

    xy: NDArray[np.float64]
    kind: NDArray[np.str_]
    name: NDArray[np.object_]
    cell: NDArray[np.int64]

    def of(self, kind: str) -> NDArray[np.float64]:
        """Return the coordinates of one kind."""
        return np.asarray(self.xy[self.kind == kind])


def find_places(grid: Grid, seed: int) -> Places:
    """Return the places of the district, each beside a road."""
    rng = np.random.default_rng([seed, 4])
    xy: list[NDArray[np.float64]] = []
    kind: list[str] = []
    name: list[str] = []
    cell: list[int] = []
    # Schools take courtyards too; only those with a gate on a road count as a place.
    for number in np.flatnonzero(np.isin(grid.use, list(_GATES))):
        gate = _gate(grid, int(number))
        if gate is None:
            continue
        what, words = _GATES[str(grid.use[number])]
        community = str(grid.communities.names[grid.cells.parent[number]]).removesuffix("社区")
        xy.append(gate)
        kind.append(what)
        name.append(f"{community}{words[int(rng.integers(len(words)))]}")
        cell.append(int(number))
    for station, corner, point in _subway_exits(grid):
        xy.append(point)
        kind.append("subway_exit")
        name.append(f"{station}站{'ABCD'[corner]}口")
        cell.append(-1)
    for street, point in _bus_stops(grid, rng):
        xy.append(point)
        kind.append("bus_stop")
        name.append(f"{grid.street_names[street]}公交站")
        cell.append(-1)
    points: NDArray[np.float64] = np.array(xy, dtype=np.float64).round(3)
    near = shapely.STRtree(grid.cells.shapes).query_nearest(shapely.points(points), all_matches=False)[1]
    return Places(
        points,
        np.array(kind),
        np.array(name, dtype=object),
        np.where(np.array(cell) < 0, near, np.array(cell)),
    )


def _gate(grid: Grid, cell: int) -> NDArray[np.float64] | None:
    """Return a point at the kerb of the longest road beside a cell, 2 m inside it; None without a road."""
    beside = np.flatnonzero((grid.edge_cells == cell).any(axis=1) & (grid.edges.kind <= LANE))
    if not len(beside):
        return None
    lengths = shapely.length(grid.edges.lines[beside]) - 30.0 * (grid.edges.kind[beside] == ARTERIAL)
    chosen = beside[int(np.argmax(lengths))]
    middle = shapely.line_interpolate_point(grid.edges.lines[chosen], 0.5, normalized=True)
    inner = shapely.point_on_surface(grid.cells.shapes[cell])
    start = np.array([middle.x, middle.y])
    inward = np.array([inner.x, inner.y]) - start
    return np.asarray(start + inward / np.hypot(*inward) * (WIDTHS_M[grid.edges.kind[chosen]] / 2 + 2))


def _subway_exits(grid: Grid) -> list[tuple[str, int, NDArray[np.float64]]]:
    """Return the four corners of each crossing of a subway arterial with another arterial."""
    found: dict[tuple[int, int], tuple[str, NDArray[np.float64]]] = {}
    district = grid.district.shapes[0]
    arterial = grid.edges.kind == ARTERIAL
    whole = {
        street: shapely.line_merge(
            shapely.multilinestrings(list(grid.edges.lines[arterial & (grid.edges.street == street)]))
        )
        for street in range(len(ARTERIALS))
    }
    for line in SUBWAY_STREETS:
        for other in range(len(ARTERIALS)):
            if other == line or (other < 6) == (line < 6):
                continue
            crossing = shapely.intersection(whole[line], whole[other])
            for point in shapely.get_coordinates(crossing):
                key = (round(point[0]), round(point[1]))
                if shapely.dwithin(district, shapely.Point(point), 1.0):
                    found.setdefault(key, (f"{ARTERIALS[line]}·{ARTERIALS[other]}", point))
    exits = []
    for _key, (station, point) in sorted(found.items()):
        for corner, (dx, dy) in enumerate(((-34, 34), (34, 34), (34, -34), (-34, -34))):
            place = point + np.array([dx, dy], dtype=np.float64)
            if shapely.contains_xy(district, *place):
                exits.append((station, corner, place))
    return exits


def _bus_stops(grid: Grid, rng: np.random.Generator) -> list[tuple[int, NDArray[np.float64]]]:
    """Return stops on both sides of arterials and streets, one for about every 380 m of road."""
    stops = []
    wide = np.flatnonzero((grid.edges.kind <= STREET) & (grid.edge_cells >= 0).any(axis=1))
    lengths = shapely.length(grid.edges.lines[wide])
    for number in wide[rng.random(len(wide)) < lengths / 380]:
        line = grid.edges.lines[number]
        a, b = (shapely.line_interpolate_point(line, f, normalized=True) for f in (0.45, 0.55))
        along = np.array([b.x - a.x, b.y - a.y])
        across = np.array([-along[1], along[0]]) / np.hypot(*along)
        side = 1.0 if rng.random() < 0.5 else -1.0
        place = np.array([a.x, a.y]) + side * across * (WIDTHS_M[grid.edges.kind[number]] / 2 + 1.5)
        if shapely.contains_xy(grid.district.shapes[0], *place):
            stops.append((int(grid.edges.street[number]), place))
    return stops
