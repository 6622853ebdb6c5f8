"""Near repeats: does one report make another nearby and soon after likelier? Knox's table."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text

Floats = NDArray[np.float64]

SAME_PLACE_M = 1.0
DISTANCES_M = (SAME_PLACE_M, *(100.0 * number for number in range(1, 11)))
"""Upper limits of the distance bands, inclusive; the first is the same place."""

DAYS = (1, 3, 7, 14, 28)
"""Upper limits of the time bands, inclusive; the first begins with the same day."""

LEAST_RATIO = 1.2
LEAST_P = 0.05
_MOST_COMPARED = 3_000_000_000
_MOST_COUNTED = 4_000_000_000
_DATES_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class NearRepeats:
    """Knox's table, arrays of shape (distance bands, time bands).

    `expected`: the mean over all exchanges of dates, exactly. `ratio`: observed over it, NaN where no pair is
    expected. `p`: that chance gives as many pairs; by `method` "permutation" (1 + as many) / (m + 1), by
    "moments" normal with the exact variance over all exchanges, where there are too many pairs to recount.
    `p_family`: that chance gives as much anywhere in the table, the p for who did not know where to look
    (Westfall & Young's greatest deviation; by moments Bonferroni's).
    """

    distances_m: tuple[float, ...]
    days: tuple[int, ...]
    places: int
    observed: NDArray[np.int64]
    expected: Floats
    ratio: Floats
    p: Floats
    p_family: Floats
    method: Literal["permutation", "moments"]
    permutations: int
    seed: int

    @property
    def near_repeat(self) -> NDArray[np.bool_]:
        """Return where ratio ≥ 1.2 and p ≤ 0.05 (`hotspots.md` 3.8)."""
        return (np.nan_to_num(self.ratio) >= LEAST_RATIO) & (self.p <= LEAST_P)

    def bands(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the distance bands (metres) and of the time bands (days)."""
        lows = [0, *(int(limit) for limit in self.distances_m[1:-1])]
        far = ("0", *(f"{low + 1}–{int(high)}" for low, high in zip(lows, self.distances_m[1:], strict=True)))
        firsts = [0, *(limit + 1 for limit in self.days[:-1])]
        soon = tuple(
            f"{first}–{last}" if first < last else str(last)
            for first, last in zip(firsts, self.days, strict=True)
        )
        return far, soon

    def as_dict(self) -> dict[str, Any]:
        """Return the table as plain values, for JSON; a ratio without expectation is None."""
        far, soon = self.bands()
        near = self.near_repeat
        return {
            "places": self.places,
            "method": self.method,
            "permutations": self.permutations,
            "seed": self.seed,
            "table": [
                {
                    "metres": far[i],
                    "days": soon[j],
                    "observed": int(self.observed[i, j]),
                    "expected": float(self.expected[i, j]),
                    "ratio": float(self.ratio[i, j]) if math.isfinite(self.ratio[i, j]) else None,
                    "p": float(self.p[i, j]),
                    "p_family": float(self.p_family[i, j]),
                    "near_repeat": bool(near[i, j]),
                }
                for i in range(len(far))
                for j in range(len(soon))
            ],
        }


def near_repeats(
    x_m: Floats,
    y_m: Floats,
    day: NDArray[np.integer],
    *,
    distances_m: tuple[float, ...] = DISTANCES_M,
    days: tuple[int, ...] = DAYS,
    permutations: int = 999,
    seed: int = 0,
    threads: int | None = None,
) -> NearRepeats:
    """Count the pairs of incidents by distance and time, and compare with exchanged dates.

    `x_m`, `y_m`: metres in a projected system; `day`: whole days; shapes (incidents,). Knox 1964; the mean
    and the variance over all exchanges are Mantel's (1967). Memory grows with incidents, and with pairs only
    while these are few enough (four thousand million in all permutations) to be counted anew for each.

    Raises
    ------
    InputRefused
        `bad_places`: a place is not finite; `too_many_pairs`: more than three thousand million pairs would
        have to be compared.
    """
    x, y, when, begin, end = _sorted(x_m, y_m, day, distances_m[-1])
    compared = int((end - begin).sum())
    if compared > _MOST_COMPARED:
        raise InputRefused(
            "too_many_pairs",
            Text(
                f"案件过多、过密，需要比较 {compared:,} 对。",
                f"{compared:,} pairs would have to be compared.",
            ),
            remedy=Text("请缩短时段，或减小最大距离。", "Take a shorter period, or a smaller distance."),
        )
    from gridsvc.hotspots.trends.pair_kernels import count_pairs

    edges = np.array(distances_m)
    band_of_gap = np.searchsorted(days, np.arange(days[-1] + 1)).astype(np.int64)
    shape = (len(distances_m), len(days))
    observed = np.zeros(shape, np.int64)
    spatial = np.zeros(shape[0], np.int64)
    degree = np.zeros((len(x), shape[0]), np.int64)
    count_pairs(x, y, when, begin, end, edges, band_of_gap, observed, spatial, degree)

    expected, variance = _moments(spatial, degree, when, band_of_gap, shape[1])
    pairs = int(spatial.sum())
    method: Literal["permutation", "moments"] = (
        "permutation" if pairs * permutations <= _MOST_COUNTED else "moments"
    )
    if method == "permutation":
        listed = _list(x, y, begin, end, edges, pairs)
        p, p_family = _permuted(
            listed, when, band_of_gap, observed, expected, variance, permutations, seed, threads
        )
    else:
        p = _normal(observed, expected, variance)
        p_family = np.minimum(p * p.size, 1.0)
    ratio = np.divide(observed, expected, out=np.full(shape, np.nan), where=expected > 0)
    return NearRepeats(
        distances_m, days, len(x), observed, expected, ratio, p, p_family, method, permutations, seed
    )


