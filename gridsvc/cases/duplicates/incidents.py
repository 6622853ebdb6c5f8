"""From likely pairs to incidents: every duplicate names the first report of its incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridsvc.cases.duplicates.blocking import WINDOW_S
from gridsvc.cases.duplicates.told import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """`later` tells of the incident that `first` told first; `row` is the pair that says so."""

    later: Ints
    first: Ints
    row: Ints


def link_incidents(
    later: Ints,
    earlier: Ints,
    probability: Floats,
    opened: Ints,
    *,
    threshold: float,
    first_of: Mapping[int, int],
) -> Links:
    """Link each report to the first of its incident by its likeliest pair of at least `threshold`.

    Pairs by index in the order of time. `first_of`: what is settled, a report → the first of its incident;
    those reports and firsts are left as they are (a report that is its own first stays one; −1: the first
    is not among these reports, so nothing joins it). An incident is no longer than the window: where each
    report follows the last by an hour for a year, a month makes one.
    """
    likely = np.flatnonzero(probability >= threshold)
    # By later report, the likeliest first, of equal ones the latest.
    order = likely[np.lexsort((-earlier[likely], -probability[likely], later[likely]))]
    root: dict[int, int] = dict(first_of)
    found: dict[int, tuple[int, int]] = {}
    for row, one, other in zip(order.tolist(), later[order].tolist(), earlier[order].tolist(), strict=True):
        if one in root:
            continue
        first = root.get(other, other)
        if 0 <= first < one and opened[one] - opened[first] <= WINDOW_S:
            root[one] = first
            found[one] = (first, row)
    return Links(
        np.array(list(found), np.int64),
        np.array([first for first, _ in found.values()], np.int64),
        np.array([row for _, row in found.values()], np.int64),
    )
