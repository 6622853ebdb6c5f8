"""Reports by cell and hour of the week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.cells import Cells


@dataclass(frozen=True, slots=True, eq=False)
class HourlyCounts:
    """Reports and incidents in rows of (cell, weekday, hour), arrays of shape (rows,).

    `weekday`: Monday 0 to Sunday 6; `hour`: 0 to 23 of the local clock. A combination may come more than once
    (for each class and channel).
    """

    cells: Cells
    cell: NDArray[np.int32]
    weekday: NDArray[np.int8]
    hour: NDArray[np.int8]
    reports: NDArray[np.int64]
    incidents: NDArray[np.int64]

    def of(
        self,
        cells: Sequence[int] | NDArray[np.integer] | None = None,
        what: Literal["reports", "incidents"] = "incidents",
    ) -> NDArray[np.int64]:
        """Return the counts of some cells together (None: of all) by weekday and hour, shape (7, 24)."""
        rows = np.ones(len(self.cell), bool) if cells is None else np.isin(self.cell, np.asarray(cells))
        weights = self.reports if what == "reports" else self.incidents
        flat = self.weekday[rows].astype(np.int64) * 24 + self.hour[rows]
        return np.bincount(flat, weights=weights[rows], minlength=168).astype(np.int64).reshape(7, 24)

    def by_cell(self, what: Literal["reports", "incidents"] = "incidents") -> NDArray[np.int64]:
        """Return the counts of every cell, shape (cells, 7, 24): 1.3 kB a cell."""
        size = len(self.cells.layer.codes)
        weights = self.reports if what == "reports" else self.incidents
        flat = (self.cell.astype(np.int64) * 7 + self.weekday) * 24 + self.hour
        counts = np.bincount(flat, weights=weights, minlength=size * 168)
        return counts.astype(np.int64).reshape(size, 7, 24)
