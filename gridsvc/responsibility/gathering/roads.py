"""What the road layer says of places: grade and keeper of the nearest link."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_millimetres
from gridsvc.responsibility.gathering.road_squares import UNDECIDED, RoadSquares
from gridsvc.responsibility.nearest import nearest_within
from gridsvc.roads import Roads

Ints = NDArray[np.int64]

ON_ROAD_MM = 25_000
"""How near a link's centre line must be for a place to be on that road.

Half of the widest red line of an arterial road, 50 m (GB/T 51328-2018, urban trunk roads 40 to 50 m).
"""

_FEW = 8  # so many places are sooner asked of the tree than of arrays

RoadProfile = tuple[str | None, str | None, str | None]
"""Grade, code of the keeper's unit, and the keeper as given."""


class FactRoads:
    """The links of the road layer. Immutable, safe to share between threads."""

    def __init__(self, roads: Roads, srid: int) -> None:
        """Take the road layer; `srid` is the system of the places that will be asked for."""
        xy, link = shapely.get_coordinates(roads.geometries, return_index=True)
        x, y = to_millimetres(srid, xy[:, 0].copy(), xy[:, 1].copy())
        lines = shapely.linestrings(np.stack([x, y], axis=1).astype(np.float64), indices=link)
        whole = np.asarray(lines, object)
        self._tree = shapely.STRtree(whole)
        numbers: dict[RoadProfile, int] = {}
        self._profile = np.array(
            [
                numbers.setdefault(each, len(numbers))
                for each in zip(
                    roads.grades.tolist(), roads.keeper_codes.tolist(), roads.keepers.tolist(), strict=True
                )
            ],
            np.int64,
        )
        self.profiles: tuple[RoadProfile, ...] = tuple(numbers)
        self._squares = RoadSquares(whole, self._profile, ON_ROAD_MM)
        self.has_keepers = any(code or name for _, code, name in numbers)

    def find(self, x: Ints, y: Ints) -> Ints:
        """Return the profile, by number, of the road on which each place in mm lies, -1 for none; (n,).

        Of links that are equally near the first of the layer counts.
        """
        if len(x) <= _FEW:
            return self._by_tree(x, y)
        found = self._squares.find(x, y).astype(np.int64)
        open_ = np.flatnonzero(found == UNDECIDED)
        if len(open_):
            found[open_] = self._by_tree(x[open_], y[open_])
        return found

    def _by_tree(self, x: Ints, y: Ints) -> Ints:
        found = np.full(len(x), -1, np.int64)
        place, link, _ = nearest_within(self._tree, x, y, float(ON_ROAD_MM), np.arange(len(self._profile)))
        found[place] = self._profile[link]
        return found
