"""The zones of the sample: patrol beats, enforcement squads, cleaning contracts; all names are invented."""

from __future__ import annotations

import numpy as np
import shapely

from gridsvc.sample.files import SampleFiles, write_layer, write_table
from gridsvc.sample.grid import Grid
from gridsvc.sample.grouping import halve
from gridsvc.sample.units import squad_name

_HEADER = ("责任网格编码", "责任网格名称", "责任单位", "单元网格编码")
_CLEANING = "示例区环境卫生服务中心"
_NUMBERS = "一二三四五六七八"


def write_zones(files: SampleFiles, grid: Grid) -> None:
    """Write three kinds of zones, each in one of the forms that `zone import` reads."""
    write_table(files.patrol, _HEADER, _beats(grid))
    streets = list(zip(grid.streets.codes.tolist(), grid.streets.names.tolist(), strict=True))
    write_table(
        files.enforcement,
        _HEADER,
        [(f"ZF{code[-3:]}", f"{name}执法辖区", squad_name(name), code) for code, name in streets],
    )
    count = len(streets)
    write_layer(
        files.sanitation,
        grid.streets.shapes,
        {
            "标段编号": np.array([f"BJ{k + 1:02d}" for k in range(count)]),
            "标段名称": np.array([f"示例保洁{_NUMBERS[k]}标段" for k in range(count)], dtype=object),
            "作业单位": np.array([_CLEANING] * count, dtype=object),
        },
    )


def _beats(grid: Grid) -> list[tuple[str, str, str, str]]:
    """Return two beats in each community, each walked by the squad of its street, a row for each cell."""
    near: list[set[int]] = [set() for _ in grid.cells.codes]
    for (a, b), length in zip(grid.neighbours.tolist(), grid.neighbour_m.tolist(), strict=True):
        if length > 1:
            near[a].add(b)
            near[b].add(a)
    centres = shapely.get_coordinates(shapely.centroid(grid.cells.shapes))
    weight = np.ones(len(near), dtype=np.int64)
    rows = []
    for k, (community, name) in enumerate(
        zip(grid.communities.codes.tolist(), grid.communities.names.tolist(), strict=True)
    ):
        squad = squad_name(str(grid.streets.names[grid.communities.parent[k]]))
        members = np.flatnonzero(grid.cells.parent == k)
        for number, half in enumerate(halve(members, 0.5, weight, centres, near), 1):
            beat = (f"{community}-{number}", f"{name}{_NUMBERS[number - 1]}号巡查区", squad)
            rows += [(*beat, str(grid.cells.codes[cell])) for cell in half.tolist()]
    return rows
