"""`gridsvc area diff` and `area list` on a real database: what a new edition changes, and whom it touches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from sqlalchemy import text

from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.geography import paper

A, B, C, D, E = paper.cell_codes(5)
BEFORE = {A: paper.square(0, 0), B: paper.square(100, 0), C: paper.square(200, 0)}
# B is split, C gets a strip of ten metres, A stays
AFTER = {A: BEFORE[A], D: paper.square(100, 0, 45), E: paper.square(145, 0, 45), C: paper.square(190, 0, 110)}

Command = Callable[..., Outcome]


@pytest.fixture
def two_editions(command: Command, tmp_path: Path, database_url: str) -> Command:
    for name, cells, more in (("before", BEFORE, ()), ("after", AFTER, ("--effective", "2026-07-01"))):
        path = paper.write(
            tmp_path / f"{name}.gpkg", paper.degrees(list(cells.values())), code=list(cells), name=list(cells)
        )
        done = command("area", "import", path, "--level", "cell", "--code", "code", "--name", "name", *more)
        assert done.status == 0, done.stderr
    zones = tmp_path / "zones.csv"
    zones.write_text(f"code,name,cells\nz1,西区,{A}\nz2,东区,{B}\n", encoding="utf-8")
    done = command(
        "zone", "import", zones, "--kind", "patrol", "--code", "code", "--name", "name", "--cells", "cells"
    )
    assert done.status == 0, done.stderr
    engine = open_engine(database_url)
    places = {
        "in-a": (50, 50),
        "in-b": (120, 50),
        "in-strip": (195, 50),
        "in-c": (250, 50),
        "closed": (120, 60),
    }
    with engine.begin() as connection:
        for name, at in places.items():
            [square] = paper.degrees([paper.square(*at, 0.001, 0.001)])
            lon, lat = square.exterior.coords[0]
            connection.execute(
                text(
                    "INSERT INTO report (external_id, origin, lon, lat, geom, opened_at, closed_at) VALUES"
                    " (:name, 'test', :lon, :lat, st_setsrid(st_makepoint(:lon, :lat), 4326), '2026-06-01',"
                    " CASE WHEN :name = 'closed' THEN timestamptz '2026-06-02' END)"
                ),
                {"name": name, "lon": lon, "lat": lat},
            )
    engine.dispose()
    return command


def test_the_change_and_whom_it_touches(two_editions: Command, tmp_path: Path) -> None:
    target = tmp_path / "changes.geojson"
    done = two_editions("area", "diff", "cell-ever-1", "cell-2026-07-01-1", "--json", "-o", target)
    assert done.status == 0, done.stderr
    [found] = json.loads(done.stdout)
    assert (found["level"], found["counts"]) == ("cell", {"unchanged": 1, "moved": 1, "split": 1})
    assert found["m2_other_code"] == pytest.approx(10_000, abs=1)
    split = next(change for change in found["changes"] if change["kind"] == "split")
    assert [area["code"] for area in split["before"]] == [B]
    assert [area["code"] for area in split["after"]] == [D, E]
    assert {(each["before"], each["after"], round(each["m2"], -1)) for each in split["exchanged"]} == {
        (B, D, 4500), (B, E, 4500), (B, C, 1000)
    }  # fmt: skip
    cases = [(case["external_id"], case["before"], case["after"]) for case in found["open_cases"]]
    assert cases == [("in-b", B, D), ("in-strip", B, C)]
    [zone] = found["zones"]
    assert (zone["kind"], zone["code"], zone["cells_gone"]) == ("patrol", "z2", [B])
    assert zone["m2"] == pytest.approx(10_000, abs=1)
    table = pyogrio.raw.read(target)[3]
    columns = dict(zip(pyogrio.read_info(target)["fields"], table, strict=True))
    assert sorted(zip(columns["code"], columns["change"], strict=True)) == [
        (C, "moved"),
        (D, "split"),
        (E, "split"),
    ]


def test_a_case_on_a_border_is_of_the_cell_that_answered(two_editions: Command, database_url: str) -> None:
    """A stays and B is split: a place between them is touched if it was B's, or if nobody knows."""
    [square] = paper.degrees([paper.square(100, 0, 0.001, 0.001)])
    x, y = (np.rint(each) for each in to_millimetres(4545, *np.array(square.exterior.coords[0])[:, None]))
    lon, lat = (float(each[0]) for each in to_degrees(4545, x, y))
    engine = open_engine(database_url)
    with engine.begin() as connection:
        edition = connection.execute(text("SELECT min(id) FROM area_edition")).scalar_one()
        for name, cell in (("on-a", A), ("on-b", B), ("on-nobody", None)):
            connection.execute(
                text(
                    "WITH made AS (INSERT INTO report (external_id, origin, lon, lat, geom, opened_at) VALUES"
                    " (:name, 'test', :lon, :lat, st_setsrid(st_makepoint(:lon, :lat), 4326), '2026-06-01')"
                    " RETURNING id) INSERT INTO resolution (report_id, atlas, cell_edition_id, cell_code,"
                    " decision) SELECT id, 'a', :edition, :cell, 'needs_decision' FROM made"
                    " WHERE CAST(:cell AS text) IS NOT NULL"
                ),
                {"name": name, "lon": lon, "lat": lat, "edition": edition, "cell": cell},
            )
    engine.dispose()
    done = two_editions("area", "diff", "cell-ever-1", "cell-2026-07-01-1", "--json")
    cases = [each["external_id"] for each in json.loads(done.stdout)[0]["open_cases"]]
    assert cases == ["in-b", "in-strip", "on-b", "on-nobody"]


