"""Scales: which class of colour each cell is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.sheets.breaks import CLASSES, Method, check_breaks, limits
from gridsvc.hotspots.sheets.colours import (
    NOT_SIGNIFICANT,
    NOTHING,
    RISK,
    UNTESTED,
    ramp,
)
from gridsvc.hotspots.sheets.sheet import Scale, Step

Floats = NDArray[np.float64]
_Label = Callable[[float, float | None], Text]

RISK_LIMITS = (0.5, 0.8, 1.25, 2.0)
"""Symmetric in the logarithm and fixed, so that weeks compare (`hotspots.md` section 5)."""
SHARES = (0.005, 0.01, 0.02, 0.05)
"""Shares of all cells, those of the back-test."""


class CellStatus(IntEnum):
    """What is known of a cell, apart from its value."""

    TOLD = 0
    """Its value is shown."""
    NOT_SIGNIFICANT = 1
    NOTHING_FOUND = 2
    NOT_ENOUGH_DATA = 3
    NOT_PATROLLED = 4


# "Not patrolled" and "not enough data" are hatched: no one shall take them for "nothing found".
_STATUS_STEPS: dict[CellStatus, tuple[Text, str, str]] = {
    CellStatus.NOT_SIGNIFICANT: (Text("与全区水平无显著差异", "not significant"), NOT_SIGNIFICANT, ""),
    CellStatus.NOTHING_FOUND: (Text("未发现", "nothing found"), NOTHING, ""),
    CellStatus.NOT_ENOUGH_DATA: (Text("数据不足", "not enough data"), UNTESTED, "."),
    CellStatus.NOT_PATROLLED: (Text("未巡查", "not patrolled"), UNTESTED, "x"),
}


def count_scale(
    counts: NDArray[np.int64],
    title: Text,
    *,
    breaks: Sequence[float] | None = None,
    method: Method = "auto",
    classes: int = CLASSES,
    status: NDArray[np.int8] | None = None,
) -> Scale:
    """Return the scale of whole numbers ≥ 0: zero a class of its own, classes closed on the right.

    `breaks` are those that a series has frozen: the upper limits of all classes but the last, which is
    open (`Scale.breaks` of the first sheet). `status` (CellStatus) takes cells out into classes of their own.
    """
    values = np.asarray(counts, np.float64)
    return _number_scale(values, title, breaks, method, classes, status, _whole, zero=True)


def value_scale(
    values: Floats,
    title: Text,
    *,
    decimals: int = 1,
    breaks: Sequence[float] | None = None,
    method: Method = "auto",
    classes: int = CLASSES,
    status: NDArray[np.int8] | None = None,
) -> Scale:
    """Return the scale of rates or expected counts ≥ 0; NaN is "not enough data".

    Limits are rounded up to `decimals`, so that the legend says what the classes are. Smoothed rates are
    never zero: then the class of zero is left out.
    """
    if breaks is None:
        found = limits(values, method, classes)
        rounded = sorted({_rounded_up(top, decimals) for top in found})
        breaks = tuple(rounded[:-1]) if len(rounded) > 1 else None

    def label(low: float, high: float | None) -> Text:
        if high is None:
            said = f"> {low:.{decimals}f}"
        elif low == 0:
            said = f"≤ {high:.{decimals}f}"
        else:
            said = f"{low:.{decimals}f}–{high:.{decimals}f}"
        return Text(said, said)

    return _number_scale(values, title, breaks, method, classes, status, label, zero=False)


def share_scale(values: Floats, title: Text, *, shares: Sequence[float] = SHARES) -> Scale:
    """Return the scale by rank: the top 0.5, 1, 2, 5 % of all cells, the rest, zero; NaN: not enough data.

    A class never holds more cells than its share: values that tie at its limit all fall into the next.
    """
    known = np.nan_to_num(values, nan=0.0)
    ranked = np.sort(known)[::-1]
    rest, zero = len(shares), len(shares) + 1
    step = np.where(known > 0, rest, zero).astype(np.int16)
    for number in range(len(shares) - 1, -1, -1):
        most = int(np.floor(shares[number] * len(known) + 1e-9))
        if most < len(known):
            step[known > max(ranked[most], 0.0)] = number
    said = [f"{share:.1%}".replace(".0%", "%") for share in shares]
    labels = [Text(f"最高的 {share} 网格", f"top {share} of cells") for share in said]
    labels.append(Text("其余", "the rest"))
    colours = ramp(len(labels))[::-1]
    numbers = [(label, colour, "") for label, colour in zip(labels, colours, strict=True)]
    return _with_status(title, [*numbers, (Text("0", "0"), NOTHING, "")], step, _unknown(values, None))


def risk_scale(rr: Floats, status: NDArray[np.int8], title: Text) -> Scale:
    """Return the scale of relative risks: five fixed classes, and a class for each `CellStatus` that occurs.

    `rr` of shape (cells,) counts where `status` is TOLD; a NaN there is "not enough data".
    """
    labels = (
        Text("低于全区一半（≤ 0.5）", "≤ 0.5 of the city's rate"),
        Text("0.5–0.8", "0.5–0.8"),
        Text("与全区相当（0.8–1.25）", "0.8–1.25, as the city"),
        Text("1.25–2 倍", "1.25–2 times"),
        Text("超过 2 倍", "> 2 times"),
    )
    numbers = [(label, colour, hatch) for label, (colour, hatch) in zip(labels, RISK, strict=True)]
    step = np.searchsorted(RISK_LIMITS, np.nan_to_num(rr, nan=1.0)).astype(np.int16)
    scale = _with_status(title, numbers, step, _unknown(rr, status))
    return Scale(scale.title, scale.steps, scale.step, RISK_LIMITS)


def category_scale(
    index: NDArray[np.integer],
    words: Sequence[Text],
    colours: Sequence[str | tuple[str, str]],
    title: Text,
) -> Scale:
    """Return the scale of categories: `index[i]` is that of cell i in `words`, -1: not enough data.

    `colours[k]` is the colour of category k, or colour and hatch (`colours.EMERGING`). A category that no
    cell has is left out of the legend.
    """
    styles = [(each, "") if isinstance(each, str) else each for each in colours]
    used = [number for number in range(len(words)) if (index == number).any()]
    place = np.full(len(words) + 1, 0, np.int16)
    place[used] = np.arange(len(used))
    numbers = [(words[number], *styles[number]) for number in used]
    status = np.where(np.asarray(index) < 0, CellStatus.NOT_ENOUGH_DATA, CellStatus.TOLD).astype(np.int8)
    return _with_status(title, numbers, place[np.maximum(index, -1)], status)


def _number_scale(
    values: Floats,
    title: Text,
    breaks: Sequence[float] | None,
    method: Method,
    classes: int,
    status: NDArray[np.int8] | None,
    label: _Label,
    *,
    zero: bool,
) -> Scale:
    if breaks is not None:
        inner, top = check_breaks(breaks), None
    else:
        tops = limits(values, method, classes)
        inner, top = tops[:-1], tops[-1] if tops else None
    known = np.nan_to_num(values, nan=0.0)
    told = _unknown(values, status)
    first = 0 if zero or ((known <= 0) & (told == CellStatus.TOLD)).any() else 1
    steps = [(Text("0", "0"), NOTHING, "")]
    if inner or top is not None:
        colours = ramp(len(inner) + 1)
        lows = (0.0, *inner)
        highs = (*inner, top)
        steps += [
            (label(low, high), colour, "") for low, high, colour in zip(lows, highs, colours, strict=True)
        ]
    step = (np.searchsorted(np.asarray(inner, np.float64), known) + 1).astype(np.int16)
    step[known <= 0] = 0
    scale = _with_status(title, steps[first:], step - first, told)
    return Scale(scale.title, scale.steps, scale.step, tuple(inner))


def _whole(low: float, high: float | None) -> Text:
    first = int(low) + 1
    if high is None:
        return Text(f"{first:,} 以上", f"{first:,} or more")
    last = int(high)
    said = f"{last:,}" if first >= last else f"{first:,}–{last:,}"
    return Text(said, said)


def _rounded_up(value: float, decimals: int) -> float:
    return float(np.ceil(value * 10**decimals - 1e-9) / 10**decimals)


def _unknown(values: Floats, status: NDArray[np.int8] | None) -> NDArray[np.int8]:
    told = np.zeros(len(values), np.int8) if status is None else np.asarray(status, np.int8).copy()
    told[np.isnan(values) & (told == CellStatus.TOLD)] = CellStatus.NOT_ENOUGH_DATA
    return told


def _with_status(
    title: Text,
    numbers: Sequence[tuple[Text, str, str]],
    step: NDArray[np.int16],
    status: NDArray[np.int8],
) -> Scale:
    """Put the cells whose status is not TOLD into classes of their own, after the others."""
    drawn = list(numbers)
    classes = step.astype(np.int16, copy=True)
    for kind, style in _STATUS_STEPS.items():
        inside = status == kind
        if inside.any():
            classes[inside] = len(drawn)
            drawn.append(style)
    cells = np.bincount(classes, minlength=len(drawn)) if len(classes) else np.zeros(len(drawn), np.int64)
    steps = tuple(
        Step(label, colour, int(n), hatch) for (label, colour, hatch), n in zip(drawn, cells, strict=True)
    )
    return Scale(title, steps, classes)
