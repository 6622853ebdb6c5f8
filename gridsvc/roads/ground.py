"""The road layer as ground that is known, to hold other layers and batches against."""

from __future__ import annotations

from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.geography import KnownGround
from gridsvc.roads.layer import load_roads


def road_ground(connection: Connection) -> list[KnownGround]:
    """Return the loaded roads as known ground; none when no road is loaded."""
    roads = load_roads(connection)
    if not len(roads.geometries):
        return []
    return [KnownGround(roads.geometries, Text("已载入的道路", "the loaded roads"))]
