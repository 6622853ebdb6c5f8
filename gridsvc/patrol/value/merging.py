"""Places of several origins as one list: what lies side by side is one stop that says both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.places import Places

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BESIDE_M = 30.0
_LEAST_WINDOW = 60.0
"""A must-visit takes over a window only where so many minutes are left: it has to be made."""
_NUMBERS = ("lon", "lat", "expected", "value", "opens", "closes", "dwell", "uncertainty")


def no_places(*remarks: Text) -> Places:
    """Return a list of places without any, and why."""
    return Places(
        key=np.zeros(0, object),
        kind=np.zeros(0, object),
        name=[],
        cell=np.zeros(0, object),
        windowed=np.zeros(0, bool),
        required=np.zeros(0, bool),
        classes=[],
        because=[],
        remarks=remarks,
        **{name: np.zeros(0) for name in _NUMBERS},
    )


def subset(places: Places, rows: NDArray[Any]) -> Places:
    """Return some of the places, by a mask or by indexes in the order wanted."""
    wanted = np.arange(len(places))[rows]
    return replace(
        places,
        **{
            each.name: value[wanted] if isinstance(value, np.ndarray) else [value[row] for row in wanted]
            for each in fields(places)
            if isinstance(value := getattr(places, each.name), np.ndarray | list)
        },
    )


def merge(*several: Places, within_m: float = BESIDE_M) -> Places:
    """Return all places as one list, the required ones first, otherwise in the order given.

    A place within `within_m` of a required one (of required ones, a later within an earlier) becomes part of
    its stop: it is visited there, for the longer of both dwells and in the hours that both allow; values,
    expectations and reasons are added. Where less than an hour is common to both, they stay two stops. Two
    places of which none is required stay two: they are different cells.
    """
    whole = _joined([each for each in several if len(each)] or [no_places()], several)
    if len(whole) < 2 or not whole.required.any():
        return whole
    order = np.argsort(~whole.required, kind="stable")
    whole = subset(whole, order)
    into = _into(whole, within_m)
    for part in np.flatnonzero(into >= 0).tolist():
        _add(whole, part, int(into[part]))
    return subset(whole, into < 0)


def _joined(parts: Sequence[Places], every: Sequence[Places]) -> Places:
    first = parts[0]
    known = all(each.bands is not None for each in parts)
    columns = {
        each.name: (
            np.concatenate([getattr(part, each.name) for part in parts])
            if isinstance(getattr(first, each.name), np.ndarray)
            else list(chain.from_iterable(getattr(part, each.name) for part in parts))
        )
        for each in fields(first)
        if each.name != "bands" and isinstance(getattr(first, each.name), np.ndarray | list)
    }
    bands = [each.bands for each in parts if each.bands is not None]
    return replace(
        first,
        **columns,
        bands=np.concatenate(bands) if known else None,
        versions={key: value for each in every for key, value in each.versions.items()},
        remarks=tuple(dict.fromkeys(chain.from_iterable(each.remarks for each in every))),
    )


def _into(whole: Places, within_m: float) -> Integers:
    """Return for each place the required one whose stop it joins, -1 for none; the nearest one that it fits.

    A place that others join joins none itself, so that no stop moves along a chain of places.
    """
    from scipy.spatial import cKDTree

    x, y = to_millimetres(srid_for(float(whole.lon[0]), float(whole.lat[0])), whole.lon, whole.lat)
    at = np.column_stack([x, y]).astype(np.float64) / 1000
    required = int(whole.required.sum())
    near = cKDTree(at[:required]).query_ball_point(at, within_m)
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
    whole.expected[stop] += whole.expected[part]
    whole.value[stop] += whole.value[part]
    whole.uncertainty[stop] += whole.uncertainty[part]
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
