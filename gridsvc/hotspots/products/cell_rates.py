"""Counts of cells against an exposure, as columns of a sheet: rates, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import WORDS, Exposure, standing
from gridsvc.hotspots.sheets import Column
from gridsvc.hotspots.sheets.scales import CellStatus
from gridsvc.hotspots.significance.bayes import global_bayes

Floats = NDArray[np.float64]

# A rate per minute or per head is a number that nobody reads.
_PER = {
    "patrol_minutes": (60.0, Text("小时巡查", "hour of patrol")),
    "people": (1000.0, Text("千人", "1,000 people")),
}


@dataclass(frozen=True, slots=True, eq=False)
class CellRates:
    """Incidents ÷ exposure of every cell, arrays of shape (cells,).

    `amount`: the exposure in `unit`. `crude` is NaN where the standing is not enough for a rate, `smoothed`
    (empirical Bayes) where the exposure is below its floor. `standing`: index in `exposure.WORDS`.
    """

    exposure: Exposure
    unit: Text
    amount: Floats
    crude: Floats
    smoothed: Floats
    standing: NDArray[np.int8]

    def columns(self) -> list[Column]:
        """Return the exposure, both rates, and what can be said of each cell."""
        per = Text(f"件/{self.unit.zh}", f"per {self.unit.en}")
        label = self.exposure.label
        return [
            Column(self.exposure.name, label, self.amount, self.unit, decimals=3),
            Column(
                "rate",
                Text("比率", "rate"),
                self.crude,
                per,
                note=Text(
                    f"案件数 ÷ {label.zh}；数据不足的不计算", f"incidents ÷ {label.en}; none of too few"
                ),
            ),
            Column(
                "smoothed_rate",
                Text("平滑比率", "smoothed rate"),
                self.smoothed,
                per,
                note=Text(
                    "经验贝叶斯（Marshall 1991）：向全区比率收缩，案件越少收缩越多",
                    "empirical Bayes (Marshall 1991): drawn to the city's rate, the more the fewer incidents",
                ),
            ),
            Column(
                "standing",
                Text("数据状况", "standing"),
                self.standing,
                words=tuple(word for _, word in WORDS),
            ),
        ]

    def status(self, incidents: NDArray[np.int64], *, of_rates: bool) -> NDArray[np.int8]:
        """Return the `CellStatus` of each cell: on a map of rates, or on one of counts.

        On a map of counts only a zero can mislead: nobody was there.
        """
        codes = np.array([code for code, _ in WORDS])[self.standing]
        told = np.full(len(codes), CellStatus.TOLD, np.int8)
        if of_rates:
            told[np.isin(codes, ["nothing_found", "nothing_reported"])] = CellStatus.NOTHING_FOUND
            told[np.isnan(self.smoothed)] = CellStatus.NOT_ENOUGH_DATA
            told[codes == "not_patrolled"] = CellStatus.NOT_PATROLLED
        elif self.exposure.is_effort:
            told[(codes == "not_patrolled") & (incidents == 0)] = CellStatus.NOT_PATROLLED
            told[(codes == "not_enough_data") & (incidents == 0)] = CellStatus.NOT_ENOUGH_DATA
        return told


def cell_rates(incidents: NDArray[np.int64], exposure: Exposure) -> CellRates:
    """Return the rates of every cell; `incidents` of shape (cells,)."""
    scale, unit = _PER.get(exposure.name, (1.0, exposure.unit))
    amount = exposure.values / scale
    codes = np.array([code for code, _ in WORDS])
    stands = standing(exposure, incidents)
    some = amount > 0
    crude = np.divide(incidents, amount, out=np.full(len(amount), np.nan), where=some)
    crude[np.isin(codes[stands], ["not_patrolled", "no_exposure", "not_enough_data"])] = np.nan
    smoothed = global_bayes(incidents, amount) if some.any() else crude.copy()
    smoothed[exposure.values < exposure.floor] = np.nan
    return CellRates(exposure, unit, amount, crude, smoothed, stands)
