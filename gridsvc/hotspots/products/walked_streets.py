"""The streets that people walk, as a network in the system of the cells."""

from __future__ import annotations

import hashlib

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import NotFound, Text
from gridsvc.geography.projection import to_millimetres
from gridsvc.hotspots.density.street_lines import StreetLines, network_of_lines
from gridsvc.hotspots.recent import Recent
from gridsvc.roads import Roads, load_roads

Floats = NDArray[np.float64]

WALKED = ("road", "side", "roundabout", "turn")
"""Carriageways that people walk along or across; not elevated ones and ramps."""


def walked_streets(connection: Connection, srid: int) -> tuple[StreetLines, NDArray[np.object_]]:
    """Return the network in EPSG:`srid`, metres, and the road's name of every link, None where it has none.

    Raises NotFound (`no_roads`).
    """
    roads = load_roads(connection)
    roads = roads.subset(np.isin(roads.roles, WALKED))
    if not len(roads):
        raise NotFound(
            "no_roads",
            Text("还没有导入道路。", "no roads were imported yet."),
            remedy=Text("请先运行 gridsvc road import …。", "Run gridsvc road import … first."),
        )
    streets = _NETWORKS.get((srid, _digest(roads)), lambda: _network(roads, srid))
    return streets, roads.names[streets.source]


_NETWORKS: Recent[StreetLines] = Recent(2)


def _network(roads: Roads, srid: int) -> StreetLines:
    def metres(degrees: Floats) -> Floats:
        return np.stack(to_millimetres(srid, degrees[:, 0], degrees[:, 1]), axis=1) / 1000

    return network_of_lines(np.asarray(shapely.transform(roads.geometries, metres)))


def _digest(roads: Roads) -> str:
    content = hashlib.sha256()
    for line in shapely.to_wkb(roads.geometries).tolist():
        content.update(line)
    return content.hexdigest()
