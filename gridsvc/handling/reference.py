"""The reference specification that ships: our own writing for every class of two generations of the standard.

It is no city's law. Its units are words such as 各产权单位 that rules and facts turn into units; a city takes
it as a start, puts its own bureaus in, and changes what it does otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridsvc.errors import InputRefused, Text
from gridsvc.handling.workbook.columns import (
    CALENDAR_COLUMNS,
    CALENDARS,
    CLAUSES,
    OTHER,
    RULE_COLUMNS,
    RULES,
    UNIT_COLUMNS,
    UNITS,
    Column,
    clause_columns,
)
from gridsvc.handling.workbook.exporting import add_edition_sheet, add_help_sheet
from gridsvc.handling.workbook.writing import add_table, name_units, new_book
from gridsvc.settings import shipped
from gridsvc.tabular import save_workbook

REFERENCE_SCHEMES = ("gbt30428.2-2013", "gbt47678.5-2026")
CONFIDENCE = "置信度"
"""A column of its own beside the form's: how sure it is that the standard has the class."""
NO_LAW = "示例，自行编写，非官方文件，不是任何城市的规定 · our own writing, no city's law"
"""What the edition says about itself."""
_KINDS = {"部件": "component", "事件": "event"}
_CLASSES = "适用类别"

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bodies:
    """The units and supervising bodies that stand in for the generic words of a class."""

    units: str
    supervising: str


def reference_clauses(scheme: str) -> list[Row]:
    """Return the clauses, by the headers of the workbook's sheet 条款, ordered by kind and class.

    Raises InputRefused (no_reference).
    """
    return _rows(_folder(scheme) / "clauses.csv")


def reference_rules(scheme: str) -> list[Row]:
    """Return the rules, by the headers of the workbook's sheet 规则, for the codes of one scheme.

    A rule of classes that the scheme does not have is left out.
    """
    rules: list[Row] = []
    own = f"{_CLASSES} {scheme}"
    for row in _rows(_folder(scheme).parent / "rules.csv"):
        any_scheme = [text for name, text in row.items() if name.startswith(_CLASSES) and text]
        if any_scheme and not row[own]:
            continue
        cells = {name: text for name, text in row.items() if not name.startswith(_CLASSES)}
        rules.append(cells | {_CLASSES: row[own]})
    return rules


def kind_of_row(row: Row) -> str:
    """Return the kind of a clause's class: component or event."""
    return _KINDS[row["类型"]]


def write_reference(
    path: Path,
    scheme: str,
    *,
    name: str | None = None,
    bodies: Mapping[tuple[str, str], Bodies] | None = None,
    units: Iterable[Row] = (),
    calendars: Iterable[Row] = (),
    overwrite: bool = False,
) -> None:
    """Write the reference as a workbook that `spec import` reads; the same bytes every time.

    `bodies` by (kind, code) go before the generic words; `units` and `calendars` are rows of those sheets by
    field. Raises InputRefused (no_reference, file_exists, file_not_written).
    """
    clauses = []
    for row in reference_clauses(scheme):
        own = (bodies or {}).get((kind_of_row(row), row["类别代码"]))
        cells = dict(row) if own is None else dict(row) | {"处置单位": own.units, "主管部门": own.supervising}
        code = row["类别代码"]
        clauses.append(
            cells | {"大类代码": code[:2], "小类代码": code[2:], OTHER + CONFIDENCE: row[CONFIDENCE]}
        )
    confidence = Column(OTHER + CONFIDENCE, Text(OTHER + CONFIDENCE, "how sure the class is"), 10)
    book = new_book()
    add_edition_sheet(
        book,
        {
            "name": name or f"参考处置规范 {scheme}",
            "scheme": scheme,
            "hour_means": "连续计算",
            "day_means": "连续计算",
            "grade_means": "区域",
            "source": NO_LAW,
        },
    )
    columns = (*clause_columns(), confidence)
    add_table(book, CLAUSES, columns, _by_field(clauses, columns))
    add_table(book, RULES, RULE_COLUMNS, _by_field(reference_rules(scheme), RULE_COLUMNS))
    add_table(book, UNITS, UNIT_COLUMNS, units)
    add_table(book, CALENDARS, CALENDAR_COLUMNS, calendars)
    add_help_sheet(book)
    name_units(book)
    save_workbook(book, path, overwrite=overwrite)


def _by_field(rows: Iterable[Row], columns: Sequence[Column]) -> Iterable[Row]:
    fields = {column.header: column.field for column in columns}
    return ({fields[name]: text for name, text in row.items() if name in fields} for row in rows)


def _folder(scheme: str) -> Path:
    if scheme not in REFERENCE_SCHEMES:
        known = "、".join(REFERENCE_SCHEMES)
        raise InputRefused(
            "no_reference",
            Text(
                f"没有 {scheme} 的参考规范；有：{known}",
                f"there is no reference for {scheme}, but for {known}",
            ),
        )
    return shipped("geodata") / "specification" / scheme


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