def test_by_dates_and_in_words(two_editions: Command) -> None:
    done = two_editions("area", "diff", "2026-06-30", "2026-07-01")
    assert done.status == 0, done.stderr
    assert "cell-ever-1 → cell-2026-07-01-1" in done.stdout
    assert f"{B} → {D}, {E}" in done.stdout
    assert "Open cases touched: 2." in done.stdout
    assert "patrol z2 东区" in done.stdout
    assert f"no longer there: {B}" in done.stdout
    same = two_editions("area", "diff", "2026-07-01", "2026-07-02", "--level", "all", "--json")
    [found] = json.loads(same.stdout)
    assert (found["counts"], found["changes"], found["open_cases"]) == ({"unchanged": 4}, [], [])


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("nothing", "2026-01-01"), 1, "no_such_edition"),
        (("2026-01-01", "2026-08-01", "--level", "street"), 1, "no_areas_then"),
        (("cell-ever-1", "cell-2026-07-01-1", "--level", "street"), 2, "levels_differ"),
        (("cell-ever-1", "cell-2026-07-01-1", "-o", "x.odd"), 2, "unknown_format"),
    ],
)
def test_bad_input(two_editions: Command, arguments: tuple[str, ...], status: int, code: str) -> None:
    done = two_editions("area", "diff", *arguments)
    assert (done.status, code in done.stderr) == (status, True), done.stderr


def test_the_list_says_when_each_edition_holds(two_editions: Command) -> None:
    rows = json.loads(two_editions("area", "list", "--json").stdout)
    assert [(row["edition"], row["effective_from"], row["effective_to"]) for row in rows] == [
        ("cell-ever-1", None, "2026-07-01T00:00:00+08:00"),
        ("cell-2026-07-01-1", "2026-07-01T00:00:00+08:00", None),
    ]
    then = json.loads(two_editions("area", "list", "--at", "2026-06-30", "--json").stdout)
    assert [row["edition"] for row in then] == ["cell-ever-1"]
    words = two_editions("area", "list").stdout.splitlines()
    assert "from ever\tto 2026-07-01 00:00\tgbt" in words[0]


def test_a_code_for_other_ground_needs_a_word(two_editions: Command, tmp_path: Path) -> None:
    swapped = {A: AFTER[C], C: AFTER[A], D: AFTER[D], E: AFTER[E]}
    path = paper.write(tmp_path / "next.gpkg", paper.degrees(list(swapped.values())), code=list(swapped))
    command = ("area", "import", path, "--level", "cell", "--code", "code", "--effective", "2027-01-01")
    refused = two_editions(*command)
    assert refused.status == 1
    assert "code_reused" in refused.stderr
    assert "--allow-reuse" in refused.stderr
    assert two_editions(*command, "--allow-reuse").status == 0


def test_rules_of_ones_own(command: Command, tmp_path: Path) -> None:
    rules = tmp_path / "wards.toml"
    rules.write_text(
        'name = "wards"\n[levels]\ncell = "W{ward}"\n[fields.ward]\nwidth = 2\n', encoding="utf-8"
    )
    path = paper.write(tmp_path / "wards.gpkg", paper.degrees([paper.square(0, 0)]), code=["W12"])
    done = command("area", "import", path, "--level", "cell", "--code", "code", "--profile", rules)
    assert done.status == 0, done.stderr
    assert json.loads(command("area", "list", "--json").stdout)[0]["profile"] == "wards"
    rules.write_text('name = "wards"\nlevles = 3\n', encoding="utf-8")
    done = command("area", "import", path, "--level", "cell", "--code", "code", "--profile", rules)
    assert done.status == 1
    assert "wards.toml column levles" in done.stderr
