"""What the maker of a grid should look at: sizes, enclaves, and compounds that are several cells."""

from __future__ import annotations

import numpy as np
import shapely

from gridsvc.errors import Fault, Place, Text
from gridsvc.geography.building.levels import Level
from gridsvc.geography.building.sources import Sources
from gridsvc.geography.rings import Integers

_DIVIDED_MM = 10.0  # a compound shrunken by this touches one cell, or is divided


def doubts_of(
    cells: Level, compound: Integers, limits_m2: tuple[float, float], sources: Sources
) -> list[Fault]:
    """Return what is doubtful of cells, of which `compound` says which one they are (-1: none)."""
    doubts = []
    smallest, largest = limits_m2
    area = shapely.area(cells.shapes) / 1e6
    for k in np.flatnonzero((area < smallest) | (area > largest)).tolist():
        whole = Text("（整个院落）", " (a whole compound)") if compound[k] >= 0 else Text("", "")
        small = area[k] < smallest
        doubts.append(
            Fault(
                "cell_too_small" if small else "cell_too_large",
                Text(f"{area[k]:,.0f} m²{whole.zh}。", f"{area[k]:,.0f} m²{whole.en}."),
                Place(value=cells.codes[k]),
            )
        )
    enclaves = int(shapely.get_num_interior_rings(shapely.get_parts(sources.ground)).sum())
    if enclaves:
        doubts.append(
            Fault(
                "enclave",
                Text(
                    f"边界内有 {enclaves} 处空洞，不属于本区，网格中留空。",
                    f"The boundary has {enclaves} holes, which the grid leaves open.",
                ),
                Place(file=sources.files.get("boundary")),
                Text(
                    "请先导入区（--level all），其空洞不算缝隙。",
                    "Import the district first (--level all): its holes are then no gaps.",
                ),
            )
        )
    if not len(sources.compounds):
        return doubts
    inner = shapely.buffer(sources.compounds, -_DIVIDED_MM)
    inside = shapely.STRtree(cells.shapes).query(inner, predicate="intersects")[0]
    held, times = np.unique(inside, return_counts=True)
    for k in held[times > 1].tolist():
        doubts.append(
            Fault(
                "compound_divided",
                Text(
                    "院落跨社区边界，按边界分开。", "The compound lies across a given border and is divided."
                ),
                Place(file=sources.files.get("compounds"), value=str(k + 1)),
            )
        )
    return doubts
