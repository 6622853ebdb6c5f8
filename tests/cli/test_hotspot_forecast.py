"""`gridsvc hotspot forecast` and `hotspot backtest`, by their options and their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import add_reports, make_district

Command = Callable[..., Outcome]
LAST = date(2026, 5, 31)
ASKED = ("--class", "0201", "--kind", "event", "--from", "2026-02-02", "--to", "2026-05-31")


@pytest.fixture
def loaded(database_url: str) -> str:
    """17 weeks of a report a day in one cell of 36, and one anywhere; return the code of the cell."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_district(connection, 6)
        rng = np.random.default_rng(2)
        for back in range(119):
            places = [district.place(2.5, 3.5), district.place(*rng.uniform(0, 6, 2))]
            add_reports(connection, places, at=f"{LAST - timedelta(days=back)} 09:00")
    engine.dispose()
    return district.code(2, 3)


def test_a_forecast_is_written_and_told(command: Command, loaded: str, tmp_path: Path) -> None:
    done = command("hotspot", "forecast", *ASKED, "-o", tmp_path / "next.html", "--json")
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["cells"][0]["code"] == loaded
    assert told["backtest"]["steps"] == 8
    assert (tmp_path / "next.html").stat().st_size == told["bytes"] > 0
    said = command("hotspot", "forecast", *ASKED, "--model", "last_4", "-o", tmp_path / "next.geojson")
    assert said.status == 0, said.stderr
    assert "mean of the last 4" in said.stdout


def test_a_back_test_is_a_table_and_a_file(command: Command, loaded: str, tmp_path: Path) -> None:
    assert loaded
    options = ("--model", "last_4", "--model", "eb_regression", "-o", tmp_path / "test.json")
    done = command("hotspot", "backtest", *ASKED, *options)
    assert done.status == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == [
        "last_4",
        "ewma_13",
        "eb_regression",
    ]
    told = json.loads((tmp_path / "test.json").read_text(encoding="utf-8"))
    assert told["live"] in {"ewma_13", "eb_regression"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("forecast", *ASKED), "no_output"),
        (("forecast", *ASKED, "--horizon", "year", "--json"), "bad_horizon"),
        (("forecast", *ASKED, "--shift", "night", "--json"), "bad_shift"),
        (("forecast", *ASKED, "--model", "crystal_ball", "--json"), "unknown_model"),
        (("backtest", *ASKED, "-o", "test.csv"), "bad_suffix"),
        (("backtest", *ASKED, "--model", "crystal_ball"), "unknown_model"),
    ],
)
def test_wrong_options_are_named(command: Command, loaded: str, options: tuple[str, ...], code: str) -> None:
    assert loaded
    done = command("hotspot", *options)
    assert done.status == 2
    assert code in done.stderr


def test_a_folder_that_is_not_there_is_told_before_the_work(command: Command, loaded: str) -> None:
    assert loaded
    done = command("hotspot", "backtest", *ASKED, "-o", "no/such/folder/test.json")
    assert done.status == 1
    assert "no_folder" in done.stderr
