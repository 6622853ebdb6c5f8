"""What a forecast starts from: counts of a class by cell and step of time, and the ground under them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Unit = Literal["week", "month", "shift"]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The cells: centroids in metres of a projected system, area, and what reports are counted against.

    All arrays of shape (cells,). `size` ≥ 0, the street length or another exposure, is the second measure of
    what a patrol can walk (3.10); `offset` > 0 is the same with a floor, for rates.
    """

    x_m: Floats
    y_m: Floats
    km2: Floats
    size: Floats

    @property
    def cells(self) -> int:
        """Return the number of cells."""
        return len(self.x_m)

    @property
    def offset(self) -> Floats:
        """Return `size` with a twentieth of its median as a floor, mean 1: no rate is without bound."""
        positive = self.size[self.size > 0]
        if len(positive) == 0:
            return np.ones(self.cells)
        floored = np.maximum(self.size, 0.05 * float(np.median(positive)))
        return np.asarray(floored / floored.mean())


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Steps of time, in order: first local day, length in days, phase in a repeating cycle; shape (steps,).

    A shift of the day is a phase: it is compared with the same shift of other days, `per_unit` = 7 of them a
    week. Weeks and months have one phase. `working` is the share of working days.
    """

    unit: Unit
    first: NDArray[np.datetime64]
    days: NDArray[np.int64]
    phase: NDArray[np.int16]
    working: Floats
    per_unit: int = 1

    def __len__(self) -> int:
        return len(self.first)

    def only(self, first: int, last: int) -> Steps:
        """Return the steps from `first` until before `last`."""
        part = slice(first, last)
        return replace(
            self,
            first=self.first[part],
            days=self.days[part],
            phase=self.phase[part],
            working=self.working[part],
        )

    def ages(self, phase: int) -> tuple[NDArray[np.intp], Floats]:
        """Return the steps of a phase, in order, and the age of each in units: 0 for the last."""
        here = np.flatnonzero(self.phase == phase)
        return here, np.arange(len(here) - 1, -1, -1) / self.per_unit


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Counts of the class and of all other classes, each of shape (cells, steps)."""

    ground: Ground
    steps: Steps
    counts: NDArray[np.int64]
    others: NDArray[np.int64]

    def before(self, step: int) -> Cube:
        """Return what was known before a step began: nothing of it, nothing later."""
        return replace(
            self,
            steps=self.steps.only(0, step),
            counts=self.counts[:, :step],
            others=self.others[:, :step],
        )


def weekly_steps(first_monday: np.datetime64, weeks: int, working: Floats | None = None) -> Steps:
    """Return `weeks` whole weeks from a Monday; without `working`, five working days in seven."""
    start = first_monday.astype("datetime64[D]") + 7 * np.arange(weeks)
    return Steps(
        "week",
        start,
        np.full(weeks, 7),
        np.zeros(weeks, np.int16),
        np.full(weeks, 5 / 7) if working is None else working,
    )


def shift_steps(first: np.datetime64, days: int, shifts: int, working: NDArray[np.bool_]) -> Steps:
    """Return the shifts of `days` days: `shifts` of each, in order; `working` of shape (days,)."""
    day = np.repeat(np.arange(days), shifts)
    return Steps(
        "shift",
        first.astype("datetime64[D]") + day,
        np.ones(len(day), np.int64),
        np.tile(np.arange(shifts), days).astype(np.int16),
        working[day].astype(np.float64),
        per_unit=7,
    )


def monthly_steps(first: np.datetime64, months: int) -> Steps:
    """Return `months` calendar months from that of `first`."""
    start = (first.astype("datetime64[M]") + np.arange(months + 1)).astype("datetime64[D]")
    return Steps(
        "month",
        start[:-1],
        np.diff(start).astype(np.int64),
        np.zeros(months, np.int16),
        np.full(months, 5 / 7),
    )


def within(ground: Ground, metres: float) -> sparse.csr_array:
    """Return 1 for each pair of cells with centroids at most `metres` apart, self included; CSR, (n, n)."""
    from scipy.spatial import cKDTree

    places = np.column_stack([ground.x_m, ground.y_m])
    pairs = cKDTree(places).query_pairs(metres, output_type="ndarray")
    own = np.arange(ground.cells)
    rows = np.concatenate([pairs[:, 0], pairs[:, 1], own])
    columns = np.concatenate([pairs[:, 1], pairs[:, 0], own])
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(ground.cells, ground.cells))
    matrix.sort_indices()
    return matrix


def smoother(ground: Ground, metres: float) -> sparse.csr_array:
    """Return the quartic kernel between cells: `K @ x` spreads each count over cells within `metres`.

    K_ij ∝ (1 − d²/h²)² · area_i, with every column summing to 1, so that no report is lost; d between
    centroids, at least a third of the cell's own side. The cell form of 3.1.
    """
    matrix = within(ground, metres).tocoo()
    distance = np.hypot(
        ground.x_m[matrix.row] - ground.x_m[matrix.col], ground.y_m[matrix.row] - ground.y_m[matrix.col]
    )
    inside = np.sqrt(ground.km2[matrix.col]) * 1000 / 3
    distance = np.where(matrix.row == matrix.col, np.minimum(inside, 0.9 * metres), distance)
    weight = np.maximum(1 - (distance / metres) ** 2, 0) ** 2 * ground.km2[matrix.row]
    whole = np.bincount(matrix.col, weights=weight, minlength=ground.cells)
    spread = sparse.csr_array((weight / whole[matrix.col], (matrix.row, matrix.col)), shape=matrix.shape)
    spread.sort_indices()
    return spread
