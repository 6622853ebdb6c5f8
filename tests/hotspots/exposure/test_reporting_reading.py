"""Reporting rates from the duplicates that are in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from gridsvc.hotspots.exposure.reporting_reading import read_reporting_rates
from tests.hotspots.district import add_reports, make_district

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_repeats_before_the_end_count_by_street(connection: Connection) -> None:
    district = make_district(connection, 2)
    place = district.place(0.5, 0.5)
    talkative = add_reports(connection, [place] * 200)
    quiet = add_reports(connection, [place] * 200)
    repeats = add_reports(connection, [place] * 60, at="2026-03-10 19:00")
    late = add_reports(connection, [place] * 5, at="2026-03-13 09:00")
    add_reports(connection, [None], class_code="words of the sender", kind=None)
    for street, reports in (("610103001", [*talkative, *repeats, *late]), ("610103002", quiet)):
        connection.execute(
            text(
                "INSERT INTO resolution (report_id, atlas, street_code, decision)"
                " SELECT unnest(CAST(:reports AS bigint[])), 'test', :street, 'needs_decision'"
            ),
            {"reports": reports, "street": street},
        )
    opened = connection.scalar(text("SELECT min(opened_at) FROM report"))
    connection.execute(
        text("UPDATE report SET closed_at = :closed WHERE id = ANY(:firsts)"),
        {"closed": opened + timedelta(hours=24), "firsts": [*talkative, *quiet]},
    )
    links = [
        *zip(repeats[:40], talkative, strict=False),
        *zip(repeats[40:], quiet, strict=False),
        *zip(late, talkative, strict=False),
    ]
    connection.execute(
        text(
            "INSERT INTO report_duplicate (report_id, earlier_id, probability)"
            " SELECT * FROM unnest(CAST(:later AS bigint[]), CAST(:first AS bigint[])) AS p(l, f), (VALUES (0.9)) v"
        ),
        {"later": [later for later, _ in links], "first": [first for _, first in links]},
    )
    connection.execute(
        text(
            "UPDATE report_duplicate SET decision = 'rejected', decided_by = 'x', decided_at = now()"
            " WHERE report_id = :one"
        ),
        {"one": repeats[40]},
    )
    begin, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    found = read_reporting_rates(connection, first=begin, last=end, now=NOW)
    assert found.groups == ("610103001", "610103002")
    # The rejected one is an incident of its own, in the street where its first was told.
    assert found.incidents.tolist() == [201, 200]
    assert found.repeats.tolist() == [40, 19]
    assert found.hours[1] == pytest.approx(200 * 24)
    assert found.ratio[0] > 1 > found.ratio[1]
    assert found.rate[1] == pytest.approx(19 / 4800)


def test_an_empty_database_has_no_streets(connection: Connection) -> None:
    begin, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert read_reporting_rates(connection, first=begin, last=end, now=NOW).as_dict() == []
