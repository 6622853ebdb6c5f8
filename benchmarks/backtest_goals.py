"""What the goals H6, H7 and H8 come to on the sample district, in words, met or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gridsvc.hotspots.forecasting.backtest import Track
from gridsvc.hotspots.forecasting.choice import CUSTOM, REFERENCE, compare

if TYPE_CHECKING:
    from benchmarks.backtests import Study

SEED = 1
_H6_GAIN = 0.45
_H7 = (("graffiti", 0.21), ("litter", 0.44), ("the inspectors' class", 0.54))
_COVERED = (0.78, 0.82)
OURS = "eb_regression"
"""The method that would go live everywhere if the log score alone decided."""


def goals_said(studies: Sequence[Study]) -> str:
    """Return the verdicts as Markdown; the weekly studies of the sample decide."""
    decide = [each for each in studies if "sample" in each.city and each.unit == "week"]
    if not decide:
        return ""
    return "\n".join(
        ["\n## The goals, decided on the sample district\n", _h6(decide), _h7(decide), _h8(decide)]
    )


def _h6(studies: Sequence[Study]) -> str:
    lines = []
    for name, of in (("what goes live", None), (OURS, OURS), (REFERENCE, REFERENCE)):
        gains, below, sure = [], 0, 0
        for each in studies:
            track = each.backtest.track(of or each.choice.method)
            against = compare(track, each.backtest.track(CUSTOM), SEED).hit_5
            gains.append(against.value)
            sure += against.low > 0
            below += compare(track, each.backtest.track(REFERENCE), SEED).hit_5.value < 0
        met = np.mean(gains) >= _H6_GAIN and below == 0 and sure >= 0.8 * len(studies)
        lines.append(
            f"- {name}: {np.mean(gains):+.0%} on average over {len(studies)} classes"
            f" ({min(gains):+.0%} to {max(gains):+.0%}), interval above 0 in {sure}, below EWMA-13 in"
            f" {below}: **{'met' if met else 'not met'}**"
        )
    ceiling = [each.ceiling.hit[3] / each.backtest.track(CUSTOM).by_cells.hit[3] - 1 for each in studies]
    lines.append(
        "- the ceiling of every fixed map (ranked by the whole period, looking ahead):"
        f" {np.mean(ceiling):+.0%} on average ({min(ceiling):+.0%} to {max(ceiling):+.0%})"
    )
    head = "**H6** hits in the top 5 % of cells at least +45 % over the last 4 weeks on average, never below"
    return f"{head} EWMA-13, interval above 0 in 4 of 5.\n\n" + "\n".join(lines) + "\n"


def _h7(studies: Sequence[Study]) -> str:
    found = []
    for each in studies:
        live = each.backtest.track(each.choice.method).by_cells.pei[1]
        best = max(float(track.by_cells.pei[1]) for track in each.backtest.tracks)
        found.append(f"{each.title} {live:.2f} (best of all methods {best:.2f})")
    asked = ", ".join(f"{name} ≥ {value}" for name, value in _H7)
    reached = [each for each in studies if each.backtest.track(each.choice.method).by_cells.pei[1] >= 0.54]
    planted = ", ".join(each.title for each in reached) or "none"
    return (
        f"**H7** PEI at 1 %: {asked}. These are figures of three classes of Boston, whose records are not"
        " here, and PEI depends on how concentrated a class is: **cannot be decided**. On the sample, live: "
        f"{'; '.join(found)}. Above 0.54: {planted}.\n"
    )


def _h8(studies: Sequence[Study]) -> str:
    lines = []
    for name, of in (("what goes live", None), (OURS, OURS)):
        tracks: list[tuple[Study, Track]] = [
            (each, each.backtest.track(of or each.choice.method)) for each in studies
        ]
        sure = [(track.honesty.covered, track.honesty.inside, track.honesty.sure) for _, track in tracks]
        judged = [row for row in sure if row[2] > 0]
        if not judged:
            lines.append(f"- {name}: no cell-week with half a report expected: **cannot be decided**")
            continue
        weight = np.array([row[2] for row in judged], float)
        covered = float(np.average([row[0] for row in judged], weights=weight))
        inside = float(np.average([row[1] for row in judged], weights=weight))
        better = sum(
            compare(track, each.backtest.track(REFERENCE), SEED).log_score.value > 0 for each, track in tracks
        )
        held = _COVERED[0] <= covered <= _COVERED[1]
        lines.append(
            f"- {name}: {covered:.1%} covered over {int(weight.sum()):,} cell-weeks ({inside:.1%} inside the"
            f" interval of whole numbers, which cannot be narrower): **{'met' if held else 'not met'}**;"
            f" log score above EWMA-13 in {better} of {len(studies)} classes:"
            f" **{'met' if better == len(studies) else 'not met'}**"
        )
    return (
        "**H8** 80 % intervals cover 78–82 % of the cell-weeks with at least half a report expected;"
        " log score better than EWMA in all classes.\n\n" + "\n".join(lines) + "\n"
    )
