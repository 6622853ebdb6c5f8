"""How long one stays, and what that is worth: the Koper curve as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.value.places import Places

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DwellCurve:
    """What a visit of `minutes` earns, as a factor of one of `usual` minutes; straight lines between.

    Koper (1995, Minneapolis): visits of 10 to 15 minutes keep a place quiet longest, longer ones add little,
    and a place is best visited again about every two hours. The factors are ours (patrol.md section 1), to be
    fitted anew from a city's own tracks. A second visit within `again_minutes` earns `again` of the first.
    """

    minutes: tuple[float, ...] = (5.0, 12.0, 20.0)
    factors: tuple[float, ...] = (0.45, 1.0, 1.1)
    usual: float = 12.0
    again: float = 0.3
    again_minutes: float = 120.0

    def factor(self, minutes: float) -> float:
        """Return what a visit of so many minutes earns; 0 for none, beyond the last point no more."""
        return float(np.interp(minutes, (0.0, *self.minutes), (0.0, *self.factors)))


DWELL = DwellCurve()


def dwell_factor(minutes: float) -> float:
    """Return what a visit of so many minutes earns of one of twelve, by the default curve."""
    return DWELL.factor(minutes)


@dataclass(frozen=True, slots=True, eq=False)
class DwellOptions:
    """Visits that may be made, shape (v,): of one `group` at most one is.

    `place`: row in the places; `copy`: 0, or which repeated visit; `minutes` stayed; `value`; the visit
    begins between `opens` and `closes`, minutes after the shift's begin.
    """

    place: Integers
    copy: Integers
    minutes: Floats
    value: Floats
    opens: Floats
    closes: Floats
    group: Integers

    def __len__(self) -> int:
        return len(self.place)


def dwell_options(
    places: Places,
    minutes: Sequence[float] = DWELL.minutes,
    *,
    repeats: int = 1,
    curve: DwellCurve = DWELL,
) -> DwellOptions:
    """Return a visit for each place, dwell and repeat; the dwells of one repeat are one group.

    A place that is required, or whose dwell was given (not `curve.usual`), has its own minutes alone and is
    visited once. Repeats have windows of their own, `curve.again_minutes` between the end of one and the
    begin of the next, so that none of them falls under `curve.again`; a place whose window is too short for
    that is visited once.
    """
    count, dwells = len(places), np.asarray(minutes, np.float64)
    place, copy, choice = (
        each.ravel()
        for each in np.meshgrid(np.arange(count), np.arange(repeats), np.arange(len(dwells)), indexing="ij")
    )
    fixed = np.asarray(places.required | (places.dwell != curve.usual))
    whole = places.closes - places.opens
    each_window = (whole - (repeats - 1) * curve.again_minutes) / repeats
    roomy = (each_window > 0) & ~fixed
    kept = ~(fixed[place] & (choice > 0)) & (roomy[place] | (copy == 0))
    place, copy, choice = place[kept], copy[kept], choice[kept]
    cut = roomy[place] & (repeats > 1)
    opens = np.where(
        cut, places.opens[place] + copy * (each_window[place] + curve.again_minutes), places.opens[place]
    )
    factors = np.array([curve.factor(each) for each in dwells])
    return DwellOptions(
        place=place,
        copy=copy,
        minutes=np.where(fixed[place], places.dwell[place], dwells[choice]),
        value=places.value[place] * np.where(fixed[place], 1.0, factors[choice]),
        opens=opens,
        closes=np.where(cut, opens + each_window[place], places.closes[place]),
        group=place * repeats + copy,
    )
