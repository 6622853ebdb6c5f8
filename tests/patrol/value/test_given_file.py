"""Lists of places to visit: what is taken, and what is told of each row that is not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.geography import from_wgs84
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.given import GivenList
from gridsvc.patrol.value.given_file import read_given

ZONE = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 11, 23, 17, tzinfo=ZONE)


def shift(begins: datetime = EVENING, hours: float = 4) -> Asked:
    return Asked((), None, None, begins.date(), begins, begins + timedelta(hours=hours), ZONE)


def read(path: Path, text: str, of: Asked | None = None, **chosen: object) -> GivenList:
    path.write_text(text, encoding="utf-8")
    return read_given(path, of or shift(), **chosen)  # type: ignore[arg-type]


def test_every_column_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path / "list.csv",
        "名称,经度,纬度,开始时间,结束时间,停留分钟,权重,必到\n"
        "省实验中学门口,108.95,34.25,18:00,2026-11-23 19:30,20,2.5,是\n"
        "夜市,108.96,34.24,,,,,否\n",
    )
    assert not found.refused
    school, market = found.places
    assert (school.name, school.lon, school.lat, school.row) == ("省实验中学门口", 108.95, 34.25, 2)
    assert school.begins == datetime(2026, 11, 23, 18, tzinfo=ZONE)
    assert school.ends == datetime(2026, 11, 23, 19, 30, tzinfo=ZONE)
    assert (school.minutes, school.weight, school.required) == (20.0, 2.5, True)
    assert (market.minutes, market.weight, market.required, market.begins) == (12.0, 1.0, False, None)


def test_every_fault_is_told_with_row_and_column_and_the_rest_is_taken(tmp_path: Path) -> None:
    found = read(
        tmp_path / "list.csv",
        "lon,lat,from,to,minutes,weight,required\n"
        "108.95,34.25,,,,,\n"
        ",34.25,,,,,\n"
        "34.25,108.95,,,,,\n"
        "208.95,34.25,,,,,\n"
        "108.95,34.25,soon,,,,\n"
        "108.95,34.25,,,-5,,\n"
        "108.95,34.25,,,,many,\n"
        "108.95,34.25,,,,,maybe\n"
        "108.95,34.25,14:00,16:00,,,\n"
        "108.95,34.25,2026-11-23 20:00,2026-11-23 19:00,,,\n"
        "108.95,34.25,,,0,,\n",
    )
    assert [each.row for each in found.places] == [2]
    assert [(each.code, each.place.row, each.place.column) for each in found.refused] == [
        ("no_place", 3, "lon"),
        ("swapped_lon_lat", 4, "lat"),
        ("bad_place", 5, "lon"),
        ("bad_time", 6, "from"),
        ("bad_minutes", 7, "minutes"),
        ("bad_weight", 8, "weight"),
        ("bad_required", 9, "required"),
        ("outside_shift", 10, "from"),
        ("window_reversed", 11, "to"),
        ("bad_minutes", 12, "minutes"),
    ]


@pytest.mark.parametrize(
    ("given", "begins", "ends"),
    [
        ("23:00,02:00", "2026-11-23T23:00", "2026-11-24T02:00"),
        ("01:00,02:00", "2026-11-24T01:00", "2026-11-24T02:00"),
        (",07:00", None, "2026-11-24T07:00"),
        ("21:00,23:00", "2026-11-23T21:00", "2026-11-23T23:00"),
        ("24:00,", "2026-11-24T00:00", None),
        ("5点,", "2026-11-24T05:00", None),
    ],
)
def test_times_of_a_night_shift_are_those_of_the_night(
    tmp_path: Path, given: str, begins: str | None, ends: str | None
) -> None:
    night = shift(datetime(2026, 11, 23, 22, tzinfo=ZONE), 8)
    (place,) = read(tmp_path / "list.csv", f"lon,lat,from,to\n108.95,34.25,{given}\n", night).places
    wanted = [datetime.fromisoformat(each).replace(tzinfo=ZONE) if each else None for each in (begins, ends)]
    assert [place.begins, place.ends] == wanted


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("19:00,18:00", "window_reversed"),
        ("20:30,17:30", "window_reversed"),
        ("19:00,16:00", "window_reversed"),
        ("18:00,18:00", None),
        ("20:00,02:00", None),
        ("16:00,03:00", None),
        (",16:00", "outside_shift"),
        ("08:00,16:59", "outside_shift"),
        ("21:30,23:00", "outside_shift"),
    ],
)
def test_hours_the_wrong_way_round_and_others_than_the_shift_are_refused_with_their_place(
    tmp_path: Path, given: str, code: str | None
) -> None:
    found = read(tmp_path / "list.csv", f"lon,lat,from,to\n108.95,34.25,{given}\n")
    assert [each.code for each in found.refused] == ([code] if code else [])
    for fault in found.refused:
        assert (fault.place.file, fault.place.row) == ("list.csv", 2)
        assert fault.place.column in ("from", "to")


@pytest.mark.parametrize("begins", ["", "15:00"])
def test_an_end_within_a_long_night_is_of_that_night(tmp_path: Path, begins: str) -> None:
    """More than half a day after the begin, and yet nothing else can be meant."""
    long = shift(datetime(2026, 11, 23, 14, tzinfo=ZONE), 16)
    found = read(tmp_path / "list.csv", f"lon,lat,from,to\n108.95,34.25,{begins},05:00\n", long)
    assert [place.ends for place in found.places] == [datetime(2026, 11, 24, 5, tzinfo=ZONE)]
    late = read(tmp_path / "list.csv", f"lon,lat,from,to\n108.95,34.25,{begins},07:00\n", long)
    assert not late.places


def test_hours_since_yesterday_reach_into_a_shift_after_midnight(tmp_path: Path) -> None:
    early = shift(datetime(2026, 11, 24, tzinfo=ZONE), 6)
    (place,) = read(tmp_path / "list.csv", "lon,lat,from,to\n108.95,34.25,22:00,02:00\n", early).places
    assert place.begins == datetime(2026, 11, 23, 22, tzinfo=ZONE)
    assert place.ends == datetime(2026, 11, 24, 2, tzinfo=ZONE)
    late = read(tmp_path / "list.csv", "lon,lat,from,to\n108.95,34.25,22:00,23:00\n", early)
    assert [fault.code for fault in late.refused] == ["outside_shift"]


def test_the_column_of_identifiers_is_read_and_one_that_counts_rows_is_not(tmp_path: Path) -> None:
    head, rows = "编号,lon,lat\n", ("{},108.95,34.25\n", "{},108.96,34.25\n")

    def ids(*given: str) -> list[str]:
        text = head + "".join(row.format(each) for row, each in zip(rows, given, strict=True))
        return [each.id for each in read(tmp_path / "list.csv", text).places]

    assert ids("D-9", " 007") == ["D-9", "007"]
    assert ids("1", "3") == ["1", "3"]
    assert ids("1", "2") == ["", ""]


def test_times_outside_the_night_are_refused(tmp_path: Path) -> None:
    night = shift(datetime(2026, 11, 23, 22, tzinfo=ZONE), 8)
    found = read(tmp_path / "list.csv", "lon,lat,from,to\n108.95,34.25,14:00,16:00\n", night)
    assert [each.code for each in found.refused] == ["outside_shift"]


def test_other_datums_are_converted(tmp_path: Path) -> None:
    lon, lat = from_wgs84("gcj02", [108.95], [34.25])
    table = read(tmp_path / "list.csv", f"lon,lat\n{float(lon[0])},{float(lat[0])}\n", datum="gcj02")
    assert (table.places[0].lon, table.places[0].lat) == pytest.approx((108.95, 34.25), abs=1e-8)


def test_geojson_of_points_and_areas(tmp_path: Path) -> None:
    square = [[108.95, 34.25], [108.951, 34.25], [108.951, 34.251], [108.95, 34.251], [108.95, 34.25]]
    features = [
        {"type": "Point", "coordinates": [108.94, 34.26]},
        {"type": "Polygon", "coordinates": [square]},
        None,
    ]
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geometry, "properties": {"name": f"地点{number}", "minutes": 15}}
            for number, geometry in enumerate(features)
        ],
    }
    found = read(tmp_path / "list.geojson", json.dumps(document))
    assert [each.name for each in found.places] == ["地点0", "地点1"]
    assert 108.95 < found.places[1].lon < 108.951
    assert found.places[0].minutes == 15
    assert [(each.code, each.place.row) for each in found.refused] == [("no_place", 3)]


def test_a_workbook_with_times_as_times(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["经度", "纬度", "开始", "名称"])
    sheet.append([108.95, 34.25, datetime(2026, 11, 23, 18, 30).time(), "门口"])  # noqa: DTZ001
    book.save(tmp_path / "list.xlsx")
    (place,) = read_given(tmp_path / "list.xlsx", shift()).places
    assert place.begins == datetime(2026, 11, 23, 18, 30, tzinfo=ZONE)


def test_a_header_of_another_name(tmp_path: Path) -> None:
    found = read(tmp_path / "list.csv", "横,纵\n108.95,34.25\n", columns={"lon": "横", "lat": "纵"})
    assert len(found.places) == 1
    with pytest.raises(WrongUsage) as refused:
        read(tmp_path / "list.csv", "lon,lat\n1,2\n", columns={"color": "横"})
    assert refused.value.code == "unknown_field"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name,town\na,b\n", "missing_column"),
        ("lon,lat\n", "no_rows"),
        ("", "empty_file"),
        ("lon,lat\n" + "108.95,34.25\n" * 5001, "too_many_rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read(tmp_path / "list.csv", text)
    assert refused.value.code == code
    with pytest.raises(InputRefused):
        read_given(tmp_path / "none.csv", shift())
