import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from gridsvc.catalog import read_sheets
from tests.conftest import Outcome
from tests.handling.form_files import LAMP, STALL, write_book
from tests.handling.workbook.filled_in import CENTRE, fill_in

Command = Callable[..., Outcome]


def _texts(path: Path, leave_out: tuple[str, int, int]) -> dict[tuple[str | None, int, int], str]:
    return {
        (sheet.name, row, column): cell.text
        for sheet in read_sheets(path)
        for row, line in sheet.rows.items()
        for column, cell in line.items()
        if (sheet.name, row, column) != leave_out
    }


def test_an_export_is_imported_as_an_equal_edition(command: Command, tmp_path: Path) -> None:
    """The name of the edition is all that two exports differ in."""
    form = write_book(tmp_path / "规范.xlsx", {"部件": [LAMP], "事件": [STALL]})
    assert command("spec", "import", form, "--edition", "甲", "--hour", "working").status == 0
    one, two = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    done = command("spec", "export", "-o", one, "--json")  # the one in force
    assert (done.status, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["rules"] > 0
    assert {key: answer[key] for key in ("edition", "form", "file", "clauses", "units", "calendars")} == {
        "edition": "甲",
        "form": "full",
        "file": str(one),
        "clauses": 2,
        "units": 1,
        "calendars": 0,
    }
    assert command("spec", "import", one, "--edition", "乙").status == 0
    assert command("spec", "export", "乙", "-o", two).status == 0
    name = ("版本", 2, 2)
    assert _texts(two, name) == _texts(one, name)
    # The workbook says its name, and an edition of that name with this content is there.
    assert "“甲” (gbt30428.2-2013) back in use" in command("spec", "import", one).stdout
    assert command("spec", "export", "甲", "-o", one).status == 1
    assert command("spec", "export", "甲", "-o", one, "--overwrite").status == 0


def test_the_municipal_form_is_imported_as_the_same_edition(command: Command, tmp_path: Path) -> None:
    form = write_book(tmp_path / "规范.xlsx", {"部件": [LAMP], "事件": [STALL]})
    assert command("spec", "import", form, "--edition", "甲").status == 0
    nine = tmp_path / "nine.xlsx"
    done = command("spec", "export", "甲", "--form", "municipal", "-o", nine)
    assert (done.status, done.stderr) == (0, "")
    book = openpyxl.load_workbook(nine)
    assert book.sheetnames == ["部件", "事件"]
    assert [cell.value for cell in book["部件"][3]] == LAMP
    again = command("spec", "import", nine, "--edition", "甲")
    assert again.status == 0
    assert "content" in again.stdout


def test_a_template_is_filled_in_and_imported(command: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty.xlsx"
    done = command("spec", "template", "-o", empty)
    assert (done.status, done.stdout.strip(), done.stderr) == (0, str(empty), "")
    assert command("spec", "import", empty).status == 1  # examples only
    filled = fill_in(
        tmp_path / "filled.xlsx",
        units=({**CENTRE, "工作日历": "day"},),
        calendars=(
            {"日历编码": "day", "日历名称": "全天", "工作日规则": "每天", "工作时间": "00:00-24:00"},
            {"日历编码": "day", "日期": "2026-02-17", "备注": "春节"},
        ),
        edition={"版本名称": "第一版", "生效日期": "2026-01-01", "天的含义": "工作时间"},
    )
    done = command("spec", "import", filled, "--scheme", "test", "--json")
    assert done.status == 0, done.stderr
    assert json.loads(done.stdout)["edition"] == "第一版"
    (edition,) = json.loads(command("spec", "list", "--json").stdout)
    assert (edition["effective"], edition["day_means"]) == ("2026-01-01T00:00:00+08:00", "working")
    (unit,) = json.loads(command("unit", "list", "--json").stdout)
    assert (unit["code"], unit["calendar_code"]) == ("U1", "day")
    (calendar,) = json.loads(command("calendar", "list", "--json").stdout)
    assert calendar["code"] == "day"


def test_a_refused_workbook_changes_nothing(command: Command, tmp_path: Path) -> None:
    """The units and calendars before the faulty rule are not kept either."""
    path = fill_in(
        tmp_path / "f.xlsx",
        rules=({"规则编码": "R1", "优先级": "1", "主责单位": "没有这个局"},),
        calendars=({"日历编码": "day", "日历名称": "日", "工作日规则": "每天", "工作时间": "08:00-12:00"},),
    )
    done = command("spec", "import", path, "--scheme", "test", "--json")
    assert done.status == 1
    fault: dict[str, Any] = json.loads(done.stdout)["doubtful"][0]
    assert (fault["code"], fault["sheet"], fault["row"], fault["column"], fault["value"]) == (
        "unknown_unit",
        "规则",
        2,
        "主责单位",
        "没有这个局",
    )
    for subject in ("unit", "calendar", "spec"):
        assert json.loads(command(subject, "list", "--json").stdout) == []


def test_says_which_edition_is_meant(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "o.xlsx"
    none = command("spec", "export", "-o", out)
    assert (none.status, "no_edition_in_force" in none.stderr) == (1, True)
    for name, kind, row in (("甲", "部件", LAMP), ("乙", "事件", STALL)):
        form = write_book(tmp_path / f"{name}.xlsx", {kind: [row]})
        assert command("spec", "import", form, "--edition", name).status == 0
    several = command("spec", "export", "-o", out)
    assert (several.status, "several_editions" in several.stderr) == (2, True)
    unknown = command("spec", "export", "丙", "-o", out)
    assert (unknown.status, "unknown_edition" in unknown.stderr) == (1, True)
    assert command("spec", "export", "乙", "-o", tmp_path / "o.csv").status == 2
    assert not out.exists()
