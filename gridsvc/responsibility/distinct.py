"""Distinct numbers of a column, by a table where they are small: np.unique sorts, and is far slower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MOST_DENSE = 5_000_000
"""Up to here a table is quicker than sorting."""
_FEW = 64


def distinct(numbers: Ints, size: int) -> tuple[Ints, Ints]:
    """Return the distinct values of numbers in [0, size), and which of them each row has."""
    if len(numbers) <= _FEW:
        given = numbers.tolist()
        order = {value: k for k, value in enumerate(dict.fromkeys(given))}
        return np.array(list(order), np.int64), np.array([order[value] for value in given], np.int64)
    if size > MOST_DENSE:
        present, number = np.unique(numbers, return_inverse=True)
        return present, number.ravel()
    seen = np.zeros(size, bool)
    seen[numbers] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[numbers]
