"""What a visit to each cell is worth in a shift, all cells at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.products.said import left_out_said
from gridsvc.hotspots.records.places import Places as Incidents
from gridsvc.hotspots.records.reading import read_places
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.history import History, history_before
from gridsvc.patrol.value.hour_shares import HourShares, hour_shares
from gridsvc.patrol.value.meeting import in_slots, mean_inside, met_at
from gridsvc.patrol.value.rates import ClassRates, class_rates
from gridsvc.patrol.value.shift_clock import ShiftClock, shift_clock
from gridsvc.patrol.value.staying import Staying, staying
from gridsvc.patrol.value.windows import Windows, windows_in_shift

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_Z80 = 1.2815515655446004


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The cells in a shift. `met`, shape (classes, cells): problems that a visit of twelve minutes inside the
    cell's window is expected to meet; `value`, shape (cells,): their sum by `weights`, shape (classes,).

    `coming`, shape (classes, cells): what is expected to be reported in the shift. `worth`, shape (cells,
    slots of the shift): the value of a visit in each. `uncertainty`, shape (cells,): how wide the interval is
    that holds 80 % of what may be met.
    """

    asked: Asked
    clock: ShiftClock
    rates: ClassRates
    incidents: Incidents
    history: History
    shares: tuple[HourShares, ...]
    staying: tuple[Staying, ...]
    weights: Floats
    coming: Floats
    met: Floats
    value: Floats
    worth: Floats
    uncertainty: Floats
    windows: Windows
    remarks: tuple[Text, ...]

    @property
    def bands(self) -> Floats:
        """Return the value of a visit in each hour of the shift, shape (cells, hours)."""
        hours = int(self.clock.band[-1]) + 1
        minutes = self.clock.minutes[self.clock.within]
        by_hour = [mean_inside(self.worth, self._during(hour), minutes) for hour in range(hours)]
        return np.stack(by_hour, axis=1)

    def best(self, most: int) -> Integers:
        """Return the cells of the highest value above 0, at most so many; ties in the order of codes."""
        order = np.argsort(-np.round(self.value, 12), kind="stable")[:most]
        return order[self.value[order] > 0]

    def versions(self) -> dict[str, str]:
        """Return what the values were computed from."""
        cells, rates = self.rates.cells, self.rates
        named = zip(rates.classes, rates.methods, strict=True)
        question = self.history.question
        return {
            "cells": f"{cells.edition.name} ({cells.edition.digest[:12]})",
            "classes": ", ".join(" ".join(filter(None, (c.scheme, c.kind, c.code))) for c in rates.classes),
            "forecast": "; ".join(f"{each.code} {method}" for each, method in named),
            "history": f"{question.first}/{question.last}",
            "reports": rates.counted.daily.snapshot,
        }

    def _during(self, hour: int) -> NDArray[np.bool_]:
        return np.broadcast_to(self.clock.band == hour, self.worth.shape)


def survey_cells(
    connection: Connection,
    asked: Asked,
    *,
    now: datetime,
    snap_outside_m: float,
    guard: Sequence[str] | None = None,
) -> Survey:
    """Return what a visit to each cell is worth in the shift, from the weeks before its day.

    `guard`: channels whose incidents patrols found, see `class_rates`.

    Raises
    ------
    WrongUsage
        What `Asked.check` raises; `no_class`.
    InputRefused
        `unknown_class`, `ambiguous_class`.
    NotFound
        `no_cells`: no cells were imported.
    """
    asked.check()
    clock, history = shift_clock(asked), history_before(connection, asked, now)
    rates = class_rates(connection, history.question, now=now, snap_outside_m=snap_outside_m, guard=guard)
    incidents = read_places(
        connection, rates.counted.question, now=now, snap_outside_m=snap_outside_m, cells=rates.cells
    )
    stays = tuple(staying(connection, rates.counted.question, rates.classes))
    shares = tuple(hour_shares(incidents, index) for index in range(len(rates.classes)))
    weights = np.array(
        [
            asked.of_class(asked.weights, (each.code, each.name.zh, each.name.en), 1.0)
            for each in rates.classes
        ]
    )
    return _valued(asked, clock, rates, incidents, history, shares, stays, weights)


def _valued(
    asked: Asked,
    clock: ShiftClock,
    rates: ClassRates,
    incidents: Incidents,
    history: History,
    shares: tuple[HourShares, ...],
    stays: tuple[Staying, ...],
    weights: Floats,
) -> Survey:
    met, sums = [], []
    # Class by class: the slots of one are 50 MB in a city of 50,000 cells.
    for mean, share, stay in zip(rates.mean, shares, stays, strict=True):
        reported = in_slots(mean, share, clock)
        met.append(met_at(reported, stay.hours, clock))
        sums.append(reported[:, clock.within].sum(axis=1))
    coming, worth = np.stack(sums), np.tensordot(weights, np.stack(met), axes=1)
    windows = _windows(shares, weights, coming, worth, clock)
    minutes = clock.minutes[clock.within]
    inside = np.stack([mean_inside(each, windows.inside, minutes) for each in met])
    # A part of a negative binomial count is one again, with the same spread.
    variance = (inside + rates.spread * inside**2).sum(axis=0)
    return Survey(
        asked=asked,
        clock=clock,
        rates=rates,
        incidents=incidents,
        history=history,
        shares=shares,
        staying=stays,
        weights=weights,
        coming=coming,
        met=inside,
        value=weights @ inside,
        worth=worth,
        uncertainty=2 * _Z80 * np.sqrt(variance),
        windows=windows,
        remarks=_remarks(rates, incidents, history, shares),
    )


def _windows(
    shares: Sequence[HourShares], weights: Floats, coming: Floats, worth: Floats, clock: ShiftClock
) -> Windows:
    """Return the window of each cell: that of all its classes together, by what each is worth there."""
    part = weights[:, None] * coming
    whole = part.sum(axis=0)
    parts = zip(part, shares, strict=True)
    mixed = np.sum([each[:, None] * share.hours for each, share in parts], axis=0)
    told = np.sum([each * share.patterned for each, share in zip(part, shares, strict=True)], axis=0)
    return windows_in_shift(
        mixed / np.where(whole > 0, whole, 1.0)[:, None], (told > 0.5 * whole) & (whole > 0), worth, clock
    )


def _remarks(
    rates: ClassRates, incidents: Incidents, history: History, shares: Sequence[HourShares]
) -> tuple[Text, ...]:
    lines = [history.remark(), left_out_said(incidents.left_out), rates.guard]
    for each, share, method in zip(rates.classes, shares, rates.methods, strict=True):
        if method == "none":
            lines.append(
                Text(
                    f"“{each.name.zh}”在 {history.question.first} 至 {history.question.last} 没有案件",
                    f"{each.name.en}: no incident from {history.question.first} to {history.question.last}",
                )
            )
        elif not share.patterned:
            lines.append(
                Text(
                    f"“{each.name.zh}”看不出时段规律，任何时候到访都一样",
                    f"{each.name.en}: no hours stand out, any time is as good",
                )
            )
    return tuple(line for line in lines if line is not None)
