"""What can be said of a cell: a rate, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.hotspots.exposure.exposure import Counts, Exposure

FEWEST_REPORTS = 5
"""A rate of fewer is chance (`hotspots.md` section 4)."""

ENOUGH, NOT_PATROLLED, NO_EXPOSURE, NOT_ENOUGH, NOTHING_FOUND, NOTHING_REPORTED = range(6)
WORDS: tuple[tuple[str, Text], ...] = (
    ("enough", Text("数据充分", "enough data")),
    ("not_patrolled", Text("未巡查", "not patrolled")),
    ("no_exposure", Text("无暴露量", "nothing of the exposure")),
    ("not_enough_data", Text("数据不足", "not enough data")),
    ("nothing_found", Text("巡查未发现", "nothing found")),
    ("nothing_reported", Text("无上报", "nothing reported")),
)
"""The code and the words of each standing, by its number."""

_SHOWN = 50


def standing(exposure: Exposure, counts: Counts, *, fewest: int = FEWEST_REPORTS) -> NDArray[np.int8]:
    """Return the standing of each cell, an index in `WORDS`, shape (cells,).

    "Not patrolled" has no effort, whatever was reported. "Not enough data": less exposure than the floor, or
    some reports but fewer than `fewest`. "Nothing found" (for effort; else "nothing reported") is enough
    exposure and no report: the only zero that is a rate of zero.
    """
    values = exposure.values
    nothing, nowhere = (
        (NOTHING_FOUND, NOT_PATROLLED) if exposure.is_effort else (NOTHING_REPORTED, NO_EXPOSURE)
    )
    return np.select(
        [values == 0, values < exposure.floor, counts == 0, counts < fewest],
        [nowhere, NOT_ENOUGH, nothing, NOT_ENOUGH],
        ENOUGH,
    ).astype(np.int8)


def remark_without_exposure(exposure: Exposure, counts: Counts) -> Text | None:
    """Return how many reports lie in cells without any of the exposure, which no rate counts; None: none."""
    cells = exposure.without(counts)
    if not len(cells):
        return None
    reports = int(counts[cells].sum())
    return Text(
        f"{len(cells):,} 个单元网格没有{exposure.label.zh}，其中的 {reports:,} 件上报不计入比率与检验",
        f"{reports:,} reports in {len(cells):,} cells without {exposure.label.en} are in no rate and no test",
    )


def refuse_reports_without_exposure(
    exposure: Exposure, counts: Counts, codes: Sequence[str], *, shown: int = _SHOWN
) -> None:
    """Refuse an exposure that cannot be right: cells with reports have nothing of it.

    Effort is never refused: what residents report where nobody patrols is no fault of the data.

    Raises
    ------
    InputRefused
        `reports_without_exposure`, with a fault for each of at most `shown` cells, those with most reports
        first.
    """
    cells = exposure.without(counts)
    if exposure.is_effort or not len(cells):
        return
    ordered = cells[np.argsort(-counts[cells], kind="stable")]
    faults = [
        Fault(
            "cell_without_exposure",
            Text(
                f"单元网格 {codes[cell]} 有 {counts[cell]:,} 件上报，{exposure.label.zh}为 0",
                f"cell {codes[cell]} has {counts[cell]:,} reports and no {exposure.label.en}",
            ),
            Place(column=exposure.name, value=codes[cell]),
        )
        for cell in ordered[:shown]
    ]
    raise InputRefused(
        "reports_without_exposure",
        Text(
            f"{len(cells):,} 个单元网格有上报，却没有{exposure.label.zh}：比率无法计算。",
            f"{len(cells):,} cells have reports and no {exposure.label.en}: there is no rate.",
        ),
        remedy=Text(
            "请补全该暴露量，或改用 hectare（面积）。",
            "Complete the exposure, or take hectare (area) instead.",
        ),
        faults=faults,
    )
