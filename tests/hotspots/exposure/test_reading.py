"""Exposures read from the database: measured, imported, carried over, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound, WrongUsage
from gridsvc.hotspots.cells import Cells, cells_in_force
from gridsvc.hotspots.exposure import choose_exposure, list_exposures, read_exposure
from gridsvc.hotspots.exposure.exposure_import import ExposureImport, import_exposure
from gridsvc.hotspots.question import Question
from tests.hotspots.district import ZONE, District, make_district

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
QUESTION = Question.of(["0201"], FIRST, LAST, ZONE)


def _cells(connection: Connection) -> Cells:
    return cells_in_force(connection, NOW, snap_outside_m=5)


def _values(connection: Connection, name: str, first: date = FIRST, last: date = LAST) -> np.ndarray:
    return read_exposure(connection, _cells(connection), name, first=first, last=last).values


def _at(connection: Connection, name: str, district: District) -> np.ndarray:
    """The values as a map: rows from south to north, columns from west to east."""
    cells = _cells(connection)
    values = read_exposure(connection, cells, name, first=FIRST, last=LAST).values
    found = dict(zip(cells.layer.codes, values.tolist(), strict=True))
    size = range(district.size)
    return np.array([[found[district.code(column, row)] for column in size] for row in size])


def _file(folder: Path, lines: list[str], name: str = "given.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _import(connection: Connection, path: Path, name: str, **further: object) -> ExposureImport:
    return import_exposure(connection, path, name, now=NOW, zone=ZONE, **further)  # type: ignore[arg-type]


def _add_road(connection: Connection, district: District, *corners: tuple[float, float]) -> None:
    line = shapely.LineString([district.place(*corner) for corner in corners])
    connection.execute(
        text("INSERT INTO road (source, geom) VALUES ('test', ST_GeomFromText(:line, 4326))"),
        {"line": shapely.to_wkt(line, rounding_precision=12)},
    )


def test_area_and_uniform(connection: Connection) -> None:
    make_district(connection)
    assert _values(connection, "hectare") == pytest.approx(np.ones(36), rel=1e-6)
    assert _values(connection, "uniform").tolist() == [1.0] * 36


def test_streets_follow_the_road_layer(connection: Connection) -> None:
    district = make_district(connection, 4)
    with pytest.raises(NotFound) as caught:
        _values(connection, "road_km")
    assert caught.value.code == "no_roads"
    _add_road(connection, district, (0, 1), (4, 1))
    before = _at(connection, "road_km", district)
    assert before[:2] == pytest.approx(np.full((2, 4), 0.05), rel=1e-3)
    assert (before[2:] == 0).all()
    _add_road(connection, district, (0, 3), (4, 3))
    after = _values(connection, "road_km")
    assert after == pytest.approx(np.full(16, 0.05), rel=1e-3)
    connection.execute(text("UPDATE road SET role = 'elevated'"))
    assert _values(connection, "road_km").sum() == 0


def test_the_default_is_streets_where_they_are_and_area_elsewhere(connection: Connection) -> None:
    district = make_district(connection, 4)
    cells = _cells(connection)
    assert choose_exposure(connection, cells, QUESTION).name == "hectare"
    _add_road(connection, district, (0.2, 0.5), (0.8, 0.5))
    assert choose_exposure(connection, cells, QUESTION).name == "hectare"
    _add_road(connection, district, (0, 1), (4, 1))
    assert choose_exposure(connection, cells, QUESTION).name == "road_km"


def test_minutes_of_patrol_are_summed_over_the_period(connection: Connection, tmp_path: Path) -> None:
    district = make_district(connection, 2)
    with pytest.raises(NotFound) as caught:
        _values(connection, "patrol_minutes")
    assert caught.value.code == "no_patrol_effort"
    code = district.code(0, 0)
    path = _file(
        tmp_path,
        [
            "单元网格编码,日期,巡查分钟",
            f"{code},2026-02-28,100",
            f"{code},2026/3/1,20",
            f"{code},2026年3月31日,7.5",
        ],
    )
    done = _import(connection, path, "patrol_minutes")
    assert (done.rows, done.added, done.updated, done.unchanged, done.without) == (3, 3, 0, 0, 3)
    assert _values(connection, "patrol_minutes").tolist() == [27.5, 0, 0, 0]
    again = _import(
        connection,
        _file(tmp_path, ["cell,day,minutes", f"{code},2026-03-01,21", f"{code},2026-03-31,7.5"]),
        "patrol_minutes",
    )
    assert (again.added, again.updated, again.unchanged) == (0, 1, 1)
    assert _values(connection, "patrol_minutes").tolist() == [28.5, 0, 0, 0]
    effort = read_exposure(connection, _cells(connection), "patrol_minutes", first=FIRST, last=LAST)
    assert effort.is_effort


def test_an_import_takes_the_place_of_the_one_before(connection: Connection, tmp_path: Path) -> None:
    district = make_district(connection, 2)
    rows = [f"{district.code(0, 0)},120", f"{district.code(1, 0)},30.5"]
    first = _import(connection, _file(tmp_path, ["code,人口", *rows]), "people", as_of=date(2025, 11, 1))
    assert (first.added, first.total) == (2, 150.5)
    found = read_exposure(connection, _cells(connection), "people", first=FIRST, last=LAST)
    assert _at(connection, "people", district).tolist() == [[120, 30.5], [0, 0]]
    assert (found.unit.en, found.floor, found.source.en) == ("person", 10.0, "given.csv 2025-11-01")
    second = _import(connection, _file(tmp_path, ["code,people", rows[0]]), "people", floor=1.0)
    assert (second.added, second.updated, second.unchanged, second.without) == (0, 0, 1, 3)
    assert _at(connection, "people", district).tolist() == [[120, 0], [0, 0]]


def test_what_was_given_for_another_edition_follows_the_ground(
    connection: Connection, tmp_path: Path
) -> None:
    old = make_district(connection, 2, effective=datetime(2025, 1, 1, tzinfo=UTC))
    corners = [(0, 0), (1, 0), (0, 1), (1, 1)]
    path = _file(
        tmp_path, ["cell,value", *(f"{old.code(*corner)},{n}" for n, corner in enumerate(corners, 1))]
    )
    _import(connection, path, "shops")
    # The same ground and more of it, in the same squares under other codes.
    since = datetime(2026, 3, 1, tzinfo=UTC)
    new = make_district(connection, 3, name="网格 2026-03", effective=since, streets=())
    assert _at(connection, "shops", new) == pytest.approx(np.array([[1, 2, 0], [3, 4, 0], [0, 0, 0]]))


def test_a_day_that_was_told_for_two_editions_counts_once(connection: Connection, tmp_path: Path) -> None:
    old = make_district(connection, 2, effective=datetime(2025, 1, 1, tzinfo=UTC))
    days = [f"{old.code(0, 0)},2026-03-0{day},10" for day in (1, 2)]
    _import(connection, _file(tmp_path, ["cell,day,minutes", *days]), "patrol_minutes")
    since = datetime(2026, 3, 1, tzinfo=UTC)
    new = make_district(connection, 3, name="网格 2026-03", effective=since, streets=())
    assert _at(connection, "patrol_minutes", new)[0, 0] == pytest.approx(20)
    day = f"{new.code(0, 0)},2026-03-02,12"
    _import(connection, _file(tmp_path, ["cell,day,minutes", day]), "patrol_minutes")
    assert _at(connection, "patrol_minutes", new)[0, 0] == pytest.approx(22)


FAULTY: Mapping[str, tuple[str, str]] = {
    "unknown_cell": ("610103999001000", "2026-03-01,5"),
    "bad_value": ("{code}", "2026-03-01,many"),
    "no_value": ("{code}", "2026-03-01,"),
    "negative_value": ("{code}", "2026-03-01,-1"),
    "value_too_large": ("{code}", "2026-03-01,1e300"),
    "bad_day": ("{code}", "the first,5"),
    "day_in_future": ("{code}", "2026-05-01,5"),
    "row_twice": ("{code}", "2026-03-09,6"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_row_is_named_and_may_be_left_out(
    connection: Connection, tmp_path: Path, fault: str
) -> None:
    district = make_district(connection, 2)
    code = district.code(0, 0)
    cell, rest = FAULTY[fault]
    path = _file(tmp_path, ["cell,day,minutes", f"{code},2026-03-09,5", f"{cell.format(code=code)},{rest}"])
    with pytest.raises(InputRefused) as caught:
        _import(connection, path, "patrol_minutes")
    assert [(each.code, each.place.row) for each in caught.value.faults] == [(fault, 3)]
    with pytest.raises(NotFound):
        _values(connection, "patrol_minutes")
    done = _import(connection, path, "patrol_minutes", skip_invalid=True)
    assert (done.added, len(done.refused)) == (1, 1)
    assert _values(connection, "patrol_minutes").tolist() == [5, 0, 0, 0]


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-inf"])
def test_what_is_no_finite_number_is_refused(connection: Connection, tmp_path: Path, value: str) -> None:
    district = make_district(connection, 2)
    with pytest.raises(InputRefused) as caught:
        _import(connection, _file(tmp_path, ["cell,value", f"{district.code(0, 0)},{value}"]), "shops")
    assert caught.value.faults[0].code == "bad_value"


def test_names_that_are_none(connection: Connection, tmp_path: Path) -> None:
    district = make_district(connection, 2)
    path = _file(tmp_path, ["cell,value", f"{district.code(0, 0)},1"])
    for name, code in (("road_km", "reserved_name"), ("Shops!", "bad_name"), ("", "bad_name")):
        with pytest.raises(WrongUsage) as caught:
            _import(connection, path, name)
        assert caught.value.code == code
    for name, further, code in (
        ("patrol_minutes", {"floor": 5.0}, "not_of_patrol_minutes"),
        ("shops", {"columns": {"day": "cell"}}, "no_days"),
        ("shops", {"floor": float("nan")}, "bad_floor"),
    ):
        with pytest.raises(WrongUsage) as wrong:
            _import(connection, path, name, **further)
        assert wrong.value.code == code
    lost = _file(tmp_path, ["cell,value", "610103999001000,1"], "lost.csv")
    with pytest.raises(InputRefused) as empty:
        _import(connection, lost, "shops", skip_invalid=True)
    assert empty.value.code == "no_rows_left"
    with pytest.raises(NotFound) as missing:
        _values(connection, "dogs")
    assert missing.value.code == "no_exposure"
    with pytest.raises(InputRefused) as column:
        _import(connection, path, "shops", columns={"value": "numbers"})
    assert column.value.code == "unknown_column"
    with pytest.raises(InputRefused) as day:
        _import(connection, path, "patrol_minutes")
    assert day.value.code == "missing_column"


def test_the_list(connection: Connection, tmp_path: Path) -> None:
    district = make_district(connection, 2)
    assert [each["name"] for each in list_exposures(connection)] == ["hectare"]
    _add_road(connection, district, (0, 1), (2, 1))
    code = district.code(0, 0)
    _import(connection, _file(tmp_path, ["cell,value", f"{code},3"]), "shops", unit="shop")
    _import(connection, _file(tmp_path, ["cell,day,value", f"{code},2026-03-05,3"]), "patrol_minutes")
    found = {each["name"]: each for each in list_exposures(connection)}
    assert set(found) == {"road_km", "hectare", "patrol_minutes", "shops"}
    assert (found["shops"]["unit"], found["shops"]["cells"], found["shops"]["total"]) == ("shop", 1, 3.0)
    assert found["patrol_minutes"]["first"] == "2026-03-05"
