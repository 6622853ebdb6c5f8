"""Is that more than chance? Cells above the city's rate, in clusters, and below it, each with its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sqlalchemy import Connection

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.hotspots.exposure import Exposure, choose_exposure
from gridsvc.hotspots.neighbours import Neighbourhood, neighbourhood
from gridsvc.hotspots.products import said
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily
from gridsvc.hotspots.sheets import Provenance, Sheet
from gridsvc.hotspots.significance import STATUSES, CellTests, test_cells
from gridsvc.hotspots.significance.discoveries import Ranked, harmonic, ranked
from gridsvc.hotspots.significance.stages import STRATA, Against

NULL = (
    "N1, above the city's rate: each of the N incidents falls into a cell with probability exposure / total"
    " exposure; N2, cluster: the cells' counts are dealt out anew"
)


@dataclass(frozen=True, eq=False)
class HotCells:
    """The tests of every cell, with the counts, exposure and neighbourhood that they were made from."""

    daily: DailyCounts
    exposure: Exposure
    neighbourhood: Neighbourhood
    tests: CellTests

    @cached_property
    def hot_ranks(self) -> Ranked:
        """Return how the q of `p_hot` came about, over the tested cells in order."""
        return ranked(self.tests.p_hot[self.tests.tested], method=self.tests.method)

    @cached_property
    def cluster_ranks(self) -> Ranked:
        """Return how the q of `p_cluster` came about, over the tested cells in order."""
        return ranked(self.tests.p_cluster[self.tests.tested], method=self.tests.method)

    @cached_property
    def weekly(self) -> NDArray[np.int64]:
        """Return the incident-days of each neighbourhood by whole local week, shape (cells, weeks)."""
        own = np.where(self.tests.tested[:, None], self.daily.per_week("incident_days"), 0)
        return np.rint(self.neighbourhood.sums(own)).astype(np.int64)

    def ranking(self) -> list[int]:
        """Return the cells that were judged: clusters, those above, those below; each by its p."""
        tests = self.tests
        judged = np.flatnonzero((tests.status > 0) & (tests.status < 4))
        p = np.where(tests.status == STATUSES.index("below"), tests.p_cold, tests.p_hot)
        order = np.lexsort((judged, -tests.risk[judged], p[judged], tests.status[judged]))
        return [int(cell) for cell in judged[order]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: all that is needed to work out each judged cell's risk, p and q."""
        daily, tests, question = self.daily, self.tests, self.daily.question
        codes = daily.cells.layer.codes
        out = daily.left_out
        return {
            "classes": [each.as_dict() for each in daily.classes],
            "from": question.first.isoformat(),
            "to": question.last.isoformat(),
            "days_ahead": daily.days_ahead,
            "hours": str(question.hours) if question.hours else None,
            "reports": int(daily.reports.sum()),
            "incidents": int(daily.incidents.sum()),
            "incident_days": int(tests.counts.sum()),
            "outside": out.outside,
            "without_place": out.without_place,
            "quarantined": out.quarantined,
            "edition": daily.cells.edition.name,
            "synthetic": daily.cells.synthetic,
            "cells_in_all": len(codes),
            "exposure": self.exposure.as_dict(),
            "total": tests.total,
            "total_exposure": tests.total_exposure,
            "tests": tests.tests,
            "alpha": tests.alpha,
            "method": tests.method,
            "method_factor": harmonic(tests.tests) if tests.method == "by" and tests.tests else 1.0,
            "against": tests.against,
            "least": {
                "risk": tests.practical.risk,
                "incident_days": tests.practical.incidents,
                "days": tests.practical.days,
            },
            "statuses": {name: int((tests.status == n).sum()) for n, name in enumerate(STATUSES)},
            "errors": [
                {"code": codes[cell], "incident_days": int(tests.counts[cell]), "error": "no_exposure"}
                for cell in tests.orphans.tolist()
            ],
            "weeks": [week.isoformat() for week in daily.weeks],
            "cells": [self.row(cell) for cell in self.ranking()],
            "provenance": self.provenance().as_dict(),
        }

    def row(self, cell: int) -> dict[str, Any]:
        """Return the numbers of one cell, tested or not; null where there is none.

        risk = (near / total) / share; p_hot and p_cold are mid-p of Binomial(tested_total, tested_share) at
        `near`; q = p_at · tests / rank_at · method_factor · q_factor, at most 1.
        """
        tests, cells = self.tests, self.daily.cells
        known = {
            name: _number(getattr(tests, name)[cell])
            for name in (
                "near_exposure",
                "share",
                "expected",
                "risk",
                "risk_low",
                "risk_high",
                "tested_share",
                "p_hot",
                "q_hot",
                "p_cold",
                "q_cold",
                "p_cluster",
                "q_cluster",
                "z",
            )
        }
        codes = cells.layer.codes
        return {
            "code": codes[cell],
            "status": STATUSES[tests.status[cell]],
            "incident_days": int(tests.counts[cell]),
            "exposure": float(tests.exposure[cell]),
            "near": int(tests.sums[cell]),
            "near_days": int(tests.near_days[cell]) if tests.near_days is not None else None,
            "near_codes": [codes[other] for other in self.neighbourhood.of(cell) if tests.tested[other]],
            "tested_total": int(tests.tested_total[cell]),
            **known,
            "hot_from": self._came(self.hot_ranks, cell, tests.factor),
            "cluster_from": self._came(self.cluster_ranks, cell, tests.cluster_factor),
            "weekly": self.weekly[cell].tolist(),
        } | {level: names[cell] for level, names in cells.above.items()}

    def _came(self, ranks: Ranked, cell: int, factor: float) -> dict[str, float] | None:
        if not self.tests.tested[cell]:
            return None
        place = int(np.count_nonzero(self.tests.tested[:cell]))
        return {
            "rank": int(ranks.rank[place]),
            "p_at": float(ranks.set_by_p[place]),
            "rank_at": int(ranks.set_by_rank[place]),
            "q_factor": factor,
        }

    def provenance(self) -> Provenance:
        """Return what the figures were computed from."""
        tests = self.tests
        return Provenance(
            method="exact conditional binomial (N1) and exact convolution (N2), one-sided mid-p, "
            + ("Benjamini-Yekutieli" if tests.method == "by" else "Benjamini-Hochberg"),
            period=said.period_plain(self.daily.question),
            snapshot=self.daily.snapshot,
            grid=said.grid_plain(self.daily.cells),
            exposure=f"{self.exposure.name}: {self.exposure.source.en}",
            null=NULL,
            parameters={
                "counted": "incident_days",
                "alpha": tests.alpha,
                "against": tests.against,
                "least_risk": tests.practical.risk,
                "least_incident_days": tests.practical.incidents,
                "least_days": tests.practical.days,
                "exposure_floor": self.exposure.floor,
                "strata_of_exposure": STRATA,
                "neighbourhood": f"{self.neighbourhood.rule} ({self.neighbourhood.digest})",
            },
        )

    def sheet(self) -> Sheet:
        """Return the map for the writers."""
        from gridsvc.hotspots.products.hot_cells_sheet import hot_cells_sheet

        return hot_cells_sheet(self)


