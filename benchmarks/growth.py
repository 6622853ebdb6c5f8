"""Growth: what finding one place costs in 2,000 cells and in 2,000,000; and an atlas of 100,000 cells.

Each size runs in a process of its own, so that one's memory is not counted as another's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import numpy as np
import shapely

from benchmarks.cells import SIDE_MM, add_cells, empty_database, outlines_of
from benchmarks.table import print_table, verdict

SIDES = (45, 141, 447, 1415)
SINGLE, BULK, RUNS = 20_000, 1_000_000, 3


def compare() -> bool:
    """Print the growth and return whether the target is met."""
    grown = [_measured(side) for side in SIDES]
    rows = [
        (
            f"{each['cells']:,}",
            f"{each['single_us']:.1f}",
            f"{each['bulk']:,.0f}",
            f"{each['build_s']:.1f}",
            f"{each['bytes_per_cell']:,.0f}",
        )
        for each in grown
    ]
    print_table(
        f"Growth: one place at a time ({SINGLE:,} different ones, best of {RUNS}), and {BULK:,} at once",
        ("cells", "µs a place", "places per second in bulk", "seconds to build", "bytes per cell"),
        rows,
    )
    ratio = grown[-1]["single_us"] / grown[0]["single_us"]
    return verdict("one place in 2,000,000 cells against 2,000", ratio, 2.0, at_most=True)


def _measured(side: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", str(side)], capture_output=True, text=True, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure(side: int) -> dict[str, float]:
    """Measure a grid of side * side cells in this process."""
    from gridsvc.responsibility.locator import Locator

    cells = np.asarray(shapely.polygons(outlines_of(side, side, (0, 0), seed=7).astype(np.float64)))
    before = _resident()
    begin = time.perf_counter()
    locator = Locator(cells, snap_mm=30_000)
    built = time.perf_counter() - begin
    kept = _resident() - before
    rng = np.random.default_rng(7)
    x, y = rng.integers(0, side * SIDE_MM, (2, BULK))
    single, bulk = [], []
    for _ in range(RUNS):
        begin = time.perf_counter()
        for k in range(SINGLE):
            locator.locate(x[k : k + 1], y[k : k + 1])
        single.append((time.perf_counter() - begin) / SINGLE)
        begin = time.perf_counter()
        locator.locate(x, y)
        bulk.append(BULK / (time.perf_counter() - begin))
    return {
        "cells": len(cells),
        "single_us": min(single) * 1e6,
        "bulk": max(bulk),
        "build_s": built,
        "bytes_per_cell": kept / len(cells),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def _resident() -> int:
    """Return the bytes of memory that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def build_atlas() -> bool:
    """Put 100,000 cells into PostGIS, load the atlas, print the time and return whether it is met."""
    from gridsvc.responsibility import load_atlas
    from gridsvc.settings import Settings

    with empty_database() as engine, engine.connect() as connection:
        add_cells(connection)
        times = []
        for _ in range(RUNS):
            begin = time.perf_counter()
            atlas = load_atlas(connection, Settings())
            times.append(time.perf_counter() - begin)
    count = len(atlas.moments[0].grid.layers["cell"].codes)
    print(f"\n## Atlas of {count:,} cells from PostGIS, best of {RUNS}")
    return verdict("seconds to load and build", min(times), 5.0, at_most=True)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
