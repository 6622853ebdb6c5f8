"""What settles who keeps a boundary road is kept with the report: given, imported, or said by its address."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from sqlalchemy import Connection, insert, text

from gridsvc.cases import Addresses, NewReport, import_cases, submit_report
from gridsvc.gazetteer import load_gazetteer
from gridsvc.responsibility import Atlas, Queries, load_atlas, resolve
from gridsvc.roads.tables import boundary_road
from gridsvc.settings import Settings
from tests.gazetteer.streetscape import add_roads
from tests.hotspots.district import District
from tests.town import make_town

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)
WEST, EAST = "610103001", "610103002"


@pytest.fixture
def town(connection: Connection) -> District:
    """The town whose streets are divided by 分界路: odd numbers are the east's, northbound lanes further up."""
    district = make_town(connection)
    add_roads(
        connection, district, [("分界路", "road", ((3, 0), (3, 6))), ("远路", "road", ((0.2, 0), (0.2, 6)))]
    )
    for code, rule, odd, rows in (("R1", "house_number", EAST, (0, 3)), ("R2", "direction", None, (3, 6))):
        line = shapely.LineString([district.place(3, row) for row in rows])
        values: dict[str, Any] = {
            "code": code,
            "name": "分界路",
            "rule": rule,
            "left_code": WEST,
            "right_code": EAST,
            "odd_code": odd,
            "half_width_m": 20.0,
            "geom": shapely.to_wkb(shapely.set_srid(line, 4326), hex=True, include_srid=True),
            "source": "test",
        }
        connection.execute(insert(boundary_road).values(values))
    return district


@pytest.fixture
def atlas(town: District, connection: Connection) -> Atlas:
    assert town.edition
    return load_atlas(connection, Settings())


@pytest.fixture
def addresses(town: District, connection: Connection) -> Addresses:
    assert town.edition
    return Addresses.of(load_gazetteer(connection, Settings(), NOW), Settings())


def stored(connection: Connection) -> list[Any]:
    return list(
        connection.execute(
            text(
                "SELECT r.*, ST_X(geom) AS x, ST_Y(geom) AS y, s.unit_code, s.decision FROM report r"
                " JOIN resolution s ON s.report_id = r.id ORDER BY r.id"
            )
        )
    )


def hand_in(connection: Connection, atlas: Atlas, town: District, row: float, **fields: Any) -> Any:
    lon, lat = town.place(2.95, row)
    addresses = fields.pop("addresses", None)
    new = NewReport(opened_at=NOW, lon=lon, lat=lat, class_code="0201", kind="event", **fields)
    # Read before it is handed in, as the service does.
    reading = addresses.read(new.address) if addresses and new.address else None
    submit_report(connection, atlas, new, addresses=addresses, reading=reading)
    return stored(connection)[-1]


@pytest.mark.parametrize(
    ("row", "fields"), [(1.5, {"house_number": 87}), (4.5, {"heading_deg": 5.0}), (1.5, {}), (4.5, {})]
)
def test_a_stored_report_is_resolved_again_alike(
    connection: Connection, atlas: Atlas, town: District, row: float, fields: dict[str, Any]
) -> None:
    report = hand_in(connection, atlas, town, row, **fields)
    assert (report.house_number, report.heading_deg) == (
        fields.get("house_number"),
        fields.get("heading_deg"),
    )
    assert (report.unit_code, report.decision) == (("S-02", "determined") if fields else ("S-01", "ranked"))
    again = resolve(
        atlas,
        Queries.one(
            lon=report.x,
            lat=report.y,
            at=report.opened_at,
            scheme=report.scheme,
            kind=report.kind,
            class_code=report.class_code,
            heading_deg=report.heading_deg,
            house_number=report.house_number,
        ),
    ).answer(0)
    assert (again["unit"]["code"], again["decision"]) == (report.unit_code, report.decision)


@pytest.mark.parametrize(
    ("address", "given", "number", "unit"),
    [
        ("分界路87号", None, 87, "S-02"),
        ("分界路87号", 88, 88, "S-01"),  # what was given stands
        ("分界路", None, None, "S-01"),
        ("查无此路87号", None, None, "S-01"),
    ],
)
def test_the_address_says_the_number(
    connection: Connection,
    atlas: Atlas,
    town: District,
    addresses: Addresses,
    address: str,
    given: int | None,
    number: int | None,
    unit: str,
) -> None:
    report = hand_in(connection, atlas, town, 1.5, address=address, house_number=given, addresses=addresses)
    assert (report.house_number, report.unit_code) == (number, unit)


def test_an_import_takes_facts_from_columns_and_addresses(
    connection: Connection, atlas: Atlas, town: District, addresses: Addresses, tmp_path: Path
) -> None:
    rows = [
        (1.5, "87号", "", ""),
        (1.5, "12-3号", "", "分界路87号"),
        (1.5, "", "", "分界路87号"),
        (1.5, "无", "双向", ""),
        (4.5, "", "由南向北", ""),
    ]
    path = tmp_path / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "经度", "纬度", "小类代码", "上报时间", "门牌号", "行车方向", "地址"])
        for k, (row, number, heading, address) in enumerate(rows):
            lon, lat = town.place(2.95, row)
            writer.writerow([k, lon, lat, "0201", "2026-11-02 09:00:00", number, heading, address])
    done = import_cases(connection, path, atlas, zone=ZONE, now=NOW, addresses=addresses)
    assert done.flags == {"bad_heading": 1, "bad_house_number": 1}
    found = [(each.house_number, each.heading_deg, each.unit_code) for each in stored(connection)]
    assert found == [
        (87, None, "S-02"),
        (12, None, "S-01"),
        (87, None, "S-02"),
        (None, None, "S-01"),
        (None, 0.0, "S-02"),
    ]
