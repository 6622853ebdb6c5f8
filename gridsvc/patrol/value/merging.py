"""Places of several origins as one list: what lies side by side is one stop that says both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.places import Places

Floats = NDArray[np.float64]

BESIDE_M = 30.0
_LEAST_WINDOW = 60.0
"""Two must-visits become one only where so many minutes are left: it has to be made."""
_LEAST_SHARE = 0.5


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
    its stop, the nearest if there are several: it is visited there, for the longer of both dwells; values,
    expectations and reasons are added. Required ones are visited in the hours that both allow, and stay two
    stops where less than an hour is common to both. The hours of a required stop never change for one that is
    not: it adds what a visit in those hours is worth to it, and stays a stop of its own where that is less
    than half. Two places of which none is required stay two: they are different cells.
    """
    whole = no_places()
    for each in several:
        whole = whole.joined(each)
    if len(whole) < 2 or not whole.required.any():
        return whole
    whole = whole.only(np.argsort(~whole.required, kind="stable"))
    kept = np.ones(len(whole), bool)
    at = _metres(whole)
    # One after the other: what joins a stop narrows its hours for the next.
    for place, others in enumerate(_beside(at, int(whole.required.sum()), within_m)):
        near = sorted(others, key=lambda other: (float(np.hypot(*(at[other] - at[place]))), other))
        for stop in near:
            share = _share(whole, place, stop) if stop < place and kept[stop] else 0.0
            if share > 0:
                _add(whole, place, stop, share)
                kept[place] = False
                break
    return whole.only(kept)


def _metres(whole: Places) -> Floats:
    x, y = to_millimetres(srid_for(float(whole.lon[0]), float(whole.lat[0])), whole.lon, whole.lat)
    return np.column_stack([x, y]).astype(np.float64) / 1000


def _beside(at: Floats, required: int, within_m: float) -> list[list[int]]:
    """Return for each place the required ones (the first so many) within `within_m`."""
    from scipy.spatial import cKDTree

    return list(cKDTree(at[:required]).query_ball_point(at, within_m))


def _share(whole: Places, place: int, stop: int) -> float:
    """Return the share of its value that a place has in the hours of a required stop, 0: not one stop."""
    opens = max(whole.opens[place], whole.opens[stop])
    closes = min(whole.closes[place], whole.closes[stop])
    lengths = [float(whole.closes[each] - whole.opens[each]) for each in (place, stop)]
    if whole.required[place]:
        return 1.0 if closes - opens >= min(_LEAST_WINDOW, *lengths) else 0.0
    if opens <= whole.opens[stop] and closes >= whole.closes[stop]:
        return 1.0
    value = float(whole.value[place])
    if whole.bands is None or value <= 0:
        share = max(0.0, float(closes - opens)) / max(lengths[1], 1e-9)
    else:
        first, last = int(whole.opens[stop] // 60), int(np.ceil(whole.closes[stop] / 60))
        share = float(whole.bands[place, first : max(last, first + 1)].mean()) / value
    return share if share >= _LEAST_SHARE else 0.0


def _add(whole: Places, part: int, stop: int, share: float) -> None:
    """Let a stop say what one beside it says too; changes the arrays of `whole`, which are its own."""
    for name in ("expected", "value", "uncertainty"):
        getattr(whole, name)[stop] += share * getattr(whole, name)[part]
    whole.dwell[stop] = max(whole.dwell[stop], whole.dwell[part])
    if whole.required[part]:
        whole.opens[stop] = max(whole.opens[stop], whole.opens[part])
        whole.closes[stop] = min(whole.closes[stop], whole.closes[part])
        whole.windowed[stop] |= whole.windowed[part]
    if whole.bands is not None:
        whole.bands[stop] += whole.bands[part]
    whole.classes[stop] = _together(whole.classes[stop], whole.classes[part], share)
    whole.because[stop] = tuple(dict.fromkeys((*whole.because[stop], *whole.because[part])))


def _together(one: Sequence[Expected], other: Sequence[Expected], share: float) -> tuple[Expected, ...]:
    sums = {(each.code, each.name): each.number for each in one}
    for each in other:
        sums[each.code, each.name] = sums.get((each.code, each.name), 0.0) + share * each.number
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    return tuple(Expected(code, name, number) for (code, name), number in ordered)
