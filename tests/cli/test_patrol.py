from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import District
from tests.web.town_with_streets import make_town_with_streets

Command = Callable[..., Outcome]
PLAN = (
    "patrol", "plan", "--date", "2026-11-23", "--shift", "17:00-20:00", "--mode", "ebike", "--class", "0201",
    "--iterations", "40",
)  # fmt: skip


@pytest.fixture
def district(database_url: str) -> District:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        made = make_town_with_streets(connection)
    engine.dispose()
    return made


def test_a_shift_is_planned_shown_and_planned_anew_twice(
    command: Command, district: District, tmp_path: Path
) -> None:
    lon, lat = district.place(5, 5)
    made = json.loads(command(*PLAN, "--patrols", "2", "--seed", "11", "--json").stdout)
    assert made["totals"]["stops"] > 0
    assert json.loads(command("patrol", "show", made["id"], "--json").stdout)["routes"] == made["routes"]
    again = json.loads(command(*PLAN, "--patrols", "2", "--seed", "11", "--dry-run", "--json").stdout)
    assert again["routes"] == made["routes"]

    change = ("--urgent", f"{lon},{lat},井盖缺失", "--seconds", "0.3", "--json")
    first = json.loads(
        command("patrol", "replan", made["id"], "--at", "18:10", "--absent", "2号", *change).stdout
    )
    # The same minute again: another urgent place, and who fell out is still away.
    second = json.loads(command("patrol", "replan", first["id"], "--at", "18:10", *change).stdout)
    outside = command("patrol", "replan", second["id"], "--at", "18:10", "--urgent", "100,20,远方")
    assert (outside.status, outside.stdout) == (1, "")
    assert "urgent_refused" in outside.stderr
    keys = [stop["key"] for route in second["routes"] for stop in route["stops"] if stop["kind"] == "urgent"]
    assert len(set(keys)) == len(keys) == 2
    assert second["routes"][1]["stops"] == first["routes"][1]["stops"]
    assert [row["id"] for row in json.loads(command("patrol", "list", "--json").stdout)] == [
        second["id"], first["id"], made["id"],
    ]  # fmt: skip

    for said in (
        ("--seed", "9" * 25), ("--team", "队" * 101), ("--inspect", "0101=inf"), ("--iterations", "0"),
        ("--weight", "0201=nan"), ("--break", "x"), ("--by", "某" * 201), ("--depot", "100,20"),
    ):  # fmt: skip
        refused = command(*PLAN, "--patrols", "1", *said)
        assert (refused.status, "Traceback" in refused.stderr) in ((1, False), (2, False)), said
    roster = tmp_path / "名单.csv"
    roster.write_text("姓名,班次\n甲,17:00-18:30\n乙,08:00-12:00\n", encoding="utf-8")
    assert "outside_shift" in command(*PLAN, "--patrols", roster, "--break", "20", "--json").stderr
