"""Files of zones over the square district of the map tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography.profiles import code_profile, profile_document
from gridsvc.geography.projection import to_degrees
from gridsvc.zones import ZoneImport, import_zones
from tests.geography.paper import write
from tests.hotspots.district import EAST, NORTH, SIDE, SRID, District, make_district

ZONE = ZoneInfo("Asia/Shanghai")


def day(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=ZONE)


def make_world(connection: Connection, size: int = 6) -> District:
    """The district, with the whole rules of its codes and three units."""
    district = make_district(connection, size)
    connection.execute(
        text("UPDATE area_edition SET code_rules = CAST(:rules AS jsonb)"),
        {"rules": orjson.dumps(profile_document(code_profile("gbt"))).decode()},
    )
    connection.execute(
        text(
            "INSERT INTO unit (code, name, kind) VALUES ('U1', '第一中队', 'enforcement'),"
            " ('U2', '第二中队', 'enforcement'), ('C1', '保洁公司', 'company')"
        )
    )
    return district


def table(
    path: Path, rows: Iterable[Sequence[Any]], header: Sequence[str] = ("责任网格", "责任单位", "网格编码")
) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle counted in cells from the south-west corner, in degrees."""
    return in_degrees(shapely.box(west, south, east, north))


def in_degrees(shape: Any) -> Any:
    def convert(xy: np.ndarray) -> np.ndarray:
        x = np.rint(EAST + xy[:, 0] * SIDE).astype(np.int64)
        y = np.rint(NORTH + xy[:, 1] * SIDE).astype(np.int64)
        return np.round(np.stack(to_degrees(SRID, x, y), axis=1), 10)

    return shapely.transform(shape, convert)


def layer(path: Path, zones: Sequence[tuple[str, str, Any]]) -> Path:
    """A vector file of (code, unit, shape in degrees)."""
    return write(
        path,
        [shape for *_, shape in zones],
        zone=[code for code, *_ in zones],
        unit=[unit for _, unit, _ in zones],
    )


def load(connection: Connection, path: Path, kind: str = "patrol", **given: Any) -> ZoneImport:
    return import_zones(connection, path, kind=kind, **given)
