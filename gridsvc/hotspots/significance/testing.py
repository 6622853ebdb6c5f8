"""Every cell's tests at once: above the city's rate, below it, or part of a cluster."""

# `test_cells` is no test of pytest's.
# ruff: noqa: PT028

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.neighbours import Neighbourhood
from gridsvc.hotspots.significance.discoveries import Method
from gridsvc.hotspots.significance.gistar import gi_star
from gridsvc.hotspots.significance.risk import relative_risk
from gridsvc.hotspots.significance.stages import Against, Field, compare_clusters, compare_rates

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

STATUSES = ("nothing", "cluster", "above", "below", "not_enough_data", "no_exposure")
"""`cluster`: above the city's rate and clustered (N1 and N2); `above`: above the city's rate (N1) alone."""
NOTHING, CLUSTER, ABOVE, BELOW, NOT_ENOUGH_DATA, NO_EXPOSURE = range(6)


@dataclass(frozen=True, slots=True)
class Practical:
    """What a hot cell needs beyond significance to be worth a visit (`hotspots.md` 3.5).

    A cold one needs a risk of at most 1/`risk` where at least `incidents` were to be expected.
    """

    risk: float = 1.5
    incidents: int = 5
    days: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class CellTests:
    """The tests of every cell, arrays of shape (cells,); NaN where a cell was not tested.

    `sums`, `near_exposure`, `share`, `expected`: of the neighbourhood, itself included: its incidents, its
    exposure, its part of the city's, and N times that. `risk` with `risk_low` and `risk_high` (95 %) is
    (s/N)/share. p are one-sided mid-p; `p_hot` and `p_cold` are of Binomial(`tested_total`, `tested_share`):
    N and share of the city, or, tested against the rest, of neighbourhood and rest together. A q belongs to
    the p of its name, over all tests, `factor` and `cluster_factor` (1, or 1 + α in a second stage) included.
    `z` is Gi*: a score, no test. `orphans`: cells with incidents and no exposure; they are in no total.
    """

    counts: Integers
    sums: Integers
    sizes: Integers
    exposure: Floats
    near_exposure: Floats
    share: Floats
    expected: Floats
    risk: Floats
    risk_low: Floats
    risk_high: Floats
    tested_total: Integers
    tested_share: Floats
    p_hot: Floats
    q_hot: Floats
    p_cold: Floats
    q_cold: Floats
    p_cluster: Floats
    q_cluster: Floats
    z: Floats
    near_days: Integers | None
    status: NDArray[np.int8]
    tested: Truths
    orphans: Integers
    total: int
    total_exposure: float
    alpha: float
    method: Method
    against: Against
    factor: float
    cluster_factor: float
    practical: Practical = field(default_factory=Practical)

    @property
    def hot(self) -> Truths:
        """Return which cells are above the city's rate, in a cluster or not."""
        hot: Truths = (self.status == CLUSTER) | (self.status == ABOVE)
        return hot

    @property
    def tests(self) -> int:
        """Return the number of cells tested: the m of the discovery control."""
        return int(self.tested.sum())


def test_cells(
    counts: Integers,
    exposure_values: Floats,
    neighbourhood: Neighbourhood,
    *,
    alpha: float = 0.05,
    method: Method = "bh",
    against: Against = "city",
    floor: float = 0.0,
    near_days: Integers | None = None,
    practical: Practical | None = None,
) -> CellTests:
    """Test every neighbourhood exactly against exposure (N1) and against dealt-out counts (N2).

    `counts`: incident-days of every cell, zeros included, shape (cells,). `exposure_values`: ≥ 0, same shape.
    A cell without exposure is in no total and not tested; one below `floor` counts, but is not judged.
    `near_days`: distinct days with an incident in each neighbourhood; without it that filter is left out.
    `method` "by" is the strict discovery control; for `against` "rest" see `stages`.
    """
    counts = np.asarray(counts, np.int64)
    exposure = np.asarray(exposure_values, np.float64)
    _check(counts, exposure, len(neighbourhood.sizes), alpha)
    practical = practical or Practical()
    exposed = exposure > 0
    matrix = neighbourhood.matrix if exposed.all() else neighbourhood.matrix[exposed][:, exposed]
    cells = Field(counts[exposed], exposure[exposed], matrix)
    sums, near = cells.sums(cells.counts), cells.exposure_of()
    total, whole = int(cells.counts.sum()), float(cells.exposure.sum())
    share = np.minimum(near / whole, 1.0) if whole else near
    rates = compare_rates(cells, alpha, method, against)
    p_cluster, q_cluster, cluster_factor = compare_clusters(cells, alpha, method, against)
    risk, low, high = relative_risk(sums, total, share)
    z = gi_star(cells.counts.astype(np.float64), matrix) if len(sums) else np.zeros(0)

    enough = (sums >= practical.incidents) & (risk >= practical.risk)
    if near_days is not None:
        enough &= np.asarray(near_days)[exposed] >= practical.days
    hot = (rates.q_hot <= alpha) & enough
    cold = (rates.q_cold <= alpha) & (risk <= 1 / practical.risk) & (total * share >= practical.incidents)
    among = np.select(
        [cells.exposure < floor, hot & (q_cluster <= alpha), hot, cold],
        [NOT_ENOUGH_DATA, CLUSTER, ABOVE, BELOW],
        NOT_ENOUGH_DATA if total == 0 else NOTHING,
    )

    def spread(values: NDArray[np.generic], fill: float) -> NDArray[np.generic]:
        if exposed.all():
            return values
        whole_city = np.full(len(counts), fill, values.dtype)
        whole_city[exposed] = values
        return whole_city

    floats = {
        "near_exposure": near,
        "share": share,
        "expected": total * share,
        "risk": risk,
        "risk_low": low,
        "risk_high": high,
        "tested_share": rates.shares,
        "p_hot": rates.p_hot,
        "q_hot": rates.q_hot,
        "p_cold": rates.p_cold,
        "q_cold": rates.q_cold,
        "p_cluster": p_cluster,
        "q_cluster": q_cluster,
        "z": z,
    }
    integers = {"sums": sums, "sizes": cells.sizes, "tested_total": rates.totals}
    return CellTests(
        counts=counts,
        exposure=exposure,
        near_days=near_days,
        status=spread(among.astype(np.int8), NO_EXPOSURE),  # type: ignore[arg-type]
        tested=exposed,
        orphans=np.flatnonzero(~exposed & (counts > 0)),
        total=total,
        total_exposure=whole,
        alpha=alpha,
        method=method,
        against=against,
        factor=rates.factor,
        cluster_factor=cluster_factor,
        practical=practical,
        **{name: spread(values, np.nan) for name, values in floats.items()},  # type: ignore[arg-type]
        **{name: spread(values, 0) for name, values in integers.items()},  # type: ignore[arg-type]
    )


def _check(counts: Integers, exposure: Floats, size: int, alpha: float) -> None:
    if counts.shape != (size,) or exposure.shape != (size,):
        raise ValueError("counts and exposure need one value for every cell of the neighbourhood")
    if (counts < 0).any() or not np.isfinite(exposure).all() or (exposure < 0).any():
        raise ValueError("counts and exposure must be finite and not negative")
    if not 0 < alpha < 1:
        raise ValueError("alpha must lie between 0 and 1")
