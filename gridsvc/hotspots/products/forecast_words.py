"""What a forecast says in words: where, by which method, and by how much that method was better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.forecasting.choice import CUSTOM, REFERENCE, Comparison, compare
from gridsvc.hotspots.forecasting.resampling import Difference

if TYPE_CHECKING:
    from gridsvc.hotspots.products.forecast import Forecast

Floats = NDArray[np.float64]
_TOP = 0.05


def ranks_of(expected: Floats) -> NDArray[np.int64]:
    """Return the rank of each cell, 1 for the most expected; ties share the best of their ranks."""
    rounded = np.round(expected, 12)
    return 1 + len(rounded) - np.searchsorted(np.sort(rounded), rounded, side="right").astype(np.int64)


def headline_of(forecast: Forecast) -> Text:
    """Return the answer in one sentence: how many are expected, and how many of them in how few cells."""
    total = float(forecast.expected.sum())
    cells = max(1, int(_TOP * len(forecast.expected)))
    top = float(forecast.expected[forecast.order[:cells]].sum())
    share = top / total if total > 0 else 0.0
    part = f"{cells / len(forecast.expected):.0%}".replace("%", " %")
    return Text(
        f"预期 {total:,.1f} 件，其中 {share:.0%} 在最高的 {cells} 个网格（{part}）",
        f"{total:,.1f} incidents are expected, {share:.0%} of them in the top {cells} cells ({part})",
    )


def remarks_of(forecast: Forecast) -> list[Text]:
    """Return what must be said of the method, its proof and the data."""
    lines = [_method(forecast), *_proof(forecast)]
    question = forecast.counted.question
    lines.append(
        Text(
            f"由 {question.first} 至 {question.last} 的案件得出",
            f"From the incidents of {question.first} to {question.last}",
        )
    )
    if forecast.counted.cut:
        lines.append(
            Text("时段中尚未过去的日子未计入", "Days of the period that are not over yet were not counted")
        )
    if forecast.guarded is not None:
        lines.append(forecast.guarded.remark())
    if forecast.silent:
        lines.append(
            Text(
                f"最近 {forecast.silent} 期没有任何案件，而此前一直有：类别代码是否已更换？"
                "请把新旧代码一并给出。",
                f"The last {forecast.silent} steps have no incident at all, those before had: was the code of"
                " the class changed? Give the old and the new code together.",
            )
        )
    return lines


def _method(forecast: Forecast) -> Text:
    name = forecast.label
    if forecast.asked != "auto":
        return Text(f"按要求使用：{name.zh}", f"Used as asked: {name.en}")
    if forecast.tested is None:
        return Text(
            f"时段太短，无法回测：使用{name.zh}",
            f"The period is too short for a back-test: {name.en} is used",
        )
    if forecast.method == REFERENCE:
        return Text(
            f"没有方法在三项指标上都优于{name.zh}，因此使用它",
            f"No method beat {name.en} in all three measures, so that it is used",
        )
    return Text(
        f"使用{name.zh}：在三项指标上均优于指数加权",
        f"Used: {name.en}, which beat EWMA in all three measures",
    )


def _proof(forecast: Forecast) -> list[Text]:
    tested = forecast.tested
    if tested is None:
        return []
    track = tested.backtest.track(forecast.method)
    steps = len(tested.backtest.steps)
    hit, pei = float(track.by_cells.hit[-1]), float(track.by_cells.pei[1])
    lines = []
    if np.isfinite(hit) and np.isfinite(pei):
        lines.append(
            Text(
                f"回测最近 {steps} 期：最高 5 % 的网格含 {hit:.0%} 的案件，PEI@1 % 为 {pei:.2f}",
                f"Back-test of the last {steps} steps: the top 5 % of cells had {hit:.0%} of the incidents,"
                f" PEI at 1 % {pei:.2f}",
            )
        )
    for other, name in (
        (CUSTOM, Text("近四周计数", "the last 4 weeks")),
        (REFERENCE, Text("指数加权", "EWMA")),
    ):
        if other != forecast.method:
            lines.append(_gain(compare(track, tested.backtest.track(other), forecast.seed), name))
    return lines


def _gain(of: Comparison, name: Text) -> Text:
    return Text(
        f"与{name.zh}相比：5 % 处命中 {_percent(of.hit_5)}，1 % 处 {_percent(of.pei_1)}，"
        f"对数得分 {of.log_score.value:+.4f}（方括号内为 95 % 区间）",
        f"Against {name.en}: hits at 5 % {_percent(of.hit_5)}, at 1 % {_percent(of.pei_1)},"
        f" log score {of.log_score.value:+.4f} (95 % interval in brackets)",
    )


def _percent(of: Difference) -> str:
    if not np.isfinite(of.value):
        return "—"
    if not np.isfinite(of.low):
        return f"{of.value:+.0%}"
    return f"{of.value:+.0%} [{of.low:+.0%}, {of.high:+.0%}]"
