"""Must-visits of a made district: open cases, places where it comes back, components due, given places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.given import GivenPlace
from gridsvc.patrol.value.must import MustVisits, must_visits
from gridsvc.patrol.value.must_asked import MustAsked
from tests.hotspots.district import SCHEME, ZONE, District, add_reports, make_district

DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, tzinfo=ZONE)
BEGINS = datetime(2026, 6, 1, 17, tzinfo=ZONE)
SHIFT = Asked(("0201",), SCHEME, "event", DAY, BEGINS, BEGINS + timedelta(hours=4), ZONE)


def must(connection: Connection, musts: MustAsked, of: Asked = SHIFT, **chosen: object) -> MustVisits:
    return must_visits(connection, of, musts, now=NOW, snap_outside_m=30, **chosen)  # type: ignore[arg-type]


@pytest.fixture
def district(connection: Connection) -> District:
    return make_district(connection, 6)


def test_open_cases_of_the_classes_soonest_due_first(connection: Connection, district: District) -> None:
    first, second = add_reports(
        connection, [district.place(1.5, 1.5), district.place(3.5, 3.5)], at="2026-05-30 09:00"
    )
    (closed,) = add_reports(connection, [district.place(2.5, 2.5)], at="2026-05-30 09:00")
    (other,) = add_reports(connection, [district.place(4.5, 4.5)], at="2026-05-30 09:00", class_code="0101")
    add_reports(connection, [None], at="2026-05-30 09:00")
    add_reports(connection, [district.place(5.5, 5.5)], at="2025-05-30 09:00")  # forgotten a year ago
    add_reports(connection, [district.place(5.5, 4.5)], at="2026-06-01 13:00")  # not in yet
    connection.execute(text("UPDATE report SET closed_at = :now WHERE id = :id"), {"now": NOW, "id": closed})
    connection.execute(
        text("UPDATE report SET due_at = :due WHERE id = :id"),
        {"due": NOW + timedelta(hours=3), "id": second},
    )
    found = must(connection, MustAsked(open_cases=True)).places
    assert found.key.tolist() == [f"report:{second}", f"report:{first}"]
    assert set(found.kind.tolist()) == {"must_visit"}
    assert found.required.all()
    assert found.cell[0] == district.code(3, 3)
    assert found.expected.tolist() == [1.0, 1.0]
    assert "06-01 15:00 到期" in found.because[0][0].zh
    every = must(connection, MustAsked(open_cases=True), replace(SHIFT, classes=())).places
    assert f"report:{other}" in every.key.tolist()


def test_open_cases_of_units_and_none_that_repeat(connection: Connection, district: District) -> None:
    ours, theirs, repeat = add_reports(
        connection,
        [district.place(1.5, 1.5), district.place(3.5, 3.5), district.place(5.5, 1.5)],
        at="2026-05-30 09:00",
    )
    connection.execute(text("UPDATE report SET unit_text = '城管一队' WHERE id = :id"), {"id": ours})
    connection.execute(
        text(
            "INSERT INTO report_duplicate (report_id, earlier_id, probability) VALUES (:repeat, :ours, 0.99)"
        ),
        {"repeat": repeat, "ours": ours},
    )
    every = must(connection, MustAsked(open_cases=True)).places
    assert set(every.key.tolist()) == {f"report:{ours}", f"report:{theirs}"}
    of_unit = must(connection, MustAsked(open_cases=True, units=("城管一队",))).places
    assert of_unit.key.tolist() == [f"report:{ours}"]


def test_cases_at_one_door_are_one_stop(connection: Connection, district: District) -> None:
    add_reports(connection, [district.place(1.5, 1.5)] * 3, at="2026-05-30 09:00")
    found = must(connection, MustAsked(open_cases=True)).places
    assert len(found) == 1
    assert len(found.because[0]) == 3
    assert found.value.tolist() == [3.0]


def test_more_cases_than_can_be_visited_are_told(connection: Connection, district: District) -> None:
    add_reports(
        connection,
        [district.place(0.05 + k % 9 * 0.6, 0.05 + k // 9 * 0.6) for k in range(81)],
        at="2026-05-30 09:00",
    )
    found = must(connection, MustAsked(open_cases=True)).places
    assert len(found) == 60
    assert "21" in found.remarks[0].zh


def test_places_where_it_came_back(connection: Connection, district: District) -> None:
    for back in (3, 11, 30):
        add_reports(connection, [district.place(2.5, 2.5)], at=f"{DAY - timedelta(days=back)} 09:00")
    add_reports(connection, [district.place(4.5, 4.5)] * 5, at="2026-05-20 09:00")  # a burst
    for back in (70, 80, 90):  # long ago
        add_reports(connection, [district.place(0.5, 0.5)], at=f"{DAY - timedelta(days=back)} 09:00")
    found = must(connection, MustAsked(recurrent=True)).places
    assert found.cell.tolist() == [district.code(2, 2)]
    assert (found.lon[0], found.lat[0]) == pytest.approx(district.place(2.5, 2.5), abs=1e-7)
    assert "3 件（3 天）" in found.because[0][0].zh
    # A case beside it is the same stop.
    both = must(connection, MustAsked(recurrent=True, open_cases=True)).places
    assert sum(district.code(2, 2) == cell for cell in both.cell) == 1


def _components(
    connection: Connection, district: District, count: int, *, first: int = 0, class_code: str = "0101"
) -> None:
    for number in range(first, first + count):
        lon, lat = district.place(0.5 + number % 5, 0.5 + number // 5)
        connection.execute(
            text(
                "INSERT INTO component (id, scheme, class_code, geom, source) VALUES (:id, :scheme, :class,"
                " ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'test')"
            ),
            {"id": f"C{number:03d}", "scheme": SCHEME, "class": class_code, "lon": lon, "lat": lat},
        )


def test_components_that_nobody_passed_are_due(connection: Connection, district: District) -> None:
    _components(connection, district, 4)
    last = np.array(["2026-05-31", "2026-05-02", "NaT", "2026-04-01"], "datetime64[D]")

    def passed(lon: np.ndarray, lat: np.ndarray, days: int) -> np.ndarray:
        assert len(lon) == len(lat) == 4
        assert days == 60
        return last

    found = must(connection, MustAsked(inspect={"供水井盖": 30}), passed=passed).places
    assert found.key.tolist() == ["component:C002", "component:C003", "component:C001"]
    assert "没有到访轨迹" in found.because[0][0].zh
    assert "2026-04-01" in found.because[1][0].zh


def test_what_missed_most_of_its_cycles_is_inspected_first(
    connection: Connection, district: District
) -> None:
    """Nobody for two cycles of seven days comes before somebody one and a half cycles of thirty ago."""
    connection.execute(
        text(
            "INSERT INTO class SELECT scheme, kind, '0102', '污水井盖', NULL, major_code, major_name, source,"
            " confidence FROM class WHERE kind = 'component' AND code = '0101'"
        )
    )
    _components(connection, district, 1, class_code="0102")
    _components(connection, district, 1, first=1)

    def passed(_lon: np.ndarray, _lat: np.ndarray, days: int) -> np.ndarray:
        return np.array(["NaT" if days == 14 else DAY - timedelta(days=45)], "datetime64[D]")

    found = must(connection, MustAsked(inspect={"0102": 30, "0101": 7}), passed=passed).places
    assert found.key.tolist() == ["component:C001", "component:C000"]


def test_without_tracks_every_component_has_its_day(connection: Connection, district: District) -> None:
    _components(connection, district, 20)
    seen: list[str] = []
    for day in range(5):
        begins = BEGINS + timedelta(days=day)
        of = replace(SHIFT, day=begins.date(), begins=begins, ends=begins + timedelta(hours=4))
        seen += must(connection, MustAsked(inspect={"0101": 5}), of).places.key.tolist()
    assert sorted(seen) == [f"component:C{number:03d}" for number in range(20)]


@pytest.mark.usefixtures("district")
def test_what_cannot_be_inspected_is_refused(connection: Connection) -> None:
    with pytest.raises(WrongUsage) as wrong:
        must(connection, MustAsked(inspect={"0101": 0}))
    assert wrong.value.code == "bad_inspection"
    with pytest.raises(InputRefused) as unknown:
        must(connection, MustAsked(inspect={"没有": 3}))
    assert unknown.value.code == "unknown_class"


def test_given_places_with_their_hours_and_those_elsewhere(
    connection: Connection, district: District, tmp_path: Path
) -> None:
    lon, lat = district.place(1.5, 1.5)
    path = tmp_path / "list.csv"
    path.write_text(
        f"name,lon,lat,from,to,minutes,required\n校门,{lon},{lat},16:30,18:00,20,yes\n别处,118.0,30.0,,,,\n",
        encoding="utf-8",
    )
    far, near = (
        GivenPlace(100.0, 20.0, "远"),
        GivenPlace(*district.place(4.5, 4.5), weight=2.0, required=False),
    )
    made = must(connection, MustAsked(file=path, listed=(near, far)))
    school, extra = made.places.name
    assert (school.zh, made.places.required.tolist()) == ("校门", [True, False])
    assert (made.places.opens[0], made.places.closes[0], made.places.windowed[0]) == (0.0, 60.0, True)
    assert made.places.dwell.tolist() == [20.0, 12.0]
    assert made.places.value.tolist() == [1.0, 2.0]
    assert school.en == "Xiaomen (校门)"
    assert extra.zh  # named by where it lies
    assert [(each.code, each.place.row) for each in made.refused] == [("outside", 2), ("outside", 3)]
    assert len(set(made.places.key.tolist())) == 2


def test_what_is_given_wrongly_is_told_and_the_rest_is_taken(
    connection: Connection, district: District
) -> None:
    lon, lat = district.place(2.5, 2.5)
    wrong = [
        GivenPlace(float("nan"), lat),
        GivenPlace(lon, 134.0),
        GivenPlace(lon, lat, minutes=0.0),
        GivenPlace(lon, lat, minutes=float("inf")),
        GivenPlace(lon, lat, weight=-1.0),
        GivenPlace(lon, lat, begins=BEGINS + timedelta(hours=3), ends=BEGINS + timedelta(hours=2)),
        GivenPlace(lon, lat, begins=BEGINS + timedelta(hours=4)),
        GivenPlace(lon, lat, ends=BEGINS.replace(tzinfo=None)),
    ]
    made = must(connection, MustAsked(listed=(*wrong, GivenPlace(lon, lat))))
    assert made.places.key.tolist() == [f"given:at:{lon:.5f},{lat:.5f}"]
    assert [each.place.row for each in made.refused] == list(range(1, 9))
    assert [each.code for each in made.refused] == [
        "bad_place", "bad_place", "bad_minutes", "bad_minutes", "bad_weight", "window_reversed",
        "outside_shift", "bad_time",
    ]  # fmt: skip


@pytest.mark.usefixtures("district")
def test_nothing_asked_is_nothing(connection: Connection) -> None:
    made = must(connection, MustAsked())
    assert (len(made.places), made.refused) == (0, ())
    every = MustAsked(open_cases=True, recurrent=True, inspect={"0101": 30})
    assert len(must(connection, every).places) == 0
