"""When it makes sense to be there: the shortest hours that hold most of what happens, within the shift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.value.shift_clock import ShiftClock

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

SHARE = 0.8
"""Share of the incidents that a window holds (patrol.md section 1)."""


def shortest_hours(shares: Floats, share: float = SHARE) -> tuple[Integers, Integers]:
    """Return first hour and length of the shortest run of hours with `share` of each row, over midnight too.

    `shares`: shape (n, 24), rows of sum 1 (a row of zeros has all 24). Of runs of equal length the one with
    the greatest share is taken, of equal ones the first after midnight.
    """
    count = len(shares)
    sums = np.concatenate([np.zeros((count, 1)), np.cumsum(np.tile(shares, 2), axis=1)], axis=1)
    first, length = np.zeros(count, np.int64), np.full(count, 24, np.int64)
    open_ = np.ones(count, bool)
    for hours in range(1, 24):
        held = sums[:, hours : hours + 24] - sums[:, :24]
        # A sum of shares is not exact: equal runs must stay equal.
        best = np.argmax(np.round(held, 12), axis=1)
        reached = open_ & (held[np.arange(count), best] >= share - 1e-12)
        first[reached], length[reached] = best[reached], hours
        open_ &= ~reached
    return first, length


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Slots of the shift in which to be at each place, `inside` of shape (n, slots): one run of slots.

    `opens`, `closes`: minutes after the shift's begin; the whole shift where not `windowed`. `first`,
    `length`: the hours of the clock behind it.
    """

    inside: Bools
    opens: Floats
    closes: Floats
    windowed: Bools
    first: Integers
    length: Integers


def windows_in_shift(shares: Floats, patterned: Bools, worth: Floats, clock: ShiftClock) -> Windows:
    """Return the windows of places within a shift.

    `shares`, shape (n, 24): when what is looked for happens; `patterned`, shape (n,): whether its hours
    matter; `worth`, shape (n, slots): what a visit is worth then. Hours that meet the shift twice (those from
    22 to 8 a shift from 7 to 23) give the run that is worth more. Hours that do not meet it at all give no
    window: what little happens in it may happen at any time.
    """
    first, length = shortest_hours(shares)
    begins, minutes = clock.begins[clock.within], clock.minutes[clock.within]
    wanted = (clock.hour[None, clock.within] - first[:, None]) % 24 < length[:, None]
    inside = _best_run(wanted, worth * minutes)
    windowed = patterned & inside.any(axis=1) & ~inside.all(axis=1)
    inside[~windowed] = True
    last = len(begins) - 1 - np.argmax(inside[:, ::-1], axis=1)
    return Windows(
        inside,
        np.where(windowed, begins[np.argmax(inside, axis=1)], 0.0),
        np.where(windowed, (begins + minutes)[last], clock.length),
        windowed,
        first,
        length,
    )


def _best_run(wanted: Bools, worth: Floats) -> Bools:
    """Return the run of consecutive wanted slots with the most worth in each row, the first of equal ones."""
    count, slots = wanted.shape
    if slots == 0:
        return wanted.copy()
    before = np.concatenate([np.zeros((count, 1), bool), wanted[:, :-1]], axis=1)
    run = np.cumsum(wanted & ~before, axis=1) - 1  # the number of the run, where wanted
    sums = np.zeros((count, int(run.max(initial=0)) + 1))
    row, slot = np.nonzero(wanted)
    np.add.at(sums, (row, run[row, slot]), worth[row, slot])
    return np.asarray(wanted & (run == np.argmax(np.round(sums, 12), axis=1)[:, None]))
