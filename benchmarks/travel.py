"""Times between 400 places on streets (P6): ours beside networkx on the same arcs, both in processor time.

`python -m benchmarks.travel`; the real streets where the real data are (GRIDSVC_REAL_DATA).
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import shapely

from benchmarks.table import print_table, verdict
from benchmarks.xian import FILE, xian_roads
from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import NEVER, Ground
from gridsvc.roads import Roads

PLACES = 400
TARGET_S = 0.5
_SRID, _ORIGIN = 4545, (500_000.0, 3_790_000.0)
_RUNS = 5


def lattice(rng: np.random.Generator, side: int = 72, step_m: float = 100.0) -> Roads:
    """The network of patrol.md section 4.4: a jittered lattice, 12 % of it missing, 15 % one-way."""
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * step_m + _ORIGIN
    at = at + rng.uniform(-step_m / 5, step_m / 5, at.shape)
    across = np.stack([at[:, :-1].reshape(-1, 2), at[:, 1:].reshape(-1, 2)], axis=1)
    up = np.stack([at[:-1].reshape(-1, 2), at[1:].reshape(-1, 2)], axis=1)
    ends = np.concatenate([across, up])
    ends = ends[rng.random(len(ends)) >= 0.12]
    lon, lat = to_degrees(_SRID, *np.rint(ends.reshape(-1, 2) * 1000).astype(np.int64).T)
    lines = shapely.linestrings(np.stack([lon, lat], axis=1).reshape(-1, 2, 2))
    n = len(lines)
    nothing = np.full(n, None, object)
    one_way = np.where(rng.random(n) < 0.15, "forward", "both").astype(object)
    said = [nothing, nothing, np.full(n, "road", object), one_way]
    return Roads(np.arange(n), *said, nothing, np.full(n, "lattice", object), nothing, nothing, lines)


def compare() -> bool:
    """Print the figures of every network and mode, and return whether the target is met."""
    folder = Path(os.environ.get("GRIDSVC_REAL_DATA") or Path(__file__).parents[2] / "shared/geodata")
    networks: dict[str, Callable[[], Roads]] = {
        "lattice of patrol.md": lambda: lattice(np.random.default_rng(1))
    }
    if (folder / FILE).exists():
        networks["south of Xi'an"] = lambda: xian_roads(folder)
    rows, slowest = [], 0.0
    for name, read in networks.items():
        roads = read()
        began = time.process_time()
        streets = build_streets(roads)
        built = time.process_time() - began
        for mode in ("walk", "ebike", "car"):
            ours, theirs, furthest = _measure(streets, mode)
            slowest = max(slowest, ours)
            rows.append(
                [
                    *(f"{name}, {mode}", f"{len(streets.xy):,} / {len(streets):,}", f"{built:.2f} s"),
                    *(f"{ours:.3f} s", f"{theirs:.1f} s", f"{theirs / ours:.0f}", f"{furthest:g} s"),
                ]
            )
    header = ["network, mode", "nodes / links", "build", "ours", "networkx", "ratio", "greatest difference"]
    print_table(f"Travel times, {PLACES} × {PLACES}, processor time", header, rows)
    return verdict(f"{PLACES} × {PLACES} travel times, slowest, in seconds", slowest, TARGET_S, at_most=True)


def _measure(streets: Streets, mode: str) -> tuple[float, float, float]:
    """Return our seconds, those of networkx, and the greatest difference in seconds of travel."""
    rng = np.random.default_rng(2)
    link = rng.permutation(len(streets))[: 3 * PLACES]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(streets.lines[link], 0.4, normalized=True))
    lon, lat = to_degrees(streets.srid, *np.rint(xy * 1000).astype(np.int64).T)
    snapped = snap(streets, lon, lat, mode)
    on = np.flatnonzero(snapped.link >= 0)[:PLACES]
    snapped = snap(streets, lon[on], lat[on], mode)
    taken = []
    for _ in range(_RUNS):
        began = time.process_time()
        ground = Ground.of(streets, mode, snapped)
        times = ground.times()
        taken.append(time.process_time() - began)
    arcs = ground.graph.arcs
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(arcs.tail.tolist(), arcs.head.tolist(), arcs.time.tolist(), strict=True)
    )
    began = time.process_time()
    away = [nx.single_source_dijkstra_path_length(graph, node) for node in ground.node.tolist()]
    theirs = time.process_time() - began
    want = np.array([[row.get(node, NEVER) for node in ground.into.tolist()] for row in away])
    return float(np.median(taken)), theirs, float(np.abs(want - times).max()) / 10


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    sys.exit(0 if compare() else 1)


if __name__ == "__main__":
    main()
