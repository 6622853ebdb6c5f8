"""The real form of a real city, exported and read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
from sqlalchemy import Connection

from gridsvc.catalog import load_classes
from gridsvc.errors import Fault
from gridsvc.handling import import_specification
from gridsvc.handling.forms import FormSheet, read_form
from gridsvc.handling.workbook import write_municipal_form
from tests.handling.workbook.exported import edition_named, export_of

ZONE = ZoneInfo("Asia/Shanghai")
FIELDS = (
    "major_code", "major_name", "minor_code", "minor_name", "units", "supervising", "condition", "closing",
    "limit",
)  # fmt: skip


def _municipal(connection: Connection, name: str, path: Path) -> Path:
    edition = edition_named(connection, name)
    write_municipal_form(path, edition, classes=load_classes(connection, edition.scheme))
    return path


def _read(path: Path) -> list[FormSheet]:
    refused: list[Fault] = []
    sheets = read_form(path, None, refused, [])
    assert not refused
    return sheets


def _values(sheets: Iterable[FormSheet]) -> list[tuple[str | None, int, dict[str, str]]]:
    return [
        (sheet.name, row.row, {field: row.text(field) for field in FIELDS})
        for sheet in sheets
        for row in sheet.rows
    ]


def test_an_export_is_read_as_an_equal_edition(connection: Connection, form: Path, tmp_path: Path) -> None:
    first = import_specification(connection, form, edition="原表")
    exported = export_of(connection, "原表", tmp_path / "full.xlsx")
    second = import_specification(connection, exported, edition="再导入")
    one, two = edition_named(connection, first.edition), edition_named(connection, second.edition)
    assert (second.outcome, second.refused) == ("added", ())
    assert two.digest == one.digest
    assert len(two.clauses) == 519
    assert len(two.rules) == len(one.rules) > 0
    assert (second.new_units, second.new_classes) == (0, 0)
    assert [_plain(each) for each in two.clauses] == [_plain(each) for each in one.clauses]
    again = export_of(connection, "再导入", tmp_path / "again.xlsx")
    assert _cells(again) == _cells(exported)


def _plain(clause: object) -> dict[str, object]:
    names = [name for name in clause.__slots__ if name not in ("id", "sheet", "row")]  # type: ignore[attr-defined]
    return {name: getattr(clause, name) for name in names}


def _cells(path: Path) -> dict[tuple[str, str], object]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in openpyxl.load_workbook(path)
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None and (sheet.title, cell.coordinate) != ("版本", "B2")
    }


def test_the_municipal_form_has_every_value_of_every_row(
    connection: Connection, form: Path, tmp_path: Path
) -> None:
    import_specification(connection, form, edition="原表")
    written = _municipal(connection, "原表", tmp_path / "nine.xlsx")
    assert _values(_read(written)) == [*_as_above(_values(_read(form)))]
    # As is the form of an edition that came out of our own workbook.
    import_specification(connection, export_of(connection, "原表", tmp_path / "full.xlsx"), edition="再导入")
    again = _municipal(connection, "再导入", tmp_path / "again.xlsx")
    assert _conditions(_read(again)) == _conditions(_read(written))


def test_the_municipal_form_differs_where_no_value_does(
    connection: Connection, form: Path, tmp_path: Path
) -> None:
    """The title; codes kept as text; blanks around a text; a class cell where the city left it blank."""
    import_specification(connection, form, edition="原表")
    ours = openpyxl.load_workbook(_municipal(connection, "原表", tmp_path / "nine.xlsx"))
    theirs = openpyxl.load_workbook(form)
    assert ours.sheetnames == theirs.sheetnames
    unlike = {
        (sheet.title, cell.coordinate): (cell.value, ours[sheet.title][cell.coordinate].value)
        for sheet in theirs
        for line in sheet.iter_rows()
        for cell in line
        if cell.value != ours[sheet.title][cell.coordinate].value
    }
    assert [where for where in unlike if where[1] == "A1"] == [("部件", "A1"), ("事件", "A1")]
    rest = {where: pair for where, pair in unlike.items() if where[1] != "A1"}
    numbers = {where for where, (theirs, _) in rest.items() if isinstance(theirs, int)}
    assert len(numbers) == 10
    assert all(str(theirs).strip() == ours for theirs, ours in rest.values())
    assert {where for where in rest if where not in numbers} == {
        ("部件", "E116"), ("事件", "F29"), ("事件", "B107"), ("事件", "I129"),
    }  # fmt: skip
    merged = {
        (title, str(each), ours is book)
        for book in (ours, theirs)
        for title in book.sheetnames
        for each in book[title].merged_cells.ranges
    }
    assert {each[:2] for each in merged if (*each[:2], not each[2]) not in merged} == {
        ("事件", "A3:A74"),
        ("事件", "A3:A72"),
    }


def test_the_municipal_form_is_read_as_an_equal_edition(
    connection: Connection, form: Path, tmp_path: Path
) -> None:
    import_specification(connection, form, edition="原表")
    written = _municipal(connection, "原表", tmp_path / "nine.xlsx")
    import_specification(connection, written, edition="再导入")
    assert edition_named(connection, "再导入").digest == edition_named(connection, "原表").digest


def _conditions(sheets: Iterable[FormSheet]) -> list[tuple[str | None, dict[str, str]]]:
    """Return the rows that begin a condition; three go on with the one above."""
    found = [
        (sheet.name, {field: row.text(field) for field in FIELDS})
        for sheet in sheets
        for row in sheet.rows
        if "condition" not in row.from_above
    ]
    assert len(found) == 519
    return found


def _as_above(
    values: Iterable[tuple[str | None, int, dict[str, str]]],
) -> Iterator[tuple[str | None, int, dict[str, str]]]:
    """Fill in the class cells that the form leaves blank: they mean the one above."""
    above: dict[str, str] = {}
    for sheet, row, cells in values:
        filled = {
            field: above.get(field, "") if field in FIELDS[:4] and not text else text
            for field, text in cells.items()
        }
        above = filled
        yield sheet, row, filled
