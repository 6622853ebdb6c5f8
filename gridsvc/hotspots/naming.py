"""What people call a hotspot or an alert: the road that runs through it, the community that it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_millimetres
from gridsvc.roads import Roads

REACH_M = 15.0
"""A road on the border of a cell is not inside it."""
_SECOND = 0.6
"""A second road is named where it has so much of the first one's length."""


def road_names(roads: Roads, outlines: Sequence[Any], srid: int) -> list[tuple[str, ...]]:
    """Return for each outline (millimetres in EPSG:`srid`) the one or two roads with most length in it."""
    named = np.flatnonzero([name is not None for name in roads.names])
    if len(named) == 0 or len(outlines) == 0:
        return [()] * len(outlines)
    lines = _projected(roads.geometries[named], srid)
    reach = shapely.buffer(np.array(outlines, object), REACH_M * 1000)
    outline, line = shapely.STRtree(lines).query(reach, predicate="intersects")
    lengths = shapely.length(shapely.intersection(lines[line], reach[outline]))
    found: list[dict[str, float]] = [{} for _ in outlines]
    for where, which, length in zip(outline, line, lengths, strict=True):
        name = roads.names[named[which]]
        found[where][name] = found[where].get(name, 0.0) + float(length)
    return [_longest(each) for each in found]


def spot_name(roads: tuple[str, ...], community: str | None, street: str | None, code: str) -> str:
    """Return the name: `长安路、青松社区`; without either, the street office's, or the first cell's code."""
    parts = ["与".join(roads)] if roads else []
    if community:
        parts.append(community)
    return "、".join(parts) or street or code


def most_frequent(names: Sequence[str | None], weights: NDArray[np.int64]) -> str | None:
    """Return the name that has the most weight, of equal ones the first by code point; None without any."""
    sums: dict[str, int] = {}
    for name, weight in zip(names, weights.tolist(), strict=True):
        if name is not None:
            sums[name] = sums.get(name, 0) + weight
    return min(sums, key=lambda name: (-sums[name], name)) if sums else None


def _longest(lengths: dict[str, float]) -> tuple[str, ...]:
    order = sorted(lengths, key=lambda name: (-lengths[name], name))[:2]
    if len(order) == 2 and lengths[order[1]] < _SECOND * lengths[order[0]]:
        order = order[:1]
    return tuple(order)


def _projected(lines: NDArray[Any], srid: int) -> NDArray[Any]:
    def millimetres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = to_millimetres(srid, degrees[:, 0], degrees[:, 1])
        return np.column_stack([x, y]).astype(np.float64)

    return np.asarray(shapely.transform(lines, millimetres), object)
