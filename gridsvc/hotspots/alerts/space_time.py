"""The prospective space-time permutation scan: did something begin in the last days?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text
from gridsvc.hotspots.alerts.clusters import MEMBERS_AT_ONCE, Cluster, Problem, find_clusters, in_threads
from gridsvc.hotspots.alerts.zones import Zones

Floats = NDArray[np.float64]

WINDOWS = (1, 2, 3, 5, 7, 10, 14)
"""Days of the cylinders, which all end on the last day."""

ALERT_DAYS = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class SpaceTimeScan:
    """The clusters of the last days, likeliest first; `cases` in `days` of base."""

    clusters: tuple[Cluster, ...]
    windows: tuple[int, ...]
    cases: int
    days: int
    permutations: int
    seed: int
    every_days: float

    def recurrence_days(self, cluster: Cluster) -> float:
        """Return in how many days chance alone gives one as strong, when scanned every `every_days`."""
        return self.every_days / cluster.p

    def alerts(self, least_days: float = ALERT_DAYS) -> tuple[Cluster, ...]:
        """Return the clusters that chance gives no more often than every `least_days`."""
        return tuple(
            cluster for cluster in self.clusters if self.recurrence_days(cluster) >= least_days - 1e-9
        )


def space_time_scan(
    counts: NDArray[Any],
    zones: Zones,
    *,
    windows: tuple[int, ...] = WINDOWS,
    permutations: int = 999,
    seed: int = 0,
    by_weekday: bool = True,
    least: int = 3,
    every_days: float = 1.0,
    threads: int | None = None,
) -> SpaceTimeScan:
    """Scan `counts`, shape (cells, days), the last column the day of the analysis.

    Kulldorff et al. 2005: expected of a cell and day is (cases of the cell) × (cases of the day) / cases;
    `by_weekday` within each weekday. So it needs no population: a cell that always has many, and a day on
    which all have many, are no alert. The null exchanges the dates of the cases, within the weekday. A zone
    with fewer than `least` cases is none. The result is the same for any number of `threads`.

    Raises
    ------
    InputRefused
        `base_too_short`: the base is not twice as long as the longest window; `bad_counts`.
    """
    given = np.asarray(counts)
    _check(given, windows)
    ordered = tuple(sorted(set(windows)))
    cases = given.astype(np.int64)
    total = int(cases.sum())
    problem = Problem(zones, _expected(cases, ordered, by_weekday), _seen(cases, ordered), total, least)
    maxima = _maxima(problem, cases, ordered, by_weekday, permutations, seed, threads)
    clusters = find_clusters(problem, maxima)
    return SpaceTimeScan(clusters, ordered, total, given.shape[1], permutations, seed, every_days)


def _seen(cases: NDArray[np.int64], windows: tuple[int, ...]) -> NDArray[np.int64]:
    days = cases.shape[1]
    return np.stack([cases[:, days - window :].sum(axis=1) for window in windows], axis=1)


def _strata(days: int, by_weekday: bool) -> NDArray[np.int64]:
    return np.arange(days) % 7 if by_weekday else np.zeros(days, np.int64)


def _expected(cases: NDArray[np.int64], windows: tuple[int, ...], by_weekday: bool) -> Floats:
    days = cases.shape[1]
    stratum = _strata(days, by_weekday)
    expected = np.zeros((len(cases), len(windows)))
    of_days = cases.sum(axis=0)
    for each in np.unique(stratum):
        own = stratum == each
        of_cells = cases[:, own].sum(axis=1)
        whole = of_cells.sum()
        if whole:
            recent = [(of_days * own)[days - window :].sum() for window in windows]
            expected += np.outer(of_cells, recent) / whole
    return expected


def _maxima(
    problem: Problem,
    cases: NDArray[np.int64],
    windows: tuple[int, ...],
    by_weekday: bool,
    permutations: int,
    seed: int,
    threads: int | None,
) -> Floats:
    from gridsvc.hotspots.alerts.kernels import permuted_maxima

    days = cases.shape[1]
    cell, day = np.nonzero(cases)
    many = cases[cell, day]
    cell, day = np.repeat(cell, many), np.repeat(day, many)
    stratum = _strata(days, by_weekday)[day]
    strata = int(stratum.max(initial=0)) + 1
    of_case = cell[np.lexsort((cell, stratum))].astype(np.int32)
    age = days - 1 - day
    recent = age < windows[-1]
    order = np.lexsort((age[recent], stratum[recent]))
    shortest = np.searchsorted(windows, age[recent][order] + 1).astype(np.int64)
    zones = problem.zones
    maxima = np.empty(permutations)
    streams = np.random.SeedSequence(seed).generate_state(permutations, np.uint64)

    blocks = zones.blocks(MEMBERS_AT_ONCE // problem.expected.shape[1])

    def run(rows: slice) -> None:
        permuted_maxima(
            zones.start,
            zones.member,
            zones.closes,
            problem.expected,
            of_case,
            _first(stratum, strata),
            _first(stratum[recent], strata),
            shortest,
            problem.least,
            blocks,
            streams[rows],
            maxima[rows],
        )

    in_threads(run, permutations, threads)
    return maxima


def _first(stratum: NDArray[np.int64], strata: int) -> NDArray[np.int64]:
    """Return where each stratum begins among cases sorted by it, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(stratum, minlength=strata))])


def _check(counts: NDArray[Any], windows: tuple[int, ...]) -> None:
    days = counts.shape[1]
    if not windows or min(windows) < 1 or days < 2 * max(windows):
        raise InputRefused(
            "base_too_short",
            Text(
                f"只有 {days} 天数据；最长时间窗为 {max(windows, default=0)} 天，至少需要两倍的天数。",
                f"there are {days} days of data; the longest window is {max(windows, default=0)} days,"
                " and twice as many are needed.",
            ),
            remedy=Text("请把起始日期提前。", "Begin the period earlier."),
        )
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise InputRefused(
            "bad_counts", Text("件数必须是非负整数。", "a count is negative, not whole, or missing.")
        )
