"""`gridsvc hotspot map`: files, `--json`, frozen limits, and clear refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Run
from tests.hotspots.district import District, add_reports, make_district

PERIOD = ("--from", "2026-03-01", "--to", "2026-03-31")


def spread(district: District, n: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(7)
    dense = rng.uniform((1.05, 4.05), (1.95, 4.95), (n // 2, 2))
    thin = rng.uniform(0, district.size, (n // 2, 2))
    return [district.place(x, y) for x, y in np.vstack([dense, thin])]


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_district(connection)
        for day, place in enumerate(spread(district, 60)):
            add_reports(connection, [place], at=f"2026-03-{day % 28 + 1:02d} 09:00")
        add_reports(connection, [district.place(20, 20), None])
    engine.dispose()
    return {"GRIDSVC_DATABASE_URL": database_url}


def test_files_are_written_and_the_numbers_printed(
    env: dict[str, str], run: Run, run_here: Run, tmp_path: Path
) -> None:
    for suffix, execute in (("html", run), ("parquet", run_here)):
        file = tmp_path / f"out.{suffix}"
        drawn = execute("hotspot", "map", "--class", "0201", *PERIOD, "-o", file, "--json", env=env)
        assert drawn.status == 0, drawn.stderr
        told = json.loads(drawn.stdout)
        assert told["bytes"] == file.stat().st_size
    assert (told["reports"], told["in_cells"], told["incidents"]) == (62, 60, 60)
    assert (told["outside"], told["without_place"], told["quarantined"]) == (1, 1, 0)
    assert told["enough"] is True
    assert told["hot_cells"] >= 1
    assert told["hot"][0]["risk"] > 1.5
    assert told["provenance"]["null"]
    plain = run_here("hotspot", "map", "--class", "0201", *PERIOD, "--no-significance", "--json", env=env)
    without = json.loads(plain.stdout)
    assert without["hot_cells"] is None
    assert without["hot"] == []
    assert without["counts"] == told["counts"]


def test_a_series_keeps_the_limits_of_its_first_map(
    env: dict[str, str], run_here: Run, tmp_path: Path
) -> None:
    file = tmp_path / "series.json"
    asked = ("hotspot", "map", "--class", "0201", "--series", file, "--json", "--no-significance")
    first = json.loads(run_here(*asked, *PERIOD, env=env).stdout)
    assert first["breaks"]
    assert list(json.loads(file.read_text("utf-8")).values()) == [first["breaks"]]
    again = json.loads(run_here(*asked, "--from", "2026-04-01", "--to", "2026-04-30", env=env).stdout)
    assert again["reports"] == 0
    assert again["breaks"] == first["breaks"]
    given = run_here("hotspot", "map", "--class", "0201", *PERIOD, "--breaks", "0,1,9", "--json", env=env)
    assert json.loads(given.stdout)["breaks"] == [1, 9]


def test_what_cannot_be_done_is_refused_before_any_file(
    env: dict[str, str], run_here: Run, tmp_path: Path
) -> None:
    def refused(*options: str | Path, status: int, code: str) -> str:
        outcome = run_here("hotspot", "map", *options, env=env)
        assert outcome.status == status, outcome.stderr
        assert code in outcome.stderr
        assert "Traceback" not in outcome.stderr
        return outcome.stderr

    file = tmp_path / "no.html"
    said = refused("--class", "小广告", *PERIOD, "-o", file, status=1, code="unknown_class")
    assert "非法小广告" in said
    ads = ("--class", "0201")
    backwards = ("--from", "2026-03-02", "--to", "2026-03-01")
    refused(*ads, *backwards, "-o", file, status=1, code="period_reversed")
    refused(*ads, "--from", "2090-01-01", "--to", "2090-01-31", "-o", file, status=1, code="period_future")
    refused(*ads, *PERIOD, "-o", file, "--exposure", "shops", status=1, code="no_exposure")
    refused(*ads, *PERIOD, "-o", file, "--breaks", "5,2", status=1, code="bad_breaks")
    refused(*ads, *PERIOD, "-o", file, "--breaks", "many", status=1, code="bad_breaks")
    refused(*ads, *PERIOD, status=2, code="no_output")
    refused(*ads, *PERIOD, "-o", "map.pdf", status=2, code="bad_suffix")
    refused(*ads, *PERIOD, "-o", file, "--breaks", "1", "--series", file, status=2, code="breaks_and_series")
    (tmp_path / "bad.json").write_text("[1, 2]")
    refused(*ads, *PERIOD, "--json", "--series", tmp_path / "bad.json", status=1, code="bad_series_file")
    assert run_here("hotspot", "map", *ads, "--from", "March", "--to", "x", env=env).status == 2
    assert not file.exists()


def test_few_reports_are_called_few(env: dict[str, str], run_here: Run, tmp_path: Path) -> None:
    file = tmp_path / "few.html"
    drawn = run_here(
        "hotspot", "map", "--class", "0201", "--from", "2026-03-20", "--to", "2026-03-22", "-o", file, env=env
    )
    assert drawn.status == 0, drawn.stderr
    assert "数据不足" in drawn.stdout
    assert "2026-03-0" in drawn.stdout
