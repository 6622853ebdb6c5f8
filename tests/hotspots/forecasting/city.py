"""Made-up cities for the tests of forecasts: a lattice of 100 m cells with streets and planted rates."""

from __future__ import annotations

import numpy as np

from gridsvc.hotspots.forecasting.cube import Cube, Ground, weekly_steps

FIRST = np.datetime64("2025-01-06")


def ground(side: int = 15, seed: int = 0) -> Ground:
    """`side` × `side` cells; street lengths vary, a few cells have none."""
    rng = np.random.default_rng([seed, 1])
    x, y = np.meshgrid(np.arange(side) * 100.0 + 50, np.arange(side) * 100.0 + 50)
    size = rng.gamma(4.0, 0.05, side * side)
    size[rng.random(side * side) < 0.03] = 0.0
    return Ground(x.ravel(), y.ravel(), np.full(side * side, 0.01), size)


def city(weeks: int = 60, side: int = 15, seed: int = 0, rate: float = 0.25) -> Cube:
    """A stationary city: gamma rates, a few hot cells, and other classes that share part of the pattern."""
    rng = np.random.default_rng([seed, 2])
    there = ground(side, seed)
    cells = there.cells
    rates = rate * rng.gamma(0.7, 1 / 0.7, cells)
    rates[rng.choice(cells, 4, replace=False)] += 6 * rate
    counts = rng.poisson(rates[:, None], (cells, weeks))
    others = rng.poisson((2 * rates + 0.3)[:, None], (cells, weeks))
    return Cube(there, weekly_steps(FIRST, weeks), counts, others)


def moving_city(weeks: int = 60, side: int = 15, seed: int = 0) -> Cube:
    """A city whose hot cells change every eight weeks: only the recent past says where they are."""
    rng = np.random.default_rng([seed, 3])
    there = ground(side, seed)
    rates = np.full((there.cells, weeks), 0.03)
    for start in range(0, weeks, 8):
        rates[rng.choice(there.cells, 8, replace=False), start : start + 8] = 3.0
    counts = rng.poisson(rates)
    return Cube(there, weekly_steps(FIRST, weeks), counts, np.zeros_like(counts))
