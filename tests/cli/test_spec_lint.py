"""`gridsvc spec lint`: exit states, JSON for CI, reports as files, the matrix."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import Engine, text

from gridsvc.handling.linting.writing import SEVERITY_COLOURS
from gridsvc.postgres import open_engine
from tests.conftest import Outcome, Run
from tests.handling.form_files import LAMP, STALL, changed, write_book
from tests.hotspots.district import District
from tests.town import make_town

Command = Callable[..., Outcome]
EDITION = "规范 2026"


@pytest.fixture
def engine_of_town(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def town(engine_of_town: Engine) -> District:
    with engine_of_town.begin() as connection:
        return make_town(connection)


def _cases(folder: Path, town: District) -> Path:
    """Five reports of the last week on one street: four of 0201, one of a class without a clause."""
    lon, lat = town.place(0.5, 0.5)
    at = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=5)
    rows = [["id", "lon", "lat", "kind", "class", "opened"]]
    for number, code in enumerate(["0201"] * 4 + ["0101"]):
        opened = (at + timedelta(hours=number)).strftime("%Y-%m-%d %H:%M")
        rows.append([str(number), f"{lon}", f"{lat}", "event", code, opened])
    path = folder / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_file_is_linted_without_being_loaded_and_without_a_database(run: Run, tmp_path: Path) -> None:
    form = write_book(tmp_path / "规范.xlsx", {"部件": [changed(LAMP, 处置时限="另行规定")], "事件": [STALL]})
    home = {"GRIDSVC_HOME": tmp_path / "home", "GRIDSVC_LANGUAGE": "en"}
    done = run("spec", "lint", form, "--json", env=home)
    assert done.status == 1
    assert "There is no database" in done.stderr
    assert not (tmp_path / "home").exists()
    answer = json.loads(done.stdout)
    (only,) = answer["specifications"]
    assert (only["source"], only["edition"], only["reports"]) == ("规范.xlsx", None, None)
    (error,) = [each for each in only["findings"] if each["severity"] == "error"]
    assert (error["kind"], error["sheet"], error["row"], error["column"]) == (
        "limit_unreadable",
        "部件",
        3,
        "处置时限",
    )
    assert error["value"] == "另行规定"
    assert answer["errors"] == 1


def test_exits_by_what_was_found(command: Command, tmp_path: Path) -> None:
    form = write_book(tmp_path / "规范.xlsx", {"事件": [STALL], "部件": [LAMP]})
    assert command("spec", "lint", form, "--day", "working").status == 0
    assert command("spec", "lint", form, "--fail-on", "warning").status == 1
    bad = write_book(tmp_path / "坏.xlsx", {"事件": [changed(STALL, 处置时限="另行规定")]})
    assert command("spec", "lint", bad).status == 1
    assert command("spec", "lint", bad, "--fail-on", "never").status == 0
    for arguments, status, code in (
        ((form, "--edition", "x"), 2, "file_or_edition"),
        ((form, "-o", tmp_path / "a.pdf"), 2, "bad_suffix"),
        ((form, "-o", tmp_path / "none/a.xlsx"), 1, "no_folder"),
        (("--edition", "没有"), 1, "unknown_edition"),
        ((), 1, "nothing_in_force"),
        ((tmp_path / "none.xlsx",), 1, ""),
    ):
        refused = command("spec", "lint", *arguments)
        assert refused.status == status, arguments
        assert code in refused.stderr
        assert refused.stdout == ""


def test_the_stored_edition_is_held_against_units_and_reports(
    command: Command, town: District, tmp_path: Path
) -> None:
    assert command("case", "import", _cases(tmp_path, town)).status == 0
    done = command("spec", "lint", "--json")
    (report,) = json.loads(done.stdout)["specifications"]
    assert (report["edition"], report["reports"]) == (EDITION, 5)
    kinds = {each["kind"]: each for each in report["findings"]}
    assert kinds["unit_without_contact"]["value"] == "区综合执法局"
    assert "rules_missing" in kinds
    assert "unit_without_territory" in kinds
    assert json.loads(command("spec", "lint", "--edition", EDITION, "--json").stdout) == json.loads(
        done.stdout
    )
    assert (
        json.loads(command("spec", "lint", "--months", "0", "--json").stdout)["specifications"][0]["reports"]
        is None
    )
    shown = command("spec", "lint").stdout
    assert f"{EDITION} (" in shown
    assert "held against 5 reports" in shown
    assert "→" in shown


@pytest.mark.usefixtures("town")
def test_writes_the_findings_with_colours_and_words(command: Command, tmp_path: Path) -> None:
    for name in ("lint.xlsx", "lint.csv", "lint.json"):
        assert f"Report: {tmp_path / name}" in command("spec", "lint", "-o", tmp_path / name).stdout
    told = json.loads((tmp_path / "lint.json").read_bytes())
    findings = told["specifications"][0]["findings"]
    with (tmp_path / "lint.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["类型 kind"] for row in rows] == [each["kind"] for each in findings]
    book = openpyxl.load_workbook(tmp_path / "lint.xlsx")
    assert book.sheetnames == ["汇总", "明细"]
    for row, each in zip(book["明细"].iter_rows(min_row=2), findings, strict=True):
        assert str(row[1].value).endswith(each["severity"])
        assert row[1].fill.fgColor.rgb == SEVERITY_COLOURS[each["severity"]]
        assert row[2].value == each["kind"]
    assert sum(row[4].value for row in book["汇总"].iter_rows(min_row=2)) == len(findings)


def test_the_matrix_of_an_edition_and_of_a_file(
    command: Command, engine_of_town: Engine, town: District, tmp_path: Path
) -> None:
    assert command("case", "import", _cases(tmp_path, town)).status == 0
    done = json.loads(command("spec", "lint", "--matrix", "--json").stdout)
    assert (done["edition"], done["reports"], done["elsewhere"]) == (EDITION, 5, 0)
    assert {line["class"] for line in done["lines"]} == {"0101", "0201"}
    (hot,) = [line for line in done["lines"] if line["class"] == "0201"]
    assert sorted(each["cases"] for each in hot["streets"])[-1] == 4
    assert {each["decision"] for each in hot["streets"]} == {"determined"}
    form = write_book(tmp_path / "新.xlsx", {"事件": [changed(STALL, 小类代码="01", 大类代码="02")]})
    before = _editions(engine_of_town)
    target = tmp_path / "matrix.xlsx"
    shown = command("spec", "lint", form, "--matrix", "--kind", "event", "-o", target)
    assert shown.status == 0, shown.stderr
    assert "1 classes" in shown.stdout
    assert openpyxl.load_workbook(target).sheetnames[0] == "矩阵"
    assert _editions(engine_of_town) == before


def _editions(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT name FROM specification_edition ORDER BY id")))
