"""`gridsvc road` and `boundary-road`: from files to an answer, as processes against a real database."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Outcome, Run
from tests.hotspots.district import District
from tests.town import make_town

Command = Callable[..., Outcome]
WEST, EAST = "610103001", "610103002"


@pytest.fixture
def town(database_url: str) -> District:
    engine = open_engine(database_url)
    try:
        with engine.begin() as connection:
            return make_town(connection)
    finally:
        engine.dispose()


@pytest.fixture
def command(run_here: Run, database_url: str) -> Command:
    def execute(*arguments: object, status: int = 0) -> Outcome:
        done = run_here(*arguments, env={"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_LANGUAGE": "en"})
        assert done.status == status, done.stderr
        return done

    return execute


def border(database_url: str) -> shapely.LineString:
    """The border of the two streets of the town, in degrees, drawn northwards."""
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            wkb = connection.execute(
                text(
                    "SELECT ST_AsBinary(ST_LineMerge(ST_Intersection("
                    " ST_Boundary(ST_Union(geom) FILTER (WHERE parent = :west)),"
                    " ST_Boundary(ST_Union(geom) FILTER (WHERE parent = :east)))))"
                    " FROM (SELECT left(area.code, 9) AS parent, geom FROM area JOIN area_edition e"
                    "       ON e.id = area.edition_id WHERE e.level = 'cell' AND e.withdrawn_at IS NULL) AS cells"
                ),
                {"west": WEST, "east": EAST},
            ).scalar_one()
    finally:
        engine.dispose()
    line = shapely.from_wkb(bytes(wkb))
    return line if line.coords[0][1] < line.coords[-1][1] else shapely.reverse(line)


def features(path: Path, *rows: tuple[dict[str, Any], Any]) -> Path:
    listed = [
        {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
        for properties, shape in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False))
    return path


def test_from_an_agreement_to_the_answer(
    command: Command, run: Run, town: District, database_url: str, tmp_path: Path
) -> None:
    assert town
    apart = {"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_LANGUAGE": "en"}
    line = border(database_url)
    road = features(tmp_path / "roads.geojson", ({"路名": "分界路"}, line))
    assert "1 links" in command("road", "import", road).stdout
    assert json.loads(command("road", "list", "--json").stdout)[0]["links"] == 1
    table = tmp_path / "界路.csv"
    with table.open("w", encoding="gbk", newline="") as file:
        csv.writer(file).writerows(
            [["编号", "路名", "甲方街道", "乙方街道", "责任划分", "文号"],
             ["J1", "分界路", WEST, EAST, "单号归甲方，双号归乙方", "纪要 3 号"]]
        )  # fmt: skip
    dry = json.loads(command("boundary-road", "import", table, "--dry-run", "--json").stdout)
    assert (dry["added"], dry["dry_run"]) == (1, True)
    assert json.loads(command("boundary-road", "list", "--json").stdout) == []
    assert "1 added" in run("boundary-road", "import", table, env=apart).stdout
    (listed,) = json.loads(command("boundary-road", "list", "--json").stdout)
    assert (listed["code"], listed["rule"], listed["odd_code"]) == ("J1", "house_number", WEST)

    place = line.interpolate(0.5, normalized=True)
    asked = ("resolve", "--lon", place.x, "--lat", place.y, "--class", "0201", "--kind", "event")
    asked += ("--at", "2026-11-23T08:00", "--json")
    odd = json.loads(command(*asked, "--house-number", 7).stdout)
    even = json.loads(command(*asked, "--house-number", 8).stdout)
    unknown = json.loads(command(*asked).stdout)
    assert [each["unit"]["code"] for each in (odd, even)] == ["S-01", "S-02"]
    assert odd["cell"] == even["cell"] == unknown["cell"]
    assert (unknown["decision"], unknown["confidence"]) == ("ranked", 0.5)
    assert unknown["boundary_road"]["missing"] == "house_number"
    assert odd["boundary_road"]["agreed_in"] == "纪要 3 号"
    assert "bad_number" in command(*asked, "--heading", 400, status=1).stderr

    bulk = tmp_path / "in.csv"
    with bulk.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["lon", "lat", "class", "kind", "门牌号", "heading_deg"]]
            + [[place.x, place.y, "0201", "event", number, ""] for number in ("7号", "8", "", "无")]
        )
    assert run("resolve", bulk, "-o", tmp_path / "out.csv", env=apart).status == 0
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["unit_code"] for row in rows[:2]] == ["S-01", "S-02"]
    # What is no number is not given: the row is resolved without it.
    assert [row["confidence"] for row in rows] == ["1", "1", "0.5", "0.5"]
    assert [row["problem"] for row in rows] == [""] * 4


def test_what_is_refused_is_listed(command: Command, town: District, tmp_path: Path) -> None:
    assert town
    bad = features(tmp_path / "roads.geojson", ({"name": "面"}, shapely.box(108.9, 34.2, 108.91, 34.21)))
    refused = command("road", "import", bad, "--json", status=1)
    assert [each["code"] for each in json.loads(refused.stdout)["refused"]] == ["not_a_line"]
    table = tmp_path / "t.csv"
    table.write_text(f"路名,甲方,乙方,规则\n分界路,{WEST},{EAST},天晓得\n", encoding="utf-8")
    refused = command("boundary-road", "import", table, status=1)
    assert "party_not_a_side" in refused.stderr
    rejects = tmp_path / "rejects.csv"
    command("boundary-road", "import", table, "--skip-invalid", rejects, status=1)
    assert not rejects.exists()
    assert "no_roads" in command("boundary-road", "suggest", "--level", "street", status=1).stderr
    assert "unknown_field" in command("boundary-road", "import", table, "--column", "x=y", status=1).stderr
