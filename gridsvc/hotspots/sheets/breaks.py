"""Where classes of numbers end: limits that fit heavy tails, or that a series has frozen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.sheets.colours import MOST_CLASSES

Floats = NDArray[np.float64]
Method = Literal["auto", "head_tail", "jenks"]

CLASSES = 5
# Fisher-Jenks takes time by the square of the values: 2,000 distinct ones are 20 ms.
MOST_DISTINCT = 2_000
# A tail is heavy while less than this share lies above its mean (Jiang 2013).
_HEAD_SHARE = 0.4


def limits(values: Floats, method: Method = "auto", classes: int = CLASSES) -> tuple[float, ...]:
    """Return the upper limits of at most `classes` right-closed classes of the positive `values`.

    The last limit is the largest value, so that it is included; no positive value: no limit. `head_tail`
    halves at the mean again and again (Jiang 2013); `jenks` is Fisher-Jenks on the distinct values;
    `auto` is head/tail where that finds three classes or more. Up to `classes` distinct values are a class
    each.
    """
    positive = np.asarray(values, np.float64)
    positive = positive[np.isfinite(positive) & (positive > 0)]
    distinct = np.unique(positive)
    if len(distinct) <= classes:
        return tuple(distinct.tolist())
    if method != "jenks":
        found = _head_tail(positive, classes)
        if method == "head_tail" or len(found) >= 3:
            return found
    return _fisher_jenks(distinct, classes)


def _head_tail(positive: Floats, classes: int) -> tuple[float, ...]:
    tops: list[float] = []
    head = positive
    while len(tops) < classes - 1 and len(head) > 1:
        mean = head.mean()
        above = head[head > mean]
        if len(above) == 0 or len(above) > _HEAD_SHARE * len(head):
            break
        # The limit is a value that occurs: whole numbers stay whole.
        tops.append(float(head[head <= mean].max()))
        head = above
    return (*tops, float(positive.max()))


def _fisher_jenks(distinct: Floats, classes: int) -> tuple[float, ...]:
    import jenkspy

    if len(distinct) > MOST_DISTINCT:
        places = np.linspace(0, len(distinct) - 1, MOST_DISTINCT).round().astype(np.intp)
        distinct = distinct[places]
    # It answers the minimum, then each upper limit; where the first class is one value, the minimum is there
    # twice. The upper limits alone are right either way.
    found = jenkspy.jenks_breaks(distinct.tolist(), n_classes=classes)
    return tuple(sorted({float(top) for top in found[1:]}))


def check_breaks(breaks: Sequence[float]) -> tuple[float, ...]:
    """Return frozen limits without the zero that may begin them; classes: zero, up to each, above the last.

    Raises
    ------
    InputRefused
        `bad_breaks`: not finite, not rising, below zero, or too many.
    """
    given = tuple(float(each) for each in breaks)
    positive = given[1:] if given and given[0] == 0 else given
    fine = bool(positive) and all(np.isfinite(given)) and positive[0] > 0
    if not fine or any(b <= a for a, b in pairwise(given)) or len(positive) >= MOST_CLASSES:
        raise InputRefused(
            "bad_breaks",
            Text(
                f"分级界限 {list(breaks)} 无效。",
                f"the limits of classes {list(breaks)} cannot be used.",
            ),
            place=Place(column="breaks", value=",".join(f"{each:g}" for each in given)),
            remedy=Text(
                f"请给出 1 到 {MOST_CLASSES - 1} 个递增的正数（前面可有 0），例如 0,2,5,9。",
                f"Give 1 to {MOST_CLASSES - 1} rising positive numbers, zero before them or not: 0,2,5,9.",
            ),
        )
    return positive
