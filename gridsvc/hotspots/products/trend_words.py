"""What is said of trends: of the whole map, and of one cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import remark_without_exposure
from gridsvc.hotspots.trends.categories import CATEGORIES

if TYPE_CHECKING:
    from gridsvc.hotspots.products.trend import CellTrends

_SHOWN_STEPS = 26


def headline_of(counts: Mapping[str, int], steps: int, step_weeks: int) -> Text:
    """Return how many cells have which pattern."""
    some = [(each.word, counts[each.name]) for each in CATEGORIES[1:] if counts[each.name]]
    span = Text(
        f"{steps * step_weeks} 周",
        f"{steps * step_weeks} weeks",
    )
    if not some:
        return Text(f"{span.zh}内没有网格超出偶然的演变", f"no cell has a pattern beyond chance in {span.en}")
    return Text(
        "、".join(f"{word.zh} {n:,} 个" for word, n in some) + f"（{span.zh}，其余无模式）",
        ", ".join(f"{n:,} {word.en}{'s' if n > 1 else ''}" for word, n in some)
        + f" ({span.en}; the rest without a pattern)",
    )


def remarks_of(trend: CellTrends) -> list[Text]:
    """Return how it was tested, and what is not in it."""
    exact, weeks, steps = trend.test == "exact", trend.step_weeks, len(trend.starts)
    how = (
        Text(f"与{trend.exposure.label.zh}比较，精确检验", f"against {trend.exposure.label.en}, exact test")
        if exact
        else Text("按全体的 Gi* z 值，兼容方式", "by Gi* z, compatible with other programs")
    )
    lines = [
        Text(
            f"每期 {weeks} 周，共 {steps} 期；每格每类每天有案件计一次；"
            f"偏高、偏低看邻域两期合计（{how.zh}），"
            "错误发现率 5 %；趋势为 Mann–Kendall 双侧 5 %",
            f"{steps} steps of {weeks} week{'s' if weeks > 1 else ''}; a cell, class and day with an incident"
            f" counts once; hot and cold by the neighbourhood's last two steps ({how.en}), false discoveries"
            " 5 %; trend by Mann–Kendall, two-sided 5 %",
        )
    ]
    if not exact:
        lines.append(
            Text(
                "注意：件数稀疏时，兼容方式会把偶然当作热点。",
                "Mind: on sparse counts the compatible way calls chance a hot spot.",
            )
        )
    if trend.unrecorded:
        lines.append(
            Text(
                f"自 {trend.starts[0]} 起才有记录，此前 {trend.unrecorded} 期未计入",
                f"nothing was recorded before {trend.starts[0]}: {trend.unrecorded} steps are left out",
            )
        )
    if trend.cut:
        lines.append(
            Text(
                f"首尾不足整期的 {trend.cut} 天未计入",
                f"{trend.cut} days at the ends make no whole step and are left out",
            )
        )
    without = remark_without_exposure(trend.exposure, trend.incidents.sum(axis=1)) if exact else None
    return [*lines, *([without] if without is not None else [])]


def details_of(trend: CellTrends, cell: int) -> list[Text]:
    """Return what is shown of a cell: its pattern with the reason, its weeks, its trend."""
    index = int(trend.emerging.category[cell])
    lines = []
    if index > 0:
        category = CATEGORIES[index]
        lines.append(
            Text(f"{category.word.zh}：{category.meaning.zh}", f"{category.word.en}: {category.meaning.en}")
        )
    bins = trend.emerging.bins
    weeks = trend.incidents[cell, -_SHOWN_STEPS:].tolist()
    series = " ".join(str(n) for n in weeks)
    hot, cold = int(bins.hot[cell].sum()), int(bins.cold[cell].sum())
    lines += [
        Text(f"近 {len(weeks)} 期案件：{series}", f"incidents of the last {len(weeks)} steps: {series}"),
        Text(
            f"邻域最近两期 {bins.sums[cell, -1]:g} 件日，预期 {bins.expected[cell, -1]:.2f}；"
            f"共 {hot} 期偏高、{cold} 期偏低",
            f"neighbourhood, last two steps: {bins.sums[cell, -1]:g} incident-days,"
            f" {bins.expected[cell, -1]:.2f} expected; {hot} steps hot, {cold} cold",
        ),
        _trend_of(trend, cell),
    ]
    return lines


def _trend_of(trend: CellTrends, cell: int) -> Text:
    trends = trend.trends
    z, p, slope = float(trends.z[cell]), float(trends.p[cell]), float(trends.slope[cell])
    way = int(trends.direction(0.05)[cell])
    word = {1: ("上升", "rising"), 0: ("无趋势", "no trend"), -1: ("下降", "falling")}[way]
    return Text(
        f"本格案件{word[0]}：Mann–Kendall Z {z:.2f}，p {p:.3f}，每期 {slope:+.2f} 件",
        f"the cell's own incidents: {word[1]}; Mann–Kendall Z {z:.2f}, p {p:.3f}, {slope:+.2f} a step",
    )
