"""A town with everything that is served: two editions of cells, zones, components, roads, boundary roads."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from tests.hotspots.district import SCHEME, SRID, ZONE, District, make_district
from tests.town import make_town

REDRAWN = datetime(2026, 3, 1, tzinfo=ZONE)


class Served(NamedTuple):
    district: District
    """Its 36 cells are in force from ever until `REDRAWN`."""
    redrawn: District
    """16 larger-numbered cells from `REDRAWN` on."""


def make_served(connection: Connection) -> Served:
    district = make_town(connection)
    redrawn = make_district(connection, 4, name="网格 2026-03", effective=REDRAWN, streets=())
    for kind, code, name, unit, columns, since, until in (
        ("patrol", "P1", "巡查一格", "S-01", (0, 3), None, None),
        ("patrol", "P2", "巡查二格", None, (3, 6), None, None),
        ("sanitation", "H1", "保洁标段", "E-01", (0, 6), "2026-01-01+08", "2026-07-01+08"),
        ("sanitation", "H1", "保洁标段（续）", "E-01", (0, 6), "2026-07-01+08", None),
    ):
        connection.execute(
            text(
                "INSERT INTO zone (kind, code, name, unit_code, effective_from, effective_to, given_as, srid,"
                " geom, geom_mm, source)"
                " SELECT :kind, :code, :name, :unit, CAST(:since AS timestamptz), CAST(:until AS timestamptz),"
                " 'polygon', :srid, ST_Multi(ST_Union(geom)), ST_Multi(ST_Union(geom_mm)), 'test' FROM area"
                " WHERE edition_id = :edition AND CAST(right(code, 3) AS int) % 6 >= :low"
                " AND CAST(right(code, 3) AS int) % 6 < :high"
            ),
            {
                "kind": kind, "code": code, "name": name, "unit": unit, "since": since, "until": until,
                "srid": SRID, "edition": district.edition, "low": columns[0], "high": columns[1],
            },
        )  # fmt: skip
    for n in range(7):
        lon, lat = district.place(n + 0.25, 0.75)
        connection.execute(
            text(
                "INSERT INTO component (id, scheme, class_code, name, owner, owner_code, state, location_class,"
                " surveyed_on, geom, source) VALUES (:id, :scheme, '0101', :name, :owner, :unit, :state, :accuracy,"
                " CAST(:day AS date), ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'test')"
            ),
            {
                "id": f"610103210102{n:04d}", "scheme": SCHEME, "name": f"井盖 {n}号" if n % 3 else None,
                "owner": "自来水公司" if n % 2 else None, "unit": "E-01" if n == 1 else None,
                "state": "damaged" if n == 2 else "in_use", "accuracy": "ABC"[n % 3],
                "day": f"2025-0{n + 1}-15" if n else None, "lon": lon, "lat": lat,
            },
        )  # fmt: skip
    for n, (name, grade) in enumerate((("友谊东路", "主干路"), ("太乙路", "次干路"), (None, None))):
        west, south = district.place(0, n + 1)
        east, north = district.place(6, n + 1)
        connection.execute(
            text(
                "INSERT INTO road (source, link_id, name, grade, geom) VALUES ('roads.geojson', :link, :name, :grade,"
                " ST_SetSRID(ST_MakeLine(ST_MakePoint(:west, :south), ST_MakePoint(:east, :north)), 4326))"
            ),
            {
                "link": str(n),
                "name": name,
                "grade": grade,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )
    connection.execute(
        text(
            "INSERT INTO boundary_road (code, name, rule, left_code, right_code, half_width_m, geom, source)"
            " SELECT 'B1', name, 'centre_line', '610103001', '610103002', 12.5, geom, 'test' FROM road"
            " WHERE name = '太乙路'"
        )
    )
    return Served(district, redrawn)
