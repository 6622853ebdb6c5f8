"""The town of the hard cases: its files made from the tables beside this one, and loaded by the program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from openpyxl import Workbook
from sqlalchemy import Connection

from gridsvc.catalog import import_classes, import_components
from gridsvc.geography import import_areas
from gridsvc.handling import import_specification
from gridsvc.responsibility import Atlas, load_atlas
from gridsvc.roads import import_roads, import_sections
from gridsvc.settings import Settings, shipped
from gridsvc.zones import import_zones
from tests.geography import paper

HERE = Path(__file__).resolve().parent
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
SCHEME = "gbt30428.2-2013"
SIZE, NORTH_STREET, MIDDLE = 600.0, 500.0, 300.0
STREETS = {
    "610103001": ("甲街道", (0.0, 0.0, MIDDLE, NORTH_STREET)),
    "610103002": ("乙街道", (MIDDLE, 0.0, SIZE, NORTH_STREET)),
    "610103003": ("丙街道", (0.0, NORTH_STREET, SIZE, SIZE)),
}


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables, texts by header."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def place(east: float, north: float) -> tuple[float, float]:
    """Lon and lat of a place, in metres from the south-west corner."""
    point = paper.degrees([shapely.Point(east, north)], digits=12)[0]
    return point.x, point.y


def load_town(connection: Connection, folder: Path) -> Atlas:
    """Write the files of the town and load them by the verbs that the commands call."""
    for level, areas in _areas():
        _write(folder / f"{level}.geojson", areas)
        import_areas(
            connection, folder / f"{level}.geojson", level=level, code_column="code", name_column="name",
            srid=paper.SRID,
        )  # fmt: skip
    import_classes(connection, shipped("geodata") / "classes" / f"{SCHEME}.csv", scheme=SCHEME)
    import_specification(connection, _workbook(folder / "town.xlsx"))
    for kind in dict.fromkeys(row["类型"] for row in table("zones")):
        for span in dict.fromkeys((row["起"], row["止"]) for row in table("zones") if row["类型"] == kind):
            chosen = [row for row in table("zones") if (row["类型"], row["起"], row["止"]) == (kind, *span)]
            path = folder / f"{kind} {span[0]} {span[1]}.geojson"
            _write(path, [_zone(row) for row in chosen])
            import_zones(
                connection, path, kind=kind, effective=_day(span[0]), until=_day(span[1]), only_these=True,
                columns={"unit": "unit", "value": "value"}, srid=paper.SRID,
            )  # fmt: skip
    _write(
        folder / "roads.geojson",
        [
            (
                {
                    "link_id": row["编号"],
                    "name": row["名称"],
                    "grade": row["等级"],
                    "keeper": row["管养单位"],
                },
                _line(row["点"]),
            )
            for row in table("roads")
        ],
    )
    import_roads(connection, folder / "roads.geojson")
    _write(
        folder / "boundary_roads.geojson",
        [
            (
                {
                    "code": row["编号"], "name": row["名称"], "rule": row["划分"], "left_code": "610103001",
                    "right_code": "610103002", "party_code": row["归属方"] or None, "unit_code": row["单位"] or None,
                    "odd_code": row["单号方"] or None, "half_width_m": float(row["半宽"]),
                },
                _line(row["点"]),
            )
            for row in table("boundary_roads")
        ],
    )  # fmt: skip
    import_sections(connection, folder / "boundary_roads.geojson", now=NOW, zone=ZONE)
    _write(
        folder / "components.geojson",
        [
            (
                {
                    "id": row["编号"], "class": row["类别"], "name": row["名称"], "supervisor": row["主管部门"] or None,
                    "owner": row["权属单位"] or None, "maintainer": row["养护单位"] or None,
                },
                shapely.Point(float(row["东"]), float(row["北"])),
            )
            for row in table("components")
        ],
    )  # fmt: skip
    import_components(
        connection, folder / "components.geojson", now=NOW, zone=ZONE, scheme=SCHEME, free_ids=True
    )
    return load_atlas(connection, Settings())


def _areas() -> Iterable[tuple[str, list[tuple[dict[str, Any], Any]]]]:
    yield "district", [({"code": "610103", "name": "示例区"}, shapely.box(0, 0, SIZE, SIZE))]
    yield (
        "street",
        [({"code": code, "name": name}, shapely.box(*box)) for code, (name, box) in STREETS.items()],
    )
    yield (
        "community",
        [
            ({"code": f"{code}101", "name": f"{name}社区"}, shapely.box(*box))
            for code, (name, box) in STREETS.items()
        ],
    )
    cells = []
    for code, (_, (west, south, east, north)) in STREETS.items():
        corners = [(x, y) for y in np.arange(south, north, 100) for x in np.arange(west, east, 100)]
        cells += [
            ({"code": f"{code}101{number:03d}", "name": None}, paper.square(x, y))
            for number, (x, y) in enumerate(corners, 1)
        ]
    yield "cell", cells


def _zone(row: dict[str, str]) -> tuple[dict[str, Any], Any]:
    box = shapely.box(*(float(row[side]) for side in ("西", "南", "东", "北")))
    return {
        "code": row["代码"],
        "name": row["名称"],
        "unit": row["单位"] or None,
        "value": row["值"] or None,
    }, box


def _line(points: str) -> Any:
    return shapely.LineString([[float(each) for each in point.split(",")] for point in points.split(";")])


def _day(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def _write(path: Path, features: Sequence[tuple[dict[str, Any], Any]]) -> None:
    columns = {name: [values[name] for values, _ in features] for name in features[0][0]}
    paper.write(path, paper.degrees([shape for _, shape in features], digits=12), **columns)


def _workbook(path: Path) -> Path:
    """Write the specification as the program's own workbook, from the tables as they are."""
    workbook = Workbook()
    edition = workbook.active
    assert edition is not None
    edition.title = "版本"
    for line in (
        ("项目", "内容"),
        ("版本名称", "难案镇 2026"),
        ("类别方案", SCHEME),
        ("小时的含义", "连续计算"),
        ("天的含义", "连续计算"),
        ("分类的含义", "区域"),
        ("来源", "为测试而写"),
    ):
        edition.append(line)
    for sheet, name in (("条款", "clauses"), ("规则", "rules"), ("单位", "units"), ("日历", "calendars")):
        rows = table(name)
        made = workbook.create_sheet(sheet)
        made.append(list(rows[0]))
        for row in rows:
            made.append([value or None for value in row.values()])
    workbook.save(path)
    return path
