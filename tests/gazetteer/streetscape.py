"""Roads and places drawn into the small district of the map tests, counted in cells of 100 m."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from sqlalchemy import Connection

from gridsvc.postgres import copy_rows
from tests.hotspots.district import District

At = tuple[float, float]

# A dual carriageway runs 友谊东路 from west to east, 太乙路 crosses it, 文艺路 ends at it from the south.
ROADS: tuple[tuple[str | None, str, Sequence[At]], ...] = (
    ("友谊东路", "road", ((0, 3.1), (2.0, 3.1), (4.05, 3.1), (6, 3.1))),
    ("友谊东路", "road", ((6, 2.9), (4.05, 2.9), (2.0, 2.9), (0, 2.9))),
    ("太乙路", "road", ((4.0, 0), (4.0, 2.9), (4.0, 3.1), (4.0, 6))),
    ("文艺路", "road", ((2.0, 0), (2.0, 2.9))),
    ("友谊东路高架", "elevated", ((0, 3.0), (6, 3.0))),
    (None, "turn", ((1.9, 2.9), (2.0, 2.8))),
)


def add_roads(
    connection: Connection,
    district: District,
    roads: Iterable[tuple[str | None, str, Sequence[At]]] = ROADS,
) -> None:
    """Add links to the road layer."""
    rows = []
    for name, role, line in roads:
        shape = shapely.set_srid(shapely.LineString([district.place(*at) for at in line]), 4326)
        rows.append(("test", name, role, "both", shapely.to_wkb(shape, hex=True, include_srid=True)))
    copy_rows(connection, "road", ("source", "name", "role", "direction", "geom"), rows)


def add_places(
    connection: Connection,
    district: District,
    places: Iterable[tuple[str, str, At]],
    *,
    road: str | None = None,
) -> None:
    """Add (kind, name, place) rows; with `road` the names are house numbers of it."""
    rows = []
    for kind, name, at in places:
        shape = shapely.set_srid(shapely.Point(district.place(*at)), 4326)
        wkb = shapely.to_wkb(shape, hex=True, include_srid=True)
        rows.append(("test", kind, f"{road}{name}" if road else name, road, name if road else None, wkb))
    copy_rows(connection, "place", ("source", "kind", "name", "road", "house_number", "geom"), rows)
