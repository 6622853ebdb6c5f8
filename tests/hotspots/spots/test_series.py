"""Watched questions and their runs: stored, followed, made anew, listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import Conflict, InputRefused, NotFound, WrongUsage
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.spots import (
    Forgotten,
    Series,
    all_series,
    forget_runs,
    hotspot_history,
    last_recorded_week,
    last_whole_week,
    latest_answer,
    list_hotspots,
    list_series,
    unwatch,
    watch,
)
from gridsvc.hotspots.spots.finding import Spot
from gridsvc.hotspots.spots.storing import Run, store_answer, store_run
from tests.hotspots.district import EAST, NORTH, SIDE, SRID, ZONE, add_reports, make_district

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def series(connection: Connection) -> Series:
    make_district(connection)
    return watch(connection, asked(), name="小广告", exposure=None, weeks=4, now=NOW)


def asked(word: str = "非法小广告", **more: object) -> Question:
    return Question.of([word], SUNDAY, SUNDAY, ZONE, **more)  # type: ignore[arg-type]


def spot(west: float, south: float, east: float, north: float, *, observed: int = 20) -> Spot:
    corners = np.array([west, south, east, north]) * SIDE + [EAST, NORTH, EAST, NORTH]
    return Spot(
        name="长安路",
        street="甲街道",
        community=None,
        codes=("610103001001001",),
        geometry_mm=shapely.multipolygons([shapely.box(*corners)]),
        observed=observed,
        expected=5.0,
        risk=observed / 5,
        low=1.5,
        high=9.0,
        details={"classes": []},
    )


def store(
    connection: Connection,
    series: Series,
    last: date,
    *spots: Spot,
    forgotten: Sequence[Forgotten] = (),
) -> int:
    run = Run(last - timedelta(days=27), last, "s1", 100, 90, {"method": "test"})
    return store_run(connection, series, run, spots, SRID, now=NOW, forgotten=forgotten)


def test_a_watched_question_keeps_what_its_words_meant(series: Series) -> None:
    assert series.classes == ("0201",)
    assert (series.scheme, series.kind) == ("gbt30428.2-2013", "event")
    question = series.question(SUNDAY, ZONE)
    assert (question.first, question.last) == (date(2026, 10, 26), SUNDAY)


@pytest.mark.usefixtures("series")
def test_what_cannot_be_watched_is_told(connection: Connection) -> None:
    with pytest.raises(InputRefused, match="小广吿"):
        watch(connection, asked("小广吿"), name="b", exposure=None, weeks=4, now=NOW)
    with pytest.raises(Conflict) as refused:
        watch(connection, asked(), name="小广告", exposure=None, weeks=4, now=NOW)
    assert refused.value.code == "already_watched"
    for name, weeks, code in (("c", 0, "bad_weeks"), ("c", 53, "bad_weeks"), (" ", 4, "bad_name")):
        with pytest.raises(WrongUsage) as wrong:
            watch(connection, asked(), name=name, exposure=None, weeks=weeks, now=NOW)
        assert wrong.value.code == code
    with pytest.raises(NotFound):
        unwatch(connection, "没有的")


def test_unwatched_it_stays_readable(connection: Connection, series: Series) -> None:
    store(connection, series, SUNDAY, spot(0, 0, 1, 1))
    unwatch(connection, "小广告")
    (listed,) = list_series(connection)
    assert listed["watched"] is False
    assert listed["last_run"]["hotspots"] == 1
    assert all_series(connection)[0].id == series.id


@pytest.mark.parametrize(
    ("now", "sunday"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=ZONE), SUNDAY),
        (datetime(2026, 11, 22, 23, 59, tzinfo=ZONE), date(2026, 11, 15)),
        (datetime(2026, 11, 29, 12, 0, tzinfo=ZONE), SUNDAY),
    ],
)
def test_the_last_whole_week(now: datetime, sunday: date) -> None:
    assert last_whole_week(now, ZONE) == sunday


def test_hotspots_are_followed_from_week_to_week(connection: Connection, series: Series) -> None:
    store(connection, series, SUNDAY - timedelta(days=14), spot(0, 0, 2, 2), spot(4, 4, 5, 5))
    store(connection, series, SUNDAY - timedelta(days=7), spot(0, 0, 2, 2))
    store(connection, series, SUNDAY, spot(0.2, 0, 2.2, 2), spot(4, 4, 5, 5), spot(3, 0, 4, 1))
    found = list_hotspots(connection, "小广告")
    assert [each["properties"]["change"] for each in found["features"]] == ["continuing", "returned", "new"]
    assert [each["properties"]["runs"] for each in found["features"]] == [3, 2, 1]
    assert found["gone"] == []
    middle = list_hotspots(connection, "小广告", SUNDAY - timedelta(days=7))
    assert [each["name"] for each in middle["gone"]] == ["长安路"]
    first = found["features"][0]
    history = hotspot_history(connection, first["id"])
    assert [run["change"] for run in history["runs"]] == ["new", "continuing", "continuing"]
    assert history["since"] == (SUNDAY - timedelta(days=14)).isoformat()
    # What goes out is in degrees, where the cell is.
    lon, lat = first["geometry"]["coordinates"][0][0][0]
    assert 108 < lon < 110
    assert 34 < lat < 35


def test_a_week_made_anew_replaces_itself_and_keeps_identities(
    connection: Connection, series: Series
) -> None:
    store(connection, series, SUNDAY - timedelta(days=7), spot(0, 0, 2, 2))
    store(connection, series, SUNDAY, spot(0, 0, 2, 2), spot(4, 4, 5, 5))
    before = list_hotspots(connection, "小广告")
    store(connection, series, SUNDAY, spot(0, 0, 2, 2, observed=30))
    after = list_hotspots(connection, "小广告")
    assert len(after["features"]) == 1
    assert after["features"][0]["id"] == before["features"][0]["id"]
    orphans = connection.scalar(
        text(
            "SELECT count(*) FROM hotspot WHERE NOT EXISTS"
            " (SELECT 1 FROM hotspot_sighting s WHERE s.hotspot_id = hotspot.id)"
        )
    )
    assert orphans == 0


def test_numbers_outlive_a_remake_of_the_week_that_first_saw_them(
    connection: Connection, series: Series
) -> None:
    weeks = [SUNDAY - timedelta(days=14), SUNDAY - timedelta(days=7), SUNDAY]
    seen = [
        [spot(0, 0, 2, 2)],
        [spot(0, 0, 2, 2), spot(4, 4, 5, 5)],
        [spot(0, 0, 2, 2), spot(4, 4, 5, 5), spot(8, 8, 9, 9)],
    ]
    for week, spots in zip(weeks, seen, strict=True):
        store(connection, series, week, *spots)
    first = list_hotspots(connection, "小广告")
    ids = [each["id"] for each in first["features"]]
    # The same week every night, once with another order of rank.
    store(connection, series, SUNDAY, *reversed(seen[2]))
    assert [each["id"] for each in list_hotspots(connection, "小广告")["features"]] == ids[::-1]
    # All weeks anew, the second of them with a hotspot more: numbers that are taken stay taken.
    forgotten = forget_runs(connection, series, weeks[0])
    assert {each.id for each in forgotten} == set(ids)
    seen[1].append(spot(10, 0, 11, 1))
    for week, spots in zip(weeks, seen, strict=True):
        store(connection, series, week, *spots, forgotten=forgotten)
    again = list_hotspots(connection, "小广告")
    assert [each["id"] for each in again["features"]] == ids
    assert [each["properties"]["since"] for each in again["features"]] == [str(week) for week in weeks]
    (gone,) = again["gone"]
    assert gone["id"] not in ids


def test_no_week_is_put_before_later_ones(connection: Connection, series: Series) -> None:
    store(connection, series, SUNDAY, spot(0, 0, 2, 2))
    with pytest.raises(Conflict) as refused:
        store(connection, series, SUNDAY - timedelta(days=7), spot(0, 0, 2, 2))
    assert refused.value.code == "later_runs"
    forget_runs(connection, series, SUNDAY)
    assert store(connection, series, SUNDAY - timedelta(days=7), spot(0, 0, 2, 2)) > 0


def test_a_week_without_hotspots_is_a_week(connection: Connection, series: Series) -> None:
    store(connection, series, SUNDAY)
    assert list_hotspots(connection, "小广告")["features"] == []


def test_answers_beside_a_run(connection: Connection, series: Series) -> None:
    with pytest.raises(NotFound) as none:
        latest_answer(connection, "小广告", "alerts")
    assert none.value.code == "no_run"
    run = store(connection, series, SUNDAY)
    with pytest.raises(NotFound) as missing:
        latest_answer(connection, "小广告", "alerts")
    assert missing.value.code == "no_answer"
    store_answer(connection, run, "alerts", {"alerts": []})
    store_answer(connection, run, "alerts", {"alerts": [1]})
    assert latest_answer(connection, "小广告", "alerts")["alerts"] == {"alerts": [1]}
    with pytest.raises(NotFound):
        hotspot_history(connection, 99)


def test_a_week_without_its_reports_yet_is_not_the_last(connection: Connection) -> None:
    district = make_district(connection)
    assert last_recorded_week(connection, NOW, ZONE) == SUNDAY
    add_reports(connection, [district.place(1, 1)], at="2026-11-12 09:00")
    assert last_recorded_week(connection, NOW, ZONE) == date(2026, 11, 8)
    add_reports(connection, [district.place(1, 1)], at="2026-11-13 09:00")
    assert last_recorded_week(connection, NOW, ZONE) == date(2026, 11, 15)
