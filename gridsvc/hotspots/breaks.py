"""Classes of counts for a map: few, whole numbers, no gaps, zero by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_REPORT_COLOUR = "#f3f2ee"
# ColorBrewer's Blues, told apart by lightness alone, so also without colour vision and in grey print.
_COLOURS = ("#c6dbef", "#85bcdb", "#4292c6", "#1764ab", "#083370")
# Half of the cells with reports are in the lowest class and 3 % in the highest: hotspots are few.
_SHARES = (0.5, 0.75, 0.9, 0.97)


@dataclass(frozen=True, slots=True)
class Break:
    """Cells with `low` to `high` reports, both inclusive."""

    low: int
    high: int
    colour: str
    cells: int

    def label(self) -> str:
        """Return the range as a legend shows it."""
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


def count_breaks(counts: NDArray[np.int64]) -> tuple[Break, ...]:
    """Return the classes from zero upwards; every count falls in exactly one.

    Limits are quantiles of the cells that have reports; up to five distinct counts are a class each.
    """
    empty = Break(0, 0, NO_REPORT_COLOUR, int((counts == 0).sum()))
    positive = np.sort(counts[counts > 0])
    if len(positive) == 0:
        return (empty,)
    distinct = np.unique(positive)
    if len(distinct) <= len(_COLOURS):
        tops = distinct
    else:
        limits = np.quantile(positive, _SHARES, method="inverted_cdf")
        tops = np.unique(np.append(limits, positive[-1]))
    # With few classes the colours are taken from the whole range, so that the highest is always dark.
    picked = np.linspace(0, len(_COLOURS) - 1, len(tops)).round().astype(int)
    if len(tops) == 1:
        picked = np.array([len(_COLOURS) // 2])
    lows = [1, *(int(top) + 1 for top in tops[:-1])]
    return (
        empty,
        *(
            Break(low, int(top), _COLOURS[colour], int(((positive >= low) & (positive <= top)).sum()))
            for low, top, colour in zip(lows, tops, picked, strict=True)
        ),
    )


def break_of(breaks: tuple[Break, ...], counts: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the index of the class of each count."""
    return np.searchsorted([each.high for each in breaks], counts)