def find_hot_cells(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    exposure: str | None = None,
    strict: bool = False,
    alpha: float = 0.05,
    against: Against = "city",
) -> HotCells:
    """Test every cell's neighbourhood: does it have more, or fewer, incident-days than chance explains?

    An incident-day is a cell and day with an incident of a class: a burst of one day is one event.
    `exposure`: its name; without, streets or area. `strict`: discovery control under any dependence.
    `against`: as in `significance.stages`.

    Raises
    ------
    WrongUsage
        `bad_alpha`: not between 0 and 0.5; `bad_against`.
    And what `read_daily` and `read_exposure` raise.
    """
    _check(alpha, against)
    daily = read_daily(connection, question, now=now, snap_outside_m=snap_outside_m)
    held = choose_exposure(connection, daily.cells, question, exposure)
    near = neighbourhood(daily.cells.layer)
    tests = test_cells(
        daily.per_cell("incident_days"),
        held.values,
        near,
        alpha=alpha,
        method="by" if strict else "bh",
        against=against,
        floor=held.floor,
        near_days=days_with_incidents(daily, near, held.values > 0),
    )
    return HotCells(daily, held, near, tests)


def days_with_incidents(
    daily: DailyCounts, near: Neighbourhood, counted: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return on how many days each neighbourhood had an incident in a counted cell, shape (cells,)."""
    some = (daily.incidents > 0) & counted[daily.cell]
    shape = (len(counted), daily.days)
    events = sparse.csr_array((np.ones(some.sum()), (daily.cell[some], daily.day[some])), shape=shape)
    # Only positive terms: what is not 0 is a day.
    days: NDArray[np.int64] = np.diff((near.matrix @ events).tocsr().indptr).astype(np.int64)
    return days


def _check(alpha: float, against: str) -> None:
    if not 0 < alpha <= 0.5:
        raise WrongUsage(
            "bad_alpha",
            Text(f"显著性水平 {alpha} 应大于 0、不超过 0.5。", f"alpha {alpha} is not between 0 and 0.5."),
            place=Place(column="alpha", value=str(alpha)),
            remedy=Text("通常用 0.05。", "0.05 is usual."),
        )
    if against not in ("city", "rest"):
        raise WrongUsage(
            "bad_against",
            Text(f"比较对象 {against} 应为 city 或 rest。", f"against {against} is neither city nor rest."),
            place=Place(column="against", value=against),
            remedy=Text("通常用 city。", "city is usual."),
        )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
