"""Reports of the database as batches: what each row says, however the stream is cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.cases.history import report_batches
from tests.town import make_town

SCHEME = "gbt30428.2-2013"
BEGIN = datetime(2026, 6, 1, 8, 30, 15, 250_000, tzinfo=UTC)
COUNT = 300

_INSERT = text(
    "INSERT INTO report (external_id, origin, lon, lat, datum, accuracy_m, accuracy_kind, scheme, kind,"
    " class_code, text, opened_at, heading_deg, house_number, component_id, facts) VALUES (:external_id,"
    " :origin, :lon, :lat, :datum, :accuracy_m, :accuracy_kind, :scheme, :kind, :class_code, :text,"
    " :opened_at, :heading_deg, :house_number, :component_id, CAST(:facts AS jsonb)) RETURNING id"
)


def row(number: int) -> dict[str, Any]:
    """A report; every kind of blank occurs, and words that a CSV has to quote."""
    placed, known = number % 7 != 0, number % 5 != 0
    words = ('说"路灯",不亮\n第二行', "", "私搭乱建")
    return {
        "external_id": f"r{number}",
        "origin": "a" if number % 2 else "b",
        "lon": 108.9 + number / 3e5 if placed else None,
        "lat": 34.2 + number / 7e5 if placed else None,
        "datum": "gcj02" if number % 3 == 0 else "wgs84",
        "accuracy_m": 15.5 if number % 4 == 0 else None,
        "accuracy_kind": "android" if number % 4 == 0 else None,
        "scheme": SCHEME if known else None,
        "kind": "event" if known else None,
        "class_code": "0201" if known else words[number % 3],
        "text": "x",
        "opened_at": BEGIN + timedelta(hours=number),
        "heading_deg": 90.0 if number % 6 == 0 else None,
        "house_number": number + 1 if number % 8 == 0 else None,
        "component_id": f"6101{number}" if number % 9 == 0 else None,
        "facts": '{"compound": "inside", "urgency": null}' if number % 10 == 0 else None,
    }


@pytest.fixture
def reports(connection: Connection) -> list[tuple[int, dict[str, Any]]]:
    make_town(connection)
    rows = [row(number) for number in range(COUNT)]
    return [(connection.execute(_INSERT, each).scalar_one(), each) for each in rows]


@pytest.mark.parametrize("block", [1 << 10, 1 << 23])
def test_each_report_as_it_was_asked(
    connection: Connection, reports: list[tuple[int, dict[str, Any]]], block: int
) -> None:
    expected = iter(reports)
    batches = 0
    for batch in report_batches(connection, block=block):
        batches += 1
        asked = batch.queries
        for k, name in enumerate(batch.ids):
            number, given = next(expected)
            assert name == number
            for column in ("lon", "lat", "accuracy_m", "heading_deg"):
                value = getattr(asked, column)[k]
                assert value == given[column] or (np.isnan(value) and given[column] is None)
            for column in ("datum", "accuracy_kind", "scheme", "kind", "class_code", "component_id"):
                assert getattr(asked, column)[k] == ((given[column] or "").strip() or None)
            assert asked.at[k] == round(given["opened_at"].timestamp() * 1_000_000)
            assert asked.house_number[k] == (given["house_number"] or -1)
            assert asked.clause_id[k] == -1
            said = {fact: words[k] for fact, words in asked.facts.items() if words[k] is not None}
            assert said == ({"compound": "inside"} if given["facts"] else {})
    assert next(expected, None) is None
    assert (batches > 1) == (block < 1 << 20)


def test_of_a_period_and_an_origin(connection: Connection, reports: list[tuple[int, dict[str, Any]]]) -> None:
    since, until = BEGIN + timedelta(hours=10), BEGIN + timedelta(hours=20)
    found = [
        name
        for batch in report_batches(connection, since=since, until=until, origin="a")
        for name in batch.ids
    ]
    assert found == [number for number, given in reports[10:20] if given["origin"] == "a"]
    assert list(report_batches(connection, since=BEGIN + timedelta(days=9000))) == []


def test_a_batch_left_early_leaves_the_connection_usable(
    connection: Connection, reports: list[tuple[int, dict[str, Any]]]
) -> None:
    stream = report_batches(connection, block=1 << 10)
    next(stream)
    stream.close()
    assert connection.execute(text("SELECT count(*) FROM report")).scalar_one() >= len(reports)
