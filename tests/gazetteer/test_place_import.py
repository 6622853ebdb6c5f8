from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.gazetteer import find_places, import_places, load_gazetteer
from gridsvc.settings import Settings
from tests.api.conftest import NOW
from tests.gazetteer.streetscape import add_roads
from tests.hotspots.district import make_district

_CHINESE = "名称,别名,类型,地址,经度,纬度\n"


def write(folder: Path, content: str, *, name: str = "places.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def stored(connection: Connection) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in connection.execute(
            text("SELECT kind, name, other_names, road, house_number, source FROM place ORDER BY id")
        )
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_and_an_address_beside_a_name(
    connection: Connection, tmp_path: Path, encoding: str
) -> None:
    path = write(
        tmp_path,
        _CHINESE + "阳光小区,阳光花园;阳光里,小区,碑林区文艺路68号,108.95,34.25\n"
        "青龙寺,,寺庙,,108.96,34.24\n,,,西安市碑林区文艺路街道文艺路甲70号,108.95,34.251\n",
        encoding=encoding,
    )
    done = import_places(connection, path)
    assert (done.rows, done.places, done.refused) == (3, 4, ())
    assert stored(connection) == [
        ("compound", "阳光小区", ["阳光花园", "阳光里"], None, None, "places.csv"),
        ("address", "文艺路68号", [], "文艺路", "68号", "places.csv"),
        ("landmark", "青龙寺", [], None, None, "places.csv"),
        ("address", "文艺路甲70号", [], "文艺路", "甲70号", "places.csv"),
    ]
    found = find_places(load_gazetteer(connection, Settings(), NOW), "阳光里门口")
    assert (found.verdict, found.candidates[0].name) == ("certain", "阳光小区")


def test_a_workbook_and_named_columns(connection: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("站", "X", "Y"), ("南稍门", 108.94, 34.24)):
        sheet.append(row)
    path = tmp_path / "stops.xlsx"
    book.save(path)
    done = import_places(connection, path, kind="stop", columns={"name": "站"}, source_name="公交")
    assert dict(done.kinds) == {"stop": 1}
    assert stored(connection) == [("stop", "南稍门", [], None, None, "公交")]


def test_shapes_of_every_kind_and_a_shifted_datum(connection: Connection, tmp_path: Path) -> None:
    def feature(name: str, kind: str, geometry: dict[str, object]) -> dict[str, object]:
        return {"type": "Feature", "properties": {"name": name, "type": kind}, "geometry": geometry}

    square = [[108.95, 34.25], [108.951, 34.25], [108.951, 34.251], [108.95, 34.25]]
    content = {
        "type": "FeatureCollection",
        "features": [
            feature("阳光小区", "小区", {"type": "Polygon", "coordinates": [square]}),
            feature("小巷", "道路", {"type": "LineString", "coordinates": square[:3]}),
            feature("南稍门", "bus_stop", {"type": "Point", "coordinates": [108.95, 34.25]}),
        ],
    }
    path = write(tmp_path, json.dumps(content, ensure_ascii=False), name="places.geojson")
    done = import_places(connection, path, datum="gcj02")
    assert dict(done.kinds) == {"compound": 1, "road": 1, "stop": 1}
    gazetteer = load_gazetteer(connection, Settings(), NOW)
    place = find_places(gazetteer, "南稍门").candidates[0]
    assert 0.003 < 108.95 - place.lon < 0.007
    assert find_places(gazetteer, "阳光小区").candidates[0].accuracy_m < 60


def test_the_same_source_is_replaced_and_the_same_content_changes_nothing(
    connection: Connection, tmp_path: Path
) -> None:
    first = write(tmp_path, 'name,lon,lat,别名\n甲,108.95,34.25,a b;"c,d"\n乙,108.96,34.25,\n')
    assert import_places(connection, first).replaced == 0
    before = load_gazetteer(connection, Settings(), NOW)
    again = import_places(connection, first)
    assert (again.unchanged, again.replaced) == (True, 0)
    assert load_gazetteer(connection, Settings(), NOW, before) is before
    second = write(tmp_path, "name,lon,lat\n丙,108.95,34.25\n")
    assert import_places(connection, second).replaced == 2
    assert [row[1] for row in stored(connection)] == ["丙"]
    after = load_gazetteer(connection, Settings(), NOW, before)
    assert after is not before
    assert after.version != before.version


def test_roads_and_areas_are_drawn_from_their_layers(connection: Connection) -> None:
    district = make_district(connection)
    empty = load_gazetteer(connection, Settings(), NOW)
    assert {each.kind for each in empty.places} == {"area"}
    add_roads(connection, district)
    gazetteer = load_gazetteer(connection, Settings(), NOW, empty)
    found = find_places(gazetteer, "乙街道友谊东路与太乙路十字")
    assert found.verdict == "certain"
    lon, lat = district.place(4.0, 3.0)
    assert (found.candidates[0].lon, found.candidates[0].lat) == pytest.approx((lon, lat), abs=1e-6)
    assert find_places(gazetteer, "甲街道友谊东路与太乙路十字").verdict == "uncertain"
    assert find_places(gazetteer, "甲街道办事处").candidates[0].kind == "area"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (",,landmark,,108.95,34.25", "missing_name", "名称"),
        ("甲,,,,34.25,108.95", "swapped_lon_lat", "纬度"),
        ("甲,,,,,34.25", "no_place", "经度"),
        ("甲,,,,abc,34.25", "no_place", "经度"),
        ("甲,,,,208.95,34.25", "bad_place", "经度"),
        ("甲,,门牌,,108.95,34.25", "no_house_number", "名称"),
        ("=A1,,,,nan,34.25", "no_place", "经度"),
        ("甲" * 201 + ",,,,108.95,34.25", "too_long", "名称"),
        ("甲\x07,,,,108.95,34.25", "control_character", "名称"),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_nothing_is_stored(
    connection: Connection, tmp_path: Path, row: str, code: str, column: str
) -> None:
    path = write(tmp_path, _CHINESE + "好,,,,108.95,34.25\n" + row + "\n")
    with pytest.raises(InputRefused) as caught:
        import_places(connection, path)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place.row, fault.place.column) == (code, 3, column)
    assert stored(connection) == []
    done = import_places(connection, path, skip_invalid=True)
    assert (done.places, [each.code for each in done.refused]) == (1, [code])


def test_wrong_words_are_refused(connection: Connection, tmp_path: Path) -> None:
    path = write(tmp_path, "name,lon,lat\n甲,108.95,34.25\n")
    with pytest.raises(WrongUsage, match="nonsense"):
        import_places(connection, path, columns={"nonsense": "name"})
    with pytest.raises(WrongUsage, match="hill"):
        import_places(connection, path, kind="hill")
    with pytest.raises(InputRefused, match="missing"):
        import_places(connection, write(tmp_path, "a,b\n1,2\n"))


def test_a_row_twice_is_taken_once_and_said(connection: Connection, tmp_path: Path) -> None:
    done = import_places(connection, write(tmp_path, "name,lon,lat\n" + "甲,108.95,34.25\n" * 2))
    assert (done.places, [each.code for each in done.doubtful]) == (1, ["repeated"])
