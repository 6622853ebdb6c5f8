"""The outlines of hot cells on a map: what on it is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gridsvc.errors import Text
from gridsvc.hotspots.outlining import outline_hot_cells
from gridsvc.hotspots.sheets import Shape

if TYPE_CHECKING:
    from gridsvc.hotspots.products.hot_cells import HotCells


@dataclass(frozen=True, slots=True, eq=False)
class HotOutline:
    """Hot cells that lie together: their indices, their incident-days, how many were to be expected."""

    cells: list[int]
    place: str
    incident_days: int
    expected: float
    geometry_mm: Any

    @property
    def risk(self) -> float | None:
        """Return how many times the city's rate it has."""
        return self.incident_days / self.expected if self.expected else None

    def shape(self) -> Shape:
        """Return the outline with its words."""
        times = f"　{self.risk:.1f} 倍" if self.risk else ""
        times_en = f", {self.risk:.1f} times" if self.risk else ""
        return Shape(
            self.geometry_mm,
            Text(self.place + times, self.place + times_en),
            [
                Text(
                    f"{len(self.cells)} 个网格，{self.incident_days} 个案件日",
                    f"{len(self.cells)} cells, {self.incident_days} incident-days",
                ),
                Text(
                    f"按暴露量应有 {self.expected:.1f} 个案件日",
                    f"{self.expected:.1f} were to be expected by exposure",
                ),
            ],
        )


def hot_outlines(hot: HotCells) -> list[HotOutline]:
    """Return the outlines, those with most above what was to be expected first."""
    tests, cells = hot.tests, hot.daily.cells
    own = np.where(tests.tested, tests.counts, 0)
    exposure = np.where(tests.tested, tests.exposure, 0.0)
    rate = tests.total / tests.total_exposure if tests.total_exposure else 0.0
    found = []
    for outline in outline_hot_cells(tests.hot, own, hot.neighbourhood, cells.layer.geom_mm):
        worst = int(outline.cells[np.argmax(own[outline.cells])])
        names = [cells.above[level][worst] for level in ("street", "community") if level in cells.above]
        found.append(
            HotOutline(
                cells=[int(cell) for cell in outline.cells],
                place=" ".join(name for name in names if name) or cells.layer.codes[worst],
                incident_days=int(own[outline.cells].sum()),
                expected=float(exposure[outline.cells].sum() * rate),
                geometry_mm=outline.geometry_mm,
            )
        )
    return sorted(found, key=lambda each: each.expected - each.incident_days)
