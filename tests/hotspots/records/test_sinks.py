"""Default coordinates are found, real busy places are not, and what a person says stands."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from gridsvc.errors import NotFound
from gridsvc.hotspots.records.sinks import Sink, decide_sink, find_sinks, list_sinks, normalised
from tests.hotspots.district import SCHEME, ZONE, District, make_district

NOW = datetime(2026, 11, 22, tzinfo=ZONE)
CLASSES = ("0201", "0101")


def plant(
    connection: Connection,
    place: tuple[float, float],
    addresses: Sequence[str | None],
    classes: Sequence[str] = CLASSES,
) -> None:
    """Add a report of each address at one place, of the classes in turn."""
    connection.execute(
        text(
            "INSERT INTO report (origin, geom, scheme, kind, class_code, address, opened_at)"
            " SELECT 'test', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :scheme, 'event',"
            " (CAST(:classes AS text[]))[1 + (n - 1) % :k], a, :at"
            " FROM unnest(CAST(:addresses AS text[])) WITH ORDINALITY AS t(a, n)"
        ),
        {
            "lon": place[0],
            "lat": place[1],
            "scheme": SCHEME,
            "classes": list(classes),
            "k": len(classes),
            "addresses": list(addresses),
            "at": NOW - timedelta(days=30),
        },
    )


def scatter(connection: Connection, district: District, count: int) -> None:
    """Add reports all over the district, each at a place and with an address of its own."""
    rng = np.random.default_rng(7)
    for k, place in enumerate(rng.uniform(0, 6, (count, 2))):
        plant(connection, district.place(*place), [f"长安路{k}号"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("长安路１２号", "长安路 12号", True),
        ("Main St., 5", "MAIN ST 5", True),
        ("长安路12-3号", "长安路12–3号", True),
        ("长安路12-3号", "长安路123号", False),
        ("（小区）东门", "(小区) 东门。", True),
        ("甲路1号", "甲路2号", False),
    ],
)
def test_how_addresses_are_compared(one: str, other: str, same: bool):
    assert (normalised(one) == normalised(other)) == same


def test_every_planted_sink_is_found_and_no_busy_place(connection: Connection):
    district = make_district(connection)
    scatter(connection, district, 300)
    sinks = {district.place(2.0 + k / 7, 3.3): 25 + 40 * k for k in range(5)}
    for k, (place, count) in enumerate(sinks.items()):
        plant(connection, place, [f"{k}街{n}号" for n in range(count)])
    plant(connection, district.place(1.1, 1.1), ["大雁塔市场", " 大雁塔市场。", "大雁塔市場东门"] * 60)
    plant(connection, district.place(1.2, 1.1), [f"站前路{n}号" for n in range(80)], ["0201"])
    plant(connection, district.place(1.3, 1.1), [f"北路{n}号" for n in range(20)])
    plant(connection, district.place(1.4, 1.1), [f"南路{n % 10}号" for n in range(90)])
    found = find_sinks(connection, now=NOW)
    assert [(sink.lon, sink.lat, sink.reports) for sink in found] == sorted(
        ((*place, count) for place, count in sinks.items()), key=lambda each: -each[2]
    )
    assert {sink.status for sink in found} == {"quarantined"}
    assert found[0].share == pytest.approx(185 / (300 + 525 + 180 + 80 + 20 + 90))
    assert found[0].addresses == 185
    assert found[0].classes == 2


def test_of_many_reports_a_share_is_needed(connection: Connection):
    district = make_district(connection)
    plant(connection, district.place(3.3, 3.3), [f"西路{n}号" for n in range(24)])
    connection.execute(
        text(
            "INSERT INTO report (origin, opened_at) SELECT 't', now() FROM generate_series(1, 11976)"
        )  # 24 of 12,000 is 0.2 %, not more
    )
    assert find_sinks(connection, now=NOW) == []
    plant(connection, district.place(3.3, 3.3), ["西路99号"])
    assert [sink.reports for sink in find_sinks(connection, now=NOW)] == [25]


def test_without_addresses_there_is_suspicion_and_no_more(connection: Connection):
    district = make_district(connection)
    plant(connection, district.place(3.3, 3.3), [None, "", "  "] * 10 + ["甲路1号"] * 9, ["0201"])
    (sink,) = find_sinks(connection, now=NOW)
    assert (sink.status, sink.without_address, sink.addresses) == ("suspected", 30, 1)
    plant(connection, district.place(3.3, 3.3), [f"乙路{n}号" for n in range(11)])
    (sink,) = find_sinks(connection, now=NOW + timedelta(days=1))
    assert (sink.status, sink.found_at) == ("quarantined", NOW)


def test_what_a_person_says_stands(connection: Connection):
    district = make_district(connection)
    place, other = district.place(3.3, 3.3), district.place(4.4, 4.4)
    plant(connection, place, [f"西路{n}号" for n in range(30)])
    plant(connection, other, ["市场"] * 5)
    find_sinks(connection, now=NOW)
    cleared = decide_sink(connection, place[0] + 3e-7, place[1], "cleared", by="某人", now=NOW, note="钟楼")
    assert (cleared.status, cleared.decided_by, cleared.note) == ("cleared", "某人", "钟楼")
    plant(connection, place, ["西路100号"])
    (again,) = find_sinks(connection, now=NOW)
    assert (again.status, again.reports) == ("cleared", 31)
    decide_sink(connection, *other, "quarantined", by="某人", now=NOW)
    assert {(sink.reports, sink.status) for sink in list_sinks(connection)} == {
        (31, "cleared"),
        (5, "quarantined"),
    }
    with pytest.raises(NotFound) as caught:
        decide_sink(connection, 10.0, 20.0, "quarantined", by="某人", now=NOW)
    assert caught.value.code == "no_reports_there"


def test_nothing_is_taken_back_by_the_rule(connection: Connection):
    district = make_district(connection)
    plant(connection, district.place(3.3, 3.3), [f"西路{n}号" for n in range(30)])
    find_sinks(connection, now=NOW)
    connection.execute(text("DELETE FROM report WHERE id % 2 = 0"))
    (sink,) = find_sinks(connection, now=NOW)
    assert (sink.status, sink.reports) == ("quarantined", 15)
    connection.execute(text("DELETE FROM report"))
    (sink,) = find_sinks(connection, now=NOW)
    assert (sink.status, sink.reports) == ("quarantined", 15)


def test_no_reports_no_sinks(connection: Connection):
    assert find_sinks(connection, now=NOW) == []


@pytest.mark.parametrize(
    "change",
    [
        "status = 'gone'",
        "decided_by = 'x'",
        "status = 'cleared'",
        "share = 2",
        "lat = 'NaN'",
        "addresses = 99",
    ],
)
def test_what_the_table_refuses(connection: Connection, change: str):
    plant(connection, make_district(connection).place(3.3, 3.3), [f"西路{n}号" for n in range(30)])
    find_sinks(connection, now=NOW)
    with pytest.raises(IntegrityError):
        connection.execute(text(f"UPDATE geocode_sink SET {change}"))


def _real(connection: Connection, file: Path, columns: tuple[str, str, str, str]) -> list[Sink]:
    with file.open(encoding="utf-8-sig", newline="") as rows:
        given = [[row[column] or None for column in columns] for row in csv.DictReader(rows)]
    lon, lat, address, word = zip(*given, strict=True)
    connection.execute(
        text(
            "INSERT INTO report (origin, geom, class_code, address, opened_at) SELECT 'real',"
            " ST_SetSRID(ST_MakePoint(CAST(lon AS float8), CAST(lat AS float8)), 4326), word, address, now()"
            " FROM unnest(CAST(:lon AS text[]), CAST(:lat AS text[]), CAST(:address AS text[]),"
            " CAST(:word AS text[])) AS t(lon, lat, address, word)"
        ),
        {"lon": list(lon), "lat": list(lat), "address": list(address), "word": list(word)},
    )
    return find_sinks(connection, now=NOW)


def test_baltimores_default_coordinate(connection: Connection, real_data: Path):
    """885 of 10,000 reports lie at exactly 39, -77; the city hall (42 reports, one address) stays."""
    found = _real(
        connection, real_data / "baltimore311_cases.csv", ("Longitude", "Latitude", "Address", "SRType")
    )
    assert [(sink.lon, sink.lat, sink.status, sink.reports) for sink in found] == [
        (-77.0, 39.0, "quarantined", 885)
    ]
    assert found[0].addresses > 800
    assert found[0].share == pytest.approx(0.0885)


def test_san_francisco_has_none(connection: Connection, real_data: Path):
    assert _real(connection, real_data / "sf311_cases.csv", ("lon", "lat", "address", "category")) == []
