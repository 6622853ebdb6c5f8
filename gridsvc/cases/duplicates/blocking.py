"""Which pairs of reports are worth comparing: one class, near in place, within the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridsvc.cases.duplicates.told import Ints, Told

REACH_M = 100.0
"""Two reports farther apart are not compared; also the side of a block."""
WINDOW_S = 30 * 86_400
MOST_IN_BLOCK = 24
"""Of a block the latest so many before a report: an incident told often reaches its first by steps."""
_AT_ONCE = 8_192
_SECONDS = 34  # bits: 544 years


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Indices of a report and of one before it, shape (pairs,) each; `later` is in order."""

    later: Ints
    earlier: Ints

    def __len__(self) -> int:
        return len(self.later)


def candidate_pairs(told: Told, later: Ints) -> Iterator[Pairs]:
    """Give the pairs of the reports `later` (indices, in order) with those before them, in bounded parts.

    Blocks are squares of `REACH_M` in metres, so borders of cells play no part; each report is compared with
    its own and the eight around it. A part holds at most `_AT_ONCE` · 9 · `MOST_IN_BLOCK` pairs, whatever
    the data: a hundred thousand reports on one point cost no more than elsewhere.
    """
    if not len(told) or not len(later):
        return
    column = np.floor((told.x_m - told.x_m.min()) / REACH_M).astype(np.int64) + 1
    row = np.floor((told.y_m - told.y_m.min()) / REACH_M).astype(np.int64) + 1
    columns, rows = int(column.max()) + 2, int(row.max()) + 2
    _, group = np.unique(told.group, return_inverse=True)
    block = (group * columns + column) * rows + row
    known, rank = np.unique(block, return_inverse=True)
    second = told.opened - told.opened.min()
    # Reports are in the order of time, so a stable sort by block keeps it.
    order = np.argsort(rank, kind="stable")
    keys = (rank[order] << _SECONDS) | second[order]
    for start in range(0, len(later), _AT_ONCE):
        yield _pairs(told, later[start : start + _AT_ONCE], block, rows, known, second, order, keys)


def _pairs(
    told: Told, part: Ints, block: Ints, rows: int, known: Ints, second: Ints, order: Ints, keys: Ints
) -> Pairs:
    laters, earliers = [], []
    for across in (-1, 0, 1):
        for up in (-1, 0, 1):
            wanted = block[part] + across * rows + up
            at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            there = known[at] == wanted
            mine, base = part[there], at[there] << _SECONDS
            begin = np.searchsorted(keys, base | np.maximum(second[mine] - WINDOW_S, 0))
            end = np.searchsorted(keys, base | second[mine], side="right")
            if across == 0 and up == 0:
                begin = np.maximum(begin, end - MOST_IN_BLOCK - 1)  # the report itself is among them
            else:
                begin = np.maximum(begin, end - MOST_IN_BLOCK)
            size = end - begin
            number = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            laters.append(np.repeat(mine, size))
            earliers.append(order[np.repeat(begin, size) + number])
    one, other = np.concatenate(laters), np.concatenate(earliers)
    near = other < one
    one, other = one[near], other[near]
    near = np.hypot(told.x_m[one] - told.x_m[other], told.y_m[one] - told.y_m[other]) <= REACH_M
    one, other = one[near], other[near]
    sort = np.lexsort((other, one))
    return Pairs(one[sort], other[sort])
