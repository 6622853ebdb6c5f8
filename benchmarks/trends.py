"""Emerging hot spots of 50,000 cells and 26 weeks, Mann–Kendall beside pymannkendall, near repeats."""

from __future__ import annotations

import time

import numpy as np
import pymannkendall

from benchmarks.table import print_table, verdict
from gridsvc.hotspots.neighbours import lattice
from gridsvc.hotspots.trends.emerging import emerging
from gridsvc.hotspots.trends.mann_kendall import mann_kendall
from gridsvc.hotspots.trends.near_repeat import near_repeats

CELLS, STEPS = (200, 250), 26
RUNS = 3
COMPARED = 1_000


def compare() -> bool:
    """Print the times; every category in 5 s or less (H11), and every Z that of the peer."""
    rng = np.random.default_rng(11)
    size = CELLS[0] * CELLS[1]
    counts = rng.poisson(rng.gamma(0.5, 0.6, size)[:, None] * np.ones(STEPS))
    near = lattice(*CELLS)
    exposure = rng.lognormal(size=size)

    whole = _best(lambda: emerging(counts, near, exposure))
    compatible = _best(lambda: emerging(counts, near, test="arcgis"))
    ours = _best(lambda: mann_kendall(counts))
    some = counts[:COMPARED]
    began = time.perf_counter()
    peers = [pymannkendall.original_test(row) for row in some]
    theirs = (time.perf_counter() - began) * size / COMPARED
    found = mann_kendall(some)
    same = sum(
        abs(z - peer.z) < 1e-9 and abs(slope - peer.slope) < 1e-9
        for z, slope, peer in zip(found.z, found.slope, peers, strict=True)
    )

    x, y = rng.uniform(0, 5000, (2, 10_000))
    day = rng.integers(0, 365, 10_000)
    near_repeats(x[:100], y[:100], day[:100], permutations=99)
    few = _best(lambda: near_repeats(x[:4000], y[:4000], day[:4000]), 1)
    x, y = rng.uniform(0, 10_000, (2, 60_000))
    day = rng.integers(0, 365, 60_000)
    many = _best(lambda: near_repeats(x, y, day), 1)

    print_table(
        f"Trends: {size:,} cells, {STEPS} steps",
        ("operation", "seconds"),
        [
            ("17 categories, exact test against exposure", f"{whole:.2f}"),
            ("17 categories, Gi* z as ArcGIS", f"{compatible:.2f}"),
            ("Mann–Kendall with Sen slope, all cells", f"{ours:.2f}"),
            (f"pymannkendall, {COMPARED:,} cells, scaled to all", f"{theirs:.1f}"),
            ("Knox table, 4,000 incidents, 999 permutations", f"{few:.2f}"),
            ("Knox table, 60,000 incidents, exact moments", f"{many:.2f}"),
        ],
    )
    met = verdict("17 categories of 50,000 cells and 26 steps, seconds", whole, 5.0, at_most=True)
    met &= verdict("Mann–Kendall, times as fast as pymannkendall", theirs / ours, 20.0)
    return verdict("Z and slope as pymannkendall's, share", same / COMPARED, 1.0) and met


def _best(run: object, runs: int = RUNS) -> float:
    assert callable(run)
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    compare()
