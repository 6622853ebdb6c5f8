"""Kulldorff's spatial scan: where there are more cases than exposure explains."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.hotspots.alerts.clusters import MEMBERS_AT_ONCE, Cluster, Problem, find_clusters, in_threads
from gridsvc.hotspots.alerts.zones import Zones

Floats = NDArray[np.float64]

_AT_ONCE = 4_000_000
_LISTED = 20


def poisson_scan(
    cases: NDArray[Any],
    exposure: Floats,
    zones: Zones,
    *,
    permutations: int = 999,
    seed: int = 0,
    least: int = 2,
    threads: int | None = None,
) -> tuple[Cluster, ...]:
    """Return the clusters of `cases` against `exposure`, both of shape (cells,), likeliest first.

    Kulldorff 1997: for a zone with c cases, μ expected in proportion to exposure, of C in all, the ratio is
    c ln(c/μ) + (C−c) ln((C−c)/(C−μ)) if c > μ, else 0. The null spreads the C cases by exposure.

    Raises
    ------
    InputRefused
        `bad_exposure`: negative or not finite; `cases_without_exposure`: with a fault for each such cell.
    """
    counts = np.asarray(cases, np.int64)
    _check(counts, exposure)
    total = int(counts.sum())
    if total == 0:
        return ()
    share = exposure / exposure.sum()
    problem = Problem(zones, (share * total)[:, None], counts[:, None].copy(), total, least)
    maxima = np.empty(permutations)
    rng = np.random.default_rng(seed)
    many = max(1, _AT_ONCE // len(counts))
    for first in range(0, permutations, many):
        part = maxima[first : first + many]
        drawn = rng.multinomial(total, share, size=len(part))
        _fill(problem, drawn, part, threads)
    return find_clusters(problem, maxima)


def _fill(problem: Problem, drawn: NDArray[np.int64], maxima: Floats, threads: int | None) -> None:
    from gridsvc.hotspots.alerts.kernels import random_maxima

    zones = problem.zones

    blocks = zones.blocks(MEMBERS_AT_ONCE // problem.expected.shape[1])

    def run(rows: slice) -> None:
        random_maxima(
            zones.start,
            zones.member,
            zones.closes,
            problem.expected,
            drawn[rows],
            problem.total,
            problem.least,
            blocks,
            maxima[rows],
        )

    in_threads(run, len(maxima), threads)


def _check(cases: NDArray[np.int64], exposure: Floats) -> None:
    if not np.isfinite(exposure).all() or (exposure < 0).any():
        raise InputRefused(
            "bad_exposure",
            Text("暴露量必须是非负的有限数。", "an exposure is negative, missing or infinite."),
        )
    wrong = np.flatnonzero((cases > 0) & (exposure == 0))
    if len(wrong):
        faults = [
            Fault(
                "cases_without_exposure",
                Text(f"网格 {cell} 有案件而无暴露量。", f"cell {cell} has cases and no exposure."),
                Place(row=int(cell) + 1),
            )
            for cell in wrong[:_LISTED]
        ]
        raise InputRefused(
            "cases_without_exposure",
            Text(f"{len(wrong)} 个网格有案件而无暴露量。", f"{len(wrong)} cells have cases and no exposure."),
            remedy=Text("请补全暴露量，或去掉这些网格。", "Complete the exposure, or leave the cells out."),
            faults=faults,
        )
