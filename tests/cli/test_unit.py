import csv
import json
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Outcome

Command = Callable[..., Outcome]
UNITS = "编号,单位名称,类型,辖区,上级,电话\nA,示范区城管局,局,,,\nB,甲街道办事处,街办,,A,029-1\n"
COLUMNS = ("--column", "area_code=辖区", "--column", "parent_code=上级")


def test_imports_and_lists(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text(UNITS, encoding="utf-8-sig")
    assert "unchanged" in command("unit", "import", path, *COLUMNS, "--dry-run").stdout
    assert json.loads(command("unit", "list", "--json").stdout) == []
    done = json.loads(command("unit", "import", path, *COLUMNS, "--json").stdout)
    assert (done["added"], [each["code"] for each in done["doubtful"]]) == (2, ["street_office_without_area"])
    units = json.loads(command("unit", "list", "--json").stdout)
    assert [(each["code"], each["kind"], each["parent_code"], each["contact"]) for each in units] == [
        ("A", "bureau", None, None),
        ("B", "street_office", "A", "029-1"),
    ]
    assert "甲街道办事处" in command("unit", "list").stdout


def test_bad_input_is_told_and_leaves_nothing(command: Command, tmp_path: Path) -> None:
    path, rejects = tmp_path / "units.csv", tmp_path / "rejects.csv"
    for content, code, place in (
        (UNITS + "B,乙街道办事处,,,,\n", "duplicate_code", "row 4 column 编号"),
        (UNITS + "C,甲街道办事处,,,,\n", "duplicate_name", "row 4 column 单位名称"),
        (UNITS + "C,乙队,,,Z,\n", "unknown_parent", "row 4 column 上级"),
        ("a,b\n1,2\n", "missing_column", "row 1"),
        ("\x00\x01", "bad_encoding", "units.csv"),
    ):
        path.write_text(content, encoding="utf-8")
        done = command("unit", "import", path, *COLUMNS)
        assert (done.status, done.stdout) == (1, "")
        assert code in done.stderr
        assert place in done.stderr
    path.write_text(UNITS + "C,乙队,,,Z,\n", encoding="utf-8")
    as_json = command("unit", "import", path, *COLUMNS, "--json")
    assert [each["code"] for each in json.loads(as_json.stdout)["refused"]] == ["unknown_parent"]
    assert json.loads(command("unit", "list", "--json").stdout) == []
    path.write_text(UNITS + "C,乙队,,,Z,\n", encoding="utf-8")
    assert command("unit", "import", path, *COLUMNS, "--skip-invalid", rejects).status == 0
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["code"]) for row in csv.DictReader(file)] == [("4", "unknown_parent")]
    assert len(json.loads(command("unit", "list", "--json").stdout)) == 2
