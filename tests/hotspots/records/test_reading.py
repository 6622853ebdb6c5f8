"""Reports by cell and day, on real PostGIS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused
from gridsvc.hotspots import Question
from gridsvc.hotspots.records.daily import DailyCounts, LeftOut
from gridsvc.hotspots.records.reading import read_daily, read_hours, read_places
from tests.hotspots.district import EAST, NORTH, ZONE, add_reports, make_district, record_cells

NOW = datetime(2026, 11, 22, tzinfo=ZONE)


def ask(
    classes: Sequence[str] = ("非法小广告",),
    first: str = "2026-03-01",
    last: str = "2026-03-31",
    **fields: Any,
) -> Question:
    zone = fields.pop("zone", ZONE)
    return Question.of(classes, date.fromisoformat(first), date.fromisoformat(last), zone, **fields)


def read(connection: Connection, question: Question | None = None, now: datetime = NOW) -> DailyCounts:
    return read_daily(connection, question or ask(), now=now, snap_outside_m=30)


def rows(counts: DailyCounts) -> list[tuple[str, int, str, str | None, int, int]]:
    return [
        (
            counts.cells.layer.codes[counts.cell[k]],
            int(counts.day[k]),
            counts.classes[counts.class_index[k]].code,
            counts.channels[counts.channel[k]],
            int(counts.reports[k]),
            int(counts.incidents[k]),
        )
        for k in range(len(counts.cell))
    ]


def test_a_row_for_each_cell_day_class_and_channel(connection: Connection):
    district = make_district(connection)
    there, here = district.place(1.5, 1.5), district.place(4.5, 2.5)
    ids = add_reports(connection, [there] * 3, at="2026-03-01 00:00")
    ids += add_reports(connection, [there], at="2026-03-01 23:59:59.999999", source="12345")
    ids += add_reports(connection, [here], at="2026-03-31 23:59:59", class_code="0101")
    ids += add_reports(connection, [here], at="2026-04-01 00:00")
    codes = [district.code(1, 1)] * 4 + [district.code(4, 2)] * 2
    record_cells(connection, district.edition, zip(ids, codes, strict=True))
    counts = read(connection, ask(["0201", "私搭乱建"]))
    assert rows(counts) == [
        (district.code(1, 1), 0, "0201", "12345", 1, 1),
        (district.code(1, 1), 0, "0201", "监督员", 3, 3),
        (district.code(4, 2), 30, "0101", "监督员", 1, 1),
    ]
    assert counts.left_out == LeftOut()
    assert counts.moved == 0


def test_recorded_and_located_counts_are_one(connection: Connection):
    district = make_district(connection)
    place = district.place(1.5, 1.5)
    ids = add_reports(connection, [place] * 2)
    record_cells(connection, district.edition, [(ids[0], district.code(1, 1))])
    add_reports(connection, [district.place(6.2, 2.5), district.place(40, 40), None])
    counts = read(connection)
    assert [(each[0], each[4]) for each in rows(counts)] == [
        (district.code(1, 1), 2),
        (district.code(5, 2), 1),
    ]
    assert counts.moved == 2
    assert counts.left_out == LeftOut(without_place=1, outside=1)


def test_located_in_pieces_is_located_alike(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    district = make_district(connection)
    rng = np.random.default_rng(7)
    for day in range(1, 29):
        places = [district.place(*place) for place in rng.uniform(-1, 7, (20, 2))]
        add_reports(connection, [*places, None], at=f"2026-03-{day:02d} 12:00")
    whole = read(connection)
    monkeypatch.setattr("gridsvc.hotspots.records.grouping.MOST_AT_ONCE", 37)
    pieces = read(connection)
    assert rows(pieces) == rows(whole)
    assert (pieces.left_out, pieces.moved, pieces.snapshot) == (whole.left_out, whole.moved, whole.snapshot)
    assert whole.moved + whole.left_out.outside == 560
    assert whole.left_out.without_place == 28


@pytest.mark.parametrize("recorded", [True, False])
def test_days_on_which_clocks_change(connection: Connection, recorded: bool):
    district = make_district(connection)
    zone = ZoneInfo("America/New_York")
    told = {  # 2026-03-08 has 23 hours there, 2026-11-01 has 25
        "2026-03-08 04:59:59+00": date(2026, 3, 7),
        "2026-03-08 05:00:00+00": date(2026, 3, 8),
        "2026-03-09 03:59:59+00": date(2026, 3, 8),
        "2026-03-09 04:00:00+00": date(2026, 3, 9),
        "2026-11-02 04:59:59+00": date(2026, 11, 1),
        "2026-11-02 05:00:00+00": date(2026, 11, 2),
    }
    for at in told:
        (report,) = add_reports(connection, [district.place(1.5, 1.5)])
        connection.execute(
            text("UPDATE report SET opened_at = CAST(:at AS timestamptz) WHERE id = :id"),
            {"at": at, "id": report},
        )
        if recorded:
            record_cells(connection, district.edition, [(report, district.code(1, 1))])
    counts = read(connection, ask(first="2026-01-01", last="2026-11-20", zone=zone))
    expected = [(day - date(2026, 1, 1)).days for day in told.values()]
    assert np.repeat(counts.day, counts.reports).tolist() == sorted(expected)


@pytest.mark.parametrize("recorded", [True, False])
def test_hours_of_the_week(connection: Connection, recorded: bool):
    district = make_district(connection)
    for at in ("2026-03-02 00:00", "2026-03-08 23:59:59.9", "2026-03-10 17:30", "2026-03-17 17:00"):
        ids = add_reports(connection, [district.place(1.5, 1.5)], at=at)
        if recorded:
            record_cells(connection, district.edition, [(ids[0], district.code(1, 1))])
    hours = read_hours(connection, ask(), now=NOW, snap_outside_m=30)
    found = hours.of()
    assert (found[0, 0], found[6, 23], found[1, 17], found.sum()) == (1, 1, 2, 4)
    assert (hours.by_cell().sum(axis=0) == found).all()
    assert hours.of([0]).sum() == 0


@pytest.mark.parametrize("recorded", [True, False])
def test_hours_before_1970_are_hours_of_the_week_too(connection: Connection, recorded: bool):
    """Some senders write 1900-01-01 where they know no day."""
    district = make_district(connection)
    for at in ("1969-12-29 08:00", "1960-01-03 23:30", "1970-01-01 09:00"):
        ids = add_reports(connection, [district.place(1.5, 1.5)], at=at)
        if recorded:
            record_cells(connection, district.edition, [(ids[0], district.code(1, 1))])
    asked = ask(first="1955-01-01", last="1970-12-31")
    hours = read_hours(connection, asked, now=NOW, snap_outside_m=30)
    of_cell = hours.by_cell()[hours.cells.layer.codes.index(district.code(1, 1))]
    assert (of_cell[0, 8], of_cell[6, 23], of_cell[3, 9], hours.of().sum()) == (1, 1, 1, 3)


def test_hours_of_the_day_are_a_filter_of_the_clock_there(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    for at in ("2026-03-10 17:00", "2026-03-10 20:59", "2026-03-10 21:00", "2026-03-11 04:30"):
        add_reports(connection, [place], at=at)
    assert [
        int(read(connection, ask(hours=hours)).reports.sum()) for hours in ("17-21", "21-5", "0-24", "4-5")
    ] == [2, 2, 4, 1]


def test_a_duplicate_is_a_report_and_no_incident(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 6)
    record_cells(connection, district.edition, [(each, district.code(1, 1)) for each in ids[:3]])
    for report, probability, decision in (
        (ids[1], 0.9, None),
        (ids[2], 0.6, None),
        (ids[3], None, "accepted"),
        (ids[4], 0.99, "rejected"),
        (ids[5], 0.5, None),
    ):
        connection.execute(
            text(
                "INSERT INTO report_duplicate (report_id, earlier_id, probability, decision, decided_by, decided_at)"
                " VALUES (:report, :first, :p, :decision, CASE WHEN :decided THEN '某人' END,"
                " CASE WHEN :decided THEN now() END)"
            ),
            {
                "report": report,
                "first": ids[0],
                "p": probability,
                "decision": decision,
                "decided": decision is not None,
            },
        )
    counts = read(connection)
    assert [(each[4], each[5]) for each in rows(counts)] == [(6, 2)]


@pytest.mark.parametrize("recorded", [True, False])
def test_reports_at_a_quarantined_coordinate_are_left_out(connection: Connection, recorded: bool):
    district = make_district(connection)
    lon, lat = district.place(1.5, 1.5)
    ids = add_reports(connection, [(lon, lat)] * 5 + [(lon + 1e-9, lat), (lon, lat - 1e-7)])
    if recorded:
        record_cells(connection, district.edition, [(each, district.code(1, 1)) for each in ids])
    connection.execute(
        text(
            "INSERT INTO geocode_sink (lon, lat, reports, addresses, without_address, classes, share, found_at,"
            " status) VALUES (:lon, :lat, 5, 5, 0, 2, 0.5, now(), 'quarantined')"
        ),
        {"lon": lon, "lat": lat},
    )
    counts = read(connection)
    assert int(counts.reports.sum()) == 2
    assert counts.left_out == LeftOut(quarantined=5)
    connection.execute(text("UPDATE geocode_sink SET status = 'suspected'"))
    assert int(read(connection).reports.sum()) == 7


def test_words_and_classes_together(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    add_reports(connection, [place] * 2, class_code="Graffiti", kind=None)
    add_reports(connection, [place])
    counts = read(connection, ask(["Graffiti", "0201"]))
    assert [(each[2], each[4]) for each in rows(counts)] == [("Graffiti", 2), ("0201", 1)]


def test_a_channel_that_nobody_told(connection: Connection):
    place = make_district(connection).place(1.5, 1.5)
    ids = add_reports(connection, [place] * 2)
    connection.execute(text("UPDATE report SET source = NULL WHERE id = :id"), {"id": ids[0]})
    counts = read(connection)
    assert counts.channels == ("监督员", None)
    assert int(counts.of_channels([None]).reports.sum()) == 1
    assert read(connection, ask(sources=["监督员"])).channels == ("监督员",)


def test_the_same_data_have_the_same_snapshot(connection: Connection):
    district = make_district(connection)
    add_reports(connection, [district.place(1.5, 1.5)] * 2)
    first = read(connection)
    assert read(connection).snapshot == first.snapshot
    add_reports(connection, [district.place(1.5, 1.5)], class_code="0101")
    assert read(connection).snapshot == first.snapshot
    add_reports(connection, [district.place(1.5, 1.5)], at="2026-03-30 09:00")
    assert read(connection).snapshot != first.snapshot


def test_nothing_found_is_all_zeros(connection: Connection):
    make_district(connection)
    counts = read(connection)
    assert counts.per_cell().tolist() == [0] * 36
    assert counts.per_day().shape == (36, 31)
    assert counts.per_week().shape == (36, 4)
    assert counts.channels == ()
    assert counts.left_out == LeftOut()


def test_a_period_that_has_not_begun_is_refused(connection: Connection):
    make_district(connection)
    with pytest.raises(InputRefused) as caught:
        read(connection, ask(first="2026-12-01", last="2026-12-31"))
    assert caught.value.code == "period_future"


def test_days_that_have_not_begun_are_told(connection: Connection):
    make_district(connection)
    assert read(connection, ask(last="2026-11-30"), now=NOW).days_ahead == 8
    assert read(connection, ask(last="2026-11-22"), now=NOW).days_ahead == 0


def test_a_week_with_days_still_to_come_is_no_week_of_zeros(connection: Connection):
    make_district(connection)
    counts = read(connection, ask(first="2026-11-01", last="2026-12-31"), now=NOW)
    assert counts.weeks == (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))
    assert counts.per_week().shape == (36, 3)
    saturday = read(
        connection, ask(first="2026-11-01", last="2026-12-31"), now=datetime(2026, 11, 21, 12, tzinfo=ZONE)
    )
    assert saturday.weeks == counts.weeks[:2]


def test_a_place_that_is_none_is_no_place(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [district.place(1.5, 1.5)] * 2)
    connection.execute(
        text("UPDATE report SET geom = ST_SetSRID(ST_MakePoint('NaN', 'NaN'), 4326) WHERE id = :id"),
        {"id": ids[0]},
    )
    connection.execute(
        text("UPDATE report SET geom = ST_SetSRID('POINT EMPTY'::geometry, 4326) WHERE id = :id"),
        {"id": ids[1]},
    )
    assert read(connection).left_out == LeftOut(without_place=2)
    assert read_places(connection, ask(), now=NOW, snap_outside_m=30).left_out == LeftOut(without_place=2)


def test_a_report_with_a_cell_and_no_place_is_counted_and_is_among_no_places(connection: Connection):
    district = make_district(connection)
    ids = add_reports(connection, [None, district.place(1.5, 1.5)])
    record_cells(connection, district.edition, [(each, district.code(1, 1)) for each in ids])
    assert read(connection).per_cell().sum() == 2
    places = read_places(connection, ask(), now=NOW, snap_outside_m=30)
    assert places.report.tolist() == ids[1:]
    assert places.left_out == LeftOut(without_place=1)


def test_places_are_the_incidents_of_the_counts(connection: Connection):
    district = make_district(connection)
    rng = np.random.default_rng(7)
    where = rng.uniform(-1, 7, (60, 2))
    ids = add_reports(
        connection, [*(district.place(*place) for place in where), None], at="2026-03-09 08:30:15"
    )
    inside = [k for k in range(60) if (where[k] > 0).all() and (where[k] < 6).all()]
    record_cells(
        connection, district.edition, [(ids[k], district.code(*where[k].astype(int))) for k in inside[::2]]
    )
    connection.execute(
        text(
            "INSERT INTO report_duplicate (report_id, earlier_id, probability) VALUES (:later, :first, 0.9)"
        ),
        {"later": ids[inside[2]], "first": ids[inside[0]]},
    )
    places = read_places(connection, ask(), now=NOW, snap_outside_m=30)
    counts = read(connection)
    assert (np.bincount(places.cell, minlength=36) == counts.per_cell()).all()
    assert places.left_out == counts.left_out
    assert ids[inside[2]] not in places.report
    assert set(places.day) == {8}
    assert set(places.second) == {8 * 3600 + 30 * 60 + 15}
    k = int(np.flatnonzero(places.report == ids[inside[0]])[0])
    expected = where[inside[0]] * 100 + (EAST / 1000, NORTH / 1000)
    assert np.hypot(places.x_m[k] - expected[0], places.y_m[k] - expected[1]) < 0.01
    assert (np.diff(places.report) > 0).all()
    assert read_places(connection, ask(), now=NOW, snap_outside_m=30).snapshot == places.snapshot


def test_no_places(connection: Connection):
    make_district(connection)
    places = read_places(connection, ask(), now=NOW, snap_outside_m=30)
    assert places.x_m.shape == places.cell.shape == (0,)
    assert places.channels == ()
