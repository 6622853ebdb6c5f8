"""The road layer as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Texts = NDArray[np.object_]
Geometries = NDArray[np.object_]

DIRECTIONS = ("both", "forward", "backward")


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """Every link of the road layer, shape (n,) each, in the order of `ids`.

    `names`, `grades`, `link_ids`, `keepers`, `keeper_codes`: str, or None where there is none; `roles`:
    `names.ROLES`; `directions`: DIRECTIONS, relative to the line. `keepers` are as given, `keeper_codes` the
    units that they are. `geometries`: shapely linestrings in lon, lat of WGS 84.
    """

    ids: NDArray[np.int64]
    names: Texts
    grades: Texts
    roles: Texts
    directions: Texts
    link_ids: Texts
    sources: Texts
    keepers: Texts
    keeper_codes: Texts
    geometries: Geometries

    def __len__(self) -> int:
        return len(self.ids)

    def subset(self, rows: NDArray[Any]) -> Roads:
        """Return the links that a mask or indexes name."""
        return Roads(*(getattr(self, name)[rows] for name in self.__slots__))


_ROADS = text(
    "SELECT id, name, grade, role, direction, link_id, source, keeper, keeper_code, ST_AsBinary(geom)"
    " FROM road ORDER BY id"
)


def load_roads(connection: Connection) -> Roads:
    """Return every link of every source."""
    rows = connection.execute(_ROADS).all()
    texts = np.empty((8, len(rows)), object)
    geometries = np.empty(len(rows), object)
    if rows:
        for column in range(8):
            texts[column] = [row[column + 1] for row in rows]
        geometries[:] = shapely.from_wkb([bytes(row[9]) for row in rows])
    names, grades, roles, directions, link_ids, sources, keepers, keeper_codes = texts
    ids = np.array([row[0] for row in rows], np.int64)
    return Roads(
        ids,
        names,
        grades,
        roles,
        directions,
        link_ids,
        sources,
        keepers,
        keeper_codes,
        geometries,
    )


@dataclass(frozen=True, slots=True)
class RoadSource:
    """What one imported file left in the road layer."""

    source: str
    links: int
    names: int
    unnamed: int
    length_m: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


_SOURCES = text(
    "SELECT source, count(*), count(DISTINCT name), count(*) FILTER (WHERE name IS NULL),"
    " sum(ST_Length(geom::geography)) FROM road GROUP BY source ORDER BY source"
)


def road_sources(connection: Connection) -> list[RoadSource]:
    """Return what the road layer holds, by source; lengths in metres on the ellipsoid."""
    return [
        RoadSource(source, links, names, unnamed, round(float(length), 1))
        for source, links, names, unnamed, length in connection.execute(_SOURCES)
    ]
