"""Reports as columns, made for the tests of duplicates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridsvc.cases.duplicates.told import USUAL_ACCURACY_M, Told


def make_told(
    places: Sequence[tuple[float, float]],
    hours: Sequence[float],
    *,
    group: Sequence[int] | None = None,
    words: Sequence[str] | None = None,
    address: Sequence[str] | None = None,
    persistence_h: float = 120.0,
) -> Told:
    """Reports at places (metres) opened at hours in order; still open, of one channel."""
    size = len(hours)
    groups = np.array(group if group is not None else [0] * size, np.int64)
    return Told(
        np.arange(1, size + 1),
        np.array([x for x, _ in places], np.float64),
        np.array([y for _, y in places], np.float64),
        np.full(size, USUAL_ACCURACY_M),
        groups,
        groups,
        np.full(size, persistence_h),
        np.array([hour * 3600 for hour in hours]).astype(np.int64),
        np.full(size, np.inf),
        np.zeros(size, np.int64),
        list(words or [""] * size),
        list(address or [""] * size),
    )
