"""The component inventory: some 20,000 lamps, trees, covers, bins and the like, where such things stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.frontage import Frontage, inside_cells
from gridsvc.sample.grid import Grid
from gridsvc.sample.names import DISTRICT
from gridsvc.sample.network import ARTERIAL, STREET
from gridsvc.sample.places import Places

TELECOMS = ("示例通信甲公司", "示例通信乙公司", "示例通信丙公司")
STATES = ("完好", "破损", "丢失", "废弃", "移除")
_STATE_SHARES = (0.93, 0.045, 0.01, 0.01, 0.005)
_NO_OWNER = 0.22

# Weight per metre of arterial, street, branch, lane, wall.
_ALL = (1.0, 0.9, 0.7, 0.3, 0.0)
_WIDE = (1.0, 0.8, 0.25, 0.0, 0.0)
_BACK = (0.2, 0.5, 1.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Along:
    """A class that stands along the streets.

    `beyond` is the distance from the kerb in metres, negative in the carriageway, with its spread; `even`
    ones follow each other at equal steps.
    """

    code: str
    count: int
    roads: tuple[float, ...]
    beyond: tuple[float, float]
    owner: str
    maintainer: str = ""
    even: bool = False


_MANAGEMENT = "示例区城市管理局"
_WORKS, _CLEANING, _GREEN = "示例区市政设施养护中心", "示例区环境卫生服务中心", "示例区园林绿化中心"
_LIGHTS, _DRAINS, _TRAFFIC = "示例区照明管理中心", "示例区排水管理中心", "示例区公安交警大队"
_POLICE = "示例区公安分局"

ALONG = (
    Along("0101", 900, _ALL, (-3.0, 1.2), "示例供水公司"),
    Along("0102", 1000, _ALL, (-3.5, 1.5), _DRAINS),
    Along("0103", 900, _ALL, (-2.5, 1.0), _DRAINS),
    Along("0104", 1700, _ALL, (-0.3, 0.1), _DRAINS, even=True),
    Along("0105", 380, _ALL, (1.5, 0.6), "示例供电公司"),
    Along("0106", 420, _WIDE, (0.9, 0.2), _LIGHTS, even=True),
    Along("0107", 850, _ALL, (2.0, 0.8), "TELECOM"),
    Along("0108", 180, _ALL, (2.2, 0.6), "示例广电网络公司"),
    Along("0109", 160, _ALL, (2.2, 0.6), "TELECOM"),
    Along("0110", 360, _ALL, (-2.0, 0.9), "示例热力公司"),
    Along("0111", 480, _ALL, (-1.2, 0.8), "示例燃气公司"),
    Along("0113", 280, _ALL, (1.2, 0.4), "示例供水公司", "示例区消防救援大队"),
    Along("0117", 160, _ALL, (1.6, 0.6), "示例供电公司"),
    Along("0123", 170, _BACK, (0.5, 1.5), ""),
    Along("0127", 260, _BACK, (1.8, 0.4), "TELECOM"),
    Along("0128", 140, _BACK, (2.0, 0.6), "示例供电公司"),
    Along("0130", 260, _BACK, (0.6, 0.2), "示例供电公司", even=True),
    Along("0131", 300, _BACK, (0.6, 0.2), "TELECOM", even=True),
    Along("0134", 70, _BACK, (0.6, 0.3), ""),
    Along("0137", 2600, _ALL, (0.8, 0.1), _LIGHTS, even=True),
    Along("0142", 60, _WIDE, (1.2, 0.3), "示例邮政公司"),
    Along("0144", 60, _WIDE, (2.4, 0.4), ""),
    Along("0145", 80, _BACK, (3.0, 0.6), ""),
    Along("0148", 160, _BACK, (3.0, 0.8), "示例供电公司"),
    Along("0149", 60, _BACK, (3.5, 0.8), "示例燃气公司"),
    Along("0150", 420, _WIDE, (0.9, 0.3), _POLICE),
    Along("0154", 130, _BACK, (2.5, 0.8), "示例供电公司"),
    Along("0210", 560, _WIDE, (0.8, 0.2), _TRAFFIC),
    Along("0212", 420, _ALL, (0.9, 0.2), "示例区民政局", _WORKS),
    Along("0221", 760, _WIDE, (0.5, 0.1), _WORKS, even=True),
    Along("0225", 240, _BACK, (1.5, 0.4), ""),
    Along("0305", 980, _ALL, (1.0, 0.3), _CLEANING, even=True),
    Along("0306", 140, _WIDE, (3.5, 0.8), ""),
    Along("0308", 120, _BACK, (3.5, 0.8), ""),
    Along("0402", 3100, _WIDE, (1.3, 0.1), _GREEN, even=True),
    Along("0404", 150, _WIDE, (1.3, 0.1), _GREEN),
    Along("0405", 110, _WIDE, (2.0, 0.5), _GREEN),
    Along("0407", 200, _BACK, (3.0, 0.6), _GREEN),
)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Components in EPSG:4545 metres; units by name, "" where nobody knows; `cell` as in the Grid."""

    identifier: NDArray[np.str_]
    code: NDArray[np.str_]
    shape: NDArray[np.object_]
    supervisor: NDArray[np.object_]
    owner: NDArray[np.object_]
    maintainer: NDArray[np.object_]
    state: NDArray[np.object_]
    cell: NDArray[np.int64]


