"""`gridsvc area check` and `gridsvc area repair`; the first run of each is a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from gridsvc.geography import from_wgs84
from tests.conftest import Run
from tests.geography import paper
from tests.geography.checking.layers import block, write_layer

OPTIONS = ("--code", "code", "--srid", "4545")


def test_a_faultless_file(run: Run, run_here: Run, tmp_path: Path) -> None:
    file = write_layer(tmp_path, block())
    done = run("area", "check", file, *OPTIONS, "--against", "none")
    assert done.status == 0, done.stderr
    assert "未发现任何问题" in done.stdout
    english = run_here("area", "check", file, *OPTIONS, "--against", "none", env={"GRIDSVC_LANGUAGE": "en"})
    assert "Nothing was found" in english.stdout


def test_errors_end_in_status_1_and_are_all_in_the_json(run_here: Run, tmp_path: Path) -> None:
    cells = block()
    cells[5] = paper.square(100, 100, 98)
    file = write_layer(tmp_path, cells)
    done = run_here("area", "check", file, *OPTIONS, "--json", "-o", tmp_path / "r.html")
    assert done.status == 1
    # There is no database in this test: the check says so and goes on.
    assert "数据库" in done.stderr
    said = json.loads(done.stdout)
    (layer,) = said["layers"]
    assert said["errors"] == layer["errors"] == 1
    (found,) = layer["findings"]
    assert (found["kind"], found["severity"]) == ("gap", "error")
    assert found["m2"] == pytest.approx(200, rel=1e-3)
    assert found["message"] != found["message_en"]
    assert layer["summary"][0]["count"] == 1
    assert (tmp_path / "r.html").stat().st_size > 100_000
    shown = run_here("area", "check", file, *OPTIONS, "--against", "none")
    assert "缝隙" in shown.stdout
    assert "200 m²" in shown.stdout


def test_editions_in_force_are_held_against_each_other(
    run_here: Run, tmp_path: Path, database_url: str
) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url}
    nothing = run_here("area", "check", env=env)
    assert (nothing.status, "no_areas" in nothing.stderr) == (1, True)
    two = [paper.square(0, 0, 400, 300), paper.square(0, 300, 400, 100)]
    communities = paper.write(tmp_path / "c.gpkg", paper.degrees(two), code=[paper.COMMUNITY, "610103001002"])
    cells = write_layer(tmp_path, block())
    for file, level in ((communities, "community"), (cells, "cell")):
        loaded = run_here("area", "import", file, "--level", level, *OPTIONS, env=env)
        assert loaded.status == 0, loaded.stderr
    done = run_here("area", "check", "--json", env=env)
    assert done.status == 1
    layers = json.loads(done.stdout)["layers"]
    assert [layer["level"] for layer in layers] == ["community", "cell"]
    assert layers[0]["findings"] == []
    (found,) = layers[1]["findings"]
    assert (found["kind"], found["codes"]) == ("parent_without_areas", ["610103001002"])
    only = run_here("area", "check", "--level", "community", env=env)
    assert only.status == 0
    named = run_here("area", "check", "--edition", layers[1]["source"], env=env)
    assert named.status == 1
    # A file is held against the database before it is imported.
    assert run_here("area", "check", cells, *OPTIONS, env=env).status == 1
    against = run_here("area", "check", cells, *OPTIONS, "--against", communities, env=env)
    assert "parent_without_areas" in against.stdout


def _tree(folder: Path, *, codes: dict[str, str]) -> Path:
    """Write the block with an enclave in its middle as four layers, as area build and area export do."""
    hole = paper.square(150, 50, 100, 100)
    whole = shapely.difference(paper.square(0, 0, 400, 300), hole)
    file = folder / "tree.gpkg"
    for level in ("district", "street", "community", "cell"):
        cell = level == "cell"
        shapes = [shapely.difference(each, hole) for each in block()] if cell else [whole]
        given = [codes["community"] + f"{k + 1:03d}" for k in range(12)] if cell else [codes[level]]
        frame = geopandas.GeoDataFrame({"code": given}, geometry=paper.degrees(shapes), crs=4326)
        frame.to_file(file, layer=level)
    return file


def test_a_file_of_levels_is_held_against_itself(run_here: Run, tmp_path: Path, database_url: str) -> None:
    """Not against what is loaded, which is another district; --against has the last word."""
    env = {"GRIDSVC_DATABASE_URL": database_url}
    other = paper.write(
        tmp_path / "c.gpkg", paper.degrees([paper.square(5000, 0, 400, 300)]), code=["610104001001"]
    )
    loaded = run_here("area", "import", other, "--level", "community", *OPTIONS, env=env)
    assert loaded.status == 0, loaded.stderr
    names = {"district": "610103", "street": "610103001", "community": paper.COMMUNITY}
    file = _tree(tmp_path, codes=names)
    done = run_here("area", "check", file, *OPTIONS, "--json", env=env)
    assert done.status == 0, done.stdout
    layers = json.loads(done.stdout)["layers"]
    assert [layer["level"] for layer in layers] == ["district", "street", "community", "cell"]
    assert [layer["against"] for layer in layers] == [
        None, "tree.gpkg:district", "tree.gpkg:street", "tree.gpkg:community",
    ]  # fmt: skip
    assert [[each["kind"] for each in layer["findings"]] for layer in layers] == [["open_ground"], [], [], []]
    only = json.loads(run_here("area", "check", file, *OPTIONS, "--level", "cell", "--json", env=env).stdout)
    assert [layer["against"] for layer in only["layers"]] == ["tree.gpkg:community"]
    alone = run_here("area", "check", file, *OPTIONS, "--level", "cell", "--against", "none", env=env)
    assert (alone.status, "宽缝隙" in alone.stdout) == (1, True)
    loaded = run_here("area", "check", file, *OPTIONS, "--level", "cell", "--against", "database", env=env)
    assert (loaded.status, "unknown_parent" in loaded.stdout or "610104001001" in loaded.stdout) == (1, True)


def test_repair_writes_lists_and_is_done(run: Run, run_here: Run, tmp_path: Path) -> None:
    cells = block()
    cells[5] = paper.square(100, 100, 99.7)
    cells[0] = paper.square(0, 0, 100.2)
    file, out = write_layer(tmp_path, cells), tmp_path / "mended.geojson"
    dry = run_here("area", "repair", file, "-o", out, *OPTIONS, "--dry-run", "--json")
    assert dry.status == 0, dry.stderr
    said = json.loads(dry.stdout)
    assert {each["code"] for each in said["changes"]} == {paper.cell_codes(6)[5], paper.cell_codes(2)[1]}
    assert not out.exists()
    done = run("area", "repair", file, "-o", out, *OPTIONS)
    assert done.status == 0
    assert "修改 2 个区域" in done.stdout
    assert run_here("area", "check", out, *OPTIONS, "--against", "none").status == 0
    assert "修改 0 个区域" in run_here("area", "repair", out, "--dry-run", *OPTIONS).stdout
    assert run_here("area", "repair", file, "-o", out, *OPTIONS).status == 1  # it exists
    assert run_here("area", "repair", file, *OPTIONS).status == 2
    frame = pyogrio.read_dataframe(out)
    assert frame["name"].tolist() == [f"网格{k + 1}" for k in range(12)]
    assert np.all(frame.geometry.is_valid)


@pytest.mark.parametrize(
    "arguments",
    [("--band", "viel"), ("--band", "5-3"), ("--tolerance", "200"), ("-o", "r.pdf"), ("--snap-mm", "0")],
)
def test_wrong_usage(run_here: Run, tmp_path: Path, arguments: tuple[str, str]) -> None:
    file = write_layer(tmp_path, block())
    assert run_here("area", "check", file, *OPTIONS, *arguments).status == 2


def test_buildings_and_components_have_datums_of_their_own(run_here: Run, tmp_path: Path) -> None:
    file = write_layer(tmp_path, block())
    crossing = shapely.transform(
        np.array(paper.degrees([paper.square(190, 120, 15, 20)]), dtype=object),
        lambda xy: np.column_stack(from_wgs84("gcj02", xy[:, 0], xy[:, 1])),
    )
    things = paper.write(tmp_path / "things.geojson", crossing, id=["T"])

    def found(*options: object) -> list[str]:
        done = run_here("area", "check", file, *OPTIONS, "--against", "none", *options, "--json")
        return [each["kind"] for each in json.loads(done.stdout)["layers"][0]["findings"]]

    assert found("--buildings", things) == []  # as WGS 84 it lies half a kilometre off
    assert found("--buildings", things, "--datum-buildings", "gcj02") == ["cuts_building"]
    assert found("--components", things, "--datum-components", "gcj02") == ["cuts_component"]


def test_a_date_that_is_none_is_called_by_its_option(run_here: Run) -> None:
    wrong = run_here("area", "check", "--at", "yesterday", env={"GRIDSVC_LANGUAGE": "en"})
    assert wrong.status == 2
    assert "--at “yesterday”" in wrong.stderr
