"""The exact test of clustering: do high cells lie together more than if the counts were dealt out anew?

Null (N2 of `hotspots.md` 3.5): the cells' counts are exchangeable. The sum over a neighbourhood of k cells
then has the k-fold convolution of the counts' own distribution, whatever that is: bursts and over-dispersion
are in it. No Monte Carlo, hence no least p. All sums below are of positive terms, never by FFT: the tails
keep their digits to 1e-300.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gridsvc.hotspots.significance.exact import SMALLEST

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

Drawn = Literal["auto", "with replacement", "without replacement"]
_SMALL_CITY = 0.01
"""A neighbourhood of more than this share of all cells is drawn without replacement."""


def cluster_p(
    counts: Integers,
    sums: Integers,
    members: Integers,
    *,
    strata: NDArray[np.integer] | None = None,
    drawn: Drawn = "auto",
    pool: NDArray[np.bool_] | None = None,
) -> Floats:
    """Return the mid-p of each neighbourhood's sum, P(S > s) + P(S = s)/2, shape (n,).

    `counts`, `sums`: of every cell and over every neighbourhood, shape (n,). `members[i, g]`: how many cells
    of stratum g neighbourhood i has, shape (n, strata); with one stratum the sizes, shape (n,). `strata[i]`:
    the stratum of cell i. `pool`: the cells whose counts are dealt out (default: all).
    """
    if len(counts) == 0:
        return np.zeros(0)
    members = members.reshape(len(counts), -1)
    strata = np.zeros(len(counts), np.int64) if strata is None else strata
    pool = np.ones(len(counts), np.bool_) if pool is None else pool
    held = [counts[pool & (strata == group)] for group in range(members.shape[1])]
    # A stratum of which the pool has nothing is dealt from whole: no cells would mean no incidents.
    held = [some if len(some) else counts[strata == group] for group, some in enumerate(held)]
    deals = _Deals(held, members, drawn)
    found = np.empty(len(counts))
    for rows in _alike(members):
        found[rows] = _mid_p(deals.of(members[rows[0]]), sums[rows])
    return np.clip(found, SMALLEST, 1.0)


def _alike(members: Integers) -> list[NDArray[np.intp]]:
    """Return the neighbourhoods of the same make-up, each group in order."""
    # One whole number for each make-up: to sort these is far faster than to sort rows.
    key = np.zeros(len(members), np.int64)
    for column in members.T:
        key = np.unique(key * (int(column.max()) + 1) + column, return_inverse=True)[1]
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1)


def sum_of_cells(counts: Integers, size: int) -> Floats:
    """Return P(S = 0), P(S = 1), …: the sum of `size` counts drawn from `counts` with replacement."""
    values, cells = np.unique(counts, return_counts=True)
    one = np.zeros(int(values[-1]) + 1)
    one[values] = cells / len(counts)
    if len(values) * 8 > len(one):
        return _power(one, size)
    # Few values far apart (one cell of thousands of reports): shift and add, value by value.
    mass = np.ones(1)
    for _ in range(size):
        longer = np.zeros(len(mass) + len(one) - 1)
        for value, share in zip(values.tolist(), (cells / len(counts)).tolist(), strict=True):
            longer[value : value + len(mass)] += share * mass
        mass = longer
    return mass


def sums_of_hands(counts: Integers, most: int) -> Floats:
    """Return P(sum) for hands of 0, 1, … `most` counts drawn without replacement, shape (most + 1, sums).

    The multivariate hypergeometric, value by value: a hand of j from the first m cells and the next c, which
    all count v, has t of these with hypergeometric probability. `most` may be at most the number of counts.
    """
    values, cells = np.unique(counts, return_counts=True)
    highest = int(np.sort(counts)[::-1][:most].sum())
    hands = np.zeros((most + 1, highest + 1))  # of the cells so far; more cells than there are: nothing
    hands[0, 0] = 1.0
    before = 0
    for value, of_value in zip(values.tolist(), cells.tolist(), strict=True):
        after = np.zeros_like(hands)
        for taken in range(min(of_value, most) + 1):
            shift = taken * value
            if shift > highest:
                break
            size = np.arange(taken, most + 1)
            share = _hypergeometric(before + of_value, of_value, size, taken)
            after[taken:, shift:] += share[:, None] * hands[: most + 1 - taken, : highest + 1 - shift]
        hands = after
        before += of_value
    return hands


class _Deals:
    """The distributions of sums over so many cells of each stratum, each worked out once."""

    def __init__(self, held: list[Integers], members: Integers, drawn: Drawn) -> None:
        self.held = held
        self.most = members.max(axis=0, initial=0)
        self.drawn = drawn
        self.known: dict[tuple[int, int], Floats] = {}
        self.hands: dict[int, Floats] = {}

    def of(self, sizes: Integers) -> Floats:
        mass = np.ones(1)
        for group, size in enumerate(sizes.tolist()):
            if size:
                mass = np.convolve(mass, self._of_one(group, size))
        return mass

    def _of_one(self, group: int, size: int) -> Floats:
        if (group, size) not in self.known:
            self.known[group, size] = self._deal(group, size)
        return self.known[group, size]

    def _deal(self, group: int, size: int) -> Floats:
        counts = self.held[group]
        without = self.drawn == "without replacement" or (
            self.drawn == "auto" and len(counts) * _SMALL_CITY < size
        )
        if len(counts) == 0:
            return np.ones(1)
        if not without or size > len(counts):
            return sum_of_cells(counts, size)
        if group not in self.hands:
            self.hands[group] = sums_of_hands(counts, min(int(self.most[group]), len(counts)))
        return np.trim_zeros(self.hands[group][size], "b")


def _power(one: Floats, size: int) -> Floats:
    """Return `one` convolved with itself, by squaring."""
    mass, square = np.ones(1), one
    while size:
        if size & 1:
            mass = np.convolve(mass, square)
        size >>= 1
        if size:
            square = np.convolve(square, square)
    return mass


def _mid_p(mass: Floats, sums: Integers) -> Floats:
    from_here = np.concatenate([np.cumsum(mass[::-1])[::-1], [0.0, 0.0]])  # P(S ≥ s)
    at = np.minimum(sums, len(mass))
    halfway: Floats = (from_here[at] + from_here[at + 1]) / 2
    return halfway


def _hypergeometric(cells: int, of_value: int, draws: Integers, taken: int) -> Floats:
    """Return P(`taken` of the `of_value` among `cells` are in a hand of `draws`), 0 where that cannot be."""
    others, rest = cells - of_value, draws - taken
    can = (rest <= others) & (draws <= cells)
    rest, whole = np.where(can, rest, 0), np.where(can, draws, 0)
    log_share = (
        _log_choose(of_value, np.asarray(taken)) + _log_choose(others, rest) - _log_choose(cells, whole)
    )
    return np.where(can, np.exp(log_share), 0.0)


def _log_choose(n: int, k: Integers) -> Floats:
    chosen: Floats = -np.log1p(n) - special.betaln(n - k + 1, k + 1)
    return chosen
