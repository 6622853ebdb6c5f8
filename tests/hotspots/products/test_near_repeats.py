"""The near-repeat table of a made district, in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import orjson
from sqlalchemy import Connection

from gridsvc.hotspots import Question
from gridsvc.hotspots.products.near_repeats import NearRepeatTable, read_near_repeats
from tests.hotspots.district import ZONE, add_reports, make_district


def ask(connection: Connection) -> NearRepeatTable:
    question = Question.of(["0201"], date(2026, 1, 1), date(2026, 5, 31), ZONE)
    now = datetime(2026, 6, 10, tzinfo=ZONE)
    return read_near_repeats(connection, question, now=now, snap_outside_m=30, permutations=199)


def test_what_comes_back_is_said(connection: Connection) -> None:
    district = make_district(connection, 10)
    rng = np.random.default_rng(2)
    for _ in range(60):
        x, y = rng.uniform(0.5, 9.5, 2)
        on = date(2026, 1, 1) + timedelta(days=int(rng.integers(140)))
        add_reports(connection, [district.place(x, y)], at=f"{on} 09:00")
        add_reports(connection, [district.place(x + 0.3, y)], at=f"{on + timedelta(days=1)} 09:00")
    found = ask(connection)
    told = found.as_dict()
    orjson.dumps(told)
    assert told["places"] == 120
    assert told["headline"].startswith("近重复：一处发生后，1–100 米内、0–1 天内再发生的是平时的 ")
    assert found.lines("zh")[2].startswith("1–100")
    assert "*" in found.lines("en")[2]


def test_without_reports_there_is_none(connection: Connection) -> None:
    make_district(connection)
    found = ask(connection)
    orjson.dumps(found.as_dict())
    assert "no near repeats" in found.headline().en
    assert "–" in found.lines("zh")[1]
