"""What every product says of the reports behind it: classes, period, what was left out, channels, cells."""

from __future__ import annotations

from collections.abc import Sequence

from gridsvc.errors import Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.classes import CountedClass
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.daily import DailyCounts, LeftOut

_UNKNOWN_SOURCE = Text("来源不明", "unknown source")
_SHOWN_CLASSES = 4
_SHOWN_SOURCES = 4


def classes_named(classes: Sequence[CountedClass]) -> Text:
    """Return the names of the classes, the first four of many."""
    more = len(classes) - _SHOWN_CLASSES
    shown = classes[:_SHOWN_CLASSES]
    return Text(
        "、".join(each.name.zh for each in shown) + (f"等 {len(classes)} 类" if more > 0 else ""),
        ", ".join(each.name.en for each in shown) + (f" and {more} more" if more > 0 else ""),
    )


def period_said(question: Question) -> Text:
    """Return the days, and the hours if not all."""
    zh, en = f"{question.first} 至 {question.last}", f"{question.first} to {question.last}"
    if question.hours is None:
        return Text(zh, en)
    return Text(f"{zh}，每日 {question.hours}", f"{en}, daily {question.hours}")


def period_plain(question: Question) -> str:
    """Return the period as ISO 8601 writes it, with the hours if not all, for a `Provenance`."""
    days = f"{question.first}/{question.last}"
    return f"{days} {question.hours}" if question.hours is not None else days


def grid_plain(cells: Cells) -> str:
    """Return name and digest of the cell edition, for a `Provenance`."""
    return f"{cells.edition.name} ({cells.edition.digest[:12]})"


def left_out_said(left_out: LeftOut) -> Text | None:
    """Return which reports are in no cell's count, and why; None: none."""
    parts = [
        Text(f"{n:,} 件{zh}", f"{n:,} {en}")
        for n, zh, en in (
            (left_out.without_place, "没有位置", "without a place"),
            (left_out.outside, "不在任何单元网格内", "in no cell"),
            (left_out.quarantined, "在默认坐标上（已隔离）", "at a default coordinate (quarantined)"),
        )
        if n
    ]
    if not parts:
        return None
    return Text(
        "未计入网格：" + "、".join(part.zh for part in parts),
        "Not in the cells: " + ", ".join(part.en for part in parts),
    )


def channels_said(totals: Sequence[tuple[str | None, int]]) -> Text | None:
    """Return how many reports came through which channel, from the largest; None without reports."""
    if not totals:
        return None
    rest = sum(n for _, n in totals[_SHOWN_SOURCES:])

    def listed(language: str, separator: str, others: str) -> str:
        shown = [
            f"{source or _UNKNOWN_SOURCE.in_language(language)} {n:,}"
            for source, n in totals[:_SHOWN_SOURCES]
        ]
        return separator.join([*shown, f"{others} {rest:,}"] if rest else shown)

    return Text("来源：" + listed("zh", "、", "其他"), "Channels: " + listed("en", ", ", "others"))


def channel_totals(counts: DailyCounts) -> tuple[tuple[str | None, int], ...]:
    """Return the reports in cells by channel, from the largest."""
    totals = [0] * len(counts.channels)
    for channel, n in zip(counts.channel.tolist(), counts.reports.tolist(), strict=True):
        totals[channel] += n
    named = zip(counts.channels, totals, strict=True)
    return tuple(sorted(named, key=lambda item: (-item[1], item[0] or "")))


def remarks_of(counts: DailyCounts) -> list[Text]:
    """Return what must stand beside any map of these counts."""
    lines = [left_out_said(counts.left_out), channels_said(channel_totals(counts))]
    duplicates = int(counts.reports.sum() - counts.incidents.sum())
    if duplicates:
        lines.append(
            Text(
                f"{duplicates:,} 件是同一问题的重复上报，只计一次",
                f"{duplicates:,} reports are repeats of one incident, which is counted once",
            )
        )
    if counts.days_ahead > 0:
        lines.append(
            Text(
                f"时段最后 {counts.days_ahead} 天尚未到来",
                f"the last {counts.days_ahead} days of the period are still to come",
            )
        )
    cells = counts.cells
    lines.append(
        Text(
            f"网格版本 {cells.edition.name}，共 {len(cells.layer.codes):,} 个单元网格",
            f"Cell edition {cells.edition.name}, {len(cells.layer.codes):,} cells",
        )
    )
    if counts.moved:
        lines.append(
            Text(
                f"{counts.moved:,} 件按本版网格重新定位",
                f"{counts.moved:,} reports located anew in these cells",
            )
        )
    return [line for line in lines if line is not None]
