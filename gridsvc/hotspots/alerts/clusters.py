"""What a scan finds: the likeliest zone, further ones that do not overlap it, and how likely chance is."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.alerts.zones import Zones

Floats = NDArray[np.float64]

MOST_CLUSTERS = 10
MEMBERS_AT_ONCE = 1_000_000
_SAME = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """A zone with more cases than expected.

    `cells`: their indices, in order; `centre` and `radius_m`: of the circle. `window`: index of the time
    window. `p`: (1 + permutations with as great a ratio) / (permutations + 1); `p_tail`: by the Gumbel
    distribution fitted to the permutations' greatest ratios, for what is rarer than they can tell.
    """

    cells: NDArray[np.int32]
    centre: int
    radius_m: float
    window: int
    observed: int
    expected: float
    total: int
    ratio: float
    p: float
    p_tail: float

    @property
    def relative_risk(self) -> float | None:
        """Return the risk inside over the risk outside; None where no case is outside."""
        outside = self.total - self.observed
        if outside == 0:
            return None
        return (self.observed / self.expected) / (outside / (self.total - self.expected))


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is scanned: `expected` and `seen` (cells, windows), cumulative over windows; `total` cases."""

    zones: Zones
    expected: Floats
    seen: NDArray[np.int64]
    total: int
    least: int


def find_clusters(problem: Problem, maxima: Floats) -> tuple[Cluster, ...]:
    """Return the best zone, then the best of those that share no cell with it, and so on, at most ten.

    Each is compared with the greatest ratios of whole maps, `maxima`: for further clusters a p too large
    rather than too small.
    """
    from gridsvc.hotspots.alerts.kernels import best_zones

    zones = problem.zones
    centres = len(zones.start) - 1
    blocked = np.zeros(len(problem.expected), bool)
    ratio, position, window = np.zeros(centres), np.zeros(centres, np.int64), np.zeros(centres, np.int64)
    found: list[Cluster] = []
    while len(found) < MOST_CLUSTERS:
        best_zones(
            zones.start,
            zones.member,
            zones.closes,
            problem.expected,
            problem.seen,
            problem.total,
            problem.least,
            blocked,
            ratio,
            position,
            window,
        )
        centre = int(np.argmax(ratio)) if centres else 0
        if not centres or ratio[centre] <= 0:
            break
        cells = zones.cells(int(position[centre]))
        at = int(window[centre])
        found.append(
            Cluster(
                cells=cells,
                centre=centre,
                radius_m=float(zones.radius_m[position[centre]]),
                window=at,
                observed=int(problem.seen[cells, at].sum()),
                expected=float(problem.expected[cells, at].sum()),
                total=problem.total,
                ratio=float(ratio[centre]),
                p=(1 + int((maxima >= ratio[centre] - _SAME).sum())) / (len(maxima) + 1),
                p_tail=gumbel_tail(maxima, float(ratio[centre])),
            )
        )
        blocked[cells] = True
    return tuple(found)


def gumbel_tail(maxima: Floats, ratio: float) -> float:
    """Return P(greatest ratio ≥ `ratio`) of the Gumbel distribution with the moments of `maxima`.

    Abrams, Kulldorff & Kleinman 2010: for p-values below 1/(m+1).
    """
    if len(maxima) < 2:
        return 1.0
    scale = float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi
    if scale == 0:
        return 1.0 if ratio <= maxima[0] else 1 / (len(maxima) + 1)
    place = float(maxima.mean()) - np.euler_gamma * scale
    return -math.expm1(-math.exp(-(ratio - place) / scale))


def in_threads(run: Callable[[slice], None], many: int, threads: int | None) -> None:
    """Call `run` on slices that cover `many`, on all processors or as many `threads`.

    What a slice computes depends on nothing but its place, so that the result is the same for any number.
    """
    workers = max(1, min(threads or os.cpu_count() or 1, many))
    limits = np.linspace(0, many, workers + 1).astype(int)
    slices = [slice(int(one), int(other)) for one, other in itertools.pairwise(limits)]
    if workers == 1:
        run(slices[0])
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(run, slices):
            pass
