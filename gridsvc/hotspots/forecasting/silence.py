"""A class that fell silent: its code was changed, or its channel closed; nothing would be forecast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CHANCE = 1e-6


def silent_steps(totals: NDArray[np.int64]) -> int:
    """Return how many last steps are without a report where that is no chance; 0: the class is alive.

    `totals`: reports of each step, shape (steps,). The chance of as many empty steps at the mean of the steps
    before them, Poisson, must be below one in a million, each step being drawn to a third of the mean for
    the season's sake.
    """
    some = np.flatnonzero(totals > 0)
    if len(some) == 0:
        return 0
    silent = len(totals) - 1 - int(some[-1])
    before = totals[: int(some[-1]) + 1]
    expected = float(before[-26:].mean()) * silent / 3
    return silent if np.exp(-expected) < _CHANCE else 0
