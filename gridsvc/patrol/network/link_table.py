"""Every link with what is known of it: for files, and for the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import NotFound
from gridsvc.hotspots.cells import cells_in_force
from gridsvc.patrol.network.clip import lines_in_degrees
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.modes import MODES, SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.ties import keepers, link_cells, shapes_in_metres
from gridsvc.zones import load_zones

STATES = ("closed", "one_side", "main")
"""Of a link for a mode: may not be used; may, but one cannot come and go between it and the rest; may."""
_WAYS = {0: "both", 1: "forward", -1: "backward"}


@dataclass(frozen=True, slots=True, eq=False)
class LinkTable:
    """Columns by name, a value for each link, and the lines in lon, lat."""

    columns: dict[str, Sequence[Any]]
    lines: NDArray[Any]


def link_table(
    streets: Streets,
    ties: Mapping[str, Sequence[str | None]] | None = None,
    speeds: ModeSpeeds = SPEEDS,
) -> LinkTable:
    """Return the links; `ties`: further columns, such as those of `tied_areas`."""
    roads, road = streets.roads, streets.road
    columns: dict[str, Sequence[Any]] = {
        "link": list(range(len(streets))),
        "name": roads.names[road].tolist(),
        "role": roads.roles[road].tolist(),
        "grade": roads.grades[road].tolist(),
        "direction": [_WAYS[int(way)] for way in streets.way],
        "metres": streets.length_m.round(2).tolist(),
        "part": streets.part[streets.start].tolist(),
        "keeper": keepers(streets).tolist(),
        "source": roads.sources[road].tolist(),
    }
    for mode in MODES:
        columns[mode] = [STATES[state] for state in mode_states(streets, mode, speeds)]
    return LinkTable(columns | dict(ties or {}), lines_in_degrees(streets))


def mode_states(streets: Streets, mode: str, speeds: ModeSpeeds = SPEEDS) -> NDArray[np.int64]:
    """Return the index in STATES of every link for a mode, shape (links,)."""
    network = mode_network(streets, mode, speeds)
    return network.used.astype(np.int64) + network.main


def tied_areas(
    connection: Connection, streets: Streets, at: datetime, *, snap_outside_m: float
) -> dict[str, list[str | None]]:
    """Return the code of the cell that faces most of each link, and of the zone of every kind, as columns.

    Columns `cell` and `zone_KIND`; those of which nothing is loaded are not there.
    """
    found: dict[str, list[str | None]] = {}
    try:
        layer = cells_in_force(connection, at, snap_outside_m=snap_outside_m).layer
    except NotFound:
        layer = None
    if layer is not None:
        shapes = shapes_in_metres(streets, layer.geom_mm, layer.srid)
        found["cell"] = _codes(streets, shapes, list(layer.codes))
    zones = load_zones(connection, at=at)
    for kind in sorted({zone.kind for zone in zones}):
        mine = [zone for zone in zones if zone.kind == kind]
        shapes = np.concatenate(
            [shapes_in_metres(streets, np.array([zone.geom_mm], object), zone.srid) for zone in mine]
        )
        found[f"zone_{kind}"] = _codes(streets, shapes, [zone.code for zone in mine])
    return found


def _codes(streets: Streets, shapes: NDArray[Any], codes: Sequence[str]) -> list[str | None]:
    shapely.prepare(shapes)
    foremost = link_cells(streets, shapes).foremost(len(streets))
    return [codes[row] if row >= 0 else None for row in foremost]
