"""Two streets with a border, a dual carriageway along it and roads that cross it, drawn in metres.

甲街道 lies west of x = 0 and 乙街道 east of it, both from y = 0 to 2000. 分界路 runs north along the border as
two one-way links 16 m apart, from y = 100 to 1900; 一号路, 二号路 and 三号路 cross it at y = 200, 1000 and 1800.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography import import_areas

SRID, ORIGIN = 4545, (495_000.0, 3_790_000.0)
JIA, YI = "610103001", "610103002"
_to_degrees = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)


def degrees(shape: Any) -> Any:
    """A shape in metres from the origin, in degrees."""

    def convert(xy: Any) -> Any:
        east, north = xy[:, 0] + ORIGIN[0], xy[:, 1] + ORIGIN[1]
        return np.column_stack(_to_degrees.transform(east, north))

    return shapely.transform(shape, convert)


def write(path: Path, features: list[tuple[dict[str, Any], Any]]) -> Path:
    """Write features drawn in metres (None: no geometry) as GeoJSON."""
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": properties,
                        "geometry": None if shape is None else shapely.geometry.mapping(degrees(shape)),
                    }
                    for properties, shape in features
                ],
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    return path


def line(*points: tuple[float, float]) -> Any:
    return shapely.LineString(points)


def roads() -> list[tuple[dict[str, Any], Any]]:
    ways = [
        ("分界路", 1, line((8, 100), (8, 1900))),
        ("分界路", 1, line((-8, 1900), (-8, 100))),
        ("一号路", 0, line((-400, 200), (400, 200))),
        ("二号路", 0, line((-400, 1000), (400, 1000))),
        ("三号路", 0, line((-400, 1800), (400, 1800))),
        ("远路", 0, line((300, 0), (300, 2000))),
        ("路口转向", 1, line((8, 990), (18, 1000))),
    ]
    return [
        ({"link_id": k, "dir": one_way, "road_name": name}, shape)
        for k, (name, one_way, shape) in enumerate(ways, 1)
    ]


def load_streets(connection: Connection, folder: Path) -> None:
    """Load the two streets, and a street office for each."""
    areas = [
        ({"code": JIA, "name": "甲街道"}, shapely.box(-1000, 0, 0, 2000)),
        ({"code": YI, "name": "乙街道"}, shapely.box(0, 0, 1000, 2000)),
    ]
    import_areas(
        connection, write(folder / "streets.geojson", areas), level="street", code_column="code",
        name_column="name", profile="free", srid=SRID,
    )  # fmt: skip
    connection.execute(
        text(
            "INSERT INTO unit (code, name, kind, area_code) VALUES"
            " ('S-01', '甲街道办事处', 'street_office', '610103001'),"
            " ('S-02', '乙街道办事处', 'street_office', '610103002'),"
            " ('W-01', '市政养护公司', 'company', NULL)"
        )
    )
