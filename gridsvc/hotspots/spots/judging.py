"""What a campaign at a hotspot, or in given cells, did: before and after, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.neighbours import neighbourhood
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily
from gridsvc.hotspots.significance.bayes import global_bayes
from gridsvc.hotspots.spots.campaigns import FEWEST_INCIDENTS, FEWEST_WEEKS, Effect, campaign_effect
from gridsvc.hotspots.spots.series import last_recorded_week, unknown_hotspot


@dataclass(frozen=True, slots=True, eq=False)
class Campaign:
    """The effect, with the weeks it was judged from; days of the campaign itself are in neither."""

    question: Question
    codes: tuple[str, ...]
    first: date
    last: date
    weeks: tuple[date, ...]
    inside: NDArray[np.int64]
    rest: NDArray[np.int64]
    effect: Effect
    snapshot: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "cells": list(self.codes),
            "campaign": {"from": self.first.isoformat(), "to": self.last.isoformat()},
            "weeks": [
                {"monday": monday.isoformat(), "inside": int(inside), "rest": int(rest)}
                for monday, inside, rest in zip(self.weeks, self.inside, self.rest, strict=True)
            ],
            "effect": self.effect.as_dict(),
            "snapshot": self.snapshot,
        }


def cells_of_hotspot(connection: Connection, number: int) -> tuple[str, ...]:
    """Return every cell that a hotspot ever had. Raises NotFound (unknown_hotspot)."""
    codes = connection.scalars(
        text(
            'SELECT DISTINCT code COLLATE "C" FROM hotspot_sighting, unnest(cell_codes) AS code'
            " WHERE hotspot_id = :id ORDER BY 1"
        ),
        {"id": number},
    ).all()
    if not codes:
        raise unknown_hotspot(number)
    return tuple(codes)


def judge_campaign(
    connection: Connection,
    question: Question,
    codes: Sequence[str],
    first: date,
    last: date,
    *,
    now: datetime,
    snap_outside_m: float,
) -> Campaign:
    """Compare the whole weeks of the period before `first` with those after `last`, inside and elsewhere.

    Weeks that are not over at `now` are in neither.

    Raises
    ------
    InputRefused
        `unknown_cell`; `campaign_outside`: the campaign is not inside the period; `too_little_to_judge`.
    """
    if not question.first <= first <= last <= question.last:
        raise InputRefused(
            "campaign_outside",
            Text(
                f"整治 {first} 至 {last} 不在时段 {question.first} 至 {question.last} 内。",
                f"The campaign {first} – {last} is not inside {question.first} – {question.last}.",
            ),
            place=Place(column="start", value=str(first)),
            remedy=Text(
                "请把 --from 提前到整治之前、--to 推后到整治之后。",
                "Begin --from before the campaign and end --to after it.",
            ),
        )
    daily = read_daily(connection, question, now=now, snap_outside_m=snap_outside_m)
    inside = _indices(daily.cells, codes)
    weekly = daily.per_week("incidents")
    before = np.array([monday + timedelta(days=6) < first for monday in daily.weeks], bool)
    # A week that is not over, or not recorded to its end, has few incidents and would look like a success.
    until = last_recorded_week(connection, now, question.zone)
    over = np.array([monday + timedelta(days=6) <= until for monday in daily.weeks], bool)
    after = np.array([monday > last for monday in daily.weeks], bool) & over
    mine = np.zeros(len(daily.cells.layer.codes), bool)
    mine[inside] = True
    near = neighbourhood(daily.cells.layer)
    ring = (near.sums(mine.astype(np.float64)) > 0) & ~mine
    rest = ~mine & ~ring
    sums = {
        name: weekly[chosen].sum(axis=0) for name, chosen in (("in", mine), ("ring", ring), ("rest", rest))
    }
    effect = campaign_effect(
        sums["in"][before],
        sums["in"][after],
        sums["rest"][before],
        sums["rest"][after],
        ring_before=sums["ring"][before],
        ring_after=sums["ring"][after],
        expected_before=_expected(weekly[:, before].sum(axis=1), mine),
    )
    if effect is None:
        raise _too_little(daily, before, after, int(sums["in"][before].sum()))
    return Campaign(
        question,
        tuple(codes),
        first,
        last,
        daily.weeks,
        sums["in"],
        sums["rest"],
        effect,
        daily.snapshot,
    )


def _expected(counts: NDArray[np.int64], mine: NDArray[np.bool_]) -> float:
    """Return the empirical Bayes mean of the cells' counts together (Marshall 1991, every cell alike)."""
    return float(global_bayes(counts, np.ones(len(counts)))[mine].sum())


def _indices(cells: Cells, codes: Sequence[str]) -> NDArray[np.intp]:
    known = {code: index for index, code in enumerate(cells.layer.codes)}
    unknown = [code for code in codes if code not in known]
    if unknown:
        faults = [
            Fault(
                "unknown_cell",
                Text(
                    f"网格版本 {cells.edition.name} 没有 {code}。",
                    f"{cells.edition.name} has no cell {code}.",
                ),
                Place(column="cell", value=code),
            )
            for code in unknown
        ]
        raise InputRefused(
            "unknown_cell",
            faults[0].message,
            place=faults[0].place,
            faults=faults[1:],
            remedy=Text(
                "热点若见于旧版网格，请用 --cell 给出本版的网格。",
                "If the hotspot was seen on an older edition, name the cells of this one with --cell.",
            ),
        )
    return np.array([known[code] for code in codes], np.intp)


def _too_little(
    daily: DailyCounts, before: NDArray[np.bool_], after: NDArray[np.bool_], incidents: int
) -> InputRefused:
    weeks = int(before.sum()), int(after.sum())
    return InputRefused(
        "too_little_to_judge",
        Text(
            f"整治前 {weeks[0]} 个整周共 {incidents} 件、整治后 {weeks[1]} 个整周，不足以判断"
            f"（前后各需 {FEWEST_WEEKS} 周，之前至少 {FEWEST_INCIDENTS} 件）。",
            f"{weeks[0]} whole weeks with {incidents} incidents before and {weeks[1]} weeks after are too"
            f" little: {FEWEST_WEEKS} weeks on each side and {FEWEST_INCIDENTS} incidents before are needed.",
        ),
        place=Place(column="period", value=f"{daily.question.first} – {daily.question.last}"),
        remedy=Text("请放宽 --from 与 --to。", "Widen --from and --to."),
    )
