"""The gazetteer from PostGIS: imported places, roads and areas in force."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import shapely
from sqlalchemy import Connection, text

from gridsvc.gazetteer.building import Imported, NamedArea, build_gazetteer
from gridsvc.gazetteer.gazetteer import Gazetteer
from gridsvc.geography import areas_in_force, editions
from gridsvc.roads import load_roads
from gridsvc.settings import Settings

_LEVELS = ("district", "street", "community")
# Rows are never changed, only added and removed, and a number is never given twice: count and sums tell.
_STATE = text(
    "SELECT (SELECT concat_ws(',', count(*), sum(id), sum(id::numeric * id)) FROM place) || '/' ||"
    " (SELECT concat_ws(',', count(*), sum(id), sum(id::numeric * id)) FROM road)"
)
_PLACES = text(
    "SELECT kind, name, other_names, road, house_number, accuracy_m, source, ST_AsBinary(geom) AS shape"
    " FROM place ORDER BY id"
)
_AREAS = text(
    'SELECT name, ST_AsBinary(geom) FROM area WHERE edition_id = :edition ORDER BY code COLLATE "C"'
)


def load_gazetteer(
    connection: Connection, settings: Settings, at: datetime, previous: Gazetteer | None = None
) -> Gazetteer:
    """Return the gazetteer of what is stored and in force at `at`; `previous` itself when nothing changed."""
    in_force = [(level, areas_in_force(connection, level, at)) for level in _LEVELS]
    state = [
        connection.execute(_STATE).scalar_one(),
        *(f"{level}:{edition.id}:{edition.digest}" for level, edition in in_force if edition),
        *settings.address_city_names,
    ]
    version = "gazetteer-" + hashlib.sha256("\n".join(state).encode()).hexdigest()[:12]
    if previous is not None and previous.version == version:
        return previous
    areas = [
        NamedArea(level, name, shapely.from_wkb(bytes(wkb)), edition.source)
        for level, edition in in_force
        if edition
        for name, wkb in connection.execute(_AREAS, {"edition": edition.id})
    ]
    return build_gazetteer(
        version, _places(connection), load_roads(connection), areas, settings.address_city_names
    )


def names_until(connection: Connection, at: datetime) -> datetime | None:
    """Return when a published edition next takes the place of what is in force at `at`, or None.

    From then on a gazetteer loaded for `at` lacks its names, and no change of the data will tell.
    """
    return min(
        (
            edition.effective_from
            for edition in editions(connection)
            if edition.level in _LEVELS and edition.effective_from is not None and edition.effective_from > at
        ),
        default=None,
    )


def _places(connection: Connection) -> Sequence[Imported]:
    rows = connection.execute(_PLACES).all()
    return [
        Imported(
            row.kind,
            row.name,
            row.other_names,
            row.road,
            row.house_number,
            row.accuracy_m,
            row.source,
            shapely.from_wkb(bytes(row.shape)),
        )
        for row in rows
    ]
