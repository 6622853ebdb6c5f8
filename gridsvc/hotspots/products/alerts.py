"""Did something begin in the last days? Alerts of a prospective scan, at most one false one a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.alerts.clusters import Cluster
from gridsvc.hotspots.alerts.sequential import scan_one_after_another
from gridsvc.hotspots.alerts.space_time import ALERT_DAYS, SpaceTimeScan
from gridsvc.hotspots.alerts.zones import Zones
from gridsvc.hotspots.products import said
from gridsvc.hotspots.products.alert_places import name_clusters
from gridsvc.hotspots.products.alert_words import headline_of, how_of, lines_of, title_of
from gridsvc.hotspots.products.alert_zones import zones_of
from gridsvc.hotspots.products.trend_steps import silent_lead
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts
from gridsvc.hotspots.records.reading import read_daily
from gridsvc.hotspots.sheets import Column, Provenance, Shape, Sheet
from gridsvc.hotspots.sheets.colours import HEAT, NOTHING
from gridsvc.hotspots.sheets.scales import category_scale
from gridsvc.roads import load_roads

LEAST_BASE, MOST_BASE = 90, 365
_LISTED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Alerts:
    """What the scan of the last days found: `found` are alerts, `scan.clusters` also what is none.

    `counts`: incidents by cell and day of the base, the last column `today`. `names`: what the place of each
    cluster is called. `least_days`: chance gives an alert no more often than this.
    """

    daily: DailyCounts
    zones: Zones
    scan: SpaceTimeScan
    counts: NDArray[np.int64]
    names: Mapping[Cluster, str]
    today: date
    least_days: float

    @property
    def found(self) -> tuple[Cluster, ...]:
        """Return the alerts, the strongest first; no two share a cell."""
        return self.scan.alerts(self.least_days)

    def days_of(self, cluster: Cluster) -> tuple[date, date]:
        """Return the first and the last day of a cluster."""
        window = self.scan.windows[cluster.window]
        return self.today - timedelta(days=window - 1), self.today

    def as_dict(self) -> dict[str, Any]:
        """Return the alerts as plain values, and the strongest clusters that are none."""
        question = self.daily.question
        alerts = self.found
        others = [each for each in self.scan.clusters if each not in alerts][:_LISTED]
        return {
            "classes": [each.as_dict() for each in self.daily.classes],
            "today": self.today.isoformat(),
            "from": question.first.isoformat(),
            "hours": str(question.hours) if question.hours else None,
            "incidents": self.scan.cases,
            "edition": self.daily.cells.edition.name,
            "synthetic": self.daily.cells.synthetic,
            "least_days": self.least_days,
            "alerts": [self._row(each) for each in alerts],
            "no_alerts": [self._row(each) for each in others],
            "provenance": self.provenance().as_dict(),
        }

    def _row(self, cluster: Cluster) -> dict[str, Any]:
        cells = self.daily.cells
        layer = cells.layer
        centre = shapely.centroid(layer.geom_mm[cluster.centre])
        lon, lat = to_degrees(
            layer.srid, *(np.array([round(each)], np.int64) for each in (centre.x, centre.y))
        )
        first, last = self.days_of(cluster)
        return {
            "name": self.names[cluster],
            "cells": [layer.codes[cell] for cell in cluster.cells],
            "lon": round(float(lon[0]), 6),
            "lat": round(float(lat[0]), 6),
            "radius_m": round(cluster.radius_m, 1),
            "from": first.isoformat(),
            "to": last.isoformat(),
            "days": self.scan.windows[cluster.window],
            "observed": cluster.observed,
            "expected": cluster.expected,
            "of_incidents": cluster.total,
            "observed_to_expected": cluster.observed / cluster.expected,
            "log_likelihood_ratio": cluster.ratio,
            "p": cluster.p,
            "p_tail": cluster.p_tail,
            "recurrence_days": self.scan.recurrence_days(cluster),
            "by_day": self.counts[cluster.cells, -self.scan.windows[-1] :].sum(axis=0).tolist(),
        } | {
            level: sorted({name for cell in cluster.cells if (name := names[cell])})
            for level, names in cells.above.items()
        }

    def provenance(self) -> Provenance:
        """Return what the alerts were computed from."""
        scan = self.scan
        return Provenance(
            method="prospective space-time permutation scan (Kulldorff et al. 2005)",
            period=said.period_plain(self.daily.question),
            snapshot=self.daily.snapshot,
            grid=said.grid_plain(self.daily.cells),
            null="within each weekday any incident may have happened on any other's date",
            parameters={
                "windows_days": list(scan.windows),
                "base_days": scan.days,
                "most_m": self.zones.most_m,
                "most_share_of_cells": self.zones.most_share,
                "zones": self.zones.count,
                "permutations": scan.permutations,
                "seed": scan.seed,
                "by_weekday": True,
                "least_incidents": 3,
                "every_days": scan.every_days,
                "further_alerts": "without the cells of those before",
                "alert_at_recurrence_days": self.least_days,
            },
        )

    def sheet(self) -> Sheet:
        """Return the alerts for the writers: their cells outlined, with days, figures and recurrence."""
        named = said.classes_named(self.daily.classes)
        layer = self.daily.cells.layer
        number = np.zeros(len(self.counts), np.int64)
        for place, cluster in enumerate(self.found, 1):
            number[cluster.cells] = place
        longest = self.scan.windows[-1]
        incidents = Text("件", "incidents")
        recent = self.counts[:, -longest:].sum(axis=1)
        words = (Text("无预警", "no alert"), Text("预警区域", "alert"))
        return Sheet(
            cells=self.daily.cells,
            title=Text(f"{named.zh} 预警", f"Alerts of {named.en}"),
            headline=headline_of(self),
            columns=[
                Column("alert", Text("预警序号", "alert"), number, decimals=0),
                Column(
                    "recent",
                    Text(f"近 {longest} 天案件", f"incidents of {longest} days"),
                    recent,
                    incidents,
                ),
                Column("base", Text("基期案件", "incidents of the base"), self.counts.sum(axis=1), incidents),
            ],
            scale=category_scale(
                (number > 0).astype(np.int64),
                words,
                (NOTHING, HEAT[0.5]),
                Text("最近几天的突增", "What began in the last days"),
            ),
            provenance=self.provenance(),
            remarks=[how_of(self), *said.remarks_of(self.daily)],
            details={
                int(cell): [title_of(self, cluster), *lines_of(self, cluster)]
                for cluster in self.found
                for cell in cluster.cells
            },
            shapes=[
                Shape(
                    shapely.union_all(layer.geom_mm[cluster.cells]),
                    title_of(self, cluster),
                    lines_of(self, cluster),
                )
                for cluster in self.found
            ],
            shown="recent",
            top=[cluster.centre for cluster in self.found],
            period=Text(
                f"{self.today} 及此前，基期 {self.scan.days} 天",
                f"up to {self.today}, base of {self.scan.days} days",
            ),
        )


def find_alerts(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    today: date | None = None,
    base_days: int = MOST_BASE,
    permutations: int = 999,
    least_days: float = ALERT_DAYS,
    every_days: float = 1.0,
    seed: int = 0,
    threads: int | None = None,
) -> Alerts:
    """Scan the days up to `today` (None: the last of the period that has begun) for what began in them.

    The base are the days of the period up to then, the last `base_days` (90 to 365) of them.

    Raises
    ------
    InputRefused
        `base_too_short`: fewer than 90 days; `bad_base`; `too_few_permutations`: no cluster could be an
        alert, however strong; and what `read_daily` raises.
    """
    # The least p is 1 in permutations + 1. Written so that NaN is refused too.
    rarest = every_days * (permutations + 1)
    if not rarest >= least_days:
        raise InputRefused(
            "too_few_permutations",
            Text(
                f"{permutations} 次置换最多只能说“{rarest:g} 天一次”，达不到 {least_days:g} 天的预警标准。",
                f"{permutations} permutations tell at most “once in {rarest:g} days”:"
                f" nothing could be an alert at {least_days:g} days.",
            ),
            place=Place(column="permutations", value=str(permutations)),
            remedy=Text(
                "请增加 --permutations，或降低 --least-days。", "Raise --permutations, or lower --least-days."
            ),
        )
    if not LEAST_BASE <= base_days <= MOST_BASE:
        raise InputRefused(
            "bad_base",
            Text(
                f"基期须为 {LEAST_BASE} 至 {MOST_BASE} 天，而非 {base_days} 天。",
                f"a base has {LEAST_BASE} to {MOST_BASE} days, not {base_days}.",
            ),
            place=Place(column="base-days", value=str(base_days)),
        )
    here = now.astimezone(question.zone).date()
    last = min(today or question.last, question.last, here)
    first = max(question.first, last - timedelta(days=base_days - 1))
    days = (last - first).days + 1
    if days < LEAST_BASE:
        raise _too_short(last, max(days, 0), question.first)
    daily = read_daily(
        connection, replace(question, first=first, last=last), now=now, snap_outside_m=snap_outside_m
    )
    counts = daily.per_day()
    lead = silent_lead(counts.sum(axis=0))
    if days - lead < LEAST_BASE:
        raise _too_short(last, days - lead, first + timedelta(days=lead))
    counts = counts[:, lead:]
    zones = zones_of(daily.cells.layer)
    scan = scan_one_after_another(
        counts,
        zones,
        least_days=least_days,
        permutations=permutations,
        seed=seed,
        every_days=every_days,
        threads=threads,
    )
    names = name_clusters(scan.clusters, counts, scan.windows, daily.cells, load_roads(connection))
    return Alerts(daily, zones, scan, counts, names, last, least_days)


def _too_short(last: date, days: int, recorded_from: date) -> InputRefused:
    return InputRefused(
        "base_too_short",
        Text(
            f"到 {last} 为止只有 {days} 天数据（自 {recorded_from} 起），"
            f"预警至少需要 {LEAST_BASE} 天作比较。",
            f"there are {days} days up to {last} (from {recorded_from} on); an alert needs {LEAST_BASE} to"
            " compare with.",
        ),
        place=Place(column="from", value=str(recorded_from)),
        remedy=Text("请把 --from 提前，或等待更多数据。", "Begin earlier, or wait for more data."),
    )
