"""Tracks into the database: minutes by cell and day, what is refused, what is known already."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound, WrongUsage
from gridsvc.geography import from_wgs84
from tests.hotspots.district import District, make_district
from tests.tracks.walks import BEGIN, NOW, Fix, gpx, take, walk

DAY = date(2026, 11, 19)


def minutes(connection: Connection, district: District) -> dict[tuple[int, int], float]:
    """Minutes by column and row of the cell."""
    places = {district.code(c, r): (c, r) for c in range(district.size) for r in range(district.size)}
    rows = connection.execute(text("SELECT cell_code, sum(minutes) FROM track_minutes GROUP BY cell_code"))
    return {places[code]: float(amount) for code, amount in rows}


def refusal(connection: Connection, content: bytes | Path, **further: object) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        take(connection, content, **further)
    assert connection.scalar(text("SELECT count(*) FROM track")) == 0
    return caught.value


def test_minutes_go_to_the_cells_that_were_walked(connection: Connection) -> None:
    district = make_district(connection, 4)
    done = take(connection, gpx(district, walk([(0.5, 0.5), (2.5, 0.5), (2.5, 1.5)])), file="甲.gpx")
    (found,) = done.tracks
    assert (done.stored, found.patrol, found.fixes, found.cells, found.known) == (1, "甲", 31, 4, False)
    assert found.minutes == pytest.approx(5)
    assert found.metres == pytest.approx(300, abs=0.2)
    assert minutes(connection, district) == pytest.approx(
        {(0, 0): 5 / 6, (1, 0): 10 / 6, (2, 0): 10 / 6, (2, 1): 5 / 6}, abs=0.02
    )
    assert connection.scalar(text("SELECT sum(minutes) FROM track_minutes")) == pytest.approx(5)
    row = connection.execute(
        text(
            "SELECT begins, ends, ST_IsValidTrajectory(ST_GeometryN(geom, 1)) AS is_trajectory,"
            " ST_NPoints(geom) AS corners, ST_Length(geom::geography) AS metres FROM track"
        )
    ).one()
    assert (row.begins, row.ends) == (BEGIN, BEGIN + timedelta(minutes=5))
    assert (row.is_trajectory, row.corners) == (True, 31)
    assert row.metres == pytest.approx(found.metres, abs=0.1)


def test_a_quick_way_counts_in_the_cells_between_two_fixes(connection: Connection) -> None:
    district = make_district(connection, 6)
    take(connection, gpx(district, [(0, 0.5, 0.5), (60, 5.5, 0.5)]))
    found = minutes(connection, district)
    assert found == pytest.approx({(c, 0): 0.1 if c in (0, 5) else 0.2 for c in range(6)}, abs=0.01)


def test_standing_still_counts_where_one_stands(connection: Connection) -> None:
    district = make_district(connection, 2)
    take(connection, gpx(district, [(60.0 * k, 0.5, 0.5) for k in range(11)]))
    assert minutes(connection, district) == pytest.approx({(0, 0): 10.0})


def test_a_gap_counts_nowhere_and_is_told(connection: Connection) -> None:
    district = make_district(connection, 4)
    fixes: list[Fix] = [(0, 0.5, 0.5), (60, 0.5, 0.5), (1260, 3.5, 0.5), (1320, 3.5, 0.5)]
    done = take(connection, gpx(district, fixes))
    assert minutes(connection, district) == pytest.approx({(0, 0): 1.0, (3, 0): 1.0})
    assert done.tracks[0].gap_minutes == 20
    assert [fault.code for fault in done.doubtful] == ["mostly_gaps"]


def test_midnight_divides_the_minutes(connection: Connection) -> None:
    district = make_district(connection, 2)
    begin = datetime(2026, 11, 18, 15, 55, tzinfo=UTC)  # five to twelve in Xi'an
    take(connection, gpx(district, [(60.0 * k, 0.5, 0.5) for k in range(16)], begin=begin))
    days = connection.execute(text("SELECT day, minutes FROM track_minutes ORDER BY day")).all()
    assert [(row.day, round(row.minutes, 6)) for row in days] == [(date(2026, 11, 18), 5.0), (DAY, 10.0)]


def test_minutes_belong_to_the_cells_of_their_day(connection: Connection) -> None:
    make_district(connection, 2, name="旧", effective=datetime(2020, 1, 1, tzinfo=UTC))
    new = make_district(connection, 4, name="新", effective=datetime(2026, 6, 1, tzinfo=UTC))
    fixes: list[Fix] = [(0, 0.5, 0.5), (60, 0.5, 0.5)]
    for begin in (datetime(2019, 5, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC), BEGIN):
        take(connection, gpx(new, fixes, begin=begin))
    names = connection.scalars(
        text("SELECT e.name FROM track_minutes m JOIN area_edition e ON e.id = m.edition_id ORDER BY m.day")
    ).all()
    assert names == ["旧", "旧", "新"]


def test_the_same_track_again_changes_nothing(connection: Connection) -> None:
    district = make_district(connection, 2)
    content = gpx(district, walk([(0.5, 0.5), (1.5, 0.5)]))
    first = take(connection, content, file="甲.gpx")
    again = take(connection, content, file="另存.gpx", patrol="乙")
    assert (again.stored, again.tracks[0].id, again.tracks[0].known) == (0, first.tracks[0].id, True)
    assert connection.scalar(text("SELECT count(*) FROM track")) == 1


def test_nobody_is_at_two_places_at_a_time(connection: Connection) -> None:
    district = make_district(connection, 4)
    path = walk([(0.5, 0.5), (3.5, 0.5)])
    half = take(connection, gpx(district, path[:16]))
    with pytest.raises(InputRefused) as caught:
        take(connection, gpx(district, path))
    assert [fault.code for fault in caught.value.faults] == ["track_overlaps"]
    assert str(half.tracks[0].id) in caught.value.faults[0].message.en
    whole = take(connection, gpx(district, path), replace=True)
    assert (whole.stored, whole.replaced) == (1, 1)
    assert sum(minutes(connection, district).values()) == pytest.approx(5)
    assert take(connection, gpx(district, path[:16]), patrol="乙").stored == 1
    later = take(connection, gpx(district, path, begin=BEGIN + timedelta(minutes=5)))
    assert later.stored == 1


def test_two_walks_of_a_day_are_two_tracks(connection: Connection) -> None:
    district = make_district(connection, 2)
    morning, evening = (
        [(60.0 * k, 0.5, 0.5) for k in range(5)],
        [(30_000 + 60.0 * k, 1.5, 0.5) for k in range(5)],
    )
    stray: list[Fix] = [(15_000, 0.5, 1.5)]
    done = take(connection, gpx(district, [*morning, *stray, *evening]))
    assert [(each.fixes, each.dropped) for each in done.tracks] == [(5, {"alone": 1}), (5, {})]


@pytest.mark.parametrize(
    ("fixes", "code"),
    [
        ([(0, 0.5, 0.5)], "one_fix"),
        ([(300.0 * k, 0.5, 0.5) for k in range(9)], "too_sparse"),
        ([(10.0 * k, 200 + 0.1 * k, 0.5) for k in range(9)], "another_city"),
    ],
)
def test_a_track_without_a_minute_in_the_grid(connection: Connection, fixes: list[Fix], code: str) -> None:
    district = make_district(connection, 2)
    refused = refusal(connection, gpx(district, fixes))
    assert (refused.code, [fault.code for fault in refused.faults]) == ("tracks_refused", [code])
    assert "19.8 km" in refused.faults[0].message.en or code != "another_city"
    assert refusal(connection, gpx(district, fixes), skip_invalid=True).code == "no_tracks_left"


def test_a_track_without_times(connection: Connection) -> None:
    district = make_district(connection, 2)
    content = gpx(district, walk([(0.5, 0.5), (1.5, 0.5)]), stamp="")
    assert [fault.code for fault in refusal(connection, content).faults] == ["no_times"]


def test_part_of_a_track_may_lie_outside(connection: Connection) -> None:
    district = make_district(connection, 2)
    done = take(connection, gpx(district, walk([(1.5, 0.5), (4.5, 0.5)])))
    # The last 5 m outside still count as inside, as for a report.
    assert done.tracks[0].outside_minutes == pytest.approx(5 * 2.45 / 3, abs=0.1)
    assert [fault.code for fault in done.doubtful] == ["partly_outside"]
    assert sum(minutes(connection, district).values()) + done.tracks[0].outside_minutes == pytest.approx(5)


def test_tracks_that_are_refused_can_be_left_out(connection: Connection, tmp_path: Path) -> None:
    district = make_district(connection, 2)
    lines = ["patrol,time,lon,lat"]
    for name, column in (("甲", 0.5), ("乙", 500.0)):
        lon, lat = district.place(column, 0.5)
        lines += [f"{name},2026-11-19 09:0{k}:00,{lon},{lat}" for k in range(5)]
    path = tmp_path / "车载.csv"
    path.write_text("\n".join([*lines, "甲,昨天,1,1"]), encoding="utf-8")
    refused = refusal(connection, path)
    assert [fault.code for fault in refused.faults] == ["bad_time"]
    done = take(connection, path, skip_invalid=True)
    assert [(each.patrol, each.minutes) for each in done.tracks] == [("甲", 4.0)]
    assert sorted(fault.code for fault in done.refused) == ["another_city", "bad_time"]
    assert take(connection, path.read_bytes(), skip_invalid=True).tracks[0].known


def test_local_times_without_a_zone(connection: Connection) -> None:
    district = make_district(connection, 2)
    fixes: list[Fix] = [(0, 0.5, 0.5), (60, 0.5, 0.5)]
    content = gpx(district, fixes, begin=NOW + timedelta(hours=7), stamp="%Y-%m-%dT%H:%M:%S")
    # As UTC it would be tomorrow.
    assert [fault.code for fault in refusal(connection, content).faults] == ["no_fixes"]
    done = take(connection, content, local_times=True)
    assert done.tracks[0].begins == datetime(2026, 11, 20, 11, tzinfo=UTC) < NOW
    assert [fault.code for fault in done.doubtful] == ["times_without_zone"]


def add_roads(connection: Connection, district: District, *lines: list[tuple[float, float]]) -> None:
    for number, line in enumerate(lines):
        shape = shapely.LineString([district.place(*corner) for corner in line])
        connection.execute(
            text(
                "INSERT INTO road (source, link_id, name, geom)"
                " VALUES ('test', :link, :name, ST_GeomFromText(:line, 4326))"
            ),
            {
                "link": str(number),
                "name": f"{number} 路",
                "line": shapely.to_wkt(shape, rounding_precision=12),
            },
        )


def test_fixes_of_a_chinese_map_are_noticed_by_the_streets(connection: Connection) -> None:
    district = make_district(connection, 24)
    rows = range(1, 24, 3)
    add_roads(
        connection,
        district,
        *([(0.0, row), (24.0, row)] for row in rows),
        *([(column, 0.0), (column, 24.0)] for column in rows),
    )
    path = walk([(1.0, 1.0), (13.0, 1.0), (13.0, 10.0), (22.0, 10.0), (22.0, 19.0)], step=0.3)
    content = gpx(district, path).decode()
    noise = np.random.default_rng(1).normal(0, 4e-5, (len(path), 2))
    corners = np.array([district.place(column, row) for _, column, row in path]) + noise
    lon, lat = from_wgs84("gcj02", corners[:, 0], corners[:, 1])
    shifted = content
    for (_, column, row), x, y in zip(path, lon, lat, strict=True):
        before = 'lat="{1:.8f}" lon="{0:.8f}"'.format(*district.place(column, row))
        shifted = shifted.replace(before, f'lat="{y:.8f}" lon="{x:.8f}"', 1)
    refused = refusal(connection, shifted.encode())
    assert [fault.code for fault in refused.faults] == ["wrong_datum"]
    assert "gcj02" in refused.faults[0].remedy.en  # type: ignore[union-attr]
    assert refusal(connection, shifted.encode(), skip_invalid=True).code == "no_tracks_left"
    done = take(connection, shifted.encode(), datum="gcj02")
    assert (done.stored, done.doubtful) == (1, ())
    on_roads = connection.execute(
        text(
            "SELECT r.name, sum(s.metres) FROM track_street s JOIN road r ON r.id = s.road_id GROUP BY r.name"
        )
    )
    walked = {name: metres for name, metres in on_roads if metres > 300}
    assert walked == pytest.approx({"0 路": 1200, "12 路": 900, "3 路": 900, "15 路": 900}, rel=0.25)


def test_names_and_grids_that_are_not_there(connection: Connection) -> None:
    fixes: list[Fix] = [(0, 0.5, 0.5), (60, 0.5, 0.5)]
    with pytest.raises(NotFound) as missing:
        take(connection, gpx(District(0, 2), fixes))
    assert missing.value.code == "no_cells"
    district = make_district(connection, 2)
    with pytest.raises(WrongUsage) as caught:
        take(connection, gpx(district, fixes), patrol=" ")
    assert caught.value.code == "bad_patrol"
    assert [fault.code for fault in refusal(connection, gpx(district, fixes, name="甲" * 101)).faults] == [
        "bad_patrol"
    ]


def test_the_simulated_cars_of_xian(connection: Connection, real_data: Path) -> None:
    from tests.tracks.real_grid import cover_with_cells

    path = real_data / "xian_simulated_gps_wgs84.csv"
    cover_with_cells(connection, path)
    done = take(connection, path)
    assert {each.patrol for each in done.tracks} == {f"xa_car_{n}" for n in range(1, 12)}
    assert [fault.code for fault in done.doubtful] == ["one_fix"]  # the twelfth car
    assert sum(each.fixes + sum(each.dropped.values()) for each in done.tracks) == 2240
    assert sum(each.minutes for each in done.tracks) > 100
    assert all(each.outside_minutes == 0 for each in done.tracks)
