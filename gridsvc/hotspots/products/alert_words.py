"""What is said of alerts: of all, and of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridsvc.errors import Text
from gridsvc.hotspots.alerts.clusters import Cluster

if TYPE_CHECKING:
    from gridsvc.hotspots.products.alerts import Alerts


def headline_of(alerts: Alerts) -> Text:
    """Return how many alerts there are, and the strongest; or how far the strongest cluster is from one."""
    found = alerts.found
    if found:
        first = title_of(alerts, found[0])
        return Text(
            f"{len(found)} 处预警，最强：{first.zh}",
            f"{len(found)} alert{'s' if len(found) > 1 else ''}; the strongest: {first.en}",
        )
    if not alerts.scan.clusters:
        return Text("没有预警：近日没有任何聚集", "no alert: nothing gathers in the last days")
    strongest = alerts.scan.clusters[0]
    often = alerts.scan.recurrence_days(strongest)
    return Text(
        f"没有预警：最强的聚集平均每 {often:,.0f} 天就会偶然出现一次",
        f"no alert: chance gives as strong a cluster every {often:,.0f} days",
    )


def title_of(alerts: Alerts, cluster: Cluster) -> Text:
    """Return where it is, since when, how many."""
    first, _ = alerts.days_of(cluster)
    where = alerts.names[cluster]
    return Text(
        f"{where}：{first} 起 {cluster.observed} 件（预期 {cluster.expected:.1f}）",
        f"{where}: {cluster.observed} since {first} ({cluster.expected:.1f} expected)",
    )


def lines_of(alerts: Alerts, cluster: Cluster) -> list[Text]:
    """Return the figures of an alert."""
    scan = alerts.scan
    first, last = alerts.days_of(cluster)
    often = scan.recurrence_days(cluster)
    times = cluster.observed / cluster.expected
    return [
        Text(
            f"{first} 至 {last}，{len(cluster.cells)} 个网格，半径 {cluster.radius_m:,.0f} 米",
            f"{first} to {last}, {len(cluster.cells)} cells, radius {cluster.radius_m:,.0f} m",
        ),
        Text(
            f"实际 {cluster.observed} 件，预期 {cluster.expected:.2f} 件，{times:.1f} 倍",
            f"{cluster.observed} observed, {cluster.expected:.2f} expected, {times:.1f} times",
        ),
        Text(
            f"偶然出现同样强的信号：平均每 {often:,.0f} 天一次"
            f"（p = {cluster.p:.4g}，{scan.permutations} 次置换）",
            f"chance gives as strong a signal every {often:,.0f} days"
            f" (p = {cluster.p:.4g}, {scan.permutations} permutations)",
        ),
    ]


def how_of(alerts: Alerts) -> Text:
    """Return how it was scanned."""
    first, last = alerts.scan.windows[0], alerts.scan.windows[-1]
    zones, days = alerts.zones, alerts.least_days
    return Text(
        f"扫描半径 {zones.most_m:g} 米以内的 {zones.count:,} 个圆、最近 {first} 至 {last} 天；"
        f"逐日运行时，偶然出现同样强的信号平均至少相隔 {days:g} 天才预警",
        f"{zones.count:,} circles of up to {zones.most_m:g} m, the last {first} to {last} days; an alert is"
        f" what chance gives, scanned daily, no more than once in {days:g} days",
    )
