"""The coverage matrix as a workbook: coloured cells with a mark, comments that say why, totals."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from gridsvc.responsibility.candidates import Verdict
from gridsvc.responsibility.coverage.matrix import DECISIONS, Coverage, Tally, is_hole
from gridsvc.responsibility.coverage.rows import (
    MARKS,
    by_fallback,
    facts_of,
    lead_of,
    long_header,
    long_rows,
    share_of,
    why,
)
from gridsvc.tabular import harmless

# From light to dark as the hole widens, so that greys tell the same as colours (after Okabe and Ito).
COLOURS: Mapping[str, str] = {
    "determined": "FFD3E8F5",
    "ranked": "FFFBE58B",
    "fallback": "FFE69F5A",
    "needs_decision": "FF8C3A00",
}
_HEADER_COLOUR = "FFE8EDF2"
_KIND_ZH = {"component": "部件", "event": "事件"}
MOST_COMMENTS = 3_000  # a workbook with tens of thousands of comments opens slowly
MOST_HOLES = 5_000


def coverage_workbook(coverage: Coverage) -> bytes:
    """Return the workbook: matrix, holes by their share of the cases, totals by class and street, legend."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _matrix(book.create_sheet("矩阵"), coverage)
    holes = sorted(long_rows(coverage, holes=True), key=lambda row: -(row[-4] or 0))[:MOST_HOLES]
    header = long_header(coverage)
    widths = [10, 10, 18, 14, 14, *(12 for _ in coverage.titles), 16, 16, 24, 10, 10, 10, 60, 60]
    _table(book.create_sheet("漏洞"), header, widths, holes, decision=len(header) - 8)
    classes = [
        [kind, code, coverage.names.get((kind, code)), *_sums(tally)]
        for (kind, code), tally in by_fallback(coverage.by_class)
    ]
    sums = ["案件数 cases", *(f"{MARKS[each][1].zh} {each}" for each in DECISIONS), "兜底占比 fallback_share"]
    _table(
        book.create_sheet("按类别"),
        ["类型 kind", "小类 class", "名称 name", *sums],
        [10, 10, 24, 12, 16, 12, 12, 20, 22],
        classes,
    )
    streets = [
        [each.code, each.name, *_sums(coverage.by_street.get(each.code, Tally()))]
        for each in coverage.streets
    ]
    _table(
        book.create_sheet("按街道"),
        ["街道 street", "名称 name", *sums],
        [16, 20, 12, 16, 12, 12, 20, 22],
        streets,
    )
    _legend(book.create_sheet("说明"), coverage)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _sums(tally: Tally) -> list[Any]:
    return [tally.total, *(tally.decided[each] for each in DECISIONS), tally.share("fallback")]


def _cell_text(verdict: Verdict) -> str:
    """Return what a cell of the matrix says: the mark of the decision and who leads, or among how many."""
    mark, words = MARKS[verdict.decision]
    lead = lead_of(verdict)
    if lead is None:
        return f"{mark} {words.zh}"
    among = sum(each.share > 0 for each in verdict.candidates)
    return f"{mark} {lead}" + (f" 等{among}" if verdict.decision == "ranked" else "")


class _Looks:
    """Cells of one look each; styles are made once, a cell costs little."""

    def __init__(self, page: Any) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill

        self._page = page
        self._bold, self._white = Font(bold=True), Font(color="FFFFFFFF", bold=True)
        self._header = PatternFill("solid", fgColor=_HEADER_COLOUR)
        self._fills = {each: PatternFill("solid", fgColor=colour) for each, colour in COLOURS.items()}
        self._middle = Alignment(horizontal="center")

    def header(self, value: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._page, value=value)
        cell.font, cell.fill, cell.alignment = self._bold, self._header, self._middle
        return cell

    def decision(self, decision: str, text: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._page, value=harmless(text))
        cell.fill = self._fills[decision]
        if decision == "needs_decision":
            cell.font = self._white
        return cell

    def percent(self, value: float | None) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._page, value=value)
        cell.number_format = "0.00%"
        return cell


