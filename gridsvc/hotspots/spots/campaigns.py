"""Before and after a campaign: what changed here, against what changed elsewhere, and how sure that is.

Three traps, and what is done about each. A city-wide fall is no success: the place is compared with the
rest (ratio of ratios). Counts of weeks vary more than chance: the interval is widened by the dispersion of
the weeks (quasi-Poisson). A place is chosen because it was bad, and the worst get better by themselves: the
count before is shrunk to what its ground would hold (empirical Bayes before–after, Hauer 1997, chapter 11).
What moved next door is counted too (weighted displacement quotient, Bowers & Johnson 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from gridsvc.errors import Text

Counts = NDArray[np.int64]
FEWEST_WEEKS = 2
FEWEST_INCIDENTS = 5
_TINY = 0.5
"""Added to each count of a ratio (Haldane–Anscombe): a place without any report after has one too."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The place's rate after ÷ before, divided by the same of the rest of the area.

    `ratio` 0.6: 40 % less than the rest's course would have had. `low`, `high`: its 95 % interval; `p` is
    two-sided. `regressed`: the ratio against the empirical Bayes expectation, None where it cannot be formed.
    `dispersion` ≥ 1: variance of weekly counts ÷ what chance has. `displacement`: quotient of the ring
    around; −1: as much moved next door as was won; above 0: the ring fell too; None: nothing was won.
    """

    before: int
    after: int
    rest_before: int
    rest_after: int
    weeks_before: int
    weeks_after: int
    ratio: float
    low: float
    high: float
    p: float
    dispersion: float
    regressed: float | None
    displacement: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}

    def sentence(self) -> Text:
        """Return the verdict in one sentence."""
        percent, low, high = (100 * (value - 1) for value in (self.ratio, self.low, self.high))
        sure = self.low > 1 or self.high < 1
        zh = f"与其余区域同期相比 {percent:+.0f} %（95 % 区间 {low:+.0f} % 至 {high:+.0f} %）"
        en = f"{percent:+.0f} % against the rest of the area (95 % interval {low:+.0f} % to {high:+.0f} %)"
        if not sure:
            zh, en = zh + "，不能与偶然区分", en + ": not to be told from chance"
        if self.regressed is not None:
            zh += f"；扣除偏高回落后 {100 * (self.regressed - 1):+.0f} %"
            en += f"; {100 * (self.regressed - 1):+.0f} % after regression to the mean"
        return Text(zh + "。", en + ".")


def campaign_effect(
    before: Counts,
    after: Counts,
    rest_before: Counts,
    rest_after: Counts,
    *,
    ring_before: Counts | None = None,
    ring_after: Counts | None = None,
    expected_before: float | None = None,
) -> Effect | None:
    """Compare weekly counts of a place, shape (weeks,), with those of the rest over the same weeks.

    `expected_before`: empirical Bayes mean of the place's whole count before. Returns None where there is too
    little to say: fewer than two weeks on a side, or fewer than 5 incidents in the place before.
    """
    if min(len(before), len(after)) < FEWEST_WEEKS or before.sum() < FEWEST_INCIDENTS:
        return None
    sides = (before, after, rest_before, rest_after)
    inside = int(after.sum()) + _TINY, int(before.sum()) + _TINY
    outside = int(rest_after.sum()) + _TINY, int(rest_before.sum()) + _TINY
    course = outside[0] / outside[1]
    ratio = inside[0] / inside[1] / course
    dispersion, freedom = _dispersion(sides)
    error = np.sqrt(dispersion * sum(1 / count for count in (*inside, *outside)))
    reach = float(stdtrit(freedom, 0.975)) * error
    p = float(2 * stdtr(freedom, -abs(np.log(ratio)) / error))
    regressed = None
    if expected_before is not None and expected_before > 0:
        regressed = float(after.sum() / (expected_before * course))
    displacement = None
    if ring_before is not None and ring_after is not None:
        displacement = _displacement(inside, outside, ring_before, ring_after)
    return Effect(
        before=int(before.sum()),
        after=int(after.sum()),
        rest_before=int(rest_before.sum()),
        rest_after=int(rest_after.sum()),
        weeks_before=len(before),
        weeks_after=len(after),
        ratio=float(ratio),
        low=float(ratio * np.exp(-reach)),
        high=float(ratio * np.exp(reach)),
        p=min(p, 1.0),
        dispersion=float(dispersion),
        regressed=regressed,
        displacement=displacement,
    )


def _dispersion(sides: tuple[Counts, ...]) -> tuple[float, int]:
    """Return Pearson's chi-square of weekly counts about their sides' means ÷ freedom, and the freedom."""
    freedom = sum(len(side) - 1 for side in sides)
    means = [float(side.mean()) for side in sides]
    squares = sum(
        float(((side - mean) ** 2).sum()) / mean for side, mean in zip(sides, means, strict=True) if mean > 0
    )
    return max(1.0, squares / freedom), freedom


def _displacement(
    inside: tuple[float, float], outside: tuple[float, float], ring_before: Counts, ring_after: Counts
) -> float | None:
    won = inside[0] / outside[0] - inside[1] / outside[1]
    if won >= 0:
        return None
    ring = ring_after.sum() / outside[0] - ring_before.sum() / outside[1]
    return float(ring / won)
