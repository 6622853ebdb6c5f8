"""A report of lint as a table (CSV, XLSX) or as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from gridsvc.handling.linting.findings import LintReport
from gridsvc.handling.linting.kinds import SEVERITY_NAMES, Severity
from gridsvc.tabular import check_target, harmless, write_whole

_COLUMNS = (
    "来源 source",
    "级别 severity",
    "类型 kind",
    "工作表 sheet",
    "行 row",
    "列 column",
    "内容 value",
    "案件数 cases",
    "说明",
    "description",
    "处理建议",
    "remedy",
)
_WIDTHS = (24, 12, 26, 10, 7, 14, 34, 11, 64, 64, 40, 40)
_HEADER_COLOUR = "FFE8EDF2"
# Okabe and Ito's colours, lightened: told apart without seeing red or green; the word is there, too.
SEVERITY_COLOURS: dict[Severity, str] = {"error": "FFF2C4A6", "warning": "FFFBEDB0", "hint": "FFD3E8F5"}


def write_lint(reports: Sequence[LintReport], path: Path) -> int:
    """Write the findings of all reports by the suffix of `path`, whole or not at all; return its bytes."""
    check_target(path)
    return write_whole(path, _WRITERS[path.suffix.lower()](reports))


def _rows(reports: Sequence[LintReport]) -> Iterator[list[Any]]:
    for report in reports:
        for each in report.findings:
            yield [
                report.edition or report.source,
                each.severity,
                each.kind,
                each.place.sheet,
                each.place.row,
                each.place.column,
                each.place.value,
                each.cases,
                each.message.zh,
                each.message.en,
                each.remedy.zh,
                each.remedy.en,
            ]


def _csv(reports: Sequence[LintReport]) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(_COLUMNS)
    writer.writerows([harmless(value) for value in row] for row in _rows(reports))
    return held.getvalue().encode("utf-8-sig")


def _json(reports: Sequence[LintReport]) -> bytes:
    return orjson.dumps(lint_as_dict(reports), option=orjson.OPT_INDENT_2)


def lint_as_dict(reports: Sequence[LintReport]) -> dict[str, Any]:
    """Return all reports as plain values, for JSON."""
    return {
        "errors": sum(report.count("error") for report in reports),
        "warnings": sum(report.count("warning") for report in reports),
        "hints": sum(report.count("hint") for report in reports),
        "specifications": [report.as_dict() for report in reports],
    }


def _xlsx(reports: Sequence[LintReport]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    fills = {name: PatternFill("solid", fgColor=colour) for name, colour in SEVERITY_COLOURS.items()}

    def sheet(
        title: str, header: Sequence[str], widths: Sequence[int], rows: Iterator[list[Any]], severity: int
    ) -> None:
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for k, width in enumerate(widths):
            page.column_dimensions[get_column_letter(k + 1)].width = width
        cells = []
        for name in header:
            cell = WriteOnlyCell(page, value=name)
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor=_HEADER_COLOUR)
            cells.append(cell)
        page.append(cells)
        count = 1
        for row in rows:
            line = []
            for k, value in enumerate(row):
                cell = WriteOnlyCell(page, value=harmless(value))
                cell.alignment = Alignment(vertical="top", wrap_text=widths[k] > 30)
                if k == severity:
                    cell.fill = fills[value]
                    cell.value = f"{SEVERITY_NAMES[value].zh} {value}"
                line.append(cell)
            page.append(line)
            count += 1
        page.auto_filter.ref = f"A1:{get_column_letter(len(header))}{count}"

    sheet(
        "汇总",
        ("来源 source", "级别 severity", "类型", "kind", "数量 count"),
        (24, 14, 30, 30, 12),
        _sums(reports),
        severity=1,
    )
    sheet("明细", _COLUMNS, _WIDTHS, _rows(reports), severity=1)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _sums(reports: Sequence[LintReport]) -> Iterator[list[Any]]:
    for report in reports:
        for each, count in report.summary():
            yield [report.edition or report.source, each.severity, each.title.zh, each.kind, count]


_WRITERS: dict[str, Callable[[Sequence[LintReport]], bytes]] = {
    ".xlsx": _xlsx,
    ".json": _json,
    ".csv": _csv,
}
