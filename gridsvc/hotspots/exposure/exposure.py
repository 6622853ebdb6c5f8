"""An exposure: how much of what reports are counted against each cell has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """`values[i]` ≥ 0, finite, is what cell i has of it, shape (cells,), in `unit`.

    `name`: road_km, hectare, people, patrol_minutes, uniform, or a name of the user. A cell below `floor`
    gives no rate: "not enough data", and for patrol minutes of 0 "not patrolled". `source` says where it is
    from, as of when.
    """

    name: str
    label: Text
    unit: Text
    values: Floats
    floor: float
    source: Text

    def __post_init__(self) -> None:
        if not (np.isfinite(self.values).all() and (self.values >= 0).all()):
            raise ValueError(f"exposure {self.name}: a value is negative or not finite")

    @property
    def is_effort(self) -> bool:
        """Return whether it is the effort of those who find the problems."""
        return self.name == "patrol_minutes"

    @property
    def total(self) -> float:
        """Return the sum over all cells."""
        return float(self.values.sum())

    def usable(self, counts: Counts) -> NDArray[np.bool_]:
        """Return the cells that a test or a rate may take: those that have any of it, shape (cells,).

        Reports of the others (`without`) belong in no rate: no exposure would make one infinite.
        """
        assert counts.shape == self.values.shape
        return self.values > 0

    def without(self, counts: Counts) -> NDArray[np.intp]:
        """Return the indices of the cells that have reports and nothing of this exposure, in order."""
        return np.flatnonzero((counts > 0) & (self.values == 0))

    def as_dict(self) -> dict[str, str | float]:
        """Return what must stand beside a rate as plain values, for JSON."""
        return {
            "name": self.name,
            "unit": self.unit.en,
            "total": round(self.total, 6),
            "floor": self.floor,
            "source": self.source.zh,
            "source_en": self.source.en,
        }
