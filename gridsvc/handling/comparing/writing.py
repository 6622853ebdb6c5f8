"""A comparison of specifications as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from gridsvc.errors import Text
from gridsvc.handling.comparing.changes import CHANGES, KIND_WORDS, Change
from gridsvc.handling.comparing.diff import SpecificationDiff
from gridsvc.tabular import check_target, harmless, write_whole

SUFFIXES = (".xlsx", ".csv", ".json")
_COLUMNS = (
    Text("变更", "Change"),
    Text("类型", "Kind"),
    Text("小类代码", "Class"),
    Text("小类名称", "Name"),
    Text("原序号", "No. before"),
    Text("现序号", "No. after"),
    Text("规则", "Rule"),
    Text("原", "Before"),
    Text("现", "After"),
    Text("说明", "In words"),
)
_WIDTHS = (22, 8, 10, 20, 8, 8, 12, 44, 44, 70)
_COLOURS = {"added": "E2F0D9", "removed": "F8CBAD", "longer": "FFF2CC", "shorter": "FFF2CC"}


def write_diff(path: Path, diff: SpecificationDiff, language: str, *, overwrite: bool = False) -> None:
    """Write a comparison as .xlsx (a summary and the list), .csv (the list) or .json; `language` zh or en.

    Raises:
        WrongUsage: `bad_suffix`.
        InputRefused: `no_folder`; `file_exists`, unless `overwrite`.
    """
    check_target(path, SUFFIXES, overwrite=overwrite)
    if path.suffix.lower() == ".json":
        write_whole(path, orjson.dumps(diff.as_dict(), option=orjson.OPT_INDENT_2))
    elif path.suffix.lower() == ".csv":
        held = io.StringIO(newline="")
        csv.writer(held).writerows([harmless(value) for value in row] for row in _rows(diff, language))
        # The mark lets a spreadsheet know that the text is UTF-8.
        write_whole(path, held.getvalue().encode("utf-8-sig"))
    else:
        write_whole(path, _workbook(diff, language))


def _rows(diff: SpecificationDiff, language: str) -> Iterator[list[Any]]:
    yield [title.in_language(language) for title in _COLUMNS]
    for change in diff.changes:
        yield _row(change, language)


def _row(change: Change, language: str) -> list[Any]:
    found = change.class_
    return [
        CHANGES[change.kind].in_language(language),
        KIND_WORDS[found.kind].in_language(language) if found else None,
        found.code if found else None,
        found.name if found else None,
        *change.ordinals,
        change.rule,
        change.before,
        change.after,
        change.text.in_language(language),
    ]


def _workbook(diff: SpecificationDiff, language: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    summary = book.active
    assert summary is not None
    summary.title = Text("汇总", "Summary").in_language(language)
    summary.append([f"{diff.before.name} → {diff.after.name}"])
    for title, (before, after) in (
        (Text("小类", "Classes"), diff.classes),
        (Text("立案条件", "Sub-conditions"), diff.clauses),
        (Text("规则", "Rules"), diff.rules),
    ):
        summary.append([title.in_language(language), before, after])
    unchanged = Text("未变的立案条件", "Sub-conditions unchanged")
    summary.append([unchanged.in_language(language), diff.clauses_unchanged])
    summary.append([])
    for kind, count in diff.counts.items():
        summary.append([CHANGES[kind].in_language(language), count])
    summary["A1"].font = Font(bold=True, size=13)
    summary.column_dimensions["A"].width = 40
    sheet = book.create_sheet(Text("变更", "Changes").in_language(language))
    for number, row in enumerate(_rows(diff, language), 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.value = value
            if isinstance(value, str):
                # A condition may begin with =; it is text and no formula.
                cell.data_type = "s"
        if number > 1:
            colour = _COLOURS.get(diff.changes[number - 2].kind.rsplit("_", 1)[-1])
            if colour:
                sheet.cell(number, 1).fill = PatternFill("solid", fgColor=colour)
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(1, column).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
