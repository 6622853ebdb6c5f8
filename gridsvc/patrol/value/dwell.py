"""How long one stays, and what that is worth: the Koper curve as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
        return float(self.factors_of(np.array(minutes)))

    def factors_of(self, minutes: Floats) -> Floats:
        """Return what visits of so many minutes earn, of any shape."""
        return np.asarray(np.interp(minutes, (0.0, *self.minutes), (0.0, *self.factors)))


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


@dataclass(frozen=True, slots=True, eq=False)
class Had:
    """What places had in their shift before it is planned anew, shape (places,): `visits` made, and from when
    on each may be visited, `again`, minutes after the shift's begin.
    """

    visits: Integers
    again: Floats

    def only(self, rows: NDArray[Any]) -> Had:
        """Return what the places had that a mask or indexes name."""
        return Had(self.visits[rows], self.again[rows])

    def after(self, count: int, now: float) -> Had:
        """Return the same after so many new places: these had nothing, and may be visited from `now` on."""
        return Had(
            np.concatenate([np.zeros(count, np.int64), self.visits]),
            np.concatenate([np.full(count, now), self.again]),
        )


def dwell_options(
    places: Places,
    minutes: Sequence[float] = DWELL.minutes,
    *,
    repeats: int = 1,
    had: Had | None = None,
    curve: DwellCurve = DWELL,
) -> DwellOptions:
    """Return a visit for each place, dwell and repeat; the dwells of one repeat are one group.

    A place that is required, or whose dwell was given (not `curve.usual`), has its own minutes alone and is
    visited once. Repeats have windows of their own, `curve.again_minutes` between the end of one and the
    begin of the next, so that none of them falls under `curve.again`; a place whose window is too short for
    that is visited once. Of a place that `had` visits the last repeats are left, and the first of those still
    open may be made as soon as the place may be visited again: what was missed is not waited for.
    """
    count, dwells = len(places), np.asarray(minutes, np.float64)
    place, copy, choice = (
        each.ravel()
        for each in np.meshgrid(np.arange(count), np.arange(repeats), np.arange(len(dwells)), indexing="ij")
    )
    fixed = np.asarray(places.required | (places.dwell != curve.usual))
    opens, closes = _windows(places, repeats, ~fixed, curve)
    roomy = opens[:, -1] > places.opens
    kept = ~(fixed[place] & (choice > 0)) & (roomy[place] | (copy == 0))
    if had is not None:
        opens, left = _left(opens, closes, roomy, had)
        kept &= left[place, copy]
    place, copy, choice = place[kept], copy[kept], choice[kept]
    factors = np.array([curve.factor(each) for each in dwells])
    return DwellOptions(
        place=place,
        copy=copy,
        minutes=np.where(fixed[place], places.dwell[place], dwells[choice]),
        value=places.value[place] * np.where(fixed[place], 1.0, factors[choice]),
        opens=opens[place, copy],
        closes=closes[place, copy],
        group=place * repeats + copy,
    )


def _windows(
    places: Places, repeats: int, again: NDArray[np.bool_], curve: DwellCurve
) -> tuple[Floats, Floats]:
    """Return when each repeat may begin, from and to, shape (places, repeats) each: of a place that cannot be
    visited `again` all of them in its whole window.
    """
    whole = places.closes - places.opens
    each_window = (whole - (repeats - 1) * curve.again_minutes) / repeats
    cut = (each_window > 0) & again & (repeats > 1)
    step = np.where(cut, each_window + curve.again_minutes, 0.0)
    opens = places.opens[:, None] + step[:, None] * np.arange(repeats)
    closes = np.where(cut[:, None], opens + each_window[:, None], places.closes[:, None])
    return opens, closes


def _left(
    opens: Floats, closes: Floats, roomy: NDArray[np.bool_], had: Had
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return from when each repeat may begin now, and which repeats are left, shape (places, repeats) each.

    The last repeat of a place without a visit is left even where its window is over: it is then told so.
    """
    copy = np.arange(opens.shape[1])
    open_yet = closes >= had.again[:, None]
    last = (had.visits == 0)[:, None] & (copy == np.where(roomy, len(copy) - 1, 0)[:, None])
    left = (copy >= had.visits[:, None]) & (open_yet | last)
    first = left & open_yet & roomy[:, None]
    first &= np.cumsum(first, axis=1) == 1
    return np.where(first, np.maximum(opens[:, :1], had.again[:, None]), opens), left
