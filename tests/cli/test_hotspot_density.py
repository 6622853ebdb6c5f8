"""`gridsvc hotspot density`, by its options and its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import add_reports, make_district

Command = Callable[..., Outcome]
ASKED = (
    "hotspot",
    "density",
    "--class",
    "0201",
    "--kind",
    "event",
    "--from",
    "2026-03-01",
    "--to",
    "2026-03-31",
)


@pytest.fixture
def loaded(database_url: str) -> int:
    """Fifty reports about one place of a district, and a street through it."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_district(connection, 6)
        rng = np.random.default_rng(2)
        add_reports(connection, [district.place(*each) for each in 3 + rng.normal(0, 0.3, (50, 2))])
        line = shapely.LineString([district.place(0, 3), district.place(6, 3)])
        connection.execute(
            text(
                "INSERT INTO road (source, name, geom) VALUES ('made', '河路', ST_GeomFromText(:line, 4326))"
            ),
            {"line": line.wkt},
        )
    engine.dispose()
    return 50


def test_a_surface_is_written_and_told(command: Command, loaded: int, tmp_path: Path) -> None:
    done = command(*ASKED, "--bandwidth", 150, "-o", tmp_path / "map.tif", "--json")
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["incidents"], told["bandwidth_m"]) == (loaded, 150)
    assert told["raster"]["integral"] == pytest.approx(loaded)
    assert (tmp_path / "map.tif").stat().st_size == told["bytes"] > 0
    said = command(*ASKED, "-o", tmp_path / "map.geojson")
    assert said.status == 0, said.stderr
    assert "50 incidents" in said.stdout
    assert "chosen by leave-one-out" in said.stdout


def test_options_of_the_surface(command: Command, loaded: int) -> None:
    done = command(
        *ASKED, "--kernel", "gaussian", "--adaptive", "--half-life", "auto", "--edge", "uniform", "--pixel", 20,
        "--levels", "10,100", "--json",
    )  # fmt: skip
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kernel"], told["edge"], told["raster"]["pixel_m"]) == ("gaussian", "uniform", 20)
    assert told["adaptive_m"] is not None
    assert told["incidents"] == loaded


def test_streets_and_their_segments(command: Command, loaded: int, tmp_path: Path) -> None:
    done = command(*ASKED, "--network", "continuous", "--segments", tmp_path / "streets.geojson", "--json")
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["on_street"] + told["off_street"] == loaded
    assert told["densest_pieces"][0]["road"] == "河路"
    assert len(json.loads((tmp_path / "streets.geojson").read_text())["features"]) == told["pieces"]


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ((), 2, "no_output"),
        (("--bandwidth", 0, "--json"), 1, "bad_bandwidth"),
        (("--bandwidth", -20, "--json"), 1, "bad_bandwidth"),
        (("--kernel", "box", "--json"), 2, "bad_kernel"),
        (("--edge", "round", "--json"), 2, "bad_option"),
        (("--half-life", "long", "--json"), 2, "bad_option"),
        (("--levels", "a,b", "--json"), 2, "bad_option"),
        (("--levels", "9,3", "--json"), 1, "bad_levels"),
        (("--network", "spline", "--json"), 2, "bad_network_kernel"),
        (("--network", "simple", "--adaptive", "--json"), 2, "not_along_streets"),
        (("--segments", "x.geojson"), 2, "segments_without_network"),
        (("-o", "map.doc"), 2, "bad_suffix"),
    ],
)
@pytest.mark.usefixtures("loaded")
def test_what_cannot_be_done_is_refused(
    command: Command, options: tuple[object, ...], status: int, code: str
) -> None:
    done = command(*ASKED, *options)
    assert done.status == status
    assert code in done.stderr
