"""A made-up district for the tests of maps: a square of cells, two streets, one class, reports where told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography.projection import to_degrees
from gridsvc.postgres import copy_rows

ZONE = ZoneInfo("Asia/Shanghai")
SCHEME = "gbt30428.2-2013"
SRID = 4545
EAST, NORTH = 590_000_000, 3_790_000_000  # south-west corner, in millimetres
SIDE = 100_000


class District(NamedTuple):
    edition: int
    size: int

    def code(self, column: int, row: int) -> str:
        return f"6101030{1 + (column * 2 >= self.size):02d}001{row * self.size + column:03d}"

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Lon and lat of a place, counted in cells from the south-west corner."""
        x, y = np.array([EAST + column * SIDE]), np.array([NORTH + row * SIDE])
        lon, lat = to_degrees(SRID, x.astype(np.int64), y.astype(np.int64))
        return float(lon[0]), float(lat[0])


def make_district(
    connection: Connection,
    size: int = 6,
    *,
    name: str = "网格 2026",
    source: str = "made for a test",
    effective: datetime | None = None,
    streets: Sequence[str] = ("甲街道", "乙街道"),
) -> District:
    """Add `size` × `size` square cells of 100 m, and two streets west and east of the middle."""
    edition = _edition(connection, name, "cell", source, effective)
    district = District(edition, size)
    squares = [
        (district.code(column, row), _box(column, row, column + 1, row + 1))
        for row in range(size)
        for column in range(size)
    ]
    _areas(connection, edition, [(code, f"网格{code[-3:]}", code[:12], box) for code, box in squares])
    half = size / 2
    if streets:
        upper = _edition(connection, f"街道 {name}", "street", source, effective)
        boxes = (_box(0, 0, half, size), _box(half, 0, size, size))
        _areas(
            connection,
            upper,
            [
                (f"6101030{number:02d}", street, "610103", box)
                for number, (street, box) in enumerate(zip(streets, boxes, strict=True), 1)
            ],
        )
    connection.execute(
        text(
            "INSERT INTO class VALUES (:scheme, 'event', '0201', '非法小广告', 'Small ads', '02', '广告', '',"
            " 'local'), (:scheme, 'event', '0101', '私搭乱建', NULL, '01', '市容', 'test', 'local'),"
            " (:scheme, 'component', '0101', '供水井盖', NULL, '01', '公用设施', 'test', 'local'),"
            " ('cjt214-2007', 'event', '0305', '占道经营', NULL, '03', '街面秩序', 'test', 'local')"
            " ON CONFLICT DO NOTHING"
        ),
        {"scheme": SCHEME},
    )
    return district


def add_reports(
    connection: Connection,
    places: Iterable[tuple[float, float] | None],
    *,
    at: str = "2026-03-10 09:00",
    class_code: str = "0201",
    kind: str | None = "event",
    source: str = "监督员",
    said: str | None = "墙面有小广告",
) -> list[int]:
    """Add a report at each place (lon, lat; None: no place) and return their ids."""
    given = list(places)
    opened = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    rows = connection.execute(
        text(
            "INSERT INTO report (origin, lon, lat, geom, scheme, kind, class_code, text, source, opened_at)"
            " SELECT 'test', p.lon, p.lat, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326), :scheme, :kind,"
            " :code, :said, :source, :opened"
            " FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p(lon, lat, n)"
            " ORDER BY p.n RETURNING id"
        ),
        {
            "scheme": SCHEME if kind else None,
            "kind": kind,
            "code": class_code,
            "said": said,
            "source": source,
            "opened": opened,
            "lon": [place[0] if place else None for place in given],
            "lat": [place[1] if place else None for place in given],
        },
    )
    return [row.id for row in rows]


def record_cells(connection: Connection, edition: int, cells: Iterable[tuple[int, str | None]]) -> None:
    """Store a resolution with its cell for each report."""
    copy_rows(
        connection,
        "resolution",
        ["report_id", "atlas", "cell_edition_id", "cell_code", "decision"],
        [(report, "test", edition if code else None, code, "needs_decision") for report, code in cells],
    )


def _edition(connection: Connection, name: str, level: str, source: str, effective: datetime | None) -> int:
    edition: int = connection.execute(
        text(
            "INSERT INTO area_edition (name, level, effective_from, profile, code_rules, srid, source, digest)"
            " VALUES (:name, :level, :effective, 'gbt', '{\"name\": \"gbt\"}', :srid, :source, 'test') RETURNING id"
        ),
        {"name": name, "level": level, "effective": effective, "srid": SRID, "source": source},
    ).scalar_one()
    return edition


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west * SIDE, NORTH + south * SIDE, EAST + east * SIDE, NORTH + north * SIDE)


def _areas(
    connection: Connection, edition: int, areas: Iterable[tuple[str, str, str, shapely.Polygon]]
) -> None:
    rows = []
    for code, name, parent, box in areas:
        whole = shapely.MultiPolygon([box])

        def degrees(millimetres: np.ndarray) -> np.ndarray:
            return np.stack(to_degrees(SRID, *millimetres.astype(np.int64).T), axis=1)

        rows.append(
            (
                edition,
                code,
                name,
                parent,
                box.area / 1e6,
                shapely.to_wkb(
                    shapely.set_srid(shapely.transform(whole, degrees), 4326), hex=True, include_srid=True
                ),
                shapely.to_wkb(whole, hex=True),
            )
        )
    copy_rows(
        connection, "area", ["edition_id", "code", "name", "parent_code", "area_m2", "geom", "geom_mm"], rows
    )
