"""What `gridsvc area check` and `area repair` print for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gridsvc.cli.output import say
from gridsvc.errors import Text

if TYPE_CHECKING:
    from gridsvc.geography.checking import CheckFinding, LayerReport, Limits, Repair

_MOST_SHOWN = 30


def print_report(report: LayerReport, limits: Limits) -> None:
    """Print the summary of a layer and the first of what was found in it."""
    from gridsvc.geography.checking import KINDS, SEVERITY_NAMES

    count, ground = len(report.codes), report.total_m2
    head = Text(
        f"{report.source}（{report.level}，规则 {report.profile}，EPSG:{report.srid}）："
        f"{count:,} 个区域，共 {ground:,.0f} m²",
        f"{report.source} ({report.level}, profile {report.profile}, EPSG:{report.srid}):"
        f" {count:,} areas, {ground:,.0f} m²",
    )
    print(say(head))
    if report.level == "cell":
        sizes, (least, most) = report.sizes, limits.draft_band
        print(
            say(
                Text(
                    f"面积中位数 {sizes.median:,.0f} m²；{sizes.in_band:.1%} 在 {limits.least_m2:,.0f}–"
                    f"{limits.most_m2:,.0f} m²，{sizes.in_draft_band:.1%} 在 {least:,.0f}–{most:,.0f} m²"
                    "（标准草案）",
                    f"median {sizes.median:,.0f} m²; {sizes.in_band:.1%} within {limits.least_m2:,.0f}–"
                    f"{limits.most_m2:,.0f} m², {sizes.in_draft_band:.1%} within {least:,.0f}–{most:,.0f} m²"
                    " (draft standard)",
                )
            )
        )
    against = report.against
    if against is not None:
        print(say(Text(f"上级：{against}", f"held against {against}")))
    if not report.findings:
        print(say(Text("未发现任何问题。", "Nothing was found.")))
        return
    rows = [("级别 severity", "类型 kind", "", "数量 count", "面积 m²")]
    for each in report.summary():
        title = KINDS[each.kind].title
        amount = "" if each.m2 is None else f"{each.m2:,.2f}"
        rows.append((say(SEVERITY_NAMES[each.severity]), say(title), each.kind, f"{each.count:,}", amount))
    _print_table(rows)
    _print_findings(report.findings)


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(_wide(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        cells = []
        for k, text in enumerate(row):
            pad = " " * (widths[k] - _wide(text))
            cells.append(pad + text if k >= len(row) - 2 else text + pad)
        print("  " + "  ".join(cells).rstrip())


def _wide(text: str) -> int:
    """Return how many columns a terminal gives to a text; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _print_findings(findings: Sequence[CheckFinding]) -> None:
    from gridsvc.geography.checking import SEVERITY_NAMES, place_of

    for each in findings[:_MOST_SHOWN]:
        at = place_of(each)
        where = "" if at is None else f" ({at[0]:.6f}, {at[1]:.6f})"
        print(
            f"  {say(SEVERITY_NAMES[each.severity])} {each.kind}:"
            f" {say(each.message)}{where} → {say(each.remedy)}"
        )
    if len(findings) > _MOST_SHOWN:
        rest = len(findings) - _MOST_SHOWN
        print(
            "  "
            + say(Text(f"另有 {rest:,} 处，用 -o 写出全部。", f"and {rest:,} more; -o writes all of them."))
        )


def print_repair(done: Repair, *, dry_run: bool) -> None:
    """Print every change, what is left, and what was written."""
    changed, count = len(done.changes), len(done.before.codes)
    print(say(Text(f"修改 {changed} 个区域（共 {count} 个）。", f"{changed} of {count} areas changed.")))
    rows = [("编码 code", "修复 mended", "原 m²", "现 m²", "最大位移 m")]
    rows += [
        (
            each.code,
            " ".join(each.kinds),
            f"{each.m2_before:,.3f}",
            f"{each.m2_after:,.3f}",
            f"{each.moved_m:.3f}",
        )
        for each in done.changes
    ]
    if done.changes:
        _print_table(rows)
    if done.left:
        print(say(Text(f"未能修复 {len(done.left)} 处：", f"{len(done.left)} are not mended:")))
        _print_findings(done.left)
    for path in done.written:
        print(say(Text(f"已写入 {path}", f"written: {path}")))
    if dry_run:
        print(say(Text("试运行：未写入文件。", "Dry run: no file was written.")))
