from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import District, make_district
from tests.tracks.walks import gpx, walk

Command = Callable[..., Outcome]
PERIOD = ("--from", "2026-11-16", "--to", "2026-11-22")


@pytest.fixture
def district(database_url: str) -> District:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        made = make_district(connection, 4)
    engine.dispose()
    return made


def test_tracks_come_in_are_listed_covered_and_go(
    command: Command, district: District, tmp_path: Path
) -> None:
    walked, elsewhere = tmp_path / "甲.gpx", tmp_path / "乙.gpx"
    walked.write_bytes(gpx(district, walk([(0.5, 0.5), (2.5, 0.5)], every=20), name=None))
    elsewhere.write_bytes(gpx(district, walk([(500, 0.5), (501, 0.5)]), name=None))
    assert "is unchanged" in command("track", "import", walked, "--dry-run").stdout
    assert json.loads(command("track", "list", "--json").stdout) == []

    refused = command("track", "import", walked, elsewhere, "--json")
    assert (refused.status, "another_city" in refused.stderr) == (1, True)
    assert json.loads(refused.stdout)["stored"] == 0
    assert command("track", "list").stdout == ""

    rejects = tmp_path / "rejects.csv"
    one = command("track", "import", walked, "--skip-invalid", rejects, "--json")
    assert json.loads(one.stdout)["stored"] == 1
    again = command("track", "import", walked)
    assert (again.status, "1 known already" in again.stdout) == (0, True)
    lost = command("track", "import", elsewhere, "--skip-invalid", rejects)
    assert (lost.status, "no_tracks_left" in lost.stderr) == (1, True)

    (listed,) = json.loads(command("track", "list", "--json").stdout)
    assert (listed["patrol"], listed["source"]) == ("甲", "甲.gpx")
    drawn = tmp_path / "one.geojson"
    shown = command("track", "show", listed["id"], "-o", drawn)
    assert "7 minutes" in shown.stdout
    assert json.loads(drawn.read_text(encoding="utf-8"))["geometry"]["type"] == "MultiLineString"

    covered = json.loads(command("track", "coverage", *PERIOD, "--json").stdout)
    assert (covered["visited"], covered["count"]) == (3, 16)
    table = tmp_path / "cells.csv"
    said = command("track", "coverage", *PERIOD, "-o", table)
    assert "3 of 16 cells visited" in said.stdout
    with table.open(encoding="utf-8-sig", newline="") as file:
        assert sum(row["days"] == "1" for row in csv.DictReader(file)) == 3
    page = tmp_path / "cells.html"
    assert command("track", "coverage", *PERIOD, "-o", page).status == 0
    content = page.read_text(encoding="utf-8")
    assert "never: 13" in content
    assert 'src="http' not in content

    assert "deleted" in command("track", "delete", listed["id"]).stdout
    assert command("track", "show", listed["id"]).status == 1
    assert command("track", "match").status == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("coverage", "--from", "2026-11-22", "--to", "2026-11-16"), 1),
        (("coverage", *PERIOD, "-o", "x.docx"), 2),
        (("coverage", *PERIOD, "--by", "street"), 1),
        (("coverage", *PERIOD, "--by", "tree"), 2),
        (("import", "nowhere.gpx"), 1),
        (("show", "7"), 1),
    ],
)
@pytest.mark.usefixtures("district")
def test_what_cannot_be_done(command: Command, arguments: tuple[str, ...], status: int) -> None:
    assert command("track", *arguments).status == status
