"""The two tests over all cells, in one stage or in two.

With a second stage ("rest") each neighbourhood is compared with what lies outside all that the first stage
found, at α/(1 + α), as Benjamini, Krieger and Yekutieli 2006 do with their estimate of true nulls: hotspots
no longer raise what they are compared with. On a map of pure chance where the first stage finds nothing,
nothing changes: the share of maps with a false find is that of the first stage, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.hotspots.significance.clusters import cluster_p
from gridsvc.hotspots.significance.discoveries import Method, q_values
from gridsvc.hotspots.significance.exact import mid_tails, mid_tails_of_distinct

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Against = Literal["city", "rest"]

STRATA = 5
"""Where exposure differs, counts are dealt out among cells of about the same exposure: in fifths of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The cells that have exposure: counts, exposure, neighbourhoods among them, and sums over these."""

    counts: Integers
    exposure: Floats
    matrix: sparse.csr_array

    @property
    def sizes(self) -> Integers:
        """Return the number of cells of each neighbourhood."""
        sizes: Integers = np.diff(self.matrix.indptr).astype(np.int64)
        return sizes

    @property
    def uniform(self) -> bool:
        """Return whether all cells have the same exposure."""
        return len(self.exposure) == 0 or bool(self.exposure.min() == self.exposure.max())

    def sums(self, values: NDArray[np.integer] | NDArray[np.bool_]) -> Integers:
        """Return the sum of whole numbers over each neighbourhood."""
        found: Integers = np.rint(self.matrix @ values.astype(np.float64)).astype(np.int64)
        return found

    def near(self, cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which cells have one of these in their neighbourhood."""
        near: NDArray[np.bool_] = self.sums(cells) > 0
        return near

    def exposure_of(self, cells: NDArray[np.bool_] | None = None) -> Floats:
        """Return the exposure of each neighbourhood, or of the part of it in `cells`."""
        if self.uniform:  # whole numbers keep equal shares equal
            return (self.sizes if cells is None else self.sums(cells)) * self.exposure[:1]
        return np.asarray(self.matrix @ (self.exposure if cells is None else self.exposure * cells))


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """S given the total is Binomial(`totals`, `shares`); `factor` is what q was multiplied by, 1 or 1 + α."""

    totals: Integers
    shares: Floats
    p_hot: Floats
    q_hot: Floats
    p_cold: Floats
    q_cold: Floats
    factor: float


def compare_rates(field: Field, alpha: float, method: Method, against: Against) -> Compared:
    """Test every neighbourhood's rate (N1)."""
    sums, near = field.sums(field.counts), field.exposure_of()
    total, whole = int(field.counts.sum()), float(field.exposure.sum())
    totals = np.full(len(sums), total, np.int64)
    if field.uniform:
        sizes, group = np.unique(field.sizes, return_inverse=True)
        shares = sizes / max(len(sums), 1)
        hot, cold, row, cells = mid_tails_of_distinct(sums, group, total, shares)
        q_hot, q_cold = (q_values(p, method=method, cells=cells)[row] for p in (hot, cold))
        first = Compared(totals, shares[group], hot[row], q_hot, cold[row], q_cold, 1.0)
    else:
        shares = np.minimum(near / whole, 1.0)
        first = _compared(sums, totals, shares, method, 1.0)
    found = first.q_hot <= alpha
    if against == "city" or not found.any():
        return first
    rest = ~field.near(found)
    counted = np.where(rest, field.counts, 0)
    others = counted.sum() - field.sums(counted)
    # Of each neighbourhood's own cells none is among those it is compared with.
    others_exposure = float((field.exposure * rest).sum()) - field.exposure_of(rest)
    if (others_exposure <= 0).any():
        return first
    return _compared(sums, sums + others, near / (near + others_exposure), method, 1 + alpha)


def compare_clusters(
    field: Field, alpha: float, method: Method, against: Against
) -> tuple[Floats, Floats, float]:
    """Test every neighbourhood's clustering (N2): p, q, and what q was multiplied by."""
    strata = None if field.uniform else fifths(field.exposure)
    members = field.sizes if strata is None else members_by(field.matrix, strata)
    sums = field.sums(field.counts)
    p = cluster_p(field.counts, sums, members, strata=strata)
    q = q_values(p, method=method)
    found = q <= alpha
    if against == "city" or not found.any():
        return p, q, 1.0
    rest = ~field.near(found)
    if not rest.any():
        return p, q, 1.0
    p = cluster_p(field.counts, sums, members, strata=strata, pool=rest)
    return p, np.minimum(q_values(p, method=method) * (1 + alpha), 1.0), 1 + alpha


def fifths(exposure: Floats) -> NDArray[np.int64]:
    """Return the fifth by exposure in which each cell is, from the least; equal ones together."""
    breaks = np.quantile(exposure, np.arange(1, STRATA) / STRATA)
    return np.searchsorted(np.unique(breaks), exposure, side="left").astype(np.int64)


def members_by(matrix: sparse.csr_array, strata: NDArray[np.int64]) -> Integers:
    """Return how many cells of each stratum every neighbourhood has, shape (cells, strata)."""
    member = np.zeros((len(strata), int(strata.max(initial=0)) + 1))
    member[np.arange(len(strata)), strata] = 1.0
    found: Integers = np.rint(matrix @ member).astype(np.int64)
    return found


def _compared(sums: Integers, totals: Integers, shares: Floats, method: Method, factor: float) -> Compared:
    hot, cold = mid_tails(sums, totals, shares)
    q_hot, q_cold = (np.minimum(q_values(p, method=method) * factor, 1.0) for p in (hot, cold))
    return Compared(totals, shares, hot, q_hot, cold, q_cold, factor)
