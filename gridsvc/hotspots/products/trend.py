"""Is it new, growing, chronic, gone? Every cell's weeks, their trend, and which of 17 patterns they make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import Exposure, choose_exposure
from gridsvc.hotspots.neighbours import Neighbourhood, neighbourhood
from gridsvc.hotspots.products import said
from gridsvc.hotspots.products.trend_steps import check_steps, silent_lead, steps_of
from gridsvc.hotspots.products.trend_words import details_of, headline_of, remarks_of
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily
from gridsvc.hotspots.sheets import Column, Provenance, Sheet
from gridsvc.hotspots.sheets.colours import EMERGING
from gridsvc.hotspots.sheets.scales import category_scale
from gridsvc.hotspots.trends.bins import BinTest
from gridsvc.hotspots.trends.categories import CATEGORIES, COLD_FROM, NO_PATTERN
from gridsvc.hotspots.trends.emerging import NOT_EXPOSED, Emerging, emerging
from gridsvc.hotspots.trends.mann_kendall import Trends, hamed_rao, mann_kendall

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

ALPHA = 0.05
_LISTED = 20


@dataclass(frozen=True, slots=True, eq=False)
class CellTrends:
    """Every cell's steps of whole weeks, and what they show.

    `incidents`: by cell and step, shape (cells, steps). `tested`: what the categories count, each cell, class
    and day with an incident once. `trends`: Mann–Kendall of a cell's own incidents; `serial_p`: its p with
    Hamed–Rao's correction. `starts`: the Monday of each step. `cut`: days of the period that are in no step.
    `unrecorded`: first steps left out, as nothing had been recorded yet.
    """

    daily: DailyCounts
    exposure: Exposure
    near: Neighbourhood
    starts: tuple[date, ...]
    step_weeks: int
    incidents: Counts
    tested: Counts
    emerging: Emerging
    trends: Trends
    serial_z: Floats
    serial_p: Floats
    test: BinTest
    cut: int
    unrecorded: int

    @property
    def last(self) -> date:
        """Return the last day of the last step."""
        return self.starts[-1] + timedelta(weeks=self.step_weeks) - timedelta(days=1)

    @property
    def shown(self) -> list[int]:
        """Return the cells with a pattern, then those with incidents, from most hot to least."""
        category = self.emerging.category
        some = np.flatnonzero((category > NO_PATTERN) | (self.incidents.sum(axis=1) > 0))
        hot = (category[some] > NO_PATTERN) & (category[some] < COLD_FROM)
        order = np.lexsort(
            (-self.emerging.bins.sums[some, -1], category[some], category[some] <= NO_PATTERN, ~hot)
        )
        return [int(cell) for cell in some[order]]

    def category_counts(self) -> dict[str, int]:
        """Return how many cells have each category, by its name; those without exposure by `no_exposure`."""
        found = np.bincount(self.emerging.category + 1, minlength=len(CATEGORIES) + 1).tolist()
        named = {each.name: n for each, n in zip(CATEGORIES, found[1:], strict=True)}
        return named | {"no_exposure": found[0]}

    def as_dict(self) -> dict[str, Any]:
        """Return the trends as plain values, for JSON; without cells of no incident and no pattern."""
        question = self.daily.question
        return {
            "classes": [each.as_dict() for each in self.daily.classes],
            "from": self.starts[0].isoformat(),
            "to": self.last.isoformat(),
            "hours": str(question.hours) if question.hours else None,
            "edition": self.daily.cells.edition.name,
            "synthetic": self.daily.cells.synthetic,
            "step_weeks": self.step_weeks,
            "unrecorded_steps": self.unrecorded,
            "steps": [start.isoformat() for start in self.starts],
            "incidents": self.incidents.sum(axis=0).tolist(),
            "cells": len(self.incidents),
            "categories": self.category_counts(),
            "tested_total": self.emerging.bins.total,
            "exposure": self.exposure.as_dict(),
            "provenance": self.provenance().as_dict(),
            "trends": [self._row(cell) for cell in self.shown],
        }

    def _row(self, cell: int) -> dict[str, Any]:
        bins, trends, index = self.emerging.bins, self.trends, int(self.emerging.category[cell])
        category = CATEGORIES[index] if index != NOT_EXPOSED else None
        return {
            "code": self.daily.cells.layer.codes[cell],
            "category": category.name if category else "no_exposure",
            "category_zh": category.word.zh if category else "无暴露量",
            "incidents": self.incidents[cell].tolist(),
            "tested": self.tested[cell].tolist(),
            "hot": np.flatnonzero(bins.hot[cell]).tolist(),
            "cold": np.flatnonzero(bins.cold[cell]).tolist(),
            "near_last": int(bins.sums[cell, -1]),
            "near_expected": float(bins.expected[cell, -1]),
            "q_hot_last": float(bins.q_hot[cell, -1]),
            "q_cold_last": float(bins.q_cold[cell, -1]),
            "gi_z_last": float(bins.z[cell, -1]),
            "gi_trend_z": float(self.emerging.scores.z[cell]),
            "gi_trend_p": float(self.emerging.scores.p[cell]),
            "mk_z": float(trends.z[cell]),
            "mk_p": float(trends.p[cell]),
            "mk_p_serial": float(self.serial_p[cell]),
            "tau_b": float(trends.tau_b[cell]),
            "sen_slope": float(trends.slope[cell]),
        } | {level: names[cell] for level, names in self.daily.cells.above.items()}

    def provenance(self) -> Provenance:
        """Return what the categories were computed from."""
        exact = self.test == "exact"
        return Provenance(
            method="emerging hot spots: 17 categories of space-time Gi*, Mann–Kendall of its z",
            period=f"{self.starts[0]}/{self.last}",
            snapshot=self.daily.snapshot,
            grid=said.grid_plain(self.daily.cells),
            exposure=f"{self.exposure.name}: {self.exposure.source.en}" if exact else None,
            null=(
                "each incident-day falls into a cell and step in proportion to the exposure of the cell:"
                " binomial, mid-p"
                if exact
                else "normal p of Gi* z, mean and deviation of the whole cube (as ArcGIS)"
            ),
            parameters={
                "test": self.test,
                "step_weeks": self.step_weeks,
                "steps": len(self.starts),
                "steps_back": 1,
                "alpha": ALPHA,
                "discovery_control": "Benjamini–Hochberg over all bins",
                "trend_alpha": ALPHA,
                "neighbours": self.near.rule,
                "neighbours_digest": self.near.digest,
            },
        )

    def sheet(self) -> Sheet:
        """Return the categories for the writers; a click on a cell shows its weeks."""
        named = said.classes_named(self.daily.classes)
        category = self.emerging.category
        words = tuple(each.word for each in CATEGORIES)
        incidents = Text("件", "incidents")
        per_step = Text("件/期", "incidents a step")
        return Sheet(
            cells=self.daily.cells,
            title=Text(f"{named.zh} 热点演变", f"Emerging hot spots of {named.en}"),
            headline=headline_of(self.category_counts(), len(self.starts), self.step_weeks),
            columns=[
                Column("category", Text("演变类别", "pattern"), category, words=words),
                Column("incidents", Text("案件数", "incidents"), self.incidents.sum(axis=1), incidents),
                Column("last_step", Text("最近一期", "last step"), self.incidents[:, -1], incidents),
                Column("hot_steps", Text("偏高期数", "hot steps"), self.emerging.bins.hot.sum(axis=1)),
                Column("sen_slope", Text("每期增减（Sen）", "Sen slope"), self.trends.slope, per_step),
                Column("mk_z", Text("趋势 Z", "trend Z"), self.trends.z),
                Column("mk_p", Text("趋势 p", "trend p"), self.trends.p, decimals=4),
                Column(
                    "mk_p_serial", Text("趋势 p（自相关修正）", "trend p, serial"), self.serial_p, decimals=4
                ),
            ],
            scale=category_scale(category, words, EMERGING, Text("演变类别", "Pattern")),
            provenance=self.provenance(),
            remarks=[*remarks_of(self), *said.remarks_of(self.daily)],
            details={cell: details_of(self, cell) for cell in self.shown},
            shown="incidents",
            top=[cell for cell in self.shown if category[cell] > NO_PATTERN][:_LISTED],
            period=Text(f"{self.starts[0]} 至 {self.last}", f"{self.starts[0]} to {self.last}"),
            neighbourhood=self.near,
        )


def read_trend(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    exposure: str | None = None,
    step_weeks: int = 1,
    test: BinTest = "exact",
) -> CellTrends:
    """Return pattern and trend of every cell over the whole local weeks of the period that are over.

    Steps of `step_weeks` weeks end with the last whole week. `exposure`: that of `read_exposure`; None:
    street length, else area.

    Raises
    ------
    InputRefused
        `too_few_weeks`: fewer than ten steps, with how many there are; `too_many_steps`: more than 260; and
        what `read_daily` raises.
    WrongUsage
        `bad_step`: not 1 to 13 weeks.
    """
    starts, last = steps_of(question, now, step_weeks)
    whole = replace(question, first=starts[0], last=last)
    daily = read_daily(connection, whole, now=now, snap_outside_m=snap_outside_m)
    against = choose_exposure(connection, daily.cells, whole, exposure)
    near = neighbourhood(daily.cells.layer)
    incidents, tested = (
        daily.per_week(what).reshape(-1, len(starts), step_weeks).sum(axis=2)
        for what in ("incidents", "incident_days")
    )
    lead = silent_lead(incidents.sum(axis=0))
    check_steps(len(starts) - lead, starts[lead])
    starts, incidents, tested = starts[lead:], incidents[:, lead:], tested[:, lead:]
    found = emerging(
        tested, near, against.values if test == "exact" else None, alpha=ALPHA, trend_alpha=ALPHA, test=test
    )
    trends = mann_kendall(incidents)
    serial_z, serial_p = hamed_rao(incidents, trends)
    period = (min(question.last, now.astimezone(question.zone).date()) - question.first).days + 1
    return CellTrends(
        daily=daily,
        exposure=against,
        near=near,
        starts=starts,
        step_weeks=step_weeks,
        incidents=incidents,
        tested=tested,
        emerging=found,
        trends=trends,
        serial_z=serial_z,
        serial_p=serial_p,
        test=test,
        cut=max(period - (lead + len(starts)) * step_weeks * 7, 0),
        unrecorded=lead,
    )
