"""`gridsvc spec diff` on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import Outcome

HEADER = "大类代码,大类名称,小类代码,小类名称,处置单位,主管部门,立案条件,结案条件,处置时限\n"
ROWS = (
    "01,市容环境,01,私搭乱建,所属街办、属地行政执法部门,城管局,正在建设,制止,2紧急工作时\n"
    "01,市容环境,01,私搭乱建,所属街办、属地行政执法部门,城管局,已经建成,拆除,15天\n"
    "02,宣传广告,01,非法小广告,所属街办,城管局,零星张贴,清除,4工作时\n"
)

Command = Callable[..., Outcome]


def form(path: Path, rows: str) -> Path:
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


@pytest.fixture
def loaded(command: Command, tmp_path: Path) -> Command:
    done = command(
        "spec", "import", form(tmp_path / "a.csv", ROWS), "--edition", "A", "--kind", "event",
        "--scheme", "gbt30428.2-2013", "--effective", "2026-01-01",
    )  # fmt: skip
    assert done.status == 0, done.stderr
    return command


def test_against_a_file_not_loaded_yet_which_stays_so(loaded: Command, tmp_path: Path) -> None:
    later = form(
        tmp_path / "b.csv",
        ROWS.replace("4工作时", "1工作日").replace("正在建设", "正在搭建")
        + "03,施工,01,施工扰民,新环保局,城管局,夜间施工,停工,1小时\n",
    )
    done = loaded("spec", "diff", "A", later, "--kind", "event", "--scheme", "gbt30428.2-2013", "--json",
                  "-o", tmp_path / "d.xlsx")  # fmt: skip
    assert done.status == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["counts"] == {"class_added": 1, "clause_reworded": 1, "limit_longer": 1}
    assert (found["before"]["name"], found["after"]["name"]) == ("A", "b.csv")
    assert (found["before"]["clauses"], found["after"]["clauses"]) == (3, 4)
    assert found["clauses_unchanged"] == 1
    assert [(each["class"], each["ordinal_after"]) for each in found["changes"]] == [
        ("0101", 1), ("0201", 1), ("0301", None)
    ]  # fmt: skip
    again = loaded("spec", "diff", "A", later, "--kind", "event", "--scheme", "gbt30428.2-2013", "--json")
    assert again.stdout == done.stdout
    assert openpyxl.load_workbook(tmp_path / "d.xlsx").sheetnames == ["Summary", "Changes"]
    editions = json.loads(loaded("spec", "list", "--json").stdout)
    assert [each["edition"] for each in editions] == ["A"]
    assert "新环保局" not in loaded("unit", "list").stdout


def test_in_words_by_name_and_by_date(loaded: Command, tmp_path: Path) -> None:
    changed = form(tmp_path / "b.csv", ROWS.replace("15天", "10天"))
    done = loaded(
        "spec", "import", changed, "--edition", "B", "--kind", "event", "--scheme", "gbt30428.2-2013",
        "--effective", "2026-07-01",
    )  # fmt: skip
    assert done.status == 0, done.stderr
    for names in (("A", "B"), ("2026-06-30", "2026-07-01")):
        done = loaded("spec", "diff", *names)
        assert done.status == 0, done.stderr
        assert f"{names[0]} → {names[1]}" in done.stdout
        assert "sub-condition 2: limit 15天 → 10天 (shorter)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("A", "nobody.xlsx"), 1, "unknown_edition"),
        (("A", "2020-01-01"), 1, "nothing_in_force"),
        (("A", "A", "-o", "d.pdf"), 2, "bad_suffix"),
    ],
)
def test_what_is_refused(loaded: Command, arguments: tuple[str, ...], status: int, code: str) -> None:
    done = loaded("spec", "diff", *arguments)
    assert (done.status, code in done.stderr) == (status, True), done.stderr


def test_a_file_with_faults_is_refused_cell_by_cell(loaded: Command, tmp_path: Path) -> None:
    broken = form(tmp_path / "b.csv", ROWS.replace("零星张贴", ""))
    done = loaded("spec", "diff", "A", broken, "--kind", "event", "--scheme", "gbt30428.2-2013")
    assert done.status == 1
    assert "specification_refused" in done.stderr
    assert "row 4" in done.stderr


def test_an_edition_does_not_differ_from_its_own_export(loaded: Command, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    done = loaded("spec", "export", "A", "-o", target)
    assert done.status == 0, done.stderr
    done = loaded("spec", "diff", "A", target, "--json")
    assert done.status == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["changes"] == []
    assert found["clauses_unchanged"] == 3
