"""`gridsvc case duplicates` and `gridsvc hotspot exposure`, as processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Run
from tests.hotspots.district import add_reports, make_district


@pytest.fixture
def town(database_url: str) -> dict[str, Any]:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_district(connection, 2)
        place = district.place(0.5, 0.5)
        first = add_reports(connection, [place], at="2026-03-10 09:00")[0]
        second = add_reports(connection, [place], at="2026-03-10 12:00", source="12345")[0]
    engine.dispose()
    return {
        "env": {"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_LANGUAGE": "en"},
        "reports": (first, second),
        "code": district.code(0, 0),
    }


def test_duplicates_are_found_listed_rejected_and_accepted(run: Run, town: dict[str, Any]) -> None:
    env, (first, second) = town["env"], town["reports"]
    found = run("case", "duplicates", "find", env=env)
    assert found.status == 0
    assert "1 are likely duplicates, 1 new" in found.stdout
    (listed,) = json.loads(run("case", "duplicates", "list", "--json", env=env).stdout)
    assert (listed["report_id"], listed["earlier_id"], listed["decision"]) == (second, first, None)
    listed_in_words = run("case", "duplicates", "list", env=env).stdout
    assert f"= {first}" in listed_in_words
    assert "2026-03-10 12:00" in listed_in_words
    rejected = json.loads(
        run("case", "duplicates", "reject", second, "--by", "wang", "--json", env=env).stdout
    )
    assert (rejected["decision"], rejected["decided_by"]) == ("rejected", "wang")
    again = json.loads(run("case", "duplicates", "find", "--dry-run", "--json", env=env).stdout)
    assert (again["suggested"], again["added"], again["dry_run"]) == (0, 0, True)
    accepted = run("case", "duplicates", "accept", second, "--by", "wang", env=env)
    assert accepted.stdout.strip() == f"report {second} and {first} are one incident."
    missing = run("case", "duplicates", "accept", first, env=env)
    assert missing.status == 1
    assert "no_suggestion" in missing.stderr
    late = run("case", "duplicates", "find", "--since", "2999-01-01", env=env)
    assert (late.status, "since_in_future" in late.stderr) == (1, True)


def test_an_exposure_is_tried_imported_and_listed(run: Run, town: dict[str, Any], tmp_path: Path) -> None:
    env, code = town["env"], town["code"]
    path = tmp_path / "people.csv"
    path.write_text(f"单元网格编码,人口\n{code},120\n610103999001999,3\n", encoding="utf-8")
    command = ("hotspot", "exposure", "import", path, "--name", "people")
    refused = run(*command, "--json", env=env)
    assert refused.status == 1
    assert [each["code"] for each in json.loads(refused.stdout)["refused"]] == ["unknown_cell"]
    rejects = tmp_path / "rejects.csv"
    tried = run(*command, "--skip-invalid", rejects, "--dry-run", env=env)
    assert tried.status == 0
    assert "Dry run" in tried.stdout
    done = json.loads(run(*command, "--skip-invalid", rejects, "--json", env=env).stdout)
    # Added, not unchanged: the dry run kept nothing.
    assert (done["added"], done["total"], len(done["refused"])) == (1, 120, 1)
    assert "unknown_cell" in rejects.read_text(encoding="utf-8-sig")
    listed = {
        each["name"]: each
        for each in json.loads(run("hotspot", "exposure", "list", "--json", env=env).stdout)
    }
    assert listed["people"]["total"] == 120
    minutes = tmp_path / "minutes.csv"
    minutes.write_text(f"cell,when,minutes\n{code},2026-03-10,35\n", encoding="utf-8")
    name = ("--name", "patrol_minutes", "--day", "when", "--json")
    assert json.loads(run("hotspot", "exposure", "import", minutes, *name, env=env).stdout)["added"] == 1
    period = ("--from", "2026-03-01", "--to", "9999-12-31", "--json")
    endless = run("hotspot", "exposure", "reporting", *period, env=env)
    assert (endless.status, "period_too_long" in endless.stderr) == (1, True)
