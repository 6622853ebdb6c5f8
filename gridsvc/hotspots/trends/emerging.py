"""Emerging hot spots: how significance of a place came, stayed, went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text
from gridsvc.hotspots.neighbours import Neighbourhood
from gridsvc.hotspots.trends.bins import Bins, BinTest, judge_bins
from gridsvc.hotspots.trends.categories import classify
from gridsvc.hotspots.trends.mann_kendall import Trends, mann_kendall

Floats = NDArray[np.float64]

LEAST_STEPS = 10
NOT_EXPOSED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Emerging:
    """`category[i]`: index in `CATEGORIES` of cell i, or `NOT_EXPOSED`. `scores`: trend of its Gi* z."""

    category: NDArray[np.int8]
    bins: Bins
    scores: Trends


def emerging(
    counts: NDArray[Any],
    neighbourhood: Neighbourhood,
    exposure: Floats | None = None,
    *,
    alpha: float = 0.05,
    trend_alpha: float = 0.05,
    steps_back: int = 1,
    test: BinTest = "exact",
) -> Emerging:
    """Return the emerging-hot-spot category of every cell.

    `counts`, shape (cells, steps): whole non-negative numbers, steps of equal length in order of time.
    `exposure`, shape (cells,): what the reports are counted against, None for equal cells; a cell without
    any is `NOT_EXPOSED`. The trend is Mann–Kendall of the cell's Gi* z, two-sided at `trend_alpha`.
    Section 3.6 of `hotspots.md`; on random cubes `test="exact"` keeps its word, `"arcgis"` does not.

    Raises
    ------
    InputRefused
        `too_few_steps`: fewer than ten; `bad_counts`: negative, not whole, missing.
    """
    given = np.asarray(counts)
    steps = given.shape[1]
    if steps < LEAST_STEPS:
        raise InputRefused(
            "too_few_steps",
            Text(
                f"只有 {steps} 期数据，判断热点演变至少需要 {LEAST_STEPS} 期："
                "期数太少时，“新增”“持续”没有意义。",
                f"there are {steps} steps of data; emerging hot spots need at least {LEAST_STEPS}:"
                " with fewer, “new” and “persistent” say nothing.",
            ),
            remedy=Text("请把起始日期提前，或缩短每期。", "Begin the period earlier, or shorten the steps."),
        )
    if not np.isfinite(given).all() or (given < 0).any() or (given != np.floor(given)).any():
        raise InputRefused(
            "bad_counts",
            Text("件数必须是非负整数。", "a count is negative, not whole, or missing."),
        )
    against = np.ones(len(given)) if exposure is None else exposure
    bins = judge_bins(given, neighbourhood, against, steps_back=steps_back, alpha=alpha, test=test)
    # The scores are few distinct numbers divided by roots: what differs in the last bit is a tie.
    scores = mann_kendall(np.round(bins.z, 9), slopes=False)
    category = classify(bins.hot, bins.cold, scores.direction(trend_alpha))
    if exposure is not None:
        category = np.where(exposure > 0, category, NOT_EXPOSED).astype(np.int8)
    return Emerging(category, bins, scores)
