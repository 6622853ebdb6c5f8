"""Links drawn twice: one is kept, and who may use it is what both say."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from gridsvc.roads import Roads

Integers = NDArray[np.int64]


def merge_twins(
    lines: NDArray[Any],
    start: Integers,
    end: Integers,
    way: NDArray[np.int8],
    roads: Roads,
    *,
    joined_m: float,
    cleaned: dict[str, int],
) -> tuple[Integers, NDArray[np.int8]]:
    """Return which lines are kept, and the ways of all with those of their twins; `roads`: that of each.

    Twins join the same nodes and run nowhere more than `joined_m` apart, both elevated or neither. The first
    that has a name is kept. Two that say one way each, opposite, were a street drawn there and back: it is
    used both ways. Where one says one way and the other both, the one way holds: who may not is told less
    often than who may, and a patrol against a one-way street is the worse fault.
    """
    low, high = np.minimum(start, end), np.maximum(start, end)
    lifted = (roads.roles == "elevated").astype(np.int64)
    order = np.lexsort((lifted, high, low))
    key = np.stack([low, high, lifted], axis=1)[order]
    new = np.append(True, (key[1:] != key[:-1]).any(axis=1))
    group = np.cumsum(new) - 1
    size = np.bincount(group)
    one, other = _pairs(order, size)
    same = np.abs(shapely.length(lines[one]) - shapely.length(lines[other])) <= 1 + 2 * joined_m
    one, other = one[same], other[same]
    near = shapely.hausdorff_distance(lines[one], lines[other]) <= joined_m
    one, other = one[near], other[near]
    way, rows = way.copy(), np.arange(len(lines))
    if not len(one):
        return rows, way
    matrix = sparse.coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(rows), len(rows)))
    _, label = connected_components(matrix, directed=False)
    dropped: list[int] = []
    for mine in _groups(label):
        named = [row for row in mine if roads.names[row] is not None]
        kept = int(named[0] if named else mine[0])
        said = {int(way[row]) * (1 if _same_way(lines[kept], lines[row]) else -1) for row in mine}
        cleaned["contradictions"] += 0 in said and len(said) > 1
        said.discard(0)
        way[kept] = said.pop() if len(said) == 1 else 0
        dropped += [row for row in mine if row != kept]
    cleaned["twins"] += len(dropped)
    return rows[~np.isin(rows, dropped)], way


def _pairs(order: Integers, size: Integers) -> tuple[Integers, Integers]:
    """Return every pair within runs of `order` that are `size` long."""
    first = np.cumsum(size) - size
    one: list[int] = []
    other: list[int] = []
    for begin, many in zip(first[size > 1].tolist(), size[size > 1].tolist(), strict=True):
        i, j = np.triu_indices(many, 1)
        one += order[begin + i].tolist()
        other += order[begin + j].tolist()
    return np.array(one, np.int64), np.array(other, np.int64)


def _groups(label: Integers) -> list[Integers]:
    many = np.bincount(label)
    order = np.argsort(label, kind="stable")
    first = np.cumsum(many) - many
    return [order[first[k] : first[k] + many[k]] for k in np.flatnonzero(many > 1)]


def _same_way(one: Any, other: Any) -> bool:
    """Return whether two lines that lie on each other run the same way, rings too."""
    here, there, back = (
        shapely.line_interpolate_point(line, share, normalized=True)
        for line, share in ((one, 0.25), (other, 0.25), (other, 0.75))
    )
    return bool(shapely.distance(here, there) <= shapely.distance(here, back))
