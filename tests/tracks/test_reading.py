"""What was brought in and what it tells: effort, visits, coverage, when somebody last came by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound
from gridsvc.hotspots.cells import cells_in_force
from gridsvc.hotspots.exposure import list_exposures, read_exposure
from gridsvc.tracks import (
    coverage,
    delete_track,
    last_passed,
    list_tracks,
    match_again,
    read_effort,
    reading,
    show_track,
    track_feature,
    zone_visits,
)
from gridsvc.tracks.coverage_files import coverage_features, write_coverage
from gridsvc.tracks.fixes import Track
from tests.hotspots.district import ZONE, District, make_district
from tests.tracks.test_importing import add_roads
from tests.tracks.walks import BEGIN, NOW, gpx, take, walk

DAY = date(2026, 11, 19)
WEEK = (DAY - timedelta(days=3), DAY + timedelta(days=3))


def file_says(connection: Connection, edition: int, code: str, day: date, minutes: float) -> None:
    connection.execute(
        text("INSERT INTO patrol_effort VALUES (:edition, :code, :day, :minutes)"),
        {"edition": edition, "code": code, "day": day, "minutes": minutes},
    )


def stand(
    connection: Connection, district: District, column: float, row: float, minutes: int, days: int = 0
) -> int:
    """A patrol that stands somewhere, `days` after the first day; its track's id."""
    fixes = [(60.0 * k, column, row) for k in range(minutes + 1)]
    content = gpx(district, fixes, begin=BEGIN + timedelta(days=days))
    return take(connection, content, patrol=f"{column} {row}").tracks[0].id


def test_tracks_are_the_effort_that_hotspots_divides_by(connection: Connection) -> None:
    district = make_district(connection, 2)
    number = stand(connection, district, 0.5, 0.5, 40)
    stand(connection, district, 1.5, 0.5, 50, days=1)
    cells = cells_in_force(connection, NOW, snap_outside_m=5)
    effort = read_exposure(connection, cells, "patrol_minutes", first=WEEK[0], last=WEEK[1])
    assert effort.values.tolist() == pytest.approx([40, 0, 50, 0])
    assert "2 tracks on 2 days" in effort.source.en
    assert [each["source"] for each in list_exposures(connection) if each["name"] == "patrol_minutes"] == [
        "tracks"
    ]
    delete_track(connection, number)
    effort = read_exposure(connection, cells, "patrol_minutes", first=WEEK[0], last=WEEK[1])
    assert effort.values.tolist() == pytest.approx([0, 0, 50, 0])


def test_a_day_that_a_file_tells_is_the_files(connection: Connection) -> None:
    district = make_district(connection, 2)
    stand(connection, district, 0.5, 0.5, 40)
    stand(connection, district, 0.5, 0.5, 25, days=1)
    file_says(connection, district.edition, district.code(1, 1), DAY, 90)
    found = read_effort(connection, *WEEK)
    assert found.minutes == {
        district.edition: pytest.approx({district.code(0, 0): 25.0, district.code(1, 1): 90.0})
    }
    assert (found.file_days, found.track_days, found.tracks, found.set_aside) == (1, 1, 1, pytest.approx(40))
    cells = cells_in_force(connection, NOW, snap_outside_m=5)
    effort = read_exposure(connection, cells, "patrol_minutes", first=WEEK[0], last=WEEK[1])
    assert "40 minutes of tracks on days that the file tells" in effort.source.en


def test_tracks_of_an_older_edition_count_on_the_newer(connection: Connection) -> None:
    old = make_district(connection, 2, name="旧")
    stand(connection, old, 0.5, 0.5, 40)
    make_district(connection, 4, name="新", effective=datetime(2026, 11, 20, tzinfo=UTC), streets=())
    cells = cells_in_force(connection, NOW, snap_outside_m=5)
    effort = read_exposure(connection, cells, "patrol_minutes", first=WEEK[0], last=WEEK[1])
    assert len(effort.values) == 16
    assert effort.total == pytest.approx(40)


