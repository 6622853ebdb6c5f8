"""Where it is bad now: reports and incidents of every cell, and their rate per street, ground or patrol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import WORDS, choose_exposure
from gridsvc.hotspots.products import said
from gridsvc.hotspots.products.cell_rates import CellRates, cell_rates
from gridsvc.hotspots.products.count_sheet import (
    FEWEST_INCIDENTS,
    provenance_of,
    scale_of,
    sheet_of,
)
from gridsvc.hotspots.products.heat import heat_places
from gridsvc.hotspots.products.hot_outlines import HotOutline, hot_outlines
from gridsvc.hotspots.products.report_texts import latest_texts
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily
from gridsvc.hotspots.sheets import Provenance, Scale, Sheet

if TYPE_CHECKING:
    from gridsvc.hotspots.products.hot_cells import HotCells

Counts = NDArray[np.int64]

_WIDER_DAYS = (31, 92, 183, 365, 730, 1825)


@dataclass(frozen=True, slots=True, eq=False)
class CountMap:
    """How many reports and incidents each cell has, and what must be said beside a map of them.

    `reports` and `incidents` of shape (cells,). `by_rate`: whether the cells are coloured by their rate, as
    an exposure was asked for, or by their incidents. `enough_from`: the first day from which there would be
    enough, where there is not. `breaks`: those that a series has frozen. `hot`: the tests against chance,
    None where they were not asked for; `outlines`: of their hot cells. `heat`, `texts`: for pictures alone.
    """

    counts: DailyCounts
    reports: Counts
    incidents: Counts
    rates: CellRates
    by_rate: bool
    enough_from: date | None
    breaks: tuple[float, ...] | None = None
    hot: HotCells | None = None
    outlines: Sequence[HotOutline] = ()
    heat: NDArray[np.float64] | None = None
    heat_step: float = 0.0
    texts: Mapping[int, Sequence[Text]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many reports were asked for, those left out included."""
        out = self.counts.left_out
        return int(self.reports.sum()) + out.without_place + out.outside + out.quarantined

    @property
    def enough(self) -> bool:
        """Return whether there are incidents enough to say where there are more."""
        return int(self.incidents.sum()) >= FEWEST_INCIDENTS

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, for JSON; cells without reports are left out."""
        counts, cells, out = self.counts, self.counts.cells, self.counts.left_out
        question = counts.question
        order = np.argsort(-self.incidents, kind="stable")
        return {
            "classes": [each.as_dict() for each in counts.classes],
            "from": question.first.isoformat(),
            "to": question.last.isoformat(),
            "hours": str(question.hours) if question.hours else None,
            "reports": self.total,
            "in_cells": int(self.reports.sum()),
            "incidents": int(self.incidents.sum()),
            "outside": out.outside,
            "without_place": out.without_place,
            "quarantined": out.quarantined,
            "moved": counts.moved,
            "days_ahead": counts.days_ahead,
            "sources": [{"source": source, "reports": n} for source, n in said.channel_totals(counts)],
            "edition": cells.edition.name,
            "synthetic": cells.synthetic,
            "cells": len(cells.layer.codes),
            "cells_with_reports": int((self.reports > 0).sum()),
            "enough": self.enough,
            "enough_from": self.enough_from.isoformat() if self.enough_from else None,
            "exposure": self.rates.exposure.as_dict(),
            "breaks": list(self.scale().breaks),
            "hot_cells": int(self.hot.tests.hot.sum()) if self.hot is not None else None,
            "hot": [
                {
                    "place": each.place,
                    "cells": [cells.layer.codes[cell] for cell in each.cells],
                    "incident_days": each.incident_days,
                    "expected": each.expected,
                    "risk": each.risk,
                }
                for each in self.outlines
            ],
            "provenance": self.provenance().as_dict(),
            "counts": [self._row(int(cell)) for cell in order if self.reports[cell] > 0],
        }

    def _row(self, cell: int) -> dict[str, Any]:
        rates = self.rates
        return {
            "code": self.counts.cells.layer.codes[cell],
            "reports": int(self.reports[cell]),
            "incidents": int(self.incidents[cell]),
            "rate": _number(rates.crude[cell]),
            "smoothed_rate": _number(rates.smoothed[cell]),
            "standing": WORDS[rates.standing[cell]][0],
        } | {level: names[cell] for level, names in self.counts.cells.above.items()}

    def with_breaks(self, breaks: tuple[float, ...] | None) -> CountMap:
        """Return the map with the limits that a series has frozen; None: its own."""
        return replace(self, breaks=breaks)

    def scale(self) -> Scale:
        """Return the classes by which the cells are coloured."""
        return scale_of(self)

    def provenance(self) -> Provenance:
        """Return what the figures were computed from."""
        return provenance_of(self)

    def sheet(self) -> Sheet:
        """Return the map for the writers."""
        return sheet_of(self)


def map_counts(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    exposure: str | None = None,
    breaks: tuple[float, ...] | None = None,
    significance: bool = True,
    picture: bool = True,
) -> CountMap:
    """Count reports and incidents on the cells in force when the period ends, or now if that is earlier.

    With `exposure` the cells are coloured by their rate against it, without by their incidents; rates are
    given either way. `significance`: outline the cells that have more than chance (`find_hot_cells`).
    `picture`: read what only a drawn map shows (heat, latest texts) too.

    Raises what `read_daily` and `read_exposure` raise.
    """
    from gridsvc.hotspots.products.hot_cells import find_hot_cells

    counts = read_daily(connection, question, now=now, snap_outside_m=snap_outside_m)
    incidents = counts.per_cell("incidents")
    cells = counts.cells
    against = choose_exposure(connection, cells, question, exposure)
    found = CountMap(
        counts=counts,
        reports=counts.per_cell("reports"),
        incidents=incidents,
        rates=cell_rates(incidents, against),
        by_rate=exposure is not None,
        enough_from=_enough_from(connection, counts, now=now, snap_outside_m=snap_outside_m),
        breaks=breaks,
    )
    if significance:
        hot = find_hot_cells(connection, question, now=now, snap_outside_m=snap_outside_m, exposure=exposure)
        found = replace(found, hot=hot, outlines=hot_outlines(hot))
    if not picture:
        return found
    heat, step = heat_places(
        connection, question, incidents, now=now, snap_outside_m=snap_outside_m, cells=cells
    )
    texts = latest_texts(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    return replace(found, heat=heat, heat_step=step, texts=texts)


def _enough_from(
    connection: Connection, counts: DailyCounts, *, now: datetime, snap_outside_m: float
) -> date | None:
    """Return the latest first day from which there are incidents enough; None: there are, or never are."""
    question = counts.question
    if int(counts.incidents.sum()) >= FEWEST_INCIDENTS:
        return None
    for days in _WIDER_DAYS:
        first = question.last - timedelta(days=days - 1)
        if first >= question.first:
            continue
        wider = read_daily(
            connection,
            replace(question, first=first),
            now=now,
            snap_outside_m=snap_outside_m,
            cells=counts.cells,
        )
        if int(wider.incidents.sum()) >= FEWEST_INCIDENTS:
            by_day = np.bincount(wider.day, weights=wider.incidents, minlength=wider.days)
            after = np.cumsum(by_day[::-1])[::-1]
            return first + timedelta(days=int(np.flatnonzero(after >= FEWEST_INCIDENTS)[-1]))
    return None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