def survey(grid: Grid, frontage: Frontage, places: Places, seed: int) -> Inventory:
    """Place the components; the identifier is district, class and a number of six digits in the class."""
    rng = np.random.default_rng([seed, 5])
    parts: list[tuple[str, NDArray[np.object_], NDArray[np.int64], str, str]] = []
    for kind in ALONG:
        weight = np.array(kind.roads)[frontage.kind]
        side, along = frontage.draw(rng, kind.count, weight, even=kind.even)
        spots = frontage.place(side, along, rng.normal(*kind.beyond, kind.count))
        shapes = np.asarray(shapely.points(np.round(spots.xy, 3)))
        parts.append((kind.code, shapes, spots.cell, kind.owner, kind.maintainer or kind.owner))
    parts += _at_places(places)
    parts += _in_cells(grid, rng)
    parts += _lines(grid, frontage, rng)
    shapely.prepare(grid.district.shapes[0])
    code, shape, cell, owner, maintainer = [], [], [], [], []
    for each_code, shapes, cells, each_owner, each_maintainer in parts:
        kept = shapely.covers(grid.district.shapes[0], shapes)
        code += [each_code] * int(kept.sum())
        shape.append(shapes[kept])
        cell.append(cells[kept])
        owner += [each_owner] * int(kept.sum())
        maintainer += [each_maintainer] * int(kept.sum())
    return _described(code, np.concatenate(shape), np.concatenate(cell), owner, maintainer, rng)


def _described(
    code: list[str],
    shape: NDArray[np.object_],
    cell: NDArray[np.int64],
    owner: list[str],
    maintainer: list[str],
    rng: np.random.Generator,
) -> Inventory:
    codes = np.array(code)
    count = len(codes)
    order = np.lexsort((cell, codes))
    codes, shape, cell = codes[order], shape[order], cell[order]
    owners = np.array(owner, dtype=object)[order]
    keepers = np.array(maintainer, dtype=object)[order]
    of_telecom = owners == "TELECOM"
    drawn = np.array(TELECOMS, dtype=object)[rng.choice(3, count, p=(0.5, 0.28, 0.22))]
    owners = np.where(of_telecom, drawn, owners)
    keepers = np.where(of_telecom, drawn, keepers)
    owners = np.where(rng.random(count) < _NO_OWNER, "", owners)
    keepers = np.where(rng.random(count) < 0.1, "", keepers)
    state = np.array(STATES, dtype=object)[rng.choice(len(STATES), count, p=_STATE_SHARES)]
    number = np.arange(count) - np.searchsorted(codes, codes) + 1
    identifiers = np.array(
        [f"{DISTRICT[0]}{c}{n:06d}" for c, n in zip(codes.tolist(), number.tolist(), strict=True)]
    )
    traffic = np.isin(codes, ["0210", "0214", "0217"])
    police = np.isin(codes, ["0150"])
    supervisor = np.where(traffic, _TRAFFIC, np.where(police, _POLICE, _MANAGEMENT)).astype(object)
    return Inventory(identifiers, codes, shape, supervisor, owners, keepers, state, cell)


def _at_places(places: Places) -> list[tuple[str, NDArray[np.object_], NDArray[np.int64], str, str]]:
    stop = places.kind == "bus_stop"
    shapes = np.asarray(shapely.points(places.xy[stop]))
    return [("0204", shapes, places.cell[stop], "示例公交公司", "示例公交公司")]


