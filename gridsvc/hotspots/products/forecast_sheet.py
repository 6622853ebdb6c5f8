"""The sheet of a forecast: cells coloured by rank, what each may expect, what patrols should follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridsvc.errors import Text
from gridsvc.hotspots.products import said
from gridsvc.hotspots.products.forecast_words import headline_of, ranks_of, remarks_of
from gridsvc.hotspots.sheets.scales import share_scale
from gridsvc.hotspots.sheets.sheet import Column, Sheet

if TYPE_CHECKING:
    from gridsvc.hotspots.products.forecast import Forecast

_LISTED = 20


def _corrected(forecast: Forecast) -> list[Column]:
    """Return the rates that patrols should follow, and the cells that they would go to."""
    if forecast.guarded is None:
        return []
    chosen = np.zeros(len(forecast.expected), np.int8) - 1
    chosen[forecast.guarded.chosen] = 0
    chosen[forecast.guarded.chosen[len(forecast.guarded.chosen) - forecast.guarded.explored :]] = 1
    return [
        Column(
            "corrected",
            Text("校正后每周件数", "per week, corrected"),
            forecast.guarded.rates,
            Text("件", "incidents"),
            decimals=3,
            note=forecast.guarded.remark(),
        ),
        Column(
            "patrol",
            Text("巡查建议", "patrol"),
            chosen,
            words=(Text("按校正值", "by corrected rate"), Text("随机探索", "exploration")),
        ),
    ]


def sheet_of(forecast: Forecast) -> Sheet:
    """Return the forecast for the writers: cells coloured by their rank among all."""
    low, high = forecast.predictive.interval(0.8)
    named = said.classes_named(forecast.counted.daily.classes)
    first, last = forecast.days
    incidents = Text("件", "incidents")
    span = Text(first, first) if first == last else Text(f"{first} 至 {last}", f"{first} to {last}")
    return Sheet(
        cells=forecast.counted.cells,
        title=Text(f"{named.zh} 预测", f"Forecast of {named.en}"),
        headline=headline_of(forecast),
        columns=[
            Column("rank", Text("名次", "rank"), ranks_of(forecast.expected), decimals=0),
            Column("expected", Text("预期件数", "expected"), forecast.expected, incidents, decimals=3),
            Column("low", Text("80 % 区间下限", "80 % from"), low, incidents),
            Column("high", Text("80 % 区间上限", "80 % to"), high, incidents),
            Column(
                "recent",
                Text("近四周件数", "last 4 weeks"),
                forecast.counted.daily.per_day()[:, -28:].sum(axis=1),
                incidents,
            ),
            *_corrected(forecast),
        ],
        scale=share_scale(forecast.expected, Text("预期件数的名次", "Rank of what is expected")),
        provenance=forecast.provenance(),
        remarks=[*remarks_of(forecast), *said.remarks_of(forecast.counted.daily)],
        shown="expected",
        top=[int(cell) for cell in forecast.order[:_LISTED]],
        period=span,
    )
