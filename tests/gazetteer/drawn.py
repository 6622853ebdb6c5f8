"""A gazetteer from plain values, without a database: streets drawn in metres around one origin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridsvc.gazetteer.building import Imported, NamedArea, build_gazetteer
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.geography.projection import to_degrees
from gridsvc.roads import Roads

SRID = 4545
EAST, NORTH = 590_000.0, 3_790_000.0
Line = Sequence[tuple[float, float]]


def degrees(x: float, y: float) -> tuple[float, float]:
    """Lon and lat of a place in metres from the origin."""
    lon, lat = to_degrees(SRID, np.array([round((EAST + x) * 1000)]), np.array([round((NORTH + y) * 1000)]))
    return float(lon[0]), float(lat[0])


def roads_of(links: Sequence[tuple[str | None, str, Line]]) -> Roads:
    n = len(links)
    columns = np.empty((7, n), object)
    for k, (name, role, line) in enumerate(links):
        columns[:, k] = (name, None, role, "both", None, "roads", None)
        columns[6, k] = shapely.LineString([degrees(*at) for at in line])
    names, grades, roles, directions, ids, sources, shapes = columns
    nobody = np.full(n, None, object)
    return Roads(np.arange(n), names, grades, roles, directions, ids, sources, nobody, nobody, shapes)


def point(kind: str, name: str, x: float, y: float, **given: object) -> Imported:
    fields = {"other_names": (), "road": None, "house_number": None, "accuracy_m": None} | given
    return Imported(kind=kind, name=name, source="test", shape=shapely.Point(degrees(x, y)), **fields)  # type: ignore[arg-type]


def box(kind: str, name: str, west: float, south: float, east: float, north: float) -> Imported:
    corners = [degrees(*at) for at in ((west, south), (east, south), (east, north), (west, north))]
    return Imported(kind, name, (), None, None, None, "test", shapely.Polygon(corners))


def area(level: str, name: str, west: float, south: float, east: float, north: float) -> NamedArea:
    return NamedArea(level, name, box("area", name, west, south, east, north).shape, "test")


def house(road: str, number: str, x: float, y: float) -> Imported:
    return point("address", f"{road}{number}", x, y, road=road, house_number=number)


def gazetteer_of(
    links: Sequence[tuple[str | None, str, Line]],
    places: Sequence[Imported] = (),
    areas: Sequence[NamedArea] = (),
    cities: Sequence[str] = (),
) -> Gazetteer:
    return build_gazetteer("test", places, roads_of(links), areas, cities)


def offset(gazetteer: Gazetteer, lon: float, lat: float) -> tuple[float, float]:
    """Metres east and north of the origin of a longitude and latitude."""
    x, y = gazetteer.metres(lon, lat)
    return x - EAST, y - NORTH


# 友谊东路 has two carriageways 20 m apart; 太乙路 crosses it at the origin, 文艺路 ends at it 800 m west.
TOWN: list[tuple[str | None, str, Line]] = [
    ("友谊东路", "road", [(-1500, 10), (-800, 10), (0, 10), (1500, 10)]),
    ("友谊东路", "road", [(1500, -10), (0, -10), (-800, -10), (-1500, -10)]),
    ("友谊东路辅路", "side", [(-300, 22), (300, 22)]),
    ("友谊西路", "road", [(-3000, 0), (-1500, 10)]),
    ("太乙路", "road", [(0, 1000), (0, 10), (0, -10), (0, -1000)]),
    ("文艺路", "road", [(-800, -1000), (-800, -10)]),
    ("含光路北段", "road", [(600, 900), (600, 10)]),
    ("含光路南段", "road", [(600, -10), (600, -900)]),
    ("含光路北段", "road", [(600, 10), (600, -10)]),
    ("友谊东路高架", "elevated", [(-1500, 0), (1500, 0)]),
    ("长安路", "road", [(1200, -500), (1200, 500)]),
    ("解放路", "road", [(-1300, 300), (-1300, 900)]),
    ("解放路", "road", [(9000, 300), (9000, 900)]),
]
PLACES = [
    box("compound", "阳光小区", 100, 100, 220, 200),
    point("landmark", "青龙寺", -400, -300, other_names=("青龙古寺",)),
    point("stop", "草阳村", 300, 30),
    point("stop", "草阳村", 320, -30),
    point("landmark", "肯德基", -1000, 40),
    point("landmark", "肯德基", 1400, 40),
    point("landmark", "和平门", -200, 500),
    *(house("文艺路", f"{n}号", -815, -1000 + 8 * n) for n in (1, 21, 41, 101)),
    *(house("文艺路", f"{n}号", -785, -1000 + 8 * n) for n in (2, 22, 42, 100)),
    house("文艺路", "甲68号", -785, -440),
]
AREAS = [
    area("district", "碑林区", -2000, -1500, 2000, 1500),
    area("district", "雁塔区", 8000, -1500, 10000, 1500),
    area("street", "文艺路街道", -1500, -1500, 0, 1500),
]


def town() -> Gazetteer:
    return gazetteer_of(TOWN, PLACES, AREAS, ("西安市", "陕西省"))
