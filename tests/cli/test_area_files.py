"""`area export`, `area import --level all` and `area datum` as a user runs them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from gridsvc.geography import from_wgs84, read_vector_file, write_vector_file
from tests.conftest import Run
from tests.geography import paper
from tests.geography.test_datum_check import reports, streets

WHOLE = paper.square(0, 0, 200, 100)
LEVELS = ["district", "street", "community", "cell", "cell"]
CODES = ["610103", "610103001", "610103001001", *paper.cell_codes(2)]
NAMES = ["碑林区", "南院门街道", "西羊市社区", "一号网格", "二号网格"]


def _tree(path: Path) -> Path:
    shapes = paper.degrees([WHOLE, WHOLE, WHOLE, paper.square(0, 0), paper.square(100, 0)])
    write_vector_file(path, {"level": LEVELS, "code": CODES, "name": NAMES}, shapes, srid=4545)
    return path


def test_a_tree_goes_in_and_out(run: Run, run_here: Run, database_url: str, tmp_path: Path) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_LANGUAGE": "en"}
    tree = _tree(tmp_path / "树.shp")
    loaded = run(
        "area", "import", tree, "--level", "all", "--code", "code", "--name", "name", "--json", env=env
    )
    assert loaded.status == 0, loaded.stderr
    assert [each["areas"] for each in json.loads(loaded.stdout)["levels"]] == [1, 1, 1, 2]

    out = tmp_path / "网格.gpkg"
    written = run("area", "export", "--level", "all", "--crs", "EPSG:4490", "-o", out, env=env)
    assert written.status == 0, written.stderr
    assert str(out) in written.stdout
    assert read_vector_file(out, layer="cell").column("name") == NAMES[3:]
    again = run_here("area", "export", "-o", out, env=env)
    assert (again.status, "file_exists" in again.stderr) == (1, True)
    gbk = run_here(
        "area", "export", "--level", "cell", "-o", tmp_path / "c.shp", "--encoding", "gbk", "--json", env=env
    )
    assert json.loads(gbk.stdout)["areas"] == {"cell-ever-1": 2}
    assert read_vector_file(tmp_path / "c.shp").column("effective_from") == ["", ""]

    for arguments, status, code in (
        (("--crs", "EPSG:x"), 2, "unknown_srid"),
        (("--crs", "EPSG:4545", "--datum", "gcj02"), 2, "datum_and_srid"),
        (("--edition", "cell-never"), 1, "no_such_edition"),
        (("--at", "gestern"), 2, "bad_time"),
    ):
        refused = run_here("area", "export", "-o", tmp_path / "no.gpkg", *arguments, env=env)
        assert (refused.status, code in refused.stderr) == (status, True), refused.stderr
    assert not (tmp_path / "no.gpkg").exists()


class TestDatum:
    @pytest.fixture
    def roads(self, tmp_path: Path) -> Path:
        ground = streets(108.95, 34.25, seed=1)
        x, y = np.rint(ground.ends * 1000).astype(np.int64).transpose(2, 0, 1)
        from gridsvc.geography.projection import to_degrees

        lon, lat = to_degrees(ground.srid, x, y)
        import shapely

        lines = shapely.linestrings(np.stack([lon, lat], axis=-1))
        write_vector_file(tmp_path / "roads.geojson", {"name": ["路"] * len(lines)}, lines)
        return tmp_path / "roads.geojson"

    def _batch(self, path: Path, *, gbk: bool = False) -> Path:
        """Two sources: the platform in WGS 84, a map service in GCJ-02."""
        lon, lat = reports(streets(108.95, 34.25, seed=1), 400, seed=3)
        shifted = from_wgs84("gcj02", lon[200:], lat[200:])
        lon[200:], lat[200:] = shifted
        with path.open("w", encoding="gbk" if gbk else "utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["编号", "经度", "纬度", "来源", "上报时间"])
            for k in range(400):
                rows.writerow(
                    [k, f"{lon[k]:.7f}", f"{lat[k]:.7f}", "平台" if k < 200 else "地图", "2026-03-02 09:00"]
                )
        return path

    def test_a_batch_by_source_and_day(self, run: Run, run_here: Run, tmp_path: Path, roads: Path) -> None:
        batch = self._batch(tmp_path / "cases.csv", gbk=True)
        done = run("area", "datum", batch, "--against", roads, "--json")
        assert done.status == 1, done.stderr
        whole, shifted, clean = json.loads(done.stdout)
        assert (whole["source"], whole["rows"]) == (None, 400)
        assert (shifted["source"], shifted["day"], shifted["alarm"], shifted["likeliest"]) == (
            "地图",
            "2026-03-02",
            True,
            "gcj02",
        )
        assert (clean["source"], clean["alarm"], clean["likeliest"]) == ("平台", False, "wgs84")
        gcj = next(each for each in shifted["hypotheses"] if each["name"] == "gcj02")
        assert gcj["displacement"]["length_m"] == pytest.approx(465, abs=5)
        assert shifted["moved"]["length_m"] == pytest.approx(465, abs=20)
        shown = run_here("area", "datum", batch, "--against", roads)
        assert "--datum gcj02" in shown.stdout

    def test_a_layer(self, run_here: Run, tmp_path: Path, roads: Path) -> None:
        clean = run_here("area", "datum", roads, "--against", roads)
        assert (clean.status, clean.stderr) == (0, "")
        far = tmp_path / "far.geojson"
        write_vector_file(far, {"a": [1]}, paper.degrees([paper.square(50_000, 0)]))
        apart = run_here("area", "datum", far, "--against", roads, env={"GRIDSVC_LANGUAGE": "en"})
        assert (apart.status, "it takes 30" in apart.stdout) == (0, True)

    def test_without_anything_to_hold_it_against(self, run_here: Run, database_url: str, roads: Path) -> None:
        done = run_here("area", "datum", roads, env={"GRIDSVC_DATABASE_URL": database_url})
        assert (done.status, "no_known_ground" in done.stderr) == (1, True)

    def test_a_table_without_places(self, run_here: Run, tmp_path: Path, roads: Path) -> None:
        table = tmp_path / "a.csv"
        table.write_text("a,b\n1,2\n", encoding="utf-8")
        done = run_here("area", "datum", table, "--against", roads)
        assert (done.status, "missing_column" in done.stderr) == (1, True)


def test_cases_in_another_datum_are_warned_of(
    run: Run, run_here: Run, database_url: str, tmp_path: Path, real_data: Path
) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_LANGUAGE": "en"}
    roads = run("road", "import", real_data / "beilin_road_links_wgs84.geojson", env=env)
    assert roads.status == 0, roads.stderr
    ground = read_vector_file(real_data / "beilin_road_links_wgs84.geojson").geometries
    import shapely

    random = np.random.default_rng(1)
    chosen = random.choice(len(ground), 300)
    lon, lat = shapely.get_coordinates(
        shapely.line_interpolate_point(ground[chosen], random.random(300), normalized=True)
    ).T
    for datum, warned in (("gcj02", True), ("wgs84", False)):
        x, y = from_wgs84(datum, lon, lat)
        path = tmp_path / f"{datum}.csv"
        lines = [
            f"{k},{a:.7f},{b:.7f},2026-03-02 09:00,small ads"
            for k, (a, b) in enumerate(zip(x, y, strict=True))
        ]
        path.write_text("\n".join(["id,lon,lat,opened,class", *lines]) + "\n", encoding="utf-8")
        done = run_here("case", "import", path, "--dry-run", env=env)
        assert done.status == 0, done.stderr
        assert ("wrong_datum" in done.stdout + done.stderr) == warned
