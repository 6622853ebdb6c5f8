"""A city in which each report brings others about nearby in the weeks after it."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from gridsvc.hotspots.forecasting.cube import Cube, Ground, weekly_steps, within
from tests.hotspots.forecasting.city import FIRST


def near_pairs(side: int) -> sparse.csr_array:
    """Metres between the cells of each near pair; half a side within one."""
    there = plain(side)
    near = within(there, 600.0).tocoo()
    metres = np.hypot(there.x_m[near.row] - there.x_m[near.col], there.y_m[near.row] - there.y_m[near.col])
    return sparse.csr_array((np.where(near.row == near.col, 50.0, metres), (near.row, near.col)), near.shape)


def plain(side: int) -> Ground:
    x, y = np.meshgrid(np.arange(side) * 100.0 + 50, np.arange(side) * 100.0 + 50)
    return Ground(x.ravel(), y.ravel(), np.full(side * side, 0.01), np.ones(side * side))


def exciting_city(
    offspring: float, *, side: int, weeks: int, fading: float = 0.5, spread_m: float = 100.0, seed: int = 0
) -> Cube:
    """Branching by the week: every report has Poisson(θ) offspring, placed around it, weeks later."""
    rng = np.random.default_rng([seed, 9])
    there = plain(side)
    counts = np.zeros((side * side, weeks), np.int64)
    rates = 0.05 * rng.gamma(1.0, 1.0, side * side)
    for week in range(weeks):
        counts[:, week] += rng.poisson(rates)
        parents = np.repeat(np.arange(side * side), counts[:, week])
        children = np.repeat(parents, rng.poisson(offspring, len(parents)))
        then = week + rng.geometric(fading, len(children))
        x = there.x_m[children] + rng.normal(0, spread_m, len(children)) + rng.uniform(-50, 50, len(children))
        y = there.y_m[children] + rng.normal(0, spread_m, len(children)) + rng.uniform(-50, 50, len(children))
        column, row = (x // 100).astype(int), (y // 100).astype(int)
        kept = (then < weeks) & (column >= 0) & (column < side) & (row >= 0) & (row < side)
        np.add.at(counts, (row[kept] * side + column[kept], then[kept]), 1)
    return Cube(there, weekly_steps(FIRST, weeks), counts, np.zeros_like(counts))
