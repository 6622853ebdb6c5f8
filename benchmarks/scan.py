"""The prospective scan of 2,500 cells, 999 permutations. No kept Python library has it.

The peer is the same statistic written with numpy alone: for each permutation the dates are shuffled within
the weekday, counts of all circles and windows are cumulative sums, and the ratio is taken of all of them.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.table import print_table, verdict
from gridsvc.hotspots.alerts.space_time import WINDOWS, space_time_scan
from gridsvc.hotspots.alerts.zones import Zones, circles

SIDE, DAYS, RADII = 50, 365, 49
PERMUTATIONS = 999
PLAIN_PERMUTATIONS = 20


def compare() -> bool:
    """Print the times; 10 s or less on two processors (H11)."""
    rng = np.random.default_rng(12)
    # Off the lattice by a metre, so that all 49 circles of a cell are zones.
    x, y = (np.indices((SIDE, SIDE)).reshape(2, -1) * 100.0) + rng.uniform(-1, 1, (2, SIDE * SIDE))
    narrow = circles(x, y, most_cells=RADII)
    wide = circles(x, y, most_m=1000.0, most_share=0.05)
    space_time_scan(rng.poisson(0.01, (SIDE * SIDE, DAYS)), narrow, permutations=9)  # compiled once

    rows = []
    worst = 0.0
    for a_day in (0.005, 0.05, 0.5):
        counts = rng.poisson(a_day, (SIDE * SIDE, DAYS))
        one, both, product = (
            _seconds(counts, zones, threads) for zones, threads in ((narrow, 1), (narrow, None), (wide, None))
        )
        plain = _plain(counts, narrow)
        worst = max(worst, both)
        rows.append((f"{int(counts.sum()):,}", f"{one:.2f}", f"{both:.2f}", f"{product:.2f}", f"{plain:.0f}"))
    print_table(
        f"Scan: {SIDE * SIDE:,} cells, {narrow.count * len(WINDOWS):,} cylinders"
        f" ({wide.count * len(WINDOWS):,} to 1 km and 5 %), {PERMUTATIONS} permutations, seconds",
        (
            "incidents in the base",
            "1 thread",
            "all threads",
            "to 1 km and 5 %",
            f"plain numpy ({PLAIN_PERMUTATIONS}, scaled)",
        ),
        rows,
    )
    return verdict("scan of 857,500 cylinders, 999 permutations, seconds", worst, 10.0, at_most=True)


def _seconds(counts: NDArray[np.int64], zones: Zones, threads: int | None) -> float:
    began = time.perf_counter()
    space_time_scan(counts, zones, permutations=PERMUTATIONS, threads=threads)
    return time.perf_counter() - began


def _plain(counts: NDArray[np.int64], zones: Zones) -> float:
    """Return the seconds that all permutations would take in numpy."""
    rng = np.random.default_rng(0)
    cell, day = np.nonzero(counts)
    many = counts[cell, day]
    cell, day = np.repeat(cell, many), np.repeat(day, many)
    order = zones.member.reshape(len(counts), RADII)
    total = len(cell)
    of_days = counts.sum(axis=0)
    expected = np.zeros((len(counts), len(WINDOWS)))
    for weekday in range(7):
        of_cells = counts[:, weekday::7].sum(axis=1)
        own = np.arange(DAYS) % 7 == weekday
        recent = [(of_days * own)[-window:].sum() for window in WINDOWS]
        expected += np.outer(of_cells, recent) / max(of_cells.sum(), 1)
    mu = expected[order].cumsum(axis=1)
    began = time.perf_counter()
    for _ in range(PLAIN_PERMUTATIONS):
        exchanged = day.copy()
        for weekday in range(7):
            own = np.flatnonzero(day % 7 == weekday)
            exchanged[own] = rng.permutation(day[own])
        age = DAYS - 1 - exchanged
        seen = np.stack(
            [np.bincount(cell[age < window], minlength=len(counts)) for window in WINDOWS], axis=1
        )
        c = seen[order].cumsum(axis=1)
        above = c > np.maximum(mu, 2)
        inside, outside = c[above], total - c[above]
        (inside * np.log(inside / mu[above]) + outside * np.log(outside / (total - mu[above]))).max(initial=0)
    return (time.perf_counter() - began) * PERMUTATIONS / PLAIN_PERMUTATIONS


if __name__ == "__main__":
    compare()