def _sorted(
    x_m: Floats, y_m: Floats, day: NDArray[np.integer], reach: float
) -> tuple[Floats, Floats, NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the places row by row of squares of side `reach`, and which later ones may be near each."""
    if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise InputRefused("bad_places", Text("有案件的位置缺失。", "a place is missing or infinite."))
    column, row = (np.floor(each / reach).astype(np.int64) for each in (x_m, y_m))
    column, row = column - column.min(initial=0), row - row.min(initial=0)
    wide = int(column.max(initial=0)) + 3
    key = row * wide + column + 1
    order = np.argsort(key, kind="stable")
    key = key[order]
    own = np.arange(len(key))
    # Of the square's own row what comes after; of the next row the three squares that touch it.
    begin = np.stack([own + 1, np.searchsorted(key, key + wide - 1)], axis=1)
    end = np.stack(
        [np.searchsorted(key, key + 1, side="right"), np.searchsorted(key, key + wide + 1, side="right")],
        axis=1,
    )
    return x_m[order], y_m[order], np.asarray(day)[order].astype(np.int32), begin, end


def _moments(
    spatial: NDArray[np.int64],
    degree: NDArray[np.int64],
    day: NDArray[np.int32],
    band_of_gap: NDArray[np.int64],
    bands: int,
) -> tuple[Floats, Floats]:
    """Return mean and variance of each count over all exchanges of the dates."""
    n = len(day)
    shape = (len(spatial), bands)
    if n < 2:
        return np.zeros(shape), np.zeros(shape)
    per_day = np.bincount(day - day.min()).astype(np.float64)
    temporal = np.zeros(bands)
    soon = np.zeros((len(per_day), bands))
    for gap, band in enumerate(band_of_gap[: len(per_day)]):
        if gap == 0:
            temporal[band] += (per_day * (per_day - 1)).sum() / 2
            soon[:, band] += per_day - 1
        else:
            temporal[band] += (per_day[gap:] * per_day[:-gap]).sum()
            soon[gap:, band] += per_day[:-gap]
            soon[:-gap, band] += per_day[gap:]
    near = spatial.astype(np.float64)
    # Pairs of pairs that share one incident, in space and in time.
    near_2 = (degree.astype(np.float64) ** 2).sum(axis=0) - 2 * near
    soon_2 = (per_day[:, None] * soon**2).sum(axis=0) - 2 * temporal
    pairs = n * (n - 1) / 2
    mean = np.outer(near, temporal) / pairs
    second = mean + np.outer(near_2, soon_2) / (n * (n - 1) * max(n - 2, 1))
    if n > 3:
        apart = n * (n - 1) * (n - 2) * (n - 3) / 4
        second = second + np.outer(near * (near - 1) - near_2, temporal * (temporal - 1) - soon_2) / apart
    return mean, np.maximum(second - mean**2, 0.0)


def _normal(observed: NDArray[np.int64], expected: Floats, variance: Floats) -> Floats:
    from scipy.special import ndtr

    above = observed - 0.5 - expected
    z = np.divide(above, np.sqrt(variance), out=np.full(observed.shape, -np.inf), where=variance > 0)
    return np.asarray(ndtr(-z), np.float64)


def _list(
    x: Floats, y: Floats, begin: NDArray[np.int64], end: NDArray[np.int64], edges: Floats, pairs: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    from gridsvc.hotspots.trends.pair_kernels import list_pairs

    one, other, band = np.empty(pairs, np.int32), np.empty(pairs, np.int32), np.empty(pairs, np.uint8)
    list_pairs(x, y, begin, end, edges, one, other, band)
    return one, other, band


def _permuted(
    listed: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]],
    day: NDArray[np.int32],
    band_of_gap: NDArray[np.int64],
    observed: NDArray[np.int64],
    expected: Floats,
    variance: Floats,
    permutations: int,
    seed: int,
    threads: int | None,
) -> tuple[Floats, Floats]:
    from gridsvc.hotspots.trends.pair_kernels import permuted_tables

    streams = np.random.SeedSequence(seed).spawn(permutations)
    workers = max(1, threads or os.cpu_count() or 1)
    at_once = max(1, min(-(-permutations // workers), _DATES_AT_ONCE // max(1, len(day))))

    # Where nothing varies nothing deviates.
    spread = np.where(variance > 0, np.sqrt(variance), np.inf)
    deviation = (observed - expected) / spread

    def reached(first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        some = streams[first : first + at_once]
        dates = np.stack([np.random.default_rng(stream).permutation(day) for stream in some])
        tables = np.zeros((len(some), *observed.shape), np.int64)
        permuted_tables(dates, *listed, band_of_gap, tables)
        greatest = ((tables - expected) / spread).max(axis=(1, 2))
        anywhere = (greatest[:, None, None] >= deviation - 1e-9).sum(axis=0)
        return np.asarray((tables >= observed).sum(axis=0)), np.asarray(anywhere)

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(reached, range(0, permutations, at_once)))
    here, anywhere = (np.sum([part[k] for part in parts], axis=0) for k in range(2))
    return (1 + here) / (permutations + 1), (1 + anywhere) / (permutations + 1)
