"""An exposure: how much of what reports are counted against each cell has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """`values[i]` ≥ 0, finite, is what cell i has of it, shape (cells,), in `unit`.

    `name`: road_km, hectare, people, patrol_minutes, or a name of the user. A cell below `floor` gives no
    rate: "not enough data", and for patrol minutes of 0 "not patrolled". `source` says where it is from, as
    of when.
    """

    name: str
    label: Text
    unit: Text
    values: Floats
    floor: float
    source: Text

    @property
    def is_effort(self) -> bool:
        """Return whether it is the effort of those who find the problems."""
        return self.name == "patrol_minutes"
