"""`gridsvc calendar`, as an administrator uses it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Outcome

Command = Callable[..., Outcome]
CALENDARS = (
    "日历编码,名称,规则,工作时间,日期,备注\n"
    'SAN,环卫两班,每天,"00:00-06:00,22:00-24:00",,\n'
    'OFF,机关,,"09:00-12:00,13:00-17:00",,\n'
    "OFF,,,09:00-12:00,2026-02-13,提前下班\n"
    "OFF,,,,2026-03-09,停电\n"
)


def write(folder: Path, content: str) -> Path:
    path = folder / "calendars.csv"
    path.write_text(content, encoding="utf-8-sig")
    return path


def test_imports_lists_and_shows(command: Command, tmp_path: Path) -> None:
    path = write(tmp_path, CALENDARS)
    assert "unchanged" in command("calendar", "import", path, "--dry-run").stdout
    assert json.loads(command("calendar", "list", "--json").stdout) == []
    done = json.loads(command("calendar", "import", path, "--json").stdout)
    assert (done["added"], done["days"], done["refused"], done["doubtful"]) == (2, 2, [], [])
    units = tmp_path / "units.csv"
    units.write_text("编号,单位名称,工作日历\nA,环卫所,SAN\nB,园林所,SAN\nC,城管局,\n", encoding="utf-8")
    assert command("unit", "import", units).status == 0
    listed = json.loads(command("calendar", "list", "--json").stdout)
    assert [(each["code"], each["rule"], each["units"]) for each in listed] == [
        ("OFF", "china", 0),
        ("SAN", "every_day", 2),
    ]
    assert listed[0]["days"][1] == {"date": "2026-03-09", "hours": "", "note": "停电"}
    assert "SAN\t环卫两班\tevery day\t00:00-06:00,22:00-24:00\t0 days of its own\t2 units" in (
        command("calendar", "list").stdout
    )


def test_a_year_day_by_day(command: Command, tmp_path: Path) -> None:
    assert command("calendar", "import", write(tmp_path, CALENDARS)).status == 0
    shown = json.loads(command("calendar", "show", "OFF", "--year", "2026", "--json").stdout)
    days = {each["date"]: each for each in shown["days"]}
    assert (len(days), shown["working_days"], shown["provisional"]) == (365, 247, False)
    assert days["2026-02-13"] == {
        "date": "2026-02-13",
        "hours": "09:00-12:00",
        "differs": True,
        "note": "提前下班",
    }
    assert days["2026-02-14"]["hours"] == "09:00-12:00,13:00-17:00", "a make-up Saturday"
    assert (days["2026-02-14"]["differs"], days["2026-02-16"]["hours"]) == (True, "")
    assert (days["2026-03-09"]["hours"], days["2026-03-10"]["differs"]) == ("", False)
    printed = command("calendar", "show", "OFF", "--year", "2026").stdout
    assert "247 working days in 2026" in printed
    assert "2026-03-09\toff\t停电" in printed
    assert "05  ·····●●●●··●●●●●··●●●●●··●●●●●·" not in printed, "the 9th of May is worked"
    assert "05  ·····●●●●·●●●●●··●●●●●··●●●●●··" in printed
    nights = json.loads(command("calendar", "show", "SAN", "--year", "2026", "--json").stdout)
    assert {each["hours"] for each in nights["days"]} == {"00:00-06:00,22:00-24:00"}
    later = json.loads(command("calendar", "show", "default", "--year", "2027", "--json").stdout)
    assert (later["provisional"], later["hours"]) == (True, "08:00-12:00,14:00-18:00")
    assert "provisional" in command("calendar", "show", "default", "--year", "2027").stdout


def test_what_it_refuses(command: Command, tmp_path: Path) -> None:
    done = command("calendar", "show", "X", "--year", "2026")
    assert (done.status, done.stdout) == (1, "")
    assert "unknown_calendar" in done.stderr
    assert command("calendar", "show", "default", "--year", "1999").status == 2
    path = write(tmp_path, CALENDARS + "OFF,,,25:00-26:00,2026-04-01,\n")
    refused = command("calendar", "import", path)
    assert (refused.status, refused.stdout) == (1, "")
    assert "row 6 column 工作时间" in refused.stderr
    assert json.loads(command("calendar", "list", "--json").stdout) == []
    rejects = tmp_path / "rejects.csv"
    assert command("calendar", "import", path, "--skip-invalid", rejects).status == 0
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["code"]) for row in csv.DictReader(file)] == [("6", "bad_hours")]
    assert len(json.loads(command("calendar", "list", "--json").stdout)) == 2
