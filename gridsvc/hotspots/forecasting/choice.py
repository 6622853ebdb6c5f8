"""Which method goes live for a class: the one that beat EWMA in every way that matters, or EWMA itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridsvc.hotspots.forecasting.backtest import Backtest, Track
from gridsvc.hotspots.forecasting.curves import SHARES
from gridsvc.hotspots.forecasting.resampling import (
    Difference,
    drawn_blocks,
    mean_difference,
    relative_gain,
)

REFERENCE = "ewma_13"
CUSTOM = "last_4"
"""What people do without a forecast."""
_ONE, _FIVE = SHARES.index(0.01), SHARES.index(0.05)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A method against another over the same steps: catch at 1 % and 5 % of cells, relative; log score.

    `pei_1` is the relative gain in PEI at 1 %, equal to that in reports caught there, as the best possible
    set is the same for both.
    """

    method: str
    other: str
    pei_1: Difference
    hit_5: Difference
    log_score: Difference

    @property
    def beats(self) -> bool:
        """Return whether the method was better in all three."""
        return self.pei_1.value > 0 and self.hit_5.value > 0 and self.log_score.value > 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The method that is used, what every candidate did against EWMA, and the one used against custom."""

    method: str
    against_reference: tuple[Comparison, ...]
    against_custom: Comparison


def compare(one: Track, other: Track, seed: int) -> Comparison:
    """Return the comparison of two tracks of one back-test, with intervals from blocks of steps."""
    series = drawn_blocks(len(one.log_scores), seed)
    return Comparison(
        one.method.name,
        other.method.name,
        relative_gain(one.cells.caught[:, _ONE], other.cells.caught[:, _ONE], series),
        relative_gain(one.cells.caught[:, _FIVE], other.cells.caught[:, _FIVE], series),
        mean_difference(one.log_scores, other.log_scores, series),
    )


def choose_method(backtest: Backtest, seed: int) -> Choice:
    """Return the live method of a class by the rule of 3.9.

    Live is the candidate with the best log score among those that beat EWMA in PEI at 1 %, hits at 5 % and
    log score; where none does, EWMA.
    """
    reference, custom = backtest.track(REFERENCE), backtest.track(CUSTOM)
    candidates = [track for track in backtest.tracks if not track.method.baseline]
    comparisons = tuple(compare(track, reference, seed) for track in candidates)
    better = [track for track, comparison in zip(candidates, comparisons, strict=True) if comparison.beats]
    live = max(better, key=lambda track: float(np.mean(track.log_scores))) if better else reference
    return Choice(live.method.name, comparisons, compare(live, custom, seed))
