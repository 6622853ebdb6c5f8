import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest
import shapely

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import District
from tests.zones.paperwork import box, layer, make_world, table

Command = Callable[..., Outcome]


@pytest.fixture
def world(database_url: str) -> District:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        made = make_world(connection)
    engine.dispose()
    return made


@pytest.mark.usefixtures("world")
def test_imports_lists_checks_and_exports(command: Command, tmp_path: Path) -> None:
    path = table(
        tmp_path / "beats.csv",
        [["甲", "第一中队", "610103001"], ["乙", "U2", "610103002001"]],
        ("片", "谁", "格"),
    )
    columns = ("--kind", "patrol", "--code", "片", "--unit", "谁", "--cells", "格")
    assert "is unchanged" in command("zone", "import", path, *columns, "--dry-run").stdout
    assert json.loads(command("zone", "list", "--json").stdout) == []
    done = json.loads(command("zone", "import", path, *columns, "--effective", "2026-01-01", "--json").stdout)
    assert (done["begun"], done["effective_from"], done["dry_run"]) == (2, "2026-01-01T00:00:00+08:00", False)
    again = command("zone", "import", path, *columns, "--effective", "2026-01-01")
    assert "2 unchanged" in again.stdout
    listed = json.loads(command("zone", "list", "--kind", "patrol", "--json").stdout)
    assert [(each["code"], each["unit"]["code"], len(each["cells"])) for each in listed] == [
        ("乙", "U2", 18),
        ("甲", "U1", 18),
    ]
    assert json.loads(command("zone", "list", "--at", "2025-12-31", "--json").stdout) == []
    assert "第一中队" in command("zone", "list", "--at", "2026-06-01").stdout
    [report] = json.loads(command("zone", "check", "--json").stdout)
    assert (report["kind"], report["counts"], report["uncovered_m2"], len(report["units"])) == (
        "patrol",
        {},
        0,
        2,
    )
    written = tmp_path / "beats.gpkg"
    assert command("zone", "export", "--kind", "patrol", "-o", written).status == 0
    frame = pyogrio.read_dataframe(written)
    assert sorted(frame["zone"]) == ["乙", "甲"]
    assert "exist" in command("zone", "export", "--kind", "patrol", "-o", written).stderr
    cells = tmp_path / "again.csv"
    frame.drop(columns="geometry").to_csv(cells, index=False)
    back = command("zone", "import", cells, "--kind", "patrol", "--effective", "2026-01-01", "--json")
    assert back.stderr == ""
    assert json.loads(back.stdout)["unchanged"] == 2


def test_a_check_as_table_and_as_map(command: Command, world: District, tmp_path: Path) -> None:
    path = layer(tmp_path / "a.geojson", [("A", "C1", box(0, 0, 6, 5.5)), ("B", "", box(5, 5, 7, 6))])
    assert command("zone", "import", path, "--kind", "sanitation").status == 0
    printed = command("zone", "check", "--kind", "sanitation").stdout
    assert "cell_partly_in_no_zone 5" in printed
    assert "zone_without_unit 1" in printed
    faults = tmp_path / "faults.csv"
    assert command("zone", "check", "--kind", "sanitation", "-o", faults).status == 1
    with faults.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"zone_outside_grid", "cell_in_several_zones", "cell_partly_in_no_zone"} <= {
        row["code"] for row in rows
    }
    drawn = tmp_path / "faults.geojson"
    assert command("zone", "check", "--kind", "sanitation", "-o", drawn).status == 1
    features = json.loads(drawn.read_text(encoding="utf-8"))["features"]
    assert len(features) == len(rows)
    cell = next(each for each in features if each["properties"]["cell"] == world.code(0, 5))
    assert shapely.equals_exact(
        shapely.from_geojson(json.dumps(cell["geometry"])).normalize(),
        shapely.MultiPolygon([box(0, 5, 1, 6)]).normalize(),
        1e-7,
    )


