"""Candidates in order: of each row the likeliest first, equals in the order of their ids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_NARROW = 8  # up to so many candidates rows are sorted side by side


def ranked(row: Ints, weight: Floats, rows: int, most: int) -> tuple[Ints, Ints]:
    """Return the pairs to keep, at most `most` of each row, in order, and how many each row has.

    `row` (ascending) and `weight` have shape (pairs,); pairs of a row stand in the order that breaks ties.
    The first result numbers pairs, row by row; the second has shape (rows,).
    """
    given = np.bincount(row, minlength=rows)
    if len(row) == 0 or int(given.max()) == 1:
        return np.arange(len(row)), given
    if rows == 1:
        return np.argsort(-weight, kind="stable")[:most], np.minimum(given, most)
    kept = np.minimum(given, most)
    begin, target = np.cumsum(given) - given, np.cumsum(kept) - kept
    order = np.empty(int(kept.sum()), np.int64)
    single = np.flatnonzero(given == 1)
    order[target[single]] = begin[single]
    narrow = np.flatnonzero((given > 1) & (given <= _NARROW))
    if len(narrow):
        column = np.arange(_NARROW)
        filled = column < given[narrow, None]
        negative = np.full((len(narrow), _NARROW), np.inf)
        negative[filled] = -weight[(begin[narrow, None] + column)[filled]]
        sorted_ = np.argsort(negative, axis=1, kind="stable")[:, :most]
        used = column[: sorted_.shape[1]] < kept[narrow, None]
        order[(target[narrow, None] + column[: sorted_.shape[1]])[used]] = (begin[narrow, None] + sorted_)[
            used
        ]
    for each in np.flatnonzero(given > _NARROW).tolist():
        part = weight[begin[each] : begin[each] + given[each]]
        best = np.argsort(-part, kind="stable")[:most]
        order[target[each] : target[each] + kept[each]] = begin[each] + best
    return order, kept
