from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Run

HEADER = "编号,经度,纬度,小类,上报时间\n"
GOOD = "1,108.95512,34.24531,0201,2026-03-01 08:00:00\n"
BAD = "2,108.95512,34.24531,0201,昨天\n"


def count(url: str) -> int:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text("SELECT count(*) FROM report")).scalar_one())
    engine.dispose()
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "案件.csv"
    path.write_text(HEADER + GOOD + BAD, encoding="gbk")
    return path


def test_refused_dry_skipped_and_again(
    file: Path, tmp_path: Path, database_url: str, run: Run, run_here: Run
) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url}
    refused = run_here("case", "import", file, env=env | {"GRIDSVC_LANGUAGE": "en"})
    assert (refused.status, refused.stdout) == (1, "")
    assert "案件.csv row 3 column 上报时间 = '昨天' bad_time" in refused.stderr
    assert count(database_url) == 0

    rejects = tmp_path / "rejects.csv"
    dry = run_here("case", "import", file, "--dry-run", "--skip-invalid", rejects, "--json", env=env)
    answer = json.loads(dry.stdout)
    assert (answer["imported"], answer["refused"], answer["dry_run"]) == (1, 1, True)
    assert answer["rejects"][0]["row"] == 3
    assert "bad_time" in rejects.read_text(encoding="utf-8-sig")
    assert count(database_url) == 0

    taken = run("case", "import", file, "--skip-invalid", rejects, env=env)
    assert taken.status == 0
    assert "导入 1" in taken.stdout
    assert count(database_url) == 1
    again = run_here("case", "import", file, "--skip-invalid", rejects, "--json", env=env)
    assert json.loads(again.stdout)["already_there"] == 1
    assert count(database_url) == 1


def test_wrong_usage(file: Path, database_url: str, run_here: Run) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url}
    for option in (["--column", "lon"], ["--column", "colour=x"], ["--time-zone", "Mars/Base"]):
        assert run_here("case", "import", file, *option, env=env).status == 2
