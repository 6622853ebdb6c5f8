"""The sentences of a map of reports, in both languages."""

from __future__ import annotations

from gridsvc.errors import Text
from gridsvc.hotspots.counting import ReportCounts

SYNTHETIC = Text("示例数据：几何与案件均为合成", "Sample data: geometry and cases are synthetic")
HEAT_LAYER = Text("热力层", "Heat layer")
CELL_LAYER = Text("单元网格（按件数设色）", "Cells by number of reports")
STREET_LAYER = Text("街道界线", "Streets")
REPORTS_PER_CELL = Text("每个单元网格的上报件数", "Reports per cell")
HEAT_HINT = Text(
    "热力层按屏幕距离平滑，只供浏览；件数以网格设色为准。",
    "The heat layer is smoothed by screen distance, for the eye only; the cells show the numbers.",
)
SPARSE, DENSE = Text("稀", "sparse"), Text("密", "dense")
TOP_CELLS = Text("件数最多的网格", "Cells with most reports")
LATEST_REPORTS = Text("最近上报", "Latest reports")
NO_REPORTS = Text("所选条件下没有上报。", "No report fits what was asked.")
CELLS = Text("个网格", "cells")
CASES = Text("件", "reports")
UNKNOWN_SOURCE = Text("来源不明", "unknown source")
_SHOWN_CLASSES = 4
_SHOWN_SOURCES = 4


def title(counts: ReportCounts, language: str) -> str:
    """Name the classes: `非法小广告、流浪乞讨 上报热点图`."""
    names = [each.name.in_language(language) for each in counts.classes]
    joined = ("、" if language == "zh" else ", ").join(names[:_SHOWN_CLASSES])
    if len(names) > _SHOWN_CLASSES:
        joined += Text(f"等 {len(names)} 类", f" and {len(names) - _SHOWN_CLASSES} more").in_language(
            language
        )
    return Text(f"{joined} 上报热点图", f"Reports of {joined}").in_language(language)


def period(counts: ReportCounts, language: str) -> str:
    """Say the days, and the hours if not all."""
    asked = counts.question
    days = Text(f"{asked.first} 至 {asked.last}", f"{asked.first} to {asked.last}").in_language(language)
    if asked.hours is None:
        return days
    return days + Text(f"，每日 {asked.hours}", f", daily {asked.hours}").in_language(language)


def total(counts: ReportCounts, language: str) -> str:
    """Say how many reports there are."""
    return Text(f"{counts.total:,} 件", f"{counts.total:,} reports").in_language(language)


def remarks(counts: ReportCounts, language: str) -> list[str]:
    """Say what the map does not show, from which channels the reports came, and on which cells they are."""
    said = []
    if counts.without_place:
        said.append(Text(f"{counts.without_place:,} 件没有位置", f"{counts.without_place:,} without a place"))
    if counts.outside:
        said.append(Text(f"{counts.outside:,} 件不在任何单元网格内", f"{counts.outside:,} lie in no cell"))
    if said:
        what = Text("未计入网格：", "Not in the cells: ").in_language(language)
        lines = [
            what + ("、" if language == "zh" else ", ").join(each.in_language(language) for each in said)
        ]
    else:
        lines = []
    if counts.sources:
        shown = [
            f"{source or UNKNOWN_SOURCE.in_language(language)} {n:,}"
            for source, n in counts.sources[:_SHOWN_SOURCES]
        ]
        rest = sum(n for _, n in counts.sources[_SHOWN_SOURCES:])
        if rest:
            shown.append(Text(f"其他 {rest:,}", f"others {rest:,}").in_language(language))
        channels = ("、" if language == "zh" else ", ").join(shown)
        lines.append(Text("来源：", "Channels: ").in_language(language) + channels)
    edition = counts.cells.edition.name
    lines.append(
        Text(
            f"网格版本 {edition}，共 {len(counts.counts):,} 个单元网格",
            f"Cell edition {edition}, {len(counts.counts):,} cells",
        ).in_language(language)
    )
    if counts.moved:
        lines.append(
            Text(
                f"{counts.moved:,} 件按本版网格重新定位",
                f"{counts.moved:,} reports located anew in these cells",
            ).in_language(language)
        )
    return lines
