"""Who was in which zone of late: tracks say it of patrols that have one, plans of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from gridsvc.patrol.plans.been import zones_been
from gridsvc.patrol.plans.request import PlanAsked
from tests.hotspots.district import ZONE, District, make_district
from tests.patrol.plans.planned import asked, patrol
from tests.tracks.walks import gpx, take

DAY = date(2026, 11, 19)
NEXT = DAY + timedelta(days=1)
FIRST = DAY - timedelta(days=6)


def of(day: date, hour: float) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)


def wanted(day: date = NEXT, begins: float = 17, ends: float = 21, team: str = "") -> PlanAsked:
    return replace(
        asked(patrol(1)),
        day=day,
        begins=of(day, begins),
        ends=of(day, ends),
        zone=ZONE,
        team=team,
        floor_kind="duty",
    )


@pytest.fixture
def district(connection: Connection) -> District:
    """Four cells, each a duty grid: A, B below, C, D above."""
    made = make_district(connection, 2)
    for number, code in enumerate("ABCD"):
        connection.execute(
            text(
                "WITH zone AS (INSERT INTO zone (kind, code, name, given_as, srid, geom, geom_mm, source)"
                " SELECT 'duty', :code, :code || '区', 'cells', e.srid, ST_Multi(a.geom),"
                " ST_Multi(a.geom_mm), 't' FROM area a JOIN area_edition e ON e.id = a.edition_id"
                " WHERE edition_id = :edition AND a.code = :cell RETURNING id)"
                " INSERT INTO zone_cell SELECT id, :cell FROM zone"
            ),
            {"code": code, "edition": made.edition, "cell": made.code(number % 2, number // 2)},
        )
    return made


def plan(connection: Connection, shift: PlanAsked, **zones: str) -> None:
    """Keep a plan in which each patrol stops in the zones that its letters name."""
    number = connection.scalar(
        text(
            "INSERT INTO patrol_plan (day, team, begins, ends, made_at, made_by, seed, value, asked, places,"
            " plan) VALUES (:day, :team, :begins, :ends, :begins, 't', 1, 0, '{}', '{}', '{}') RETURNING id"
        ),
        {"day": shift.day, "team": shift.team, "begins": shift.begins, "ends": shift.ends},
    )
    for name, codes in zones.items():
        for position, code in enumerate(codes, 1):
            connection.execute(
                text(
                    "INSERT INTO patrol_stop VALUES (:plan, :name, :position, 'p', 'hotspot', NULL, :code,"
                    " :at, :at, 0, 'SRID=4326;POINT(108.9 34.2)')"
                ),
                {"plan": number, "name": name, "position": position, "code": code, "at": shift.begins},
            )


def track(
    connection: Connection, district: District, name: str, zone: str, begins: datetime, minutes: int = 40
) -> None:
    """A patrol that stands in the middle of a zone."""
    row, column = divmod("ABCD".index(zone), 2)
    fixes = [(60.0 * k, column + 0.5, row + 0.5) for k in range(minutes + 1)]
    content = gpx(district, fixes, begin=begins.astimezone(UTC))
    take(connection, content, patrol=name, now=begins + timedelta(days=1))


def test_a_track_is_the_truth_of_its_own_patrol_alone(connection: Connection, district: District) -> None:
    plan(connection, wanted(DAY), 甲="AB", 乙="C", 丙="D")
    track(connection, district, " 甲 ", "B", of(DAY, 18))
    assert zones_been(connection, wanted(), FIRST) == {("B", DAY), ("C", DAY), ("D", DAY)}


def test_a_track_of_nobodys_plan_adds_and_takes_nothing_away(
    connection: Connection, district: District
) -> None:
    plan(connection, wanted(DAY), 甲="A")
    track(connection, district, "采集车3", "D", of(DAY, 18))
    track(connection, district, "甲", "C", of(DAY, 8))  # in the morning, of no shift that was planned
    assert zones_been(connection, wanted(), FIRST) == {("A", DAY), ("C", DAY), ("D", DAY)}


def test_of_two_shifts_the_one_that_it_is_of_has_the_track(
    connection: Connection, district: District
) -> None:
    plan(connection, wanted(DAY, 8, 12), 甲="A")
    plan(connection, wanted(DAY, 12, 16), 甲="B")
    track(connection, district, "甲", "C", of(DAY, 9), minutes=190)  # ten minutes over
    assert zones_been(connection, wanted(), FIRST) == {("B", DAY), ("C", DAY)}


def test_a_name_that_two_teams_have_at_once_stands_for_neither(
    connection: Connection, district: District
) -> None:
    plan(connection, wanted(DAY, team="东"), **{"1号": "A"})
    plan(connection, wanted(DAY, team="西"), **{"1号": "B"})
    track(connection, district, "1号", "C", of(DAY, 18))
    assert zones_been(connection, wanted(), FIRST) == {("A", DAY), ("B", DAY), ("C", DAY)}


def test_what_is_walked_after_midnight_is_of_the_shift_that_began_before(
    connection: Connection, district: District
) -> None:
    plan(connection, wanted(DAY, 22, 26), 甲="A")
    track(connection, district, "甲", "C", of(DAY, 23), minutes=120)
    track(connection, district, "散步", "D", of(NEXT, 1))
    assert zones_been(connection, wanted(), FIRST) == {("C", DAY), ("D", NEXT)}
    assert zones_been(connection, wanted(NEXT + timedelta(days=1)), NEXT) == {("D", NEXT)}


def test_of_the_plans_own_day_what_was_before_it_counts(connection: Connection, district: District) -> None:
    plan(connection, wanted(NEXT, 8, 12), 甲="A", 乙="B")
    plan(connection, wanted(NEXT, 16, 20, team="西"), 丙="C")
    plan(connection, wanted(NEXT), 甲="D")  # itself, to be planned again
    plan(connection, wanted(NEXT, 18, 22), 丁="D")  # later
    track(connection, district, "甲", "D", of(NEXT, 9))
    assert zones_been(connection, wanted(), FIRST) == {("B", NEXT), ("C", NEXT), ("D", NEXT)}
    track(connection, district, "丙", "A", of(NEXT, 18))  # on the way yet
    track(connection, district, "甲", "A", of(NEXT, 18))  # of this very shift
    assert zones_been(connection, wanted(), FIRST) == {("B", NEXT), ("C", NEXT), ("D", NEXT)}


@pytest.mark.usefixtures("district")
def test_of_the_plans_of_a_shift_the_last_counts(connection: Connection) -> None:
    plan(connection, wanted(DAY), 甲="AB")
    plan(connection, wanted(DAY), 甲="C")
    assert zones_been(connection, wanted(), FIRST) == {("C", DAY)}


def test_a_file_tells_of_all_patrols(connection: Connection, district: District) -> None:
    plan(connection, wanted(DAY), 甲="AB")
    connection.execute(
        text("INSERT INTO patrol_effort VALUES (:edition, :cell, :day, 30)"),
        {"edition": district.edition, "cell": district.code(0, 1), "day": DAY},
    )
    assert zones_been(connection, wanted(), FIRST) == {("C", DAY)}
