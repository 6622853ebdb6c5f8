"""A report of lint as a table (CSV, XLSX) or as JSON."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.handling.linting.findings import LintReport
from gridsvc.handling.linting.kinds import SEVERITY_NAMES, Severity

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
# A cell that begins so is taken for a formula by spreadsheet programs, wherever it came from.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADER_COLOUR = "FFE8EDF2"
# Okabe and Ito's colours, lightened: told apart without seeing red or green; the word is there, too.
SEVERITY_COLOURS: dict[Severity, str] = {"error": "FFF2C4A6", "warning": "FFFBEDB0", "hint": "FFD3E8F5"}


def check_target(path: Path, suffixes: Sequence[str] = (".xlsx", ".json", ".csv")) -> None:
    """Refuse a file that could not be written, before any work is done.

    Raises WrongUsage (bad_suffix), InputRefused (no_folder).
    """
    place = Place(file=str(path))
    if path.suffix.lower() not in suffixes:
        raise WrongUsage(
            "bad_suffix",
            Text(
                f"报告不能写成 {path.suffix or '（无后缀）'}。",
                f"cannot write {path.suffix or '(no suffix)'}.",
            ),
            place=place,
            remedy=Text(f"可用：{'、'.join(suffixes)}。", f"Use {', '.join(suffixes)}."),
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise InputRefused(
            "no_folder",
            Text(f"无法写入 {path}。", f"cannot write {path}."),
            place=place,
            remedy=Text("请先建立该文件夹并确认有写权限。", "Make the folder first, writable."),
        )


def write_whole(path: Path, content: bytes) -> int:
    """Write a file whole or not at all; return its bytes."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)


def write_lint(reports: Sequence[LintReport], path: Path) -> int:
    """Write the findings of all reports by the suffix of `path`, whole or not at all; return its bytes."""
    check_target(path)
    return write_whole(path, _WRITERS[path.suffix.lower()](reports))


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


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
