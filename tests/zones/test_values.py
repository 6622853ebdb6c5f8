"""Zones that say what their ground is: surfaces, compounds, sites, land uses, grades."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.zones import load_zones
from tests.geography.paper import write
from tests.zones.paperwork import box, load, make_world, table

HEADER = ("责任网格", "责任单位", "取值", "网格编码")


def test_values_are_read_as_people_write_them(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    rows: list[list[Any]] = [
        ["甲", "保洁公司", "", world.code(0, 0)],
        ["乙", "", "无物业", world.code(1, 0)],
        ["丙", "", "WITH", world.code(2, 0)],
    ]
    done = load(connection, table(tmp_path / "a.csv", rows, HEADER), kind="compound")
    assert done.zones == 3
    found = {each.code: (each.value, each.unit_code) for each in load_zones(connection, "compound")}
    assert found == {"甲": (None, "C1"), "乙": ("without", None), "丙": ("with", None)}


def test_a_surface_needs_its_value_and_no_unit(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    good = table(tmp_path / "a.csv", [["甲", "", "人行道", world.code(0, 0)]], HEADER)
    assert load(connection, good, kind="surface").doubtful == ()
    rows = [["甲", "", "", world.code(0, 0)], ["乙", "", "屋顶", world.code(1, 0)]]
    with pytest.raises(InputRefused) as caught:
        load(connection, table(tmp_path / "b.csv", rows, HEADER), kind="surface")
    faults = [(each.code, each.place.row, each.place.column) for each in caught.value.faults]
    assert faults == [("no_value", 2, "取值"), ("bad_value", 3, "取值")]
    assert [each.value for each in load_zones(connection, "surface")] == ["sidewalk"]


def test_a_site_whose_handover_is_not_said_stays_unknown(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    rows = [["甲", "C1", "", world.code(0, 0)], ["乙", "C1", "在建", world.code(1, 0)]]
    done = load(connection, table(tmp_path / "a.csv", rows, HEADER), kind="construction_site")
    assert [(each.code, each.place.row) for each in done.doubtful] == [("handover_unknown", 2)]
    found = {each.code: each.value for each in load_zones(connection, "construction_site")}
    assert found == {"甲": None, "乙": "open"}


def test_polygons_have_values_and_a_changed_value_is_a_change(connection: Connection, tmp_path: Path) -> None:
    make_world(connection)

    def grades(name: str, value: str) -> Path:
        return write(tmp_path / name, [box(0, 0, 2, 2)], zone=["甲"], grade=[value])

    first = load(connection, grades("a.geojson", "A"), kind="management_grade", columns={"value": "grade"})
    same = load(connection, grades("b.geojson", "A"), kind="management_grade", columns={"value": "grade"})
    other = load(connection, grades("c.geojson", "B"), kind="management_grade", columns={"value": "grade"})
    assert (first.begun, same.begun, same.unchanged, other.begun) == (1, 0, 1, 1)
    assert [each.value for each in load_zones(connection, "management_grade")] == ["B"]


def test_zones_of_other_kinds_have_no_values(connection: Connection, tmp_path: Path) -> None:
    world = make_world(connection)
    path = table(tmp_path / "a.csv", [["甲", "U1", "A", world.code(0, 0)]], HEADER)
    assert load(connection, path).zones == 1
    assert [each.value for each in load_zones(connection, "patrol")] == [None]
    with pytest.raises(WrongUsage) as caught:
        load(connection, path, columns={"value": "取值"})
    assert caught.value.code == "no_values"
