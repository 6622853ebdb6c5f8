"""`gridsvc case duplicates` and `gridsvc hotspot exposure`, by their options and their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import add_reports, make_district

Command = Callable[..., Outcome]


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
        "reports": (first, second),
        "code": district.code(0, 0),
    }


def test_duplicates_are_found_listed_rejected_and_accepted(command: Command, town: dict[str, Any]) -> None:
    first, second = town["reports"]
    found = command("case", "duplicates", "find")
    assert found.status == 0
    assert "1 are likely duplicates, 1 new" in found.stdout
    (listed,) = json.loads(command("case", "duplicates", "list", "--json").stdout)
    assert (listed["report_id"], listed["earlier_id"], listed["decision"]) == (second, first, None)
    listed_in_words = command("case", "duplicates", "list").stdout
    assert f"= {first}" in listed_in_words
    assert "2026-03-10 12:00" in listed_in_words
    rejected = json.loads(command("case", "duplicates", "reject", second, "--by", "wang", "--json").stdout)
    assert (rejected["decision"], rejected["decided_by"]) == ("rejected", "wang")
    again = json.loads(command("case", "duplicates", "find", "--dry-run", "--json").stdout)
    assert (again["suggested"], again["added"], again["dry_run"]) == (0, 0, True)
    accepted = command("case", "duplicates", "accept", second, "--by", "wang")
    assert accepted.stdout.strip() == f"report {second} and {first} are one incident."
    missing = command("case", "duplicates", "accept", first)
    assert missing.status == 1
    assert "no_suggestion" in missing.stderr
    late = command("case", "duplicates", "find", "--since", "2999-01-01")
    assert (late.status, "since_in_future" in late.stderr) == (1, True)


def test_an_exposure_is_tried_imported_and_listed(
    command: Command, town: dict[str, Any], tmp_path: Path
) -> None:
    code = town["code"]
    path = tmp_path / "people.csv"
    path.write_text(f"单元网格编码,人口\n{code},120\n610103999001999,3\n", encoding="utf-8")
    people = ("hotspot", "exposure", "import", path, "--name", "people")
    refused = command(*people, "--json")
    assert refused.status == 1
    assert [each["code"] for each in json.loads(refused.stdout)["refused"]] == ["unknown_cell"]
    rejects = tmp_path / "rejects.csv"
    tried = command(*people, "--skip-invalid", rejects, "--dry-run")
    assert tried.status == 0
    assert "Dry run" in tried.stdout
    done = json.loads(command(*people, "--skip-invalid", rejects, "--json").stdout)
    # Added, not unchanged: the dry run kept nothing.
    assert (done["added"], done["total"], len(done["refused"])) == (1, 120, 1)
    assert "unknown_cell" in rejects.read_text(encoding="utf-8-sig")
    listed = {
        each["name"]: each for each in json.loads(command("hotspot", "exposure", "list", "--json").stdout)
    }
    assert listed["people"]["total"] == 120
    minutes = tmp_path / "minutes.csv"
    minutes.write_text(f"cell,when,minutes\n{code},2026-03-10,35\n", encoding="utf-8")
    name = ("--name", "patrol_minutes", "--day", "when", "--json")
    assert json.loads(command("hotspot", "exposure", "import", minutes, *name).stdout)["added"] == 1
    period = ("--from", "2026-03-01", "--to", "9999-12-31", "--json")
    endless = command("hotspot", "exposure", "reporting", *period)
    assert (endless.status, "period_too_long" in endless.stderr) == (1, True)
