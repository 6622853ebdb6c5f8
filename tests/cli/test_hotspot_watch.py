"""`gridsvc hotspot watch`, `refresh`, `list` and `show`: what is made, made anew, and told when it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import add_reports, make_district

Command = Callable[..., Outcome]
LAST = date(2026, 5, 31)


@pytest.fixture
def loaded(database_url: str) -> str:
    """Eight weeks of two reports a day in one cell of 36, and one anywhere; return the code of the cell."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_district(connection, 6)
        rng = np.random.default_rng(2)
        for back in range(56):
            places = [district.place(2.5, 3.5), *(district.place(*rng.uniform(0, 6, 2)) for _ in range(2))]
            add_reports(connection, places, at=f"{LAST - timedelta(days=back)} 09:00")
    engine.dispose()
    return district.code(2, 3)


def test_weeks_made_anew_keep_their_numbers_whatever_else_fails(command: Command, loaded: str) -> None:
    for name, more in (("a", ("--exposure", "moonlight")), ("小广告", ())):
        watched = command("hotspot", "watch", "--class", "0201", "--name", name, *more)
        assert watched.status == 0, watched.stderr
    weeks = ("--from", str(LAST - timedelta(days=14)), "--to", str(LAST), "--quick")

    refreshed = command("hotspot", "refresh", *weeks, "--json")
    assert refreshed.status == 1
    told = json.loads(refreshed.stdout)
    assert [(run["series"], run["to"]) for run in told["runs"]] == [
        ("小广告", str(LAST - timedelta(days=back))) for back in (14, 7, 0)
    ]
    assert [(fault["code"], fault["value"]) for fault in told["failed"]] == [("no_exposure", "a")]
    assert "refresh_incomplete" in refreshed.stderr

    listed = json.loads(command("hotspot", "list", "小广告", "--json").stdout)
    (spot,) = (each for each in listed["features"] if loaded in each["properties"]["cells"])
    again = command("hotspot", "refresh", "小广告", *weeks)
    assert again.status == 0, again.stderr
    assert json.loads(command("hotspot", "list", "小广告", "--json").stdout)["features"] == listed["features"]
    shown = json.loads(command("hotspot", "show", spot["id"], "--json").stdout)
    assert len(shown["runs"]) == 3
