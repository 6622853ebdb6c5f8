from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run

_ROWS = "名称,类型,经度,纬度\n阳光小区,小区,108.95,34.25\n青龙寺,寺庙,108.96,34.24\n"


def test_places_are_imported_and_found(run: Run, run_here: Run, database_url: str, tmp_path: Path) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url}
    path = tmp_path / "places.csv"
    path.write_text(_ROWS, encoding="utf-8")
    tried = run_here("place", "import", path, "--dry-run", "--json", env=env)
    assert tried.status == 0, tried.stderr
    assert json.loads(tried.stdout)["places"] == 2
    assert run_here("place", "find", "青龙寺", env=env).status == 1
    assert run("place", "import", path, env=env).status == 0
    found = run("place", "find", "青龙寺门口", "--json", env=env)
    answer = json.loads(found.stdout)
    assert (answer["verdict"], answer["places"][0]["name"]) == ("certain", "青龙寺")
    shown = run_here("place", "find", "yangguangxiaoqu", "--near", "108.9,34.2", env=env)
    assert "阳光小区" in shown.stdout
    assert "拼音" in shown.stdout
    assert run_here("place", "find", "青龙寺", "--near", "108.9", env=env).status == 2


def test_refused_rows_are_listed_and_left_out(run_here: Run, database_url: str, tmp_path: Path) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url}
    path, rejects = tmp_path / "places.csv", tmp_path / "rejects.csv"
    path.write_text(_ROWS + "坏,,34.25,108.95\n", encoding="utf-8")
    refused = run_here("place", "import", path, env=env)
    assert refused.status == 1
    assert "swapped_lon_lat" in refused.stderr
    taken = run_here("place", "import", path, "--skip-invalid", rejects, "--json", env=env)
    assert taken.status == 0, taken.stderr
    assert json.loads(taken.stdout)["places"] == 2
    assert "swapped_lon_lat" in rejects.read_text(encoding="utf-8-sig")