def _matrix(page: Any, coverage: Coverage) -> None:
    """Write a line for each class and situation, a coloured cell for each street, comments on the holes."""
    from openpyxl.comments import Comment
    from openpyxl.utils import get_column_letter

    looks = _Looks(page)
    groups = [("类别 class", 3), ("事实 facts", len(coverage.titles)), ("案件 cases", 3)]
    groups.append(("街道 street", len(coverage.streets)))
    widths = [8, 8, 20, *(12 for _ in coverage.titles), 9, 9, 11, *(24 for _ in coverage.streets)]
    for k, width in enumerate(widths):
        page.column_dimensions[get_column_letter(k + 1)].width = width
    page.freeze_panes = "D3"
    top: list[Any] = []
    for title, count in groups:
        if count > 1:
            first, last = get_column_letter(len(top) + 1), get_column_letter(len(top) + count)
            page.merged_cells.ranges.add(f"{first}1:{last}1")
        top += [looks.header(title if k == 0 else None) for k in range(count)]
    page.append(top)
    second = ["类型", "代码", "名称", *(title.zh for title in coverage.titles.values())]
    second += ["件数", "占比", "漏洞占比", *(f"{each.name} {each.code}" for each in coverage.streets)]
    page.append([looks.header(each) for each in second])
    comments = 0
    for line in coverage.lines:
        cells: list[Any] = [_KIND_ZH[line.class_.kind], line.class_.code, harmless(line.class_.name)]
        cells += facts_of(coverage, line)
        known = coverage.reports is not None
        cells.append(sum(line.cases) if known else None)
        cells.append(looks.percent(share_of(sum(line.cases), coverage.reports)))
        cells.append(looks.percent(share_of(line.hole_cases, coverage.reports)))
        for verdict, cases in zip(line.verdicts, line.cases, strict=True):
            cell = looks.decision(verdict.decision, _cell_text(verdict))
            if is_hole(verdict) and comments < MOST_COMMENTS:
                share = f"近期案件 {cases} 件（{cases / coverage.reports:.2%}）。" if coverage.reports else ""
                cell.comment = Comment(share + why(verdict).zh, "gridsvc", width=360, height=140)
                comments += 1
            cells.append(cell)
        page.append(cells)
    page.auto_filter.ref = f"A2:{get_column_letter(len(widths))}{len(coverage.lines) + 2}"


def _table(
    page: Any,
    header: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[Any]],
    decision: int | None = None,
) -> None:
    from openpyxl.utils import get_column_letter

    looks = _Looks(page)
    page.freeze_panes = "A2"
    for k, width in enumerate(widths):
        page.column_dimensions[get_column_letter(k + 1)].width = width
    page.append([looks.header(each) for each in header])
    for row in rows:
        line: list[Any] = [harmless(value) for value in row]
        for k, name in enumerate(header):
            if name.endswith("share"):
                line[k] = looks.percent(line[k])
            elif k == decision:
                mark, words = MARKS[row[k]]
                line[k] = looks.decision(row[k], f"{mark} {words.zh}")
        page.append(line)
    page.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(rows) + 1}"


def _legend(page: Any, coverage: Coverage) -> None:
    looks = _Looks(page)
    page.column_dimensions["A"].width = 28
    page.column_dimensions["B"].width = 100
    meanings = {
        "determined": "由规则或条款确定一个单位",
        "ranked": "可能是几个单位，已排序，由派遣员选择",
        "fallback": "只有属地兜底规则适用：普查或规则的漏洞",
        "needs_decision": "无法确定，需人工确权",
    }
    page.append([looks.header("标记"), looks.header("含义")])
    for name, (mark, words) in MARKS.items():
        page.append([looks.decision(name, f"{mark} {words.zh}"), f"{meanings[name]}（{name}）"])
    page.append(["版本", harmless(coverage.edition)])
    reports = (
        "未统计"
        if coverage.reports is None
        else f"{coverage.reports} 件，其中不在任何街道 {coverage.elsewhere} 件"
    )
    page.append(["案件", reports])
    page.append(["批注", f"最多 {MOST_COMMENTS} 个，案件多的漏洞在前；其余见“漏洞”页"])
    for title, count in coverage.left_out.items():
        page.append(["未展开的事实", f"{title}：{count} 类的情形过多，按最常见的值列出"])
