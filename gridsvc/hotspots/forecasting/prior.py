"""What a cell is expected to have before its own counts are looked at: a rate by its surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.hotspots.forecasting.cube import Ground, within

Floats = NDArray[np.float64]
NEIGHBOURHOOD_M = 300.0
CLOSE_M = 150.0
_RIDGE = 1.0
_ROUNDS = 25
_CITY = 2.0
"""Reports at the city's rate that every neighbourhood is given: none of them expects nothing at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Sums over the neighbourhoods of 150 and 300 m, with and without the cell itself."""

    near: sparse.csr_array
    close: sparse.csr_array
    offset: Floats

    @classmethod
    def of(cls, ground: Ground, metres: float = NEIGHBOURHOOD_M) -> Surroundings:
        """Find the neighbourhoods of a ground; `metres` for the wider one."""
        return cls(within(ground, metres), within(ground, min(CLOSE_M, metres)), ground.offset)

    def mean(self, total: Floats, per: Floats) -> Floats:
        """Return each cell's share of its neighbourhood's reports, in proportion to `per`; itself included.

        `total`: reports, shape (cells,). The neighbourhood mean of B2.
        """
        city = max(float(total.sum()), 0.5) / float(per.sum())
        rate = (np.asarray(self.near @ total) + _CITY) / (np.asarray(self.near @ per) + _CITY / city)
        return np.asarray(per * rate)

    def table(self, total: Floats, others: Floats) -> Floats:
        """Return what a regression explains a cell's reports by, none of it the cell's own count.

        Columns: 1, log street length, log of the rate of the class around within 150 and 300 m, log of the
        reports of other classes in the cell and around; shape (cells, 6).
        """
        columns = [np.ones(len(total)), np.log(self.offset)]
        for reach in (self.close, self.near):
            columns.append(_log_rate(reach, total, self.offset))
        average = max(float(others.mean()), 1e-9)
        columns.append(np.log((others + 0.1 * average) / average))
        columns.append(_log_rate(self.near, others, self.offset))
        return np.column_stack(columns)


def _log_rate(reach: sparse.csr_array, total: Floats, per: Floats) -> Floats:
    """Return the log of the rate around each cell, itself left out, over the city's rate."""
    city = max(float(total.sum()), 0.5) / float(per.sum())
    around = np.maximum(np.asarray(reach @ total) - total, 0)
    ground = np.maximum(np.asarray(reach @ per) - per, 0)
    return np.asarray(np.log((around + _CITY) / (ground * city + _CITY)))


def regress(table: Floats, counts: Floats, shape: float = 1.0) -> Floats:
    """Return the coefficients of a log-linear regression of counts ≥ 0 with gamma noise of `shape`.

    Iterated weighted least squares with the variance mean + mean²/shape and a ridge on all but the constant;
    columns are standardised inside. Shapes (cells, columns), (cells,) → (columns,).
    """
    centre, scale = table[:, 1:].mean(axis=0), table[:, 1:].std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    design = np.column_stack([table[:, 0], (table[:, 1:] - centre) / scale])
    ridge = _RIDGE * np.eye(design.shape[1])
    ridge[0, 0] = 1e-9
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(max(float(counts.mean()), 1e-6))
    for _ in range(_ROUNDS):
        linear = np.clip(design @ beta, -20, 20)
        mean = np.exp(linear)
        weight = mean / (1 + mean / shape)
        residual = (counts - mean) / (1 + mean / shape)
        step = np.linalg.solve(
            design.T @ (weight[:, None] * design) + ridge, design.T @ residual - ridge @ beta
        )
        largest = float(np.max(np.abs(step)))
        beta = beta + step * min(1.0, 2.0 / max(largest, 1e-12))
        if largest < 1e-8:
            break
    slopes = beta[1:] / scale
    return np.append(beta[0] - float(slopes @ centre), slopes)
