import csv
import json
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Outcome

Command = Callable[..., Outcome]
LIST = "kind,code,name,name_en\n部件,0137,路灯,Street light\n事件,0201,非法小广告,Illegal small ads\n"


def test_imports_lists_and_finds(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(LIST, encoding="gbk")
    arguments = ("class", "import", path, "--scheme", "gbt30428.2-2013")
    assert "the database is unchanged" in command(*arguments, "--dry-run").stdout
    assert json.loads(command("class", "list", "--json").stdout) == []
    first = json.loads(command(*arguments, "--json").stdout)
    assert (first["added"], first["unchanged"], first["doubtful"]) == (2, 0, [])
    assert "2 unchanged" in command(*arguments).stdout
    (found,) = json.loads(command("class", "find", "small ad", "--json").stdout)
    assert (found["scheme"], found["kind"], found["code"]) == ("gbt30428.2-2013", "event", "0201")
    assert "路灯" in command("class", "find", "0137").stdout
    assert command("class", "find", "nothing").status == 0
    assert command("class", "list", "--scheme", "other").status == 1


def test_takes_one_scheme_of_a_file_with_three(command: Command, real_data: Path) -> None:
    path = real_data.parent / "domain/classes.csv"
    refused = command("class", "import", path, "--scheme", "district")
    assert refused.status == 1
    assert "duplicate_code" in refused.stderr
    assert "--only" in refused.stderr
    for scheme, only, count in (
        ("gbt30428.2-2013", "GB/T 30428.2-2013", 195),
        ("gbt47678.5-2026", "GB/T 47678.5-2026", 250),
        ("cjt214-2007", "CJ/T 214-2007", 137),
    ):
        done = command("class", "import", path, "--scheme", scheme, "--only", f"source={only}", "--json")
        assert (done.status, json.loads(done.stdout)["added"]) == (0, count)


def test_bad_input_is_told_and_leaves_nothing(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    for content, code, place in (
        (LIST + "部件,0137,照明灯,\n", "duplicate_code", "row 4 column code"),
        (LIST + "部件,01038,地灯,\n", "other_scheme", "row 4 column code"),
        (LIST + f"部件,0138,{'灯' * 3_500_000},\n", "too_long", "row 4 column name"),
        ("甲,乙\n1,2\n", "missing_column", "row 1"),
        ("kind,code,name\n", "no_rows", "classes.csv"),
        ("", "empty_file", "classes.csv"),
    ):
        path.write_text(content, encoding="utf-8")
        done = command("class", "import", path, "--scheme", "gbt30428.2-2013")
        assert (done.status, done.stdout) == (1, "")
        assert code in done.stderr
        assert place in done.stderr
        assert len(done.stderr) < 2_000
    assert json.loads(command("class", "list", "--json").stdout) == []


def test_leaves_out_refused_rows_into_a_file(command: Command, tmp_path: Path) -> None:
    path, rejects = tmp_path / "classes.csv", tmp_path / "rejects.csv"
    path.write_text(LIST + "部件,01038,地灯,\n", encoding="utf-8")
    done = command("class", "import", path, "--scheme", "gbt30428.2-2013", "--skip-invalid", rejects)
    assert done.status == 0
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["code"]) for row in csv.DictReader(file)] == [("4", "other_scheme")]


def test_options_are_name_and_value(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(LIST, encoding="utf-8")
    for option in ("--column", "--only"):
        done = command("class", "import", path, "--scheme", "x", option, "code")
        assert (done.status, done.stdout) == (2, "")
        assert option in done.stderr
