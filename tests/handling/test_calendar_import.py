"""Lists of working calendars: what is taken, what is refused and where, and what units then work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import Connection, text

from gridsvc.catalog import import_units, load_units
from gridsvc.errors import InputRefused
from gridsvc.handling.calendar import LEGAL_HOLIDAYS
from gridsvc.handling.calendar_import import import_calendars
from gridsvc.handling.calendar_rows import read_dates
from gridsvc.handling.calendars import CalendarDay, load_calendars

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = "日历编码,名称,规则,工作时间,日期,备注\n"


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "calendars.csv"
        path.write_text(header + rows, encoding=encoding)
        return path

    return write


def test_a_list_of_calendars_and_their_days(connection: Connection, table: Callable[..., Path]) -> None:
    rows = (
        "SIX,六小时,法定工作日,9:00-12:00，14:00～17:00,,\n"
        "SIX,,,,2027年1月1日,元旦\n"
        "SIX,,,上班,2027-01-03,调休\n"
        "SIX,,,09:00-12:00,2027/2/5,半天\n"
        'SHIFT,环卫,每天,"00:00-06:00,22:00-24:00",,\n'
        "SHIFT,,,休,2027-02-06至2027-02-08,春节\n"
    )
    done = import_calendars(connection, table(rows, encoding="gbk"))
    assert (done.added, done.updated, done.unchanged, done.days) == (2, 0, 0, 6)
    shift, six = load_calendars(connection)
    assert (six.rule, six.hours) == ("china", "09:00-12:00,14:00-17:00")
    assert six.days == (
        CalendarDay(date(2027, 1, 1), "", "元旦"),
        CalendarDay(date(2027, 1, 3), "09:00-12:00,14:00-17:00", "调休"),
        CalendarDay(date(2027, 2, 5), "09:00-12:00", "半天"),
    )
    assert (shift.rule, shift.hours, len(shift.days)) == ("every_day", "00:00-06:00,22:00-24:00", 3)
    assert six.source == "calendars.csv"
    again = import_calendars(connection, table(rows))
    assert (again.added, again.updated, again.unchanged, again.days) == (0, 0, 2, 0)


def test_days_that_a_later_file_does_not_name_stay(
    connection: Connection, table: Callable[..., Path]
) -> None:
    import_calendars(connection, table("A,甲,china,08:00-12:00,,\nA,,,,2026-03-02,\nA,,,,2026-03-03,\n"))
    done = import_calendars(
        connection, table("A,,,,2027-03-02,\nA,,,按规则,2026-03-03,\n", "code,name,rule,hours,date,note\n")
    )
    assert (done.updated, done.days) == (1, 2)
    assert [each.day for each in load_calendars(connection)[0].days] == [date(2026, 3, 2), date(2027, 3, 2)]


def test_a_workbook_with_a_sheet_of_calendars_and_one_of_days(connection: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "日历"
    for row in (
        ("日历编码", "名称", "规则", "工作时间"),
        ("A", "甲", "周一至周五", "08:30-12:00,13:00-17:30"),
    ):
        first.append(row)
    days = book.create_sheet("日期")
    days.append(("日历编码", "日期", "工作时间", "备注"))
    days.append(("A", date(2026, 12, 25), None, "休"))
    path = tmp_path / "calendars.xlsx"
    book.save(path)
    assert import_calendars(connection, path).added == 1
    (found,) = load_calendars(connection)
    assert (found.rule, found.days) == ("weekdays", (CalendarDay(date(2026, 12, 25), "", "休"),))


@pytest.mark.parametrize(
    ("rows", "code", "row", "column"),
    [
        ("甲,甲,china,08:00-12:00,,\n", "bad_code", 2, "日历编码"),
        ("A,甲,sometimes,08:00-12:00,,\n", "unknown_rule", 2, "规则"),
        ("A,,china,08:00-12:00,,\n", "missing_name", 2, "名称"),
        ("A,甲,china,,,\n", "missing_hours", 2, "工作时间"),
        ("A,甲,china,22:00-06:00,,\n", "bad_hours", 2, "工作时间"),
        ("A,甲,china,08:00-24:30,,\n", "bad_hours", 2, "工作时间"),
        ("A,甲,china,8-12,,\n", "bad_hours", 2, "工作时间"),
        ("A,甲,china,08:00-12:00,,\nA,甲,china,08:00-12:00,,\n", "duplicate_code", 3, "日历编码"),
        ("A,甲,china,08:00-12:00,,\nA,,,,2026-02-30,\n", "bad_date", 3, "日期"),
        ("A,甲,china,08:00-12:00,,\nA,,,,1999-01-01,\n", "bad_date", 3, "日期"),
        ("A,甲,china,08:00-12:00,,\nA,,,,2026-02-03至2026-02-01,\n", "bad_date", 3, "日期"),
        ("A,甲,china,08:00-12:00,,\nA,,,maybe,2026-02-03,\n", "bad_hours", 3, "工作时间"),
        (
            "A,甲,china,08:00-12:00,,\nA,,,,2026-02-01至2026-02-03,\nA,,,,2026-02-02,\n",
            "duplicate_day",
            4,
            "日期",
        ),
        ("B,,,,2026-02-03,\n", "unknown_calendar", 2, "日历编码"),
    ],
)
def test_what_a_list_may_not_say(
    connection: Connection, table: Callable[..., Path], rows: str, code: str, row: int, column: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        import_calendars(connection, table(rows))
    assert refused.value.code == "calendar_list_refused"
    (fault,) = refused.value.faults
    assert (fault.code, fault.place.row, fault.place.column) == (code, row, column)
    assert load_calendars(connection) == []


def test_a_formula_is_refused_and_the_other_rows_may_go_in(connection: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("code", "name", "rule", "hours", "date"),
        ("A", "甲", "china", "08:00-12:00", None),
        ("A", None, None, None, "=TODAY()"),
        ("A", None, None, None, "2026-12-25"),
    ):
        sheet.append(row)
    path = tmp_path / "calendars.xlsx"
    book.save(path)
    done = import_calendars(connection, path, skip_invalid=True)
    assert [(fault.code, fault.place.row) for fault in done.refused] == [("formula_cell", 3)]
    assert [each.day for each in load_calendars(connection)[0].days] == [date(2026, 12, 25)]


def test_an_unannounced_year_counts_as_known_once_the_calendar_lists_its_holidays(
    connection: Connection, table: Callable[..., Path]
) -> None:
    def listed(last: str) -> tuple[list[str], frozenset[int]]:
        done = import_calendars(connection, table(f"A,甲,china,08:00-12:00,,\nA,,,,2027-02-05至{last},\n"))
        found = load_calendars(connection)[0].build(SHANGHAI)
        return [fault.code for fault in done.doubtful], found.published_years

    few, enough = listed("2027-02-16"), listed("2027-02-17")
    assert LEGAL_HOLIDAYS == 13
    assert few[0] == ["year_incomplete"]
    assert 2027 not in few[1]
    assert enough[0] == []
    assert 2027 in enough[1]
    assert 2028 not in enough[1]


def test_units_are_put_on_calendars_by_code(connection: Connection, table: Callable[..., Path]) -> None:
    import_calendars(connection, table("A,甲,china,08:00-12:00,,\n"))
    header = "code,name,工作日历\n"
    with pytest.raises(InputRefused) as refused:
        import_units(connection, table("U,环卫所,A\nV,城管局,B\n", header))
    (fault,) = refused.value.faults
    assert (fault.code, fault.place.row, fault.place.column) == ("unknown_calendar", 3, "工作日历")
    import_units(connection, table("U,环卫所,A\nV,城管局,\n", header))
    assert {each.code: each.calendar_code for each in load_units(connection)} == {"U": "A", "V": None}
    import_units(connection, table("U,环卫一所\n", "code,name\n"))
    assert load_units(connection)[0].calendar_code == "A", "a column that the file lacks changes nothing"
    import_units(connection, table("U,环卫一所,\n", header))
    assert load_units(connection)[0].calendar_code is None


def test_a_calendar_that_a_unit_is_on_cannot_vanish(
    connection: Connection, table: Callable[..., Path]
) -> None:
    import_calendars(connection, table("A,甲,china,08:00-12:00,,\n"))
    import_units(connection, table("U,环卫所,A\n", "code,name,calendar\n"))
    with pytest.raises(Exception, match="unit_calendar_code_fkey"):
        connection.execute(text("DELETE FROM working_calendar"))


@pytest.mark.parametrize(
    ("written", "first", "count"),
    [
        ("2026-02-15", date(2026, 2, 15), 1),
        ("2026/2/5", date(2026, 2, 5), 1),
        ("20260215", date(2026, 2, 15), 1),
        ("2026年2月15日", date(2026, 2, 15), 1),
        ("2026-02-15 至 2026-02-23", date(2026, 2, 15), 9),
        ("2026-12-31~2027-01-01", date(2026, 12, 31), 2),
    ],
)
def test_dates_as_offices_write_them(written: str, first: date, count: int) -> None:
    days = read_dates(written)
    assert days is not None
    assert (days[0], len(days)) == (first, count)
