"""Ill-shaped cells put right: cut anew with one or two neighbours of their block, if that is better."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import shapely

from gridsvc.geography.building.coverage_sides import sides_of
from gridsvc.geography.building.cutting import Corners, Sizes, cut_block
from gridsvc.geography.building.joining import Pieces
from gridsvc.geography.rings import Floats, Geometries, Integers

_GOOD = 0.62  # 4πA/P²; a rectangle three times as long as wide has 0.59
_POOR = 0.52
_LEAST_GAIN = 0.004
_MOST_NEIGHBOURS = 5
_LEAST_BORDER_MM = 5_000.0


def recut_poor(
    cells: Pieces, block: Integers, sizes: Sizes, corners: Corners, buildings: Geometries
) -> tuple[Pieces, Integers]:
    """Return cells of which the poorly shaped are cut anew together with neighbours, and their blocks.

    Cells of other blocks and compounds stay as they are, so no border along a given line moves.
    """
    area, around = shapely.area(cells.shapes), shapely.length(cells.shapes)
    faults = _faults(area, around, sizes)
    poor = np.flatnonzero((4 * np.pi * area / around**2 < _POOR) & (cells.compound < 0))
    near: dict[int, list[tuple[float, int]]] = {int(k): [] for k in poor}
    pairs, lengths = sides_of(cells.shapes).between()
    for (a, b), length in zip(pairs.tolist(), lengths.tolist(), strict=True):
        for one, other in ((a, b), (b, a)):
            same = block[a] == block[b] and cells.parent[a] == cells.parent[b]
            if one in near and same and cells.compound[other] < 0 and length > _LEAST_BORDER_MM:
                near[one].append((-length, other))
    spent: set[int] = set()
    gone: set[int] = set()
    made: list[shapely.Polygon] = []
    came: list[int] = []
    for k in sorted(near, key=lambda each: (-faults[each], each)):
        free = [other for _, other in sorted(near[k])[:_MOST_NEIGHBOURS] if other not in spent]
        if k in spent or not free:
            continue
        best, found = _LEAST_GAIN, None
        for others in (*((other,) for other in free), *combinations(free, 2)):
            members = [k, *others]
            parts = _anew(cells.shapes[members], sizes, corners, buildings)
            if parts is None:
                continue
            gain = faults[members].sum() - _faults(shapely.area(parts), shapely.length(parts), sizes).sum()
            if gain > best:
                best, found = float(gain), (members, parts)
        if found is not None:
            members, parts = found
            spent |= set(members)
            gone |= set(members)
            made += list(parts)
            came += [k] * len(parts)
    if not made:
        return cells, block
    kept = np.setdiff1d(np.arange(len(cells)), sorted(gone))
    source = np.concatenate([kept, np.array(came, dtype=np.int64)])
    shapes = np.concatenate([cells.shapes[kept], np.array(made, dtype=object)])
    return Pieces(shapes, cells.parent[source], cells.compound[source]), block[source]


def _faults(area: Floats, around: Floats, sizes: Sizes) -> Floats:
    """Return how bad cells are: the square of what they lack in compactness, and of how far off the size."""
    lack = np.maximum(_GOOD - 4 * np.pi * area / around**2, 0.0)
    off = np.maximum(np.abs(np.log(area / sizes.target)) - 0.3, 0.0)
    return np.asarray(lack**2 + 0.05 * off**2)


def _anew(shapes: Geometries, sizes: Sizes, corners: Corners, buildings: Geometries) -> Geometries | None:
    """Return the cells that the ground of `shapes` is cut into; None when it is not one piece or not fit."""
    grounds = shapely.get_parts(shapely.coverage_union_all(shapes))
    if len(grounds) != 1:
        return None
    parts = cut_block(grounds[0], sizes, corners, buildings, remember=False)
    small, large = shapely.area(parts).min(), shapely.area(parts).max()
    return parts if small >= sizes.smallest and large <= sizes.largest else None