def add_zone(
    connection: Connection, district: District, code: str, cells: list[str], shape: str | None = None
) -> None:
    """A zone of cells, or of a polygon in the district's millimetres."""
    number = connection.execute(
        text(
            "INSERT INTO zone (kind, code, name, given_as, srid, geom, geom_mm, source)"
            " SELECT 'patrol', :code, :code || '区', :given, e.srid, ST_Multi(ST_Union(a.geom)),"
            " coalesce(ST_Multi(CAST(:shape AS geometry)), ST_Multi(ST_Union(a.geom_mm))), 't'"
            " FROM area a JOIN area_edition e ON e.id = a.edition_id"
            " WHERE edition_id = :edition AND (:shape IS NOT NULL OR a.code = ANY(:cells))"
            " GROUP BY e.srid RETURNING id"
        ),
        {
            "code": code,
            "given": "cells" if shape is None else "polygon",
            "edition": district.edition,
            "cells": cells,
            "shape": shape,
        },
    ).scalar_one()
    for cell in cells:
        connection.execute(
            text("INSERT INTO zone_cell VALUES (:zone, :cell)"), {"zone": number, "cell": cell}
        )


def test_visits_of_zones_by_day(connection: Connection) -> None:
    district = make_district(connection, 4)
    assert zone_visits(connection, "patrol", *WEEK) == {}
    add_zone(connection, district, "A", [district.code(0, 0), district.code(1, 0)])
    add_zone(connection, district, "B", [district.code(3, 3)])
    drawn = connection.scalar(
        text("SELECT ST_AsText(geom_mm) FROM area WHERE code = :code"), {"code": district.code(2, 2)}
    )
    add_zone(connection, district, "C", [], drawn)
    for column, row, minutes, days in (
        (0.5, 0.5, 2, 0),
        (1.5, 0.5, 2, 0),
        (0.5, 0.5, 2, 1),
        (2.5, 2.5, 9, 0),
    ):
        stand(connection, district, column, row, minutes, days)
    file_says(connection, district.edition, district.code(3, 3), DAY + timedelta(days=2), 30)
    found = zone_visits(connection, "patrol", *WEEK)
    assert found == {
        "A": {DAY: pytest.approx(4)},  # two minutes on the next day are a way through
        "B": {DAY + timedelta(days=2): 30.0},
        "C": {DAY: pytest.approx(9)},
    }


def test_coverage_of_cells(connection: Connection) -> None:
    district = make_district(connection, 2)
    stand(connection, district, 0.5, 0.5, 40)
    stand(connection, district, 0.5, 0.5, 5, days=1)
    found = coverage(connection, *WEEK, now=NOW, zone=ZONE)
    assert [(row.code, row.days) for row in found.rows if row.days] == [(district.code(0, 0), 2)]
    row = found.rows[0]
    assert (row.minutes, row.last_day) == (pytest.approx(45), DAY + timedelta(days=1))
    assert len(found.never) == 3
    assert found.as_dict()["visited"] == 1
    features = coverage_features(found)["features"]
    assert [each["properties"]["never"] for each in features] == [False, True, True, True]
    for first, last in ((DAY, DAY - timedelta(days=1)), (date.max, date.max)):
        with pytest.raises(InputRefused) as caught:
            coverage(connection, first, last, now=NOW, zone=ZONE)
        assert caught.value.code == "bad_period"


def test_coverage_of_zones(connection: Connection) -> None:
    district = make_district(connection, 2)
    with pytest.raises(NotFound) as caught:
        coverage(connection, *WEEK, by="zone", now=NOW, zone=ZONE)
    assert caught.value.code == "no_zones"
    add_zone(connection, district, "A", [district.code(0, 0)])
    add_zone(connection, district, "B", [district.code(1, 1)])
    stand(connection, district, 0.5, 0.5, 40)
    found = coverage(connection, *WEEK, by="zone", now=NOW, zone=ZONE)
    assert [(row.code, row.name, row.days) for row in found.rows] == [("A", "A区", 1), ("B", "B区", 0)]


