"""How many reports the top of a ranking catches, whatever the order of ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHARES = (0.005, 0.01, 0.02, 0.05)
_DIGITS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What is caught, `caught[j]`, when the first `flagged[j]` of the ground are; both begin at 0.

    Piecewise linear: between two corners lie cells of equal score. Their order is random, and the expected
    catch of a random order grows linearly in what is flagged of them (the last cell counts by the part of it
    that still fits). By street length it is the metre of street whose order is random.
    """

    flagged: Floats
    caught: Floats

    def at(self, share: float) -> float:
        """Return what is expected in the first `share` of the ground."""
        return float(np.interp(share * self.flagged[-1], self.flagged, self.caught))

    def at_shares(self) -> Floats:
        """Return what is expected at each of `SHARES`, shape (shares,)."""
        return np.asarray(np.interp(np.array(SHARES) * self.flagged[-1], self.flagged, self.caught))

    def area(self, share: float) -> float:
        """Return the mean of the curve between 0 and `share` of the ground."""
        end = share * self.flagged[-1]
        inner = self.flagged < end
        corners = np.append(self.flagged[inner], end)
        values = np.append(self.caught[inner], self.at(share))
        return float(np.trapezoid(values, corners) / end) if end > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Cells in the order of their scores, the highest first, ties together; sorted once for many curves.

    `order`: the cells that can be flagged, in order; `ends`: the last place of each tie in it; `flagged` as
    in `Curve`.
    """

    order: NDArray[np.intp]
    ends: NDArray[np.intp]
    flagged: Floats

    def curve(self, caught: Floats) -> Curve:
        """Return the curve of what lies in the cells, shape (cells,)."""
        return Curve(self.flagged, np.append(0.0, np.cumsum(caught[self.order])[self.ends]))


def ranking(score: Floats, size: Floats) -> Ranking:
    """Return the order of cells by `score`; `size` is what flagging a cell costs; both of shape (cells,).

    Cells of size 0 cannot be flagged, and what lies in them is never caught. Scores that agree to 12 digits
    are ties: sums in another order must not decide.
    """
    can = np.flatnonzero(size > 0)
    if len(can) == 0:
        return Ranking(can, can, np.zeros(1))
    rounded = _rounded(score[can])
    order = np.argsort(-rounded, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(rounded[order]) != 0, True))
    return Ranking(can[order], ends, np.append(0.0, np.cumsum(size[can[order]])[ends]))


def hit_curve(score: Floats, caught: Floats, size: Floats) -> Curve:
    """Return the curve of one ranking; see `ranking`."""
    return ranking(score, size).curve(caught)


def _rounded(score: Floats) -> Floats:
    largest = float(np.max(np.abs(score)))
    if largest == 0:
        return score
    unit = 10.0 ** (np.floor(np.log10(largest)) - _DIGITS + 1)
    return np.asarray(np.rint(score / unit))
