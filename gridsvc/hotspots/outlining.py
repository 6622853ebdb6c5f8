"""From hot cells to hotspots: cells that belong together, their outline, what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from gridsvc.hotspots.neighbours import Neighbourhood


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Hot cells that are near each other: their indices in order, and their union in whole millimetres."""

    cells: NDArray[np.int32]
    geometry_mm: Any


def outline_hot_cells(
    hot: NDArray[np.bool_],
    own: NDArray[np.int64],
    neighbourhood: Neighbourhood,
    geometry_mm: NDArray[Any],
) -> list[Outline]:
    """Join hot cells that are neighbours; shapes (cells,) each, in order of the first cell.

    A cell is hot by the sum over its neighbourhood, so a rim of empty cells is hot around every peak: cells
    without an incident of their own (`own`) are left out, unless the whole hotspot has none but those.
    """
    chosen = np.flatnonzero(hot)
    if len(chosen) == 0:
        return []
    found = []
    for cells in _joined(chosen, neighbourhood):
        peopled = cells[own[cells] > 0]
        # Without its rim a hotspot may fall apart; what is left is still near enough to be one place.
        kept = peopled if len(peopled) else cells
        union = shapely.union_all(geometry_mm[kept], grid_size=1)
        parts = shapely.get_parts(union)
        found.append(Outline(kept.astype(np.int32), shapely.multipolygons(parts)))
    return found


def _joined(chosen: NDArray[np.intp], neighbourhood: Neighbourhood) -> list[NDArray[np.intp]]:
    among = neighbourhood.matrix[chosen][:, chosen]
    count, label = connected_components(among, directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(chosen[order], np.cumsum(np.bincount(label, minlength=count))[:-1])