def test_bad_input_is_told_and_leaves_nothing(command: Command, world: District, tmp_path: Path) -> None:
    path, rejects = tmp_path / "a.csv", tmp_path / "rejects.csv"
    table(path, [["甲", "U1", world.code(0, 0)], ["乙", "无此单位", world.code(1, 0)]])
    done = command("zone", "import", path, "--kind", "patrol")
    assert (done.status, done.stdout) == (1, "")
    assert "a.csv row 3 column 责任单位 = '无此单位' unknown_unit" in done.stderr
    as_json = command("zone", "import", path, "--kind", "patrol", "--json")
    assert [each["code"] for each in json.loads(as_json.stdout)["refused"]] == ["unknown_unit"]
    assert json.loads(command("zone", "list", "--json").stdout) == []
    assert command("zone", "import", path, "--kind", "patrol", "--skip-invalid", rejects).status == 0
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["code"]) for row in csv.DictReader(file)] == [("3", "unknown_unit")]
    for arguments, code in (
        (("--kind", "巡查"), "bad_kind"),
        (("--kind", "patrol", "--until", "x"), "--until"),
        (("--kind", "patrol", "--effective", "2026-02-01", "--until", "2026-01-01"), "dates_reversed"),
        (("--kind", "patrol", "--column", "colour=x"), "unknown_field"),
    ):
        wrong = command("zone", "import", path, *arguments)
        assert (wrong.status, code in wrong.stderr) == (2, True)
    assert command("zone", "check", "--kind", "duty").status == 1


@pytest.mark.usefixtures("world")
def test_a_file_holds_the_check_of_one_kind(command: Command, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["甲", "U1", "610103001"]])
    for kind in ("patrol", "enforcement"):
        assert command("zone", "import", path, "--kind", kind).status == 0
    refused = command("zone", "check", "-o", tmp_path / "faults.csv")
    assert (refused.status, "which_kind" in refused.stderr) == (2, True)
    assert len(json.loads(command("zone", "check", "--json").stdout)) == 2


@pytest.mark.usefixtures("world")
def test_a_check_ends_in_status_1_only_with_errors(command: Command, tmp_path: Path) -> None:
    nothing = command("zone", "check")
    assert (nothing.status, "no_zones" in nothing.stderr) == (1, True)
    whole = table(tmp_path / "a.csv", [["甲", "U1", "610103001;610103002"]])
    assert command("zone", "import", whole, "--kind", "patrol", "--effective", "2026-01-01").status == 0
    assert command("zone", "check", "--kind", "patrol").status == 0
    assert command("zone", "check", "--at", "2025-01-01").status == 1
    nobody = table(tmp_path / "b.csv", [["甲", "", "610103001"], ["乙", "", "610103002"]])
    assert command("zone", "import", nobody, "--kind", "duty").status == 0
    warned = command("zone", "check", "--kind", "duty", "--json")
    assert (warned.status, json.loads(warned.stdout)[0]["errors"]) == (0, 0)
    half = table(tmp_path / "c.csv", [["甲", "U1", "610103001"]])
    assert command("zone", "import", half, "--kind", "night").status == 0
    failed = command("zone", "check", "--json")
    assert failed.status == 1
    assert {each["kind"]: each["errors"] for each in json.loads(failed.stdout)} == {
        "duty": 0,
        "night": 18,
        "patrol": 0,
    }


@pytest.mark.usefixtures("world")
def test_a_table_of_faults_is_written_whole_or_not_at_all(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = table(tmp_path / "c.csv", [["甲", "U1", "610103001"]])
    assert command("zone", "import", half, "--kind", "night").status == 0
    absent = command("zone", "check", "-o", tmp_path / "no" / "faults.csv")
    assert (absent.status, "file_not_written" in absent.stderr) == (1, True)
    faults = tmp_path / "faults.csv"
    faults.write_text("before", encoding="utf-8")

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        stopped = command("zone", "check", "-o", faults)
    assert (stopped.status, "file_not_written" in stopped.stderr) == (1, True)
    assert faults.read_text(encoding="utf-8") == "before"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["c.csv", "faults.csv"]
