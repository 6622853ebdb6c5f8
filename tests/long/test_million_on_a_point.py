"""A million reports on one point: counted, found as a default coordinate, and then in no count."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, text

from gridsvc.hotspots import Question
from gridsvc.hotspots.records.reading import read_daily
from gridsvc.hotspots.records.sinks import find_sinks
from tests.hotspots.district import SCHEME, ZONE, make_district

NOW = datetime(2026, 11, 22, tzinfo=ZONE)
COUNT = 1_000_000


@pytest.mark.long
def test_a_million_reports_on_a_point(connection: Connection):
    district = make_district(connection)
    lon, lat = district.place(2.5, 2.5)
    connection.execute(
        text(
            "INSERT INTO report (origin, geom, scheme, kind, class_code, address, opened_at)"
            " SELECT 'test', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :scheme, 'event',"
            " CASE WHEN n % 2 = 0 THEN '0201' ELSE '0101' END, '长安路' || n || '号',"
            " timestamptz '2026-03-01 00:00+08' + n * interval '1 second' FROM generate_series(1, :count) AS n"
        ),
        {"lon": lon, "lat": lat, "scheme": SCHEME, "count": COUNT},
    )
    question = Question.of(["0201", "0101"], date(2026, 3, 1), date(2026, 3, 31), ZONE, kind="event")
    counts = read_daily(connection, question, now=NOW, snap_outside_m=30)
    assert counts.per_cell().max() == counts.reports.sum() == counts.moved == COUNT
    (sink,) = find_sinks(connection, now=NOW)
    assert (sink.reports, sink.addresses, sink.share, sink.status) == (COUNT, COUNT, 1.0, "quarantined")
    counts = read_daily(connection, question, now=NOW, snap_outside_m=30)
    assert counts.left_out.quarantined == COUNT
    assert counts.per_cell().sum() == 0
