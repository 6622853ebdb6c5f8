"""The hotspots of a question: outlined, measured, named, described, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.naming import most_frequent, road_names, spot_name
from gridsvc.hotspots.outlining import Outline
from gridsvc.hotspots.significance.risk import relative_risk
from gridsvc.roads import Roads


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A hotspot of one period. `observed` and `expected`: incident days inside, counted and by exposure.

    `risk` is observed ÷ expected with its 95 % interval; as the place was chosen for being high, all three
    lean upwards. `geometry_mm`: multipolygon in whole millimetres of the cells' system.
    """

    name: str
    street: str | None
    community: str | None
    codes: tuple[str, ...]
    geometry_mm: Any
    observed: int
    expected: float
    risk: float
    low: float
    high: float
    details: dict[str, Any]

    @property
    def excess(self) -> float:
        """Return how many more there are than the exposure explains: what ranks hotspots."""
        return self.observed - self.expected


def measure_spots(
    outlines: Sequence[Outline],
    own: NDArray[np.int64],
    exposure: NDArray[np.float64],
    cells: Cells,
    roads: Roads,
    details: Sequence[dict[str, Any]],
) -> list[Spot]:
    """Return the hotspots, the largest excess first; `own` incident days and `exposure`, shape (cells,)."""
    total = int(own.sum())
    observed = np.array([own[each.cells].sum() for each in outlines], np.int64)
    shares = np.array([exposure[each.cells].sum() for each in outlines]) / exposure.sum()
    risk, low, high = relative_risk(observed, total, shares)
    names = road_names(roads, [each.geometry_mm for each in outlines], cells.layer.srid)
    spots = []
    for number, outline in enumerate(outlines):
        community, street = (
            most_frequent([names_of[cell] for cell in outline.cells], own[outline.cells])
            if (names_of := cells.above.get(level)) is not None
            else None
            for level in ("community", "street")
        )
        codes = tuple(cells.layer.codes[cell] for cell in outline.cells)
        spots.append(
            Spot(
                name=spot_name(names[number], community, street, codes[0]),
                street=street,
                community=community,
                codes=codes,
                geometry_mm=outline.geometry_mm,
                observed=int(observed[number]),
                expected=float(total * shares[number]),
                risk=float(risk[number]),
                low=float(low[number]),
                high=float(high[number]),
                details={"street": street, "community": community} | details[number],
            )
        )
    return sorted(spots, key=lambda spot: (-spot.excess, spot.codes))


def spot_of_cells(outlines: Sequence[Outline], size: int) -> NDArray[np.int32]:
    """Return the number of the hotspot of each cell, -1 for none; shape (size,)."""
    spot = np.full(size, -1, np.int32)
    for number, outline in enumerate(outlines):
        spot[outline.cells] = number
    return spot