def test_coverage_of_streets_and_matching_again(connection: Connection, tmp_path: Path) -> None:
    district = make_district(connection, 6)
    with pytest.raises(NotFound) as caught:
        coverage(connection, *WEEK, by="street", now=NOW, zone=ZONE)
    assert caught.value.code == "no_roads"
    number = take(connection, gpx(district, walk([(0.5, 1.05), (3, 1.05), (3.05, 4.5)]))).tracks[0].id
    add_roads(connection, district, [(0, 1), (3, 1)], [(3, 1), (3, 6)], [(3, 1), (6, 1)])
    before = coverage(connection, *WEEK, by="street", now=NOW, zone=ZONE)
    assert (len(before.never), len(before.remarks)) == (3, 1)
    assert match_again(connection, zone=ZONE, snap_outside_m=5) == 1
    found = coverage(connection, *WEEK, by="street", now=NOW, zone=ZONE)
    assert found.remarks == ()
    assert [row.code for row in found.never] == ["2"]
    assert [row.metres for row in found.rows] == pytest.approx([250, 350, 0], abs=15)
    assert [row.length_m for row in found.rows] == pytest.approx([300, 500, 300], rel=1e-3)
    shown = show_track(connection, number)
    assert [each["name"] for each in shown["streets"]] == ["1 路", "0 路"]
    assert match_again(connection, zone=ZONE, snap_outside_m=5) == 0
    for suffix, words in (
        (".html", "从未到过: 1"),
        (".csv", "code,name,minutes"),
        (".geojson", '"never":true'),
    ):
        path = tmp_path / f"streets{suffix}"
        assert write_coverage(found, path) == path.stat().st_size
        assert words in path.read_text("utf-8-sig")


def test_fixes_within_a_millisecond_are_matched_again(connection: Connection) -> None:
    """They are joined at one instant once they are stored: a street has no time of them."""
    district = make_district(connection, 4)
    places = [district.place(column, 1.0) for column in (0.5, 0.55, 3.0, 3.1)]
    times = ("01:00:00.000100Z", "01:00:00.000400Z", "01:05:00Z", "01:05:10Z")
    points = "".join(
        f'<trkpt lat="{lat:.8f}" lon="{lon:.8f}"><time>2026-11-19T{time}</time></trkpt>'
        for (lon, lat), time in zip(places, times, strict=True)
    )
    take(connection, f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode(), patrol="甲")
    add_roads(connection, district, [(0, 1), (1, 1)], [(1, 1), (4, 1)])
    assert match_again(connection, zone=ZONE, snap_outside_m=5) == 1
    assert [row.minutes > 0 for row in coverage(connection, *WEEK, by="street", now=NOW, zone=ZONE).rows] == [
        False,
        True,
    ]


def test_when_somebody_last_came_by(connection: Connection) -> None:
    district = make_district(connection, 6)
    for days, row in ((0, 0.5), (1, 2.5), (-30, 2.5)):
        path = walk([(0.5, row), (5.5, row)])
        take(connection, gpx(district, path, begin=BEGIN + timedelta(days=days)), patrol=f"{days}")
    stand(connection, district, 4.5, 5.5, 3)
    places = np.array(
        [district.place(*at) for at in ((3, 0.6), (3, 2.4), (3, 1.5), (4.5, 5.4))] + [(np.nan, np.nan)]
    )
    long_ago = BEGIN - timedelta(days=365)
    found = last_passed(connection, places[:, 0], places[:, 1], 15.0, long_ago, NOW, zone=ZONE)
    assert found[[0, 1, 3]].tolist() == [DAY, DAY + timedelta(days=1), DAY]
    assert np.isnat(found[[2, 4]]).all()
    early = last_passed(connection, places[:, 0], places[:, 1], 15.0, long_ago, BEGIN, zone=ZONE)
    assert early[1].tolist() == DAY - timedelta(days=30)
    assert np.isnat(early[0])
    assert len(last_passed(connection, places[:0, 0], places[:0, 1], 15.0, long_ago, NOW, zone=ZONE)) == 0


