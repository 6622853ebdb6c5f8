"""Hotspots of weekly runs: told with a place, and must-visits where they recur."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import Text
from gridsvc.hotspots.classes import CountedClass
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.expecting import expected_places
from gridsvc.patrol.value.fresh import hotspots_lately
from gridsvc.patrol.value.must import must_visits
from gridsvc.patrol.value.must_asked import MustAsked
from tests.hotspots.district import SCHEME, ZONE, District, add_reports, make_district

DAY = date(2026, 6, 1)
BEGINS = datetime(2026, 6, 1, 17, tzinfo=ZONE)
SHIFT = Asked(("0201",), SCHEME, "event", DAY, BEGINS, BEGINS + timedelta(hours=4), ZONE, weeks=8)
NOW = datetime(2026, 6, 1, 12, tzinfo=ZONE)
ADS = CountedClass(SCHEME, "event", "0201", Text("非法小广告", "small ads"))


def see(connection: Connection, district: District, weeks: list[tuple[str, str]]) -> int:
    """Let runs that end on these Sundays see one hotspot of two cells, as it changed."""
    series = connection.scalar(
        text(
            "INSERT INTO hotspot_series (name, asked, made_at) VALUES ('小广告', '{\"classes\": [\"0201\"]}', :now)"
            " RETURNING id"
        ),
        {"now": NOW},
    )
    spot = connection.scalar(
        text("INSERT INTO hotspot (series_id, first_day) VALUES (:series, '2026-05-10') RETURNING id"),
        {"series": series},
    )
    for last, change in weeks:
        connection.execute(
            text(
                "WITH run AS (INSERT INTO hotspot_run (series_id, first_day, last_day, made_at, snapshot, reports,"
                " incidents, provenance) VALUES (:series, CAST(:last AS date) - 27, :last, :now, 'x', 9, 9, '{}')"
                " RETURNING id) INSERT INTO hotspot_sighting (run_id, hotspot_id, rank, change, name, cell_codes,"
                " geom, observed, expected, risk, risk_low, risk_high, details) SELECT id, :spot, 1, :change,"
                " '甲路', :codes, ST_Multi(ST_MakeEnvelope(108.9, 34.2, 108.91, 34.21, 4326)), 9, 3, 3, 1, 5, '{}'"
                " FROM run"
            ),
            {
                "series": series,
                "last": last,
                "now": NOW,
                "spot": spot,
                "change": change,
                "codes": [district.code(2, 2), district.code(3, 2)],
            },
        )
    return int(spot)


@pytest.fixture
def district(connection: Connection) -> District:
    made = make_district(connection, 6)
    for back in range(1, 50, 2):
        day = DAY - timedelta(days=back)
        add_reports(connection, [made.place(3.4, 2.6)], at=f"{day} 18:20")
        add_reports(connection, [made.place(0.5, 0.5)], at=f"{day} 18:20")
    return made


def test_a_place_in_a_hotspot_says_so(connection: Connection, district: District) -> None:
    see(connection, district, [("2026-05-31", "new")])
    found = expected_places(connection, SHIFT, now=NOW, snap_outside_m=30)
    said = {cell: [line.zh for line in lines] for cell, lines in zip(found.cell, found.because, strict=True)}
    assert any("甲路" in line and "新出现" in line for line in said[district.code(3, 2)])
    assert not any("甲路" in line for line in said[district.code(0, 0)])


@pytest.mark.parametrize(
    ("weeks", "recurs"),
    [
        ([("2026-05-31", "new")], False),
        ([("2026-05-24", "new"), ("2026-05-31", "grown")], False),
        ([("2026-05-31", "returned")], True),
        ([("2026-05-17", "new"), ("2026-05-24", "continuing"), ("2026-05-31", "shrunk")], True),
    ],
)
def test_what_recurs_must_be_visited_where_its_reports_are(
    connection: Connection, district: District, weeks: list[tuple[str, str]], recurs: bool
) -> None:
    spot = see(connection, district, weeks)
    (found,) = hotspots_lately(connection, [ADS], DAY)
    assert (found.id, found.recurs, found.runs) == (spot, recurs, len(weeks))
    made = must_visits(connection, SHIFT, MustAsked(recurrent=True), now=NOW, snap_outside_m=30).places
    there = [key for key, cell in zip(made.key, made.cell, strict=True) if cell == district.code(3, 2)]
    told = [line.zh for lines in made.because for line in lines if "甲路" in line.zh]
    # The repeated reports at that door are a must-visit anyway, and the hotspot is told with them.
    assert len(there) == 1
    assert bool(told) == recurs


def test_a_hotspot_of_another_class_or_of_long_ago_is_none(
    connection: Connection, district: District
) -> None:
    see(connection, district, [("2026-05-03", "returned")])
    assert hotspots_lately(connection, [ADS], DAY) == []
    assert len(hotspots_lately(connection, [ADS], date(2026, 5, 10))) == 1
    other = replace(ADS, code="0101")
    assert hotspots_lately(connection, [other], date(2026, 5, 10)) == []
    # Nor is one of the day itself: it is made of what was not known before.
    assert hotspots_lately(connection, [ADS], date(2026, 5, 3)) == []
