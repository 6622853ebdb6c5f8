"""The limit, the grades and the season of one row of a form, from whichever columns hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gridsvc.errors import Fault, Place, Text
from gridsvc.handling.forms import FormRow, FormSheet
from gridsvc.handling.grades import GRADE_MEANS, Grade, grades_of
from gridsvc.handling.limit_cells import LimitCell, read_limit_cell
from gridsvc.handling.limits import Limit, parse_limit
from gridsvc.handling.specifications import Stage
from gridsvc.handling.year_days import days_between

_NONE = frozenset({"/", "-", "—", "——", "–", "\\", "无"})
_ALL_YEAR = frozenset({"全年", "不限", "无", "常年", "/", "-", "—"})
_VALUE_COLUMNS: Mapping[str, str] = {"area_class": "area", "urgency_class": "urgency"}


@dataclass(slots=True)
class GradeWords:
    """Where a form has limits by grade, and where its words say what the grades mean (area, urgency)."""

    first: Place | None = None
    said: dict[str, Place] = field(default_factory=dict)

    def add(self, place: Place, means: Iterable[str | None]) -> None:
        """Note a place with graded limits, and what its words say that the grades mean."""
        self.first = self.first or place
        for each in means:
            if each in GRADE_MEANS:
                self.said.setdefault(each, place)


@dataclass(slots=True)
class RowLimit:
    """What a row says of time. `by_row`: the row's own limit holds for the grades of its area class only."""

    limit: Limit | None
    limit_text: str | None
    graded: list[tuple[str, str, Limit | None]]
    stages: list[Stage]
    season: tuple[str, str] | None
    by_row: bool


def read_row_limit(row: FormRow, sheet: FormSheet, grades: GradeWords, doubtful: list[Fault]) -> RowLimit:
    """Read the limit of a row with all that belongs to it; a cell merged from above says its doubts once."""
    unit = row.text("limit_unit") or sheet.limit_unit
    written = row.text("limit") or None
    cell = read_limit_cell(written, row.text("closing") or None, unit)
    graded = _graded_columns(row, sheet, doubtful)
    if graded and written is None and not cell.stages:
        cell = LimitCell()  # the columns by grade are the limit
    limit, by_row = cell.limit, False
    if "limit" not in row.from_above:
        doubtful.extend(replace(doubt, place=row.place("limit")) for doubt in cell.doubts)
    if written is not None and re.fullmatch(r"[\d.]+", written) and cell.limit is not None:
        written += unit
        limit = Limit(cell.limit.value, cell.limit.unit, written)
    if graded:
        grades.add(row.place(next(iter(sheet.grades))), (sheet.grades[name].means for name in sheet.grades))
    if cell.graded:
        grades.add(row.place("limit"), cell.grade_means)
    known = {grade for grade, _, _ in graded}
    graded += [each for each in cell.graded if each[0] not in known]
    of_row = _grades_of_row(row, grades, doubtful)
    if of_row and not graded:
        graded = [(each.grade, written or "", limit) for each in of_row] if written else []
        limit, by_row = None, True
    season = _season(row, doubtful) or cell.season
    return RowLimit(
        limit,
        (None if by_row else written) or (limit.text if limit else None),
        sorted(graded, key=lambda each: each[0]),
        [] if by_row else cell.stages,
        season,
        by_row,
    )


def _graded_columns(
    row: FormRow, sheet: FormSheet, doubtful: list[Fault]
) -> list[tuple[str, str, Limit | None]]:
    graded: list[tuple[str, str, Limit | None]] = []
    for name, grade in sheet.grades.items():
        text = row.text(name)
        if not text or text in _NONE:
            continue
        plain = text + sheet.limit_unit if re.fullmatch(r"[\d.]+", text) else text
        limit, doubts = parse_limit(plain)
        if name not in row.from_above:
            doubtful.extend(replace(doubt, place=row.place(name)) for doubt in doubts)
        graded.append((grade.grade, plain, limit))
    return graded


def _grades_of_row(row: FormRow, grades: GradeWords, doubtful: list[Fault]) -> list[Grade]:
    """Return the grades that a column such as 环境属性 gives a row; [] for every one, or none."""
    for name, means in _VALUE_COLUMNS.items():
        text = row.text(name)
        if not text or text in _NONE:
            continue
        found = grades_of(text)
        if found is None:
            if name not in row.from_above:
                doubtful.append(
                    row.fault(
                        "grade_unreadable",
                        name,
                        f"“{text[:40]}”不是已知的分类，时限按不分类计",
                        f"“{text[:40]}” names no grade; the limit holds for every one",
                        Text("写 A、B、C，可加说明，如 A核心区", "write A, B, C, with words if any: A核心区"),
                    )
                )
        elif found:
            grades.add(row.place(name), {each.means or means for each in found})
            return found
    return []


def _season(row: FormRow, doubtful: list[Fault]) -> tuple[str, str] | None:
    text = row.text("season")
    if not text or text in _ALL_YEAR:
        return None
    span = days_between(text)
    if span is not None:
        return span[:2]
    if "season" not in row.from_above:
        doubtful.append(
            row.fault(
                "season_without_dates",
                "season",
                "没有写起止日期，时限按全年计",
                "a season without dates; the limit counts all year",
                Text("写明起止日期，如 3月1日至4月30日", "give its days, such as 3月1日至4月30日"),
            )
        )
    return None