def test_tracks_that_cannot_tell_are_not_read(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those before the days asked of, nor those elsewhere, nor older ones once all is known."""
    district = make_district(connection, 6)
    for days, row in ((0, 0.5), (-3, 0.5), (-5, 4.5), (-30, 2.5)):
        path = walk([(0.5, row), (5.5, row)])
        take(connection, gpx(district, path, begin=BEGIN + timedelta(days=days)), patrol=f"{days}")
    read: list[float] = []
    whole = reading._track

    def counted(patrol: str, source: str, line: bytes) -> Track:
        read.append(float(patrol))
        return whole(patrol, source, line)

    monkeypatch.setattr(reading, "_track", counted)
    places = np.array([district.place(3, 0.6), district.place(3, 2.5)])
    since = BEGIN - timedelta(days=10)
    found = last_passed(connection, places[:, 0], places[:, 1], 15.0, since, NOW, zone=ZONE)
    assert found[0].tolist() == DAY
    assert np.isnat(found[1])
    assert read == [0, -3]
    read.clear()
    last_passed(connection, places[:1, 0], places[:1, 1], 15.0, since - timedelta(days=90), NOW, zone=ZONE)
    assert read[0] == 0
    assert len(read) <= 2


def test_a_track_of_days_hides_no_other_and_is_not_hidden(connection: Connection) -> None:
    """Nor does a later one hide the track's last days: neither begin nor end alone says who was there last."""
    district = make_district(connection, 6)
    around = [(0.0, 0.5, 0.5), (60.0, 0.5, 0.5)]
    # Three days, a fix each three hours at least: two minutes here on the first, two there on the last.
    held = [(3 * 3600.0 * k, 3.5, 3.5) for k in range(1, 24)]
    later = [(71 * 3600.0, 5.5, 5.5), (71 * 3600.0 + 60, 5.5, 5.5)]
    take(connection, gpx(district, [*around, *held, *later]), patrol="车", now=NOW + timedelta(days=9))
    for place in (0.5, 5.5):
        stand(connection, district, place, place, 3, days=1)
    lon, lat = np.array([district.place(*at) for at in ((0.5, 0.5), (5.5, 5.5), (2.5, 2.5))]).T
    until = BEGIN + timedelta(days=9)
    found = last_passed(connection, lon, lat, 15.0, BEGIN - timedelta(days=9), until, zone=ZONE)
    assert found[:2].tolist() == [DAY + timedelta(days=1), DAY + timedelta(days=3)]
    assert np.isnat(found[2])


def test_tracks_are_listed_shown_and_deleted(connection: Connection) -> None:
    district = make_district(connection, 2)
    number = stand(connection, district, 0.5, 0.5, 5)
    later = stand(connection, district, 1.5, 0.5, 5, days=1)
    assert [each["id"] for each in list_tracks(connection, zone=ZONE)] == [later, number]
    assert [each["id"] for each in list_tracks(connection, zone=ZONE, last=DAY)] == [number]
    assert [each["id"] for each in list_tracks(connection, zone=ZONE, first=DAY + timedelta(days=1))] == [
        later
    ]
    assert list_tracks(connection, zone=ZONE, patrol="nobody") == []
    assert len(list_tracks(connection, zone=ZONE, most=1)) == 1
    shown = show_track(connection, number)
    assert (shown["begins"], shown["minutes"]) == (BEGIN.isoformat(), 5.0)
    assert [(each["cell"], each["day"], each["minutes"]) for each in shown["cells"]] == [
        (district.code(0, 0), "2026-11-19", 5.0)
    ]
    feature = track_feature(connection, number)
    assert [len(line) for line in feature["geometry"]["coordinates"]] == [6]
    assert feature["geometry"]["coordinates"][0][0] == pytest.approx(district.place(0.5, 0.5), abs=1e-6)
    delete_track(connection, number)
    assert (
        connection.scalar(text("SELECT count(*) FROM track_minutes WHERE track_id = :id"), {"id": number})
        == 0
    )
    for verb in (show_track, delete_track, track_feature):
        with pytest.raises(NotFound) as caught:
            verb(connection, number)
        assert caught.value.code == "no_track"
