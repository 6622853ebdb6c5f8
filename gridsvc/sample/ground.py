"""What the ground of the sample is, as zones: compounds, sites, surfaces, land use, management grades.

All of it is invented, and only as much as rules need to show what they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.files import GROUND, SampleFiles, write_table
from gridsvc.sample.grid import Grid
from gridsvc.sample.units import BUILDER, PROPERTY_MANAGERS

_HEADER = ("责任网格编码", "责任网格名称", "责任单位", "取值", "单元网格编码")
_COMPOUND_M2 = 30_000.0
"""A residential cell of this size is a walled compound."""
_EVERY = 9
"""Of the smaller residential cells every ninth is a compound, too."""
_SITES = 8
_PARKS = ("公园绿地", "街头绿地")
_WATER = "水域及滨水绿地"

Row = tuple[str, str, str, str, str]


def write_ground(files: SampleFiles, grid: Grid) -> None:
    """Write a table of each kind of GROUND; a zone without property management has no unit."""
    rows = {
        "compound": _compounds(grid),
        "construction_site": _sites(grid),
        "surface": _surfaces(grid),
        "land_use": _by_street(grid, "YD", grid.use, _PARKS),
        "management_grade": _by_street(grid, "DJ", grid.grade, ("A", "B", "C")),
    }
    for kind in GROUND:
        write_table(files.ground(kind), _HEADER, rows[kind])


def _compounds(grid: Grid) -> Iterable[Row]:
    """Return compounds of one cell each; of four, three are managed by a company."""
    homes = np.flatnonzero(grid.use == "居住")
    large = shapely.area(grid.cells.shapes[homes]) >= _COMPOUND_M2
    chosen = homes[large | (np.arange(len(homes)) % _EVERY == 0)]
    for number, cell in enumerate(chosen.tolist()):
        managed = number % 4 != 3
        yield (
            f"XQ{number + 1:03d}",
            f"示例{number + 1}号小区",
            PROPERTY_MANAGERS[number % 2] if managed else "",
            "有物业" if managed else "无物业",
            str(grid.cells.codes[cell]),
        )


def _sites(grid: Grid) -> Iterable[Row]:
    """Return building sites of one cell each, spread over the district; the last two are handed over."""
    shops = np.flatnonzero(grid.use == "商业服务")
    chosen = shops[np.linspace(0, len(shops) - 1, _SITES).astype(np.int64)]
    for number, cell in enumerate(chosen.tolist()):
        yield (
            f"GD{number + 1:02d}",
            f"示例{number + 1}号工地",
            BUILDER,
            "未移交" if number < _SITES - 2 else "已移交",
            str(grid.cells.codes[cell]),
        )


def _surfaces(grid: Grid) -> Iterable[Row]:
    words = np.full(len(grid.use), "", dtype=object)
    words[np.isin(grid.use, _PARKS)] = "绿地"
    words[grid.use == _WATER] = "河道"
    return _by_street(grid, "WZ", words, ("绿地", "河道"))


def _by_street(grid: Grid, prefix: str, values: NDArray[Any], wanted: Iterable[str]) -> Iterable[Row]:
    """Return for each street a zone of each wanted value: the cells that have it."""
    street = grid.communities.parent[grid.cells.parent]
    for number, value in enumerate(wanted):
        for place, (code, name) in enumerate(
            zip(grid.streets.codes.tolist(), grid.streets.names.tolist(), strict=True)
        ):
            for cell in np.flatnonzero((street == place) & (values == value)).tolist():
                zone = f"{prefix}{code[-3:]}-{number + 1}"
                yield (zone, f"{name}{value}", "", value, str(grid.cells.codes[cell]))
