"""Places of several origins as one list: what lies side by side is one stop that says both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.places import Places

Integers = NDArray[np.int64]

BESIDE_M = 30.0
_LEAST_WINDOW = 60.0
"""A must-visit takes over a window only where so many minutes are left: it has to be made."""


def no_places(*remarks: Text) -> Places:
    """Return a list of places without any, and why."""
    nothing, numbers = np.zeros(0, object), np.zeros(0)
    return Places(
        key=nothing,
        kind=nothing,
        name=[],
        lon=numbers,
        lat=numbers,
        cell=nothing,
        expected=numbers,
        value=numbers,
        opens=numbers,
        closes=numbers,
        windowed=np.zeros(0, bool),
        dwell=numbers,
        uncertainty=numbers,
        required=np.zeros(0, bool),
        classes=[],
        because=[],
        remarks=remarks,
    )


def merge(*several: Places, within_m: float = BESIDE_M) -> Places:
    """Return all places as one list, the required ones first, otherwise in the order given.

    A place within `within_m` of a required one (of required ones, a later within an earlier) becomes part of
    its stop: it is visited there, for the longer of both dwells and in the hours that both allow; values,
    expectations and reasons are added. Where less than an hour is common to both, they stay two stops. Two
    places of which none is required stay two: they are different cells.
    """
    whole = no_places()
    for each in several:
        whole = whole.joined(each)
    if len(whole) < 2 or not whole.required.any():
        return whole
    whole = whole.only(np.argsort(~whole.required, kind="stable"))
    into = _into(whole, within_m)
    for part in np.flatnonzero(into >= 0).tolist():
        _add(whole, part, int(into[part]))
    return whole.only(into < 0)


def _into(whole: Places, within_m: float) -> Integers:
    """Return for each place the required one whose stop it joins, -1 for none; the nearest one that it fits.

    A place that others join joins none itself, so that no stop moves along a chain of places.
    """
    from scipy.spatial import cKDTree

    x, y = to_millimetres(srid_for(float(whole.lon[0]), float(whole.lat[0])), whole.lon, whole.lat)
    at = np.column_stack([x, y]).astype(np.float64) / 1000
    near = cKDTree(at[: int(whole.required.sum())]).query_ball_point(at, within_m)
    into = np.full(len(whole), -1, np.int64)
    for place, others in enumerate(near):
        free = [other for other in others if other < place and into[other] < 0]
        for other in sorted(free, key=lambda other: (float(np.hypot(*(at[other] - at[place]))), other)):
            if _fits(whole, place, other):
                into[place] = other
                break
    return into


def _fits(whole: Places, place: int, other: int) -> bool:
    opens = max(whole.opens[place], whole.opens[other])
    closes = min(whole.closes[place], whole.closes[other])
    wanted = min(_LEAST_WINDOW, *(whole.closes[each] - whole.opens[each] for each in (place, other)))
    return bool(closes - opens >= wanted)


def _add(whole: Places, part: int, stop: int) -> None:
    """Let a stop say what one beside it says too; changes the arrays of `whole`, which are its own."""
    for name in ("expected", "value", "uncertainty"):
        getattr(whole, name)[stop] += getattr(whole, name)[part]
    whole.dwell[stop] = max(whole.dwell[stop], whole.dwell[part])
    whole.opens[stop] = max(whole.opens[stop], whole.opens[part])
    whole.closes[stop] = min(whole.closes[stop], whole.closes[part])
    whole.windowed[stop] |= whole.windowed[part]
    if whole.bands is not None:
        whole.bands[stop] += whole.bands[part]
    whole.classes[stop] = _together(whole.classes[stop], whole.classes[part])
    whole.because[stop] = tuple(dict.fromkeys((*whole.because[stop], *whole.because[part])))


def _together(one: Sequence[Expected], other: Sequence[Expected]) -> tuple[Expected, ...]:
    sums: dict[tuple[str, str], float] = {}
    for each in (*one, *other):
        sums[each.code, each.name] = sums.get((each.code, each.name), 0.0) + each.number
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    return tuple(Expected(code, name, number) for (code, name), number in ordered)
