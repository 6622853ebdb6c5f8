"""The page of the back-tests: one table a class, and what the goals H6 to H8 come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.backtest_goals import goals_said
from gridsvc.hotspots.forecasting.backtest import Track
from gridsvc.hotspots.forecasting.choice import CUSTOM, REFERENCE, compare
from gridsvc.hotspots.forecasting.resampling import Difference
from gridsvc.hotspots.forecasting.scores import Accuracy

if TYPE_CHECKING:
    from benchmarks.backtests import Study

SEED = 1
_HEAD = """# Back-tests

Written by `python -m benchmarks.backtests`; seed 1; every figure can be made again from the sample's seed
and the two public files.

Rolling origin: each step is forecast from what was before it and nothing else, on all cells, empty ones
too, frozen before the first tested step. Ties are expected values over random orders; figures are sums over
the steps and never means of ratios. **hit** is the share of all reports in the flagged part, **PAI** that
over the share of cells, **PEI** that over what the best possible set of the same size would have had (the
oracle), **area** the mean of the hit curve up to 5 %. *By street* flags the same share of street length.
**log score** is the mean log probability of what came, per cell and step, of the method's own negative
binomial, whose level and spread it learned from its earlier errors (each baseline gets the best log score
that it can have); **slope** is 1 where expected counts are right, **80 %** the mass that fell between the
10 % and 90 % quantiles where at least half a report was expected (0.80 is right; whole numbers cover more).
Gains are of reports caught in the top 5 % of cells, with 95 % intervals from 1,000 bootstraps of blocks of
four steps. **★** is what goes live: the best log score among those that beat EWMA-13 on PEI at 1 %, hits at
5 % *and* log score; where none does, EWMA-13 itself. *Whole period* ranks the cells by all their counts,
the tested ones among them: no forecast, but a ceiling for every fixed map.
"""


def write_page(path: Path, studies: Sequence[Study]) -> None:
    """Write the page."""
    parts = [_HEAD, goals_said(studies), _short(studies)]
    for city in dict.fromkeys(each.city for each in studies):
        parts.append(f"\n## {city[0].upper()}{city[1:]}\n")
        parts += [_table(each) for each in studies if each.city == city]
    path.write_text("\n".join(parts), encoding="utf-8")


def _short(studies: Sequence[Study]) -> str:
    """Return one line a class: what goes live, and whether its gain is beyond chance."""
    rows = [
        "\n## What goes live\n",
        "| city | class | live | reports tested | hits at 5 % against last 4 | against EWMA-13 | decided |",
        "| --- | --- | --- | ---: | ---: | ---: | --- |",
    ]
    for each in studies:
        live = each.backtest.track(each.choice.method)
        custom = each.choice.against_custom.hit_5
        against = compare(live, each.backtest.track(REFERENCE), SEED).hit_5
        shown = "—" if each.choice.method == REFERENCE else _gain(against)
        rows.append(
            f"| {each.city} | {each.title}, by {each.unit} | {each.choice.method} |"
            f" {int(each.backtest.reports.sum()):,} | {_gain(custom)} | {shown} | {_decided(custom)} |"
        )
    return "\n".join(rows) + "\n"


def _decided(of: Difference) -> str:
    if of.decided:
        return "better than last 4" if of.value > 0 else "worse than last 4"
    return "cannot be decided on these data"


def _table(study: Study) -> str:
    tested = study.backtest.reports
    near, of = study.knox
    rows = [
        f"\n### {study.title}, by {study.unit}\n",
        f"{int(tested.sum()):,} reports in {len(tested)} tested steps on {study.cube.ground.cells:,} cells"
        f" ({tested.mean():.0f} a step; {int(study.cube.counts.sum()):,} in all {len(study.cube.steps)})."
        f" Knox sees near repeats in {near} of {of} cells of its table (≤ 300 m, 2–14 days).\n",
        "| method | hit 1 % | hit 5 % | PAI 1 % | PEI 0.5 % | PEI 1 % | PEI 2 % | PEI 5 % | area |"
        " by street: hit 1 % | 5 % | PEI 1 % | log score | slope | 80 % | gain on last 4 | gain on EWMA-13 |",
        "| --- |" + " ---: |" * 16,
    ]
    custom, reference = study.backtest.track(CUSTOM), study.backtest.track(REFERENCE)
    for track in study.backtest.tracks:
        name = track.method.name + (" ★" if track.method.name == study.choice.method else "")
        street = track.by_length if np.ptp(study.cube.ground.size) > 0 else None
        honest = track.honesty
        last = [
            f"{honest.log_score:.5f}",
            _figure(honest.slope, 2),
            _figure(honest.covered, 3),
            _against(track, custom),
            _against(track, reference),
        ]
        rows.append(_row(name, track.by_cells, street, last))
    rows.append(_row("*whole period*", study.ceiling, None, ["", "", "", "", ""]))
    rows.append(_row("*oracle*", study.oracle, None, ["", "", "", "", ""]))
    return "\n".join(rows) + "\n"


def _row(name: str, cells: Accuracy, street: Accuracy | None, last: list[str]) -> str:
    figures = [_figure(cells.hit[1], 3), _figure(cells.hit[3], 3), _figure(cells.pai[1], 1)]
    figures += [_figure(value, 3) for value in cells.pei]
    figures.append(_figure(cells.area, 3))
    if street is None:
        figures += ["", "", ""]
    else:
        figures += [_figure(street.hit[1], 3), _figure(street.hit[3], 3), _figure(street.pei[1], 3)]
    return f"| {name} | " + " | ".join([*figures, *last]) + " |"


def _against(track: Track, other: Track) -> str:
    return "" if track is other else _gain(compare(track, other, SEED).hit_5)


def _gain(of: Difference) -> str:
    if not np.isfinite(of.value):
        return "—"
    if not np.isfinite(of.low):
        return f"{of.value:+.0%}"
    return f"{of.value:+.1%} [{of.low:+.0%}, {of.high:+.0%}]"


def _figure(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if np.isfinite(value) else "—"
