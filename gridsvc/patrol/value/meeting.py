"""What a visit meets of the problems that are there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.forecasting.guard import DETECTION
from gridsvc.patrol.value.hour_shares import HourShares
from gridsvc.patrol.value.shift_clock import ShiftClock

Floats = NDArray[np.float64]


def in_slots(weekly: Floats, shares: HourShares, clock: ShiftClock) -> Floats:
    """Return the problems reported in each slot of a clock, as expected, shape (cells, slots).

    `weekly`, shape (cells,): λ, expected in the seven days. In a slot of Δ minutes of the hour h of weekday d
    they are λ · P(d) · P(h | cell) · Δ / 60: incidents are a Poisson process with the same hours on every
    weekday.
    """
    share = shares.hours[:, clock.hour] * (shares.weekdays[clock.weekday] * clock.minutes / 60)
    return np.asarray(weekly[:, None] * share)


def met_at(reported: Floats, hours: float, clock: ShiftClock) -> Floats:
    """Return the problems that a visit of twelve minutes is expected to meet in each slot of the shift.

    `reported`, shape (cells, slots of the shift and of the day after it); the answer: (cells, slots of the
    shift). A problem that is reported at u is there to be met at t with probability 2^(−|t − u| / H): it was
    there before somebody reported it as long as it stays afterwards, H `hours` in the median, and lifetimes
    are exponential. Then what is met at t is Poisson with mean δ · Σ_u μ_u · 2^(−|t − u| / H): δ =
    `DETECTION`, μ_u what is expected to be reported in slot u, from the begin of the shift to a day after it.

    What was reported before the shift is known: whoever has to go there has a case, which is a must-visit and
    no expectation. What would be reported within the day after is there already, and nobody knows of it: that
    is what a patrol is for. With a short H a visit meets what its own hour has, with a long one the wall that
    would be reported tomorrow morning.
    """
    middle = (clock.begins + clock.minutes / 2) / 60
    apart = np.abs(middle[clock.within][:, None] - middle[None, :])
    # Inside its own slot a problem is a third of the slot away on average.
    np.fill_diagonal(apart, clock.minutes[clock.within] / 180)
    return np.asarray(DETECTION * reported @ np.exp2(-apart / max(hours, 1e-6)).T)


def mean_inside(values: Floats, inside: NDArray[np.bool_], minutes: Floats) -> Floats:
    """Return the mean of `values` over the slots that are `inside`, by their `minutes`; both (n, slots)."""
    weight = inside * minutes
    return np.asarray((values * weight).sum(axis=1) / weight.sum(axis=1))
