"""One alert after another: each is sought where those before it were not, and has a p of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.alerts.clusters import MOST_CLUSTERS, Cluster
from gridsvc.hotspots.alerts.space_time import ALERT_DAYS, SpaceTimeScan, space_time_scan
from gridsvc.hotspots.alerts.zones import Zones


def scan_one_after_another(
    counts: NDArray[Any], zones: Zones, *, least_days: float = ALERT_DAYS, **chosen: Any
) -> SpaceTimeScan:
    """Scan; while the likeliest cluster is an alert, take its cells out of the data and scan again.

    Zhang, Assunção & Kulldorff 2010: a strong outbreak hides a weaker one, whose p would be too large beside
    it. The clusters are the alerts in the order found, then what the last scan found that are none. No two
    share a cell. `chosen`: what `space_time_scan` takes; it raises the same.
    """
    gone = np.zeros(len(counts), bool)
    alerts: list[Cluster] = []
    whole = scan = space_time_scan(counts, zones, **chosen)
    while len(alerts) < MOST_CLUSTERS and (of_scan := scan.alerts(least_days)):
        first = of_scan[0]
        alerts.append(_without(first, gone))
        gone[first.cells] = True
        scan = space_time_scan(np.where(gone[:, None], 0, counts), zones, **chosen)
    others = [
        _without(each, gone) for each in scan.clusters if scan.recurrence_days(each) < least_days - 1e-9
    ]
    return replace(whole, clusters=(*alerts, *others))


def _without(cluster: Cluster, gone: NDArray[np.bool_]) -> Cluster:
    """Return the cluster with the cells alone that still had data."""
    return replace(cluster, cells=cluster.cells[~gone[cluster.cells]])
