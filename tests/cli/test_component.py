import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import SCHEME, District, make_district

Command = Callable[..., Outcome]
HEADER = "部件标识码,部件名称,权属单位名称,部件状态,经度,纬度\n"


@pytest.fixture
def world(database_url: str) -> District:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        made = make_district(connection, 3)
    engine.dispose()
    return made


def test_imports_lists_and_counts(command: Command, world: District, tmp_path: Path) -> None:
    lon, lat = world.place(0.5, 0.5)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + f"6101030101000001,供水井盖,无名公司,完好,{lon},{lat}\n", encoding="gbk")
    assert "is unchanged" in command("component", "import", path, "--dry-run").stdout
    done = json.loads(command("component", "import", path, "--json").stdout)
    assert (done["scheme"], done["added"], done["unknown_units"]) == (SCHEME, 1, {"无名公司": 1})
    assert "1 unchanged" in command("component", "import", path, "--scheme", SCHEME).stdout
    [one] = json.loads(command("component", "list", "--json").stdout)
    assert (one["id"], one["class"], one["geometry"]["type"]) == ("6101030101000001", "0101", "Point")
    assert json.loads(command("component", "list", "--class", "0999", "--json").stdout) == []
    assert "供水井盖\t无名公司" in command("component", "list").stdout
    assert json.loads(command("component", "summary", "--json").stdout)[0]["components"] == 1
    assert "供水井盖\t1" in command("component", "summary").stdout


def test_bad_input_is_told_and_leaves_nothing(command: Command, world: District, tmp_path: Path) -> None:
    lon, lat = world.place(0.5, 0.5)
    path, rejects = tmp_path / "a.csv", tmp_path / "rejects.csv"
    good = f"6101030101000001,供水井盖,,完好,{lon},{lat}\n"
    path.write_text(HEADER + good + f"6101030101000002,飞碟,,完好,{lon},{lat}\n", encoding="utf-8")
    done = command("component", "import", path)
    assert (done.status, done.stdout) == (1, "")
    assert "a.csv row 3 column 部件名称 = '飞碟' unknown_class" in done.stderr
    as_json = command("component", "import", path, "--json")
    assert [each["code"] for each in json.loads(as_json.stdout)["refused"]] == ["unknown_class"]
    assert json.loads(command("component", "list", "--json").stdout) == []
    assert command("component", "import", path, "--skip-invalid", rejects).status == 0
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["code"]) for row in csv.DictReader(file)] == [("3", "unknown_class")]
    assert command("component", "import", path, "--column", "colour=x").status == 2
    assert command("component", "import", tmp_path / "none.csv").status == 1
