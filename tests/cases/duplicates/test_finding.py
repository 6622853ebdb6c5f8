"""Suggesting, accepting and rejecting duplicates in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from gridsvc.cases.duplicates import (
    accept_duplicate,
    count_duplicates,
    find_duplicates,
    list_duplicates,
    reject_duplicate,
)
from gridsvc.cases.duplicates.counting import holds
from gridsvc.cases.duplicates.judging import shipped_weights
from gridsvc.errors import InputRefused, NotFound

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MORNING = datetime(2026, 3, 10, 1, tzinfo=UTC)
LON, LAT = 108.95, 34.23
WORDS = "友谊西路12号变电箱上贴着贷款广告"
SCHEME = "gbt30428.2-2013"


def _report(
    connection: Connection,
    hours: float,
    *,
    north_m: float = 0.0,
    words: str | None = WORDS,
    address: str | None = "友谊西路12号门前",
    source: str | None = "市民",
    place: bool = True,
    class_code: str = "0201",
) -> int:
    connection.execute(
        text(
            "INSERT INTO class VALUES (:scheme, 'event', '0201', '非法小广告', 'Small ads', '02', '广告', '',"
            " 'local'), (:scheme, 'event', '0137', '路灯', NULL, '01', '市容', 'test', 'local')"
            " ON CONFLICT DO NOTHING"
        ),
        {"scheme": SCHEME},
    )
    found: int = connection.execute(
        text(
            "INSERT INTO report (origin, geom, scheme, kind, class_code, text, address, source, opened_at)"
            " VALUES ('test', CASE WHEN :place THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) END, :scheme,"
            " 'event', :code, :words, :address, :source, :opened) RETURNING id"
        ),
        {
            "place": place,
            "lon": LON,
            "lat": LAT + north_m / 110_900,
            "scheme": SCHEME,
            "code": class_code,
            "words": words,
            "address": address,
            "source": source,
            "opened": MORNING + timedelta(hours=hours),
        },
    ).scalar_one()
    return found


def _links(connection: Connection) -> dict[int, int]:
    rows = connection.execute(
        text("SELECT report_id, earlier_id FROM report_duplicate WHERE decision IS DISTINCT FROM 'rejected'")
    )
    return {row.report_id: row.earlier_id for row in rows}


def _find(connection: Connection) -> tuple[int, int, int, int]:
    found = find_duplicates(connection, now=NOW)
    return found.suggested, found.added, found.changed, found.removed


def test_reports_of_one_incident_name_its_first_and_a_second_search_changes_nothing(
    connection: Connection,
) -> None:
    first = _report(connection, 0)
    second = _report(connection, 5, north_m=6, source="12345")
    third = _report(connection, 20, north_m=-5, source="市民")
    other = _report(connection, 6, north_m=3, class_code="0137", words="路灯不亮")
    assert _find(connection) == (2, 2, 0, 0)
    assert _links(connection) == {second: first, third: first}
    before = connection.execute(text("SELECT * FROM report_duplicate ORDER BY report_id")).all()
    assert _find(connection) == (2, 0, 0, 0)
    assert connection.execute(text("SELECT * FROM report_duplicate ORDER BY report_id")).all() == before
    listed = list_duplicates(connection, standing="open")
    assert {each["report_id"] for each in listed} == {second, third}
    assert all(0 < each["probability"] <= 1 for each in listed)
    assert other not in {each["report_id"] for each in listed}
    assert count_duplicates(connection) == {"open": 2, "accepted": 0, "rejected": 0}


def test_far_in_place_or_time_is_another_incident(connection: Connection) -> None:
    _report(connection, 0)
    _report(connection, 1, north_m=300)
    _report(connection, 31 * 24)
    assert _find(connection)[0] == 0


def test_after_midnight_and_over_borders_of_blocks_and_months_it_is_the_same(connection: Connection) -> None:
    first = _report(connection, 0)
    duplicates = {_report(connection, 14 + step, north_m=8 * step): first for step in (-1, 0, 1)}
    assert _find(connection)[0] == 3
    assert _links(connection) == duplicates
    # The stretches of a search end every 60 days; an incident over their border is one.
    border = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=30 * 686)
    hours = (border - MORNING).total_seconds() / 3600
    before, after = _report(connection, hours - 2), _report(connection, hours + 2, north_m=4, source="12345")
    assert find_duplicates(connection, now=border + timedelta(days=2)).suggested == 4
    assert _links(connection)[after] == before


def test_without_place_or_with_none_that_is_one_nothing_is_suggested(connection: Connection) -> None:
    _report(connection, 0, place=False)
    _report(connection, 1, place=False)
    connection.execute(
        text(
            "UPDATE report SET geom = ST_SetSRID(ST_MakePoint('NaN', 'NaN'), 4326) WHERE id ="
            " (SELECT max(id) FROM report)"
        )
    )
    found = find_duplicates(connection, now=NOW)
    assert (found.reports, found.placeless, found.suggested) == (2, 2, 0)
    assert find_duplicates(connection, now=datetime(2020, 1, 1, tzinfo=UTC)).reports == 0


def test_cities_on_two_sides_of_the_earth_are_two_places(connection: Connection) -> None:
    reports = [_report(connection, hour) for hour in range(4)]
    for report, lon, lat in ((reports[1], -122.42, 37.77), (reports[2], -71.05, 42.36)):
        connection.execute(
            text("UPDATE report SET geom = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) WHERE id = :id"),
            {"lon": lon, "lat": lat, "id": report},
        )
    _find(connection)
    assert _links(connection) == {reports[3]: reports[0]}


def test_a_default_coordinate_is_no_place(connection: Connection) -> None:
    for number in range(25):
        _report(connection, number / 10, address=f"路{number}号", words=f"{number}号门前贴满广告")
    found = find_duplicates(connection, now=NOW)
    assert (found.placeless, found.suggested) == (25, 0)


def test_what_a_person_decided_stays(connection: Connection) -> None:
    first = _report(connection, 0)
    second = _report(connection, 5, north_m=6, source="12345")
    third = _report(connection, 9, north_m=3, source="12345")
    _find(connection)
    rejected = reject_duplicate(connection, second, by="王", now=NOW)
    assert (rejected["decision"], rejected["decided_by"]) == ("rejected", "王")
    accepted = accept_duplicate(connection, third, by="王", now=NOW)
    assert accepted["earlier_id"] in (first, second)
    before = _links(connection)
    assert second not in before
    assert _find(connection)[1:] == (0, 0, 0)
    assert _links(connection) == before
    assert reject_duplicate(connection, third, by="李", now=NOW)["decided_by"] == "李"
    assert _links(connection) == {}
    assert _find(connection)[0] == 0


def test_a_person_links_what_the_machine_did_not_and_the_followers_follow(connection: Connection) -> None:
    oldest = _report(connection, -24 * 20, words="别的话", address=None)
    first = _report(connection, 0)
    second = _report(connection, 5, north_m=6, source="12345")
    _find(connection)
    assert _links(connection) == {second: first}
    done = accept_duplicate(connection, first, by="王", now=NOW, of=oldest)
    assert (done["earlier_id"], done["probability"]) == (oldest, None)
    assert _links(connection) == {second: oldest, first: oldest}
    find_duplicates(connection, now=NOW)
    assert _links(connection)[first] == oldest
    assert _links(connection).get(second) == oldest
    fourth = _report(connection, 30, words=None, address=None, north_m=90)
    assert accept_duplicate(connection, fourth, by="王", now=NOW, of=second)["earlier_id"] == oldest


def test_those_that_came_along_come_back_when_a_person_thinks_again(connection: Connection) -> None:
    oldest, older, first, second, third = (
        _report(connection, hours, north_m=1_000 * hours, words=None, address=None)
        for hours in (-40, -20, 0, 1, 2)
    )
    for report, of in ((second, first), (third, first), (first, older), (older, oldest)):
        accept_duplicate(connection, report, by="王", now=NOW, of=of)
    assert _links(connection) == dict.fromkeys((older, first, second, third), oldest)
    reject_duplicate(connection, second, by="王", now=NOW)
    # Of what was said of the third and the first nothing is taken back with what is said of the others.
    reject_duplicate(connection, older, by="王", now=NOW)
    assert _links(connection) == {first: older, third: older}
    accept_duplicate(connection, first, by="王", now=NOW, of=oldest)
    assert _links(connection) == {first: oldest, third: oldest}
    reject_duplicate(connection, first, by="王", now=NOW)
    assert _links(connection) == {third: first}
    assert _find(connection)[1:] == (0, 0, 0)
    assert _links(connection) == {third: first}


def test_what_is_counted_once_is_every_link_that_nobody_rejected(connection: Connection) -> None:
    first, suggested, linked, rejected = (_report(connection, hours) for hours in (0, 5, 6, 7))
    _insert(connection, suggested, first)
    accept_duplicate(connection, linked, by="王", now=NOW, of=first)
    _insert(connection, rejected, first)
    reject_duplicate(connection, rejected, by="王", now=NOW)
    counted = connection.execute(text(f"SELECT l.report_id FROM report_duplicate l WHERE {holds('l')}"))
    assert set(counted.scalars()) == {suggested, linked}
    connection.execute(text("DELETE FROM report_duplicate"))
    _find(connection)
    threshold = shipped_weights().threshold
    assert all(each["probability"] >= threshold for each in list_duplicates(connection))


def test_a_search_from_a_day_to_come_is_refused(connection: Connection) -> None:
    with pytest.raises(InputRefused) as refused:
        find_duplicates(connection, now=NOW, since=NOW + timedelta(days=1))
    assert refused.value.code == "since_in_future"


def test_what_cannot_be_linked_is_refused(connection: Connection) -> None:
    first, second = _report(connection, 0), _report(connection, 5, north_m=500)
    for report, of, code in (
        (first, second, "not_earlier"),
        (first, first, "same_report"),
    ):
        with pytest.raises(InputRefused) as refused:
            accept_duplicate(connection, report, by="王", now=NOW, of=of)
        assert refused.value.code == code
    for report, of, code in (
        (second, None, "no_suggestion"),
        (-1, None, "no_such_report"),
        (second, -1, "no_such_report"),
    ):
        with pytest.raises(NotFound) as missing:
            accept_duplicate(connection, report, by="王", now=NOW, of=of)
        assert missing.value.code == code
    with pytest.raises(NotFound):
        reject_duplicate(connection, second, by="王", now=NOW)


def test_a_search_from_a_day_on_leaves_what_is_before(connection: Connection) -> None:
    first = _report(connection, 0)
    second = _report(connection, 5, north_m=6, source="12345")
    _find(connection)
    third = _report(connection, 30, north_m=2, source="12345")
    found = find_duplicates(connection, now=NOW, since=MORNING + timedelta(hours=24))
    assert (found.reports, found.suggested, found.added, found.removed) == (1, 1, 1, 0)
    assert _links(connection) == {second: first, third: first}


def test_the_table_refuses_chains_and_itself(connection: Connection) -> None:
    one, two, three = (_report(connection, hour) for hour in range(3))

    _insert(connection, two, one)
    for report, earlier in ((three, two), (one, three), (three, three)):
        with pytest.raises(IntegrityError):
            _insert(connection, report, earlier)
    connection.execute(
        text("UPDATE report_duplicate SET decision = 'rejected', decided_by = 'x', decided_at = now()")
    )
    _insert(connection, three, two)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(
            text("UPDATE report_duplicate SET decision = NULL, decided_by = NULL, decided_at = NULL")
        )


def _insert(connection: Connection, report: int, earlier: int) -> None:
    with connection.begin_nested():
        connection.execute(
            text(
                "INSERT INTO report_duplicate (report_id, earlier_id, probability)"
                " VALUES (:report, :earlier, 0.9)"
            ),
            {"report": report, "earlier": earlier},
        )


def test_a_deleted_report_takes_its_links_with_it(connection: Connection) -> None:
    first = _report(connection, 0)
    second = _report(connection, 5, north_m=6, source="12345")
    third = _report(connection, 9, north_m=3, source="12345")
    _find(connection)
    connection.execute(text("DELETE FROM report WHERE id = :id"), {"id": first})
    assert _links(connection) == {}
    _find(connection)
    assert _links(connection) == {third: second}
