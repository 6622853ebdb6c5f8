"""The inventory comes in from vector files and tables, by the standards' column names; faults are told."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.catalog import ComponentImport, count_components, import_components, list_components
from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.geography import from_wgs84
from tests.geography.paper import write
from tests.hotspots.district import SCHEME, District, make_district

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, tzinfo=ZONE)
ID = "6101030101000001"


@pytest.fixture
def world(connection: Connection) -> District:
    connection.execute(
        text(
            "INSERT INTO unit (code, name, kind) VALUES ('W', '示例供水公司', 'company'), ('M', '城管局', 'bureau')"
        )
    )
    district = make_district(connection, 3)
    connection.execute(
        text(
            "INSERT INTO class VALUES (:scheme, 'component', '0137', '路灯', NULL, '01', '公用设施', 't', 'local'),"
            " ('gbt47678.5-2026', 'component', '01001', '供水井盖', NULL, '01', '公用设施', 't', 'local')"
        ),
        {"scheme": SCHEME},
    )
    return district


def load(connection: Connection, path: Path, **given: Any) -> ComponentImport:
    return import_components(connection, path, now=NOW, zone=ZONE, **({"scheme": SCHEME} | given))


def table(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


HEADER = ("部件标识码", "小类代码", "权属单位名称", "部件状态", "经度", "纬度")


def row(
    world: District, identifier: str = ID, code: str = "0101", owner: str = "", state: str = "完好"
) -> list[Any]:
    return [identifier, code, owner, state, *world.place(0.5, 0.5)]


def test_points_lines_and_polygons_with_owners(
    connection: Connection, world: District, tmp_path: Path
) -> None:
    lon, lat = world.place(0.5, 0.5)
    shapes = [
        shapely.Point(lon, lat),
        shapely.LineString([(lon, lat), (lon + 1e-4, lat)]),
        shapely.Point(lon, lat).buffer(1e-4),
    ]
    path = write(
        tmp_path / "a.geojson",
        shapes,
        id=[f"610103010100000{k}" for k in (1, 2, 3)],
        **{"class": ["0101", "供水井盖", ""]},
        supervisor=["城管局", "M", ""],
        owner=["示例 供水公司", "无名公司", ""],
        maintainer=["W", "", ""],
        state=["完好", "破损", "lost"],
        DeptTel=["1", "", "2"],
    )
    done = load(connection, path)
    assert (done.components, done.added, done.updated, done.unchanged) == (3, 3, 0, 0)
    assert (done.without_owner, done.outside, done.unknown_units, done.doubtful) == (
        1,
        0,
        {"无名公司": 1},
        (),
    )
    first, second, third = list_components(connection)
    assert (first["supervisor_code"], first["owner_code"], first["maintainer_code"]) == ("M", "W", "W")
    assert (first["owner"], first["other"]) == ("示例 供水公司", {"DeptTel": "1"})
    assert (second["owner"], second["owner_code"], second["class"]) == ("无名公司", None, "0101")
    assert (third["class"], third["state"], third["owner"]) == ("0101", "lost", None)
    assert [each["geometry"]["type"] for each in (first, second, third)] == ["Point", "LineString", "Polygon"]
    assert count_components(connection) == [
        {
            "scheme": SCHEME,
            "class": "0101",
            "class_name": "供水井盖",
            "components": 3,
            "not_in_use": 2,
            "without_owner": 1,
            "unknown_owner": 1,
        }
    ]


def test_the_columns_of_the_standard_and_of_older_layers(
    connection: Connection, world: District, tmp_path: Path
) -> None:
    place = world.place(0.5, 0.5)
    header = (
        "管理部件标识码", "管理部件名称", "主管部门名称", "权属单位名称", "养护单位名称", "所在单元网格标识码",
        "管理部件状态", "初始日期", "变更日期", "定位精度", "经度", "纬度",
    )  # fmt: skip
    rows = [
        [ID, "供水井盖", "城管局", "", "W", world.code(0, 0), "移除", "20240131", "20250101", "a", *place]
    ]
    done = load(connection, table(tmp_path / "a.csv", rows, header))
    assert done.doubtful == ()
    [one] = list_components(connection)
    assert (one["class"], one["state"], one["location_class"]) == ("0101", "removed", "A")
    assert one["surveyed_on"] == date(2024, 1, 31)
    assert one["other"] == {"变更日期": "20250101", "所在单元网格标识码": world.code(0, 0)}
    old = write(
        tmp_path / "b.gpkg",
        [shapely.Point(place)],
        ObjID=["6101030137000001"],
        ObjName=["路灯"],
        DeptName2=["示例供水公司"],
        BGID=[world.code(2, 2)],
        ObjState=["完好"],
        ORDate=["某日"],
    )
    done = load(connection, old)
    assert sorted(fault.code for fault in done.doubtful) == ["bad_date", "in_another_cell"]
    [lamp] = list_components(connection, class_code="0137")
    assert (lamp["owner_code"], lamp["surveyed_on"]) == ("W", None)


def test_what_is_wrong_is_told_with_its_row(connection: Connection, world: District, tmp_path: Path) -> None:
    good = row(world)
    for rows, expected in (
        ([row(world, "")], [("blank_code", 2)]),
        ([row(world, "123")], [("bad_component_id", 2)]),
        ([row(world, "61010301001000001")], [("component_id_of_other_scheme", 2)]),
        ([good, good], [("duplicate_id", 3)]),
        ([row(world, code="0999")], [("unknown_class", 2)]),
        ([row(world, state="蓝色")], [("unknown_state", 2)]),
        ([[*good[:4], "", good[5]]], [("no_geometry", 2)]),
        ([[*good[:4], "east", good[5]]], [("no_geometry", 2)]),
        ([[*good[:4], good[5], good[4]]], [("no_geometry", 2)]),
        ([row(world, owner="长" * 201)], [("too_long", 2)]),
    ):
        with pytest.raises(InputRefused) as caught:
            load(connection, table(tmp_path / "a.csv", rows, HEADER))
        assert [(fault.code, fault.place.row) for fault in caught.value.faults] == expected
        assert connection.execute(text("SELECT count(*) FROM component")).scalar_one() == 0
    rejects = load(
        connection, table(tmp_path / "a.csv", [good, row(world, "123")], HEADER), skip_invalid=True
    )
    assert (rejects.added, [fault.code for fault in rejects.refused]) == (1, ["bad_component_id"])


@pytest.mark.usefixtures("world")
def test_what_is_doubtful_is_taken(connection: Connection, tmp_path: Path) -> None:
    far = [ID, "0137", "", "", 108.0, 34.0]
    done = load(connection, table(tmp_path / "a.csv", [far], HEADER))
    assert [fault.code for fault in done.doubtful] == ["component_id_of_other_class", "outside"]
    assert (done.added, done.outside) == (1, 1)
    [one] = list_components(connection)
    assert (one["class"], one["state"]) == ("0137", "in_use")


def test_the_scheme_and_the_columns_must_be_known(
    connection: Connection, world: District, tmp_path: Path
) -> None:
    path = table(tmp_path / "a.csv", [row(world)], HEADER)
    for given, code in (
        ({"scheme": None}, "which_scheme"),
        ({"scheme": "cjt214-2007"}, "unknown_scheme"),
        ({"columns": {"owner": "谁"}}, "unknown_column"),
    ):
        with pytest.raises(InputRefused) as caught:
            load(connection, path, **given)
        assert caught.value.code == code
    with pytest.raises(WrongUsage):
        load(connection, path, columns={"colour": "x"})
    with pytest.raises(InputRefused) as caught:
        load(connection, table(tmp_path / "b.csv", [[1, 2]], ("经度", "纬度")))
    assert caught.value.code == "missing_column"


def test_a_citys_own_ids(connection: Connection, world: District, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [row(world, "井-1"), row(world, "井-2")], HEADER)
    with pytest.raises(InputRefused):
        load(connection, path)
    assert load(connection, path, free_ids=True).added == 2


def test_again_changes_what_changed_and_keeps_what_the_file_lacks(
    connection: Connection, world: District, tmp_path: Path
) -> None:
    path = table(
        tmp_path / "a.csv",
        [row(world, owner="示例供水公司"), row(world, "6101030101000002", owner="甲")],
        HEADER,
    )
    load(connection, path)
    again = load(connection, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    changed = table(
        tmp_path / "b.csv",
        [
            [ID, "0137", "破损", *world.place(0.5, 0.5)],
            ["6101030101000002", "0101", "完好", *world.place(0.5, 0.5)],
        ],
        ("id", "class", "state", "lon", "lat"),
    )
    done = load(connection, changed)
    assert (done.added, done.updated, done.unchanged) == (0, 1, 1)
    one, two = list_components(connection)
    assert (one["class"], one["state"], one["owner_code"]) == ("0137", "damaged", "W")
    assert two["owner"] == "甲"
    moved = table(tmp_path / "c.csv", [[ID, "0137", *world.place(1.5, 0.5)]], ("id", "class", "lon", "lat"))
    assert load(connection, moved).updated == 1


def test_a_blank_clears_what_is_stored_and_a_missing_column_does_not(
    connection: Connection, world: District, tmp_path: Path
) -> None:
    place = world.place(0.5, 0.5)
    header = ("id", "class", "name", "owner", "surveyed_on", "材质", "备注", "lon", "lat")
    full = [ID, "0101", "一号井", "示例供水公司", "2024-03-05", "铸铁", "旧", *place]
    load(connection, table(tmp_path / "a.csv", [full], header))
    blanks = table(
        tmp_path / "b.csv",
        [[ID, "0101", "", "", "", "", *place]],
        ("id", "class", "name", "owner", "surveyed_on", "材质", "lon", "lat"),
    )
    assert load(connection, blanks).updated == 1
    [one] = list_components(connection)
    assert [one[key] for key in ("name", "owner", "owner_code", "surveyed_on")] == [None] * 4
    assert one["other"] == {"备注": "旧"}
    assert load(connection, blanks).unchanged == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-03-05T00:00:00+08:00", date(2024, 3, 5)),
        ("2024-03-05", date(2024, 3, 5)),
        ("2024-03-04T16:00:00Z", date(2024, 3, 5)),
        ("2024-03-05 23:59", date(2024, 3, 5)),
    ],
)
def test_a_survey_is_of_the_day_here(
    connection: Connection, world: District, tmp_path: Path, given: str, expected: date
) -> None:
    rows = [[ID, "0101", given, *world.place(0.5, 0.5)]]
    load(connection, table(tmp_path / "a.csv", rows, ("id", "class", "surveyed_on", "lon", "lat")))
    [one] = list_components(connection)
    assert one["surveyed_on"] == expected


def test_gcj02_is_converted(connection: Connection, world: District, tmp_path: Path) -> None:
    lon, lat = world.place(0.5, 0.5)
    shifted = [float(value[0]) for value in from_wgs84("gcj02", np.array([lon]), np.array([lat]))]
    path = table(tmp_path / "a.csv", [[ID, "0101", *shifted]], ("id", "class", "lon", "lat"))
    assert load(connection, path, datum="gcj02").outside == 0
    [one] = list_components(connection)
    assert np.allclose(one["geometry"]["coordinates"], (lon, lat), atol=1e-7)


@pytest.mark.long
def test_a_city_of_140000_components(connection: Connection, world: District, tmp_path: Path) -> None:
    """Guilin Qixing has more than 140,000 (domain/grid.md)."""
    count = 140_000
    random = np.random.default_rng(3)
    places = [world.place(*xy) for xy in random.uniform(0, 3, (200, 2))]
    rows = [
        [f"6101030101{k:06d}", "0101", "示例供水公司", "完好", *places[k % 200]] for k in range(1, count + 1)
    ]
    path = table(tmp_path / "a.csv", rows, HEADER)
    assert load(connection, path).added == count
