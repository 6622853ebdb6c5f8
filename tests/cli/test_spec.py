import csv
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.handling.form_files import HEADER, LAMP, STALL, changed, write_book, write_csv

Command = Callable[..., Outcome]


def _dump(url: str) -> list[Any]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return [
                connection.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2, 3")).all()
                for name in ("class", "unit", "specification_edition", "clause", "clause_unit")
            ]
    finally:
        engine.dispose()


def test_prints_exactly_the_agreed_json(run: Callable[..., Any], database_url: str, real_data: Path) -> None:
    form = real_data / "handling_spec_yuncheng.xlsx"
    done = run("spec", "import", form, "--json", env={"GRIDSVC_DATABASE_URL": database_url})
    assert (done.status, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert set(answer) == {
        *("edition", "clauses", "minor_classes", "units", "doubtful"),
        *("rules", "default_policy", "grade_means", "undeclared", "expressions", "dropped_classes"),
    }
    assert answer["expressions"]["share"] >= 0.99
    assert answer["expressions"]["phrases"] - answer["expressions"]["understood"] == 3
    assert "各供油、供气、供电管理部门" in answer["expressions"]["rest"]
    assert (answer["default_policy"], answer["rules"], answer["undeclared"]) == (True, 6, ["hour", "day"])
    assert (answer["clauses"], answer["minor_classes"], answer["units"]) == (519, 190, 30)
    for each in answer["doubtful"]:
        assert {"sheet", "row", "column", "value", "reason"} <= set(each)
        assert " / " in each["reason"]
    swapped = [each for each in answer["doubtful"] if each["code"] == "columns_swapped"]
    assert [(each["sheet"], each["row"], each["column"]) for each in swapped] == [
        ("部件", 64, "处置单位"),
        ("部件", 64, "主管部门"),
    ]


def test_imports_lists_and_shows(command: Command, database_url: str, tmp_path: Path) -> None:
    form = write_book(tmp_path / "规范.xlsx", {"部件": [LAMP], "事件": [STALL]})
    dry = command("spec", "import", form, "--dry-run")
    assert dry.status == 0
    assert "the database is unchanged" in dry.stdout
    assert _dump(database_url) == [[], [], [], [], []]
    assert command("spec", "import", form, "--effective", "2026-11-01", "--day", "working").status == 0
    again = command("spec", "import", form, "--effective", "2026-11-01", "--day", "working")
    assert again.status == 0
    assert "nothing changed" in again.stdout
    (edition,) = json.loads(command("spec", "list", "--json").stdout)
    assert edition["edition"] == "规范 2026-11-01"
    assert (edition["effective"], edition["day_means"]) == ("2026-11-01T00:00:00+08:00", "working")
    assert "规范 2026-11-01" in command("spec", "list").stdout
    shown = json.loads(command("spec", "show", "规范 2026-11-01", "--class", "0406", "--json").stdout)
    (clause,) = shown["clauses"]
    assert clause["limit"] == {"value": 2.0, "unit": "urgent_hour", "text": "2紧急工作时"}
    assert clause["units"] == [{"means": "street_office", "text": "所属街办", "code": None, "role": "lead"}]
    assert [rule["code"] for rule in shown["rules"]] == ["P-40", "P-80", "P-90"]
    assert "占道经营" in command("spec", "show", "规范 2026-11-01").stdout
    for arguments in (("没有",), ("规范 2026-11-01", "--class", "9999")):
        missing = command("spec", "show", *arguments)
        assert (missing.status, missing.stdout) == (1, "")
        assert "unknown_" in missing.stderr


def test_says_what_would_be_and_which_classes_lose_their_clauses(command: Command, tmp_path: Path) -> None:
    others = [changed(LAMP, 小类代码=str(code), 小类名称=f"设施{code}") for code in range(40, 47)]
    full = write_book(tmp_path / "全.xlsx", {"部件": [LAMP, *others]})
    short = write_book(tmp_path / "短.xlsx", {"部件": [LAMP]})
    assert " added: " in command("spec", "import", full).stdout
    options = ("--effective", "2027-01-01", "--dry-run")
    dry = command("spec", "import", short, *options)
    assert " would be added: " in dry.stdout
    assert "7 minor classes of “全” have no clause from 2027-01-01 on: 0140 设施40、" in dry.stdout
    assert "设施45" not in dry.stdout, "the first five are enough"
    answer = json.loads(command("spec", "import", short, *options, "--json").stdout)
    assert [each["code"] for each in answer["dropped_classes"]] == [f"01{code}" for code in range(40, 47)]


def _text_file(folder: Path) -> Path:
    (folder / "a.xlsx").write_text("大类代码,小类代码\n", encoding="utf-8")
    return folder / "a.xlsx"


def _web_page(folder: Path) -> Path:
    (folder / "a.xlsx").write_text("<html><table></table></html>", encoding="utf-8")
    return folder / "a.xlsx"


def _old_excel(folder: Path) -> Path:
    (folder / "a.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096))
    return folder / "a.xls"


def _locked(folder: Path) -> Path:
    (folder / "a.xlsx").write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    return folder / "a.xlsx"


def _zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    return folder / "a.xlsx"


def _half(folder: Path) -> Path:
    whole = write_book(folder / "whole.xlsx", {"部件": [LAMP]})
    (folder / "a.xlsx").write_bytes(whole.read_bytes()[:2000])
    return folder / "a.xlsx"


def _empty_book(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", {"部件": []})


def _no_kind(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", {"Sheet1": [LAMP]})


def _huge(folder: Path) -> Path:
    return write_book(folder / "部件.xlsx", {"部件": [STALL, changed(LAMP, 立案条件="坏" * 3_500_000)]})


def _other_scheme(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", {"部件": [changed(LAMP, 小类代码="037")]})


def _formula(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", {"部件": [changed(LAMP, 处置时限='=CONCATENATE("2","天")')]})


def _error_value(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", {"部件": [changed(LAMP, 小类名称="#REF!")]})


def _no_limit_column(folder: Path) -> Path:
    return write_csv(folder / "部件.csv", [HEADER[:-1], LAMP[:-1]])


def _missing_file(folder: Path) -> Path:
    return folder / "a.xlsx"


BAD = [
    (_text_file, "not_a_workbook", "a.xlsx"),
    (_web_page, "not_a_workbook", "a.xlsx"),
    (_old_excel, "old_excel", "a.xls"),
    (_locked, "encrypted_workbook", "a.xlsx"),
    (_zip, "not_a_workbook", "a.xlsx"),
    (_half, "not_a_workbook", "a.xlsx"),
    (_empty_book, "no_rows", "a.xlsx"),
    (_no_kind, "unknown_kind", "[Sheet1]"),
    (_huge, "too_long", "[部件] row 4 column 立案条件"),
    (_other_scheme, "other_scheme", "[部件] row 3 column 小类代码"),
    (_formula, "formula_cell", "[部件] row 3 column 处置时限"),
    (_error_value, "error_cell", "[部件] row 3 column 小类名称"),
    (_no_limit_column, "missing_column", "处置时限"),
    (_missing_file, "unreadable_file", "a.xlsx"),
]


def test_bad_input_is_told_with_its_place_and_changes_nothing(
    command: Command, database_url: str, tmp_path: Path
) -> None:
    good = write_book(tmp_path / "good.xlsx", {"部件": [LAMP], "事件": [STALL]})
    assert command("spec", "import", good).status == 0
    before = _dump(database_url)
    for make, code, place in BAD:
        folder = tmp_path / make.__name__
        folder.mkdir()
        done = command("spec", "import", make(folder), "--scheme", "gbt30428.2-2013", "--json")
        assert done.status == 1, make.__name__
        if done.stdout:  # single cells are at fault: they are listed as JSON too
            answer = json.loads(done.stdout)
            assert (answer["edition"], answer["clauses"]) == (None, 0)
            assert [each["code"] for each in answer["doubtful"]] == [code]
        assert code in done.stderr, (make.__name__, done.stderr)
        assert place in done.stderr, (make.__name__, done.stderr)
        assert "Traceback" not in done.stderr
        assert len(done.stderr) < 2_000
        assert _dump(database_url) == before, make.__name__
        shutil.rmtree(folder)


def test_leaves_out_refused_rows_into_a_file(command: Command, tmp_path: Path) -> None:
    form = write_book(tmp_path / "a.xlsx", {"事件": [STALL, changed(STALL, 小类代码="07", 小类名称=None)]})
    rejects = tmp_path / "rejects.csv"
    done = command("spec", "import", form, "--skip-invalid", rejects, "--json")
    assert done.status == 0
    answer = json.loads(done.stdout)
    assert answer["clauses"] == 1
    assert [each["code"] for each in answer["doubtful"] if each["refused"]] == ["missing_name"]
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["sheet"], row["row"], row["column"], row["code"]) == ("事件", "4", "小类名称", "missing_name")


@pytest.mark.parametrize("option", [("--effective", "tomorrow"), ("--hour", "never"), ("--kind", "thing")])
def test_wrong_usage_is_status_2(command: Command, tmp_path: Path, option: tuple[str, str]) -> None:
    form = write_book(tmp_path / "a.xlsx", {"部件": [LAMP]})
    done = command("spec", "import", form, *option)
    assert (done.status, done.stdout) == (2, "")
    assert option[0].lstrip("-") in done.stderr or option[1] in done.stderr
