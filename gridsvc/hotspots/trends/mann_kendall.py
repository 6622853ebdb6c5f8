"""Mann–Kendall test of a trend, with ties, for many series at once; Sen's slope; Hamed–Rao's correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from gridsvc.errors import InputRefused, Text

Floats = NDArray[np.float64]

LEAST_STEPS = 3
_AT_ONCE = 4_000_000
_HAMED_RAO_ALPHA = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Trends:
    """The trend of every series, all arrays of shape (rows,).

    `s`: Σ_{i<j} sign(x_j − x_i). `variance`: of S, ties taken off. `z`: with continuity correction. `p`:
    two-sided, normal. `tau_a`, `tau_b`: Kendall's; a constant series has 0. `slope`: Sen's, per step.
    """

    steps: int
    s: NDArray[np.int64]
    variance: Floats
    z: Floats
    p: Floats
    tau_a: Floats
    tau_b: Floats
    slope: Floats

    def direction(self, alpha: float) -> NDArray[np.int8]:
        """Return 1 where the series rises, −1 where it falls, 0 where neither has p ≤ `alpha`."""
        return np.where(self.p <= alpha, np.sign(self.s), 0).astype(np.int8)


def mann_kendall(series: NDArray[Any], *, slopes: bool = True) -> Trends:
    """Return the trend of each row of `series`, shape (rows, steps), steps in order of time.

    Sen's slope costs four fifths of the time: without `slopes` it is 0 everywhere.

    S, its variance with ties and Z as in `hotspots.md` 3.6 (Mann 1945; Kendall 1975): the variance is
    [n(n−1)(2n+5) − Σ_g t_g(t_g−1)(2t_g+5)] / 18, Z = (S ∓ 1)/√Var, 0 for S = 0.

    Raises
    ------
    InputRefused
        `too_few_steps`: fewer than three; `not_finite`: a value is NaN or infinite.
    """
    values = _checked(series)
    n = values.shape[1]
    s, tied_pairs, tie_term = _pairs(values)
    variance = (n * (n - 1) * (2 * n + 5) - tie_term) / 18.0
    z = _z(s, variance)
    pairs = n * (n - 1) / 2
    untied = (pairs - tied_pairs) * pairs
    tau_b = np.divide(s, np.sqrt(untied), out=np.zeros(len(s)), where=untied > 0)
    slope = sen_slope(values) if slopes else np.zeros(len(values))
    return Trends(n, s, variance, z, _two_sided(z), s / pairs, tau_b, slope)


def sen_slope(series: NDArray[Any]) -> Floats:
    """Return the median of (x_j − x_i)/(j − i) over i < j for each row, shape (rows,); Sen 1968."""
    values = _checked(series)
    n = values.shape[1]
    one, other = np.triu_indices(n, 1)
    apart = (other - one).astype(np.float64)
    slopes = np.empty(len(values))
    many = max(1, _AT_ONCE // len(one))
    for first in range(0, len(values), many):
        rows = values[first : first + many]
        slopes[first : first + many] = np.median((rows[:, other] - rows[:, one]) / apart, axis=1)
    return slopes


def hamed_rao(series: NDArray[Any], trends: Trends | None = None) -> tuple[Floats, Floats]:
    """Return Z and two-sided p of each row with the variance corrected for serial correlation.

    Hamed & Rao 1998: the variance of S is multiplied by 1 + 2/(n(n−1)(n−2)) Σ_k (n−k)(n−k−1)(n−k−2) ρ_k over
    the lags k at which the autocorrelation ρ_k of the ranks of the series, Sen's slope taken off, is
    significant at 5 %. Where the factor is not positive no variance is left to test with: Z is 0, p is 1.
    """
    values = _checked(series)
    found = trends or mann_kendall(values)
    n = values.shape[1]
    lags = np.arange(1, n)
    weights = (n - lags) * (n - lags - 1.0) * (n - lags - 2.0)
    limit = ndtri(1 - _HAMED_RAO_ALPHA / 2) / np.sqrt(n)
    ranks = _ranks(values - np.arange(1, n + 1) * found.slope[:, None])
    ranks -= ranks.mean(axis=1, keepdims=True)
    # The whole autocovariance by one transform a row; padded so that no lag wraps around.
    spectrum = np.fft.rfft(ranks, 2 * n, axis=1)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n, axis=1)[:, :n]
    flat = covariance[:, 0] < 1e-9
    correlation = covariance[:, 1:] / np.where(flat, 1.0, covariance[:, 0])[:, None]
    correlation[(np.abs(correlation) <= limit) | flat[:, None]] = 0.0
    factor = 1 + 2 / (n * (n - 1) * (n - 2)) * (correlation @ weights)
    z = _z(found.s, found.variance * np.maximum(factor, 0.0))
    return z, _two_sided(z)


def _checked(series: NDArray[Any]) -> Floats:
    values = np.asarray(series, np.float64)
    if values.ndim != 2 or values.shape[1] < LEAST_STEPS:
        steps = values.shape[-1] if values.ndim else 0
        raise InputRefused(
            "too_few_steps",
            Text(
                f"只有 {steps} 期，至少需要 {LEAST_STEPS} 期才能检验趋势。",
                f"there are {steps} steps; a trend needs at least {LEAST_STEPS}.",
            ),
        )
    if not np.isfinite(values).all():
        raise InputRefused(
            "not_finite",
            Text("序列中有缺失或无穷的值。", "a value of the series is missing or infinite."),
        )
    return values


def _pairs(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return S, the number of tied pairs, and Σ t(t−1)(2t+5) of each row."""
    n = values.shape[1]
    s = np.zeros(len(values), np.int64)
    tied = np.zeros(len(values), np.int64)
    tie_term = np.zeros(len(values), np.int64)
    many = max(1, _AT_ONCE // n)
    place = np.arange(n)
    for first in range(0, len(values), many):
        rows = slice(first, first + many)
        # Time along the first axis: each difference is then a sum over long, contiguous rows.
        steps = np.ascontiguousarray(values[rows].T)
        for lag in range(1, n):
            later, earlier = steps[lag:], steps[:-lag]
            s[rows] += (later > earlier).sum(axis=0) - (later < earlier).sum(axis=0)
        ordered = np.sort(values[rows], axis=1)
        new = np.ones(ordered.shape, bool)
        new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
        # The r-th value of a group of ties, from 0, adds r pairs, and 6r(r+2) to the group's t(t−1)(2t+5).
        r = place - np.maximum.accumulate(np.where(new, place, 0), axis=1)
        tied[rows] = r.sum(axis=1)
        tie_term[rows] = (6 * r * (r + 2)).sum(axis=1)
    return s, tied, tie_term


def _z(s: NDArray[np.int64], variance: Floats) -> Floats:
    return np.divide(s - np.sign(s), np.sqrt(variance), out=np.zeros(len(s)), where=(variance > 0) & (s != 0))


def _two_sided(z: Floats) -> Floats:
    return np.asarray(2 * ndtr(-np.abs(z)), np.float64)


def _ranks(values: Floats) -> Floats:
    """Return the ranks within each row, ties at their mean.

    As `scipy.stats.rankdata`, whose import takes a request longer than the ranks.
    """
    n = values.shape[1]
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    place = np.arange(n)
    new = np.ones((len(values), n + 1), bool)
    new[:, 1:-1] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(new[:, :-1], place, 0), axis=1)
    last = np.minimum.accumulate(np.where(new[:, 1:], place, n)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    return ranks