def _in_cells(
    grid: Grid, rng: np.random.Generator
) -> list[tuple[str, NDArray[np.object_], NDArray[np.int64], str, str]]:
    """Return what stands in courtyards and parks; toilets and car parks as outlines."""
    parts = []
    for code, count, uses, owner, side in (
        ("0118", 520, ("居住", "商业服务", "行政办公"), "", 0.0),
        ("0146", 130, ("居住", "公园绿地", "街头绿地"), "示例区教育体育局", 0.0),
        ("0159", 70, ("居住",), "", 0.0),
        ("0301", 64, ("街头绿地", "公园绿地", "市场", "居住"), _CLEANING, 9.0),
        ("0303", 90, ("居住",), "", 0.0),
        ("0304", 9, ("公用设施", "居住"), _CLEANING, 22.0),
        ("0201", 75, ("商业服务", "医疗卫生", "体育场馆"), "示例区停车管理服务中心", 34.0),
        ("0401", 58, ("高等院校", "公园绿地", "居住"), _GREEN, 0.0),
        ("0406", 34, ("街头绿地", "公园绿地"), _GREEN, 0.0),
        ("0409", 120, ("街头绿地", "公园绿地", "水域及滨水绿地"), _GREEN, 0.0),
        ("0506", 40, ("水域及滨水绿地",), "示例区水务局", 0.0),
    ):
        # A large compound holds as many as its ground, not as one cell.
        fits = np.flatnonzero(np.isin(grid.use, uses))
        area = shapely.area(grid.cells.shapes[fits])
        cells = rng.choice(fits, count, p=area / area.sum())
        xy = np.round(inside_cells(grid, rng, cells), 3)
        shapes = np.asarray(shapely.points(xy))
        if side:
            low, high = xy - side / 2, xy + np.stack([np.full(count, side / 2), np.full(count, side / 3)], 1)
            shapes = np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
        parts.append((code, shapes, cells, owner, owner))
    return parts


def _lines(
    grid: Grid, frontage: Frontage, rng: np.random.Generator
) -> list[tuple[str, NDArray[np.object_], NDArray[np.int64], str, str]]:
    """Return fences and railings as lines, and the signals of crossings."""
    wet = grid.use[frontage.cell] == "水域及滨水绿地"
    green = np.isin(grid.use[frontage.cell], ["街头绿地", "公园绿地"])
    parts = []
    for code, count, chosen, beyond, owner in (
        ("0217", 230, frontage.kind <= STREET, -7.0, _TRAFFIC),
        ("0408", 120, green, 1.5, _GREEN),
        ("0507", 60, wet & (frontage.kind <= STREET + 1), 2.0, "示例区水务局"),
    ):
        weight = (chosen & (frontage.length > 40)).astype(np.float64)
        side, along = frontage.draw(rng, count, weight, even=True)
        length = frontage.length[side]
        start = np.clip(along, 2, length - 32)
        stations = [
            frontage.place(side, start + step, np.full(count, beyond)).xy for step in (0.0, 10.0, 20.0, 30.0)
        ]
        lines = np.asarray(shapely.linestrings(np.round(np.stack(stations, axis=1), 3)))
        parts.append((code, lines, frontage.cell[side], owner, owner))
    # Signals stand at the four corners where arterials cross.
    arterial = grid.edges.lines[grid.edges.kind == ARTERIAL]
    streets = grid.edges.street[grid.edges.kind == ARTERIAL]
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(arterial, i)) for i in (0, -1)])
    nodes, number = np.unique(ends, axis=0, return_inverse=True)
    names = np.unique(np.stack([number.ravel(), np.concatenate([streets, streets])], axis=1), axis=0)
    crossing = nodes[np.bincount(names[:, 0], minlength=len(nodes)) > 1]
    corners = np.array([(-23, 23), (23, 23), (23, -23), (-23, -23)], dtype=np.float64)
    xy = np.round((crossing[:, None, :] + corners[None]).reshape(-1, 2), 3)
    near = shapely.STRtree(grid.cells.shapes).query_nearest(shapely.points(xy), all_matches=False)[1]
    parts.append(("0214", np.asarray(shapely.points(xy)), near, _TRAFFIC, _TRAFFIC))
    return parts
