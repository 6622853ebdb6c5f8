"""Vector tiles (Mapbox Vector Tile 2.1) by `ST_AsMVT`, one layer a tile, in the web's Mercator squares.

Every outline goes to the tile's whole numbers by itself, and a corner that two neighbours share goes to the
same number in both: nothing is simplified before, so what touches on the ground touches on the map.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from gridsvc.errors import NotFound, Text
from gridsvc.features.collections import Collection, find_collection
from gridsvc.features.moments import Span
from gridsvc.features.rows import rows_at, terms
from gridsvc.features.versions import version
from gridsvc.geography import AreaEdition, Box, editions

EXTENT = 4096
BUFFER = 64
WORLD_M = 20_037_508.342789244
"""Half the width of the Mercator square, EPSG:3857."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: the zooms at which it is there, and what its features tell."""

    id: str
    minzoom: int
    maxzoom: int
    fields: tuple[str, ...]
    """Properties of the collection that a feature carries."""
    full_from: int = 0
    """Below this zoom a feature carries its code alone: the rest would be most of the bytes."""
    whole_from: int = 0
    """Below this zoom points are thinned: one for each square of `SQUARES`, with the number it stands for."""

    @property
    def collection(self) -> Collection:
        """Return the collection of the same name."""
        return find_collection(self.id)

    def fields_at(self, zoom: int) -> tuple[str, ...]:
        """Return the properties that features carry at a zoom."""
        return self.fields if zoom >= self.full_from else self.fields[:1]


SQUARES = 64
"""A thinned tile is cut into SQUARES × SQUARES; it has at most so many points, and those of its margin."""

LAYERS: tuple[Layer, ...] = (
    Layer("districts", 0, 16, ("code", "name")),
    Layer("streets", 5, 16, ("code", "name", "parent_code")),
    Layer("communities", 8, 16, ("code", "name", "parent_code")),
    Layer("cells", 10, 18, ("code", "name", "parent_code"), full_from=14),
    Layer("zones", 6, 18, ("code", "kind", "name", "unit_code")),
    Layer(
        "components",
        11,
        18,
        ("id", "class_code", "class_name", "name", "state", "owner_code"),
        whole_from=16,
    ),
    Layer("roads", 10, 18, ("name", "grade", "direction")),
    Layer("boundary-roads", 10, 18, ("code", "name", "rule", "left_code", "right_code", "unit_code")),
)
_BY_ID = {each.id: each for each in LAYERS}


class Measures(NamedTuple):
    """What is measured once for each version of a layer."""

    box: Box | None
    numbered: bool
    """Whether every id or code is a whole number that a feature's id can be."""


@dataclass(frozen=True, slots=True)
class TileSource:
    """The features of a layer at a time: `version` is other when they are."""

    layer: Layer
    version: str
    sql: str
    parameters: dict[str, Any]
    edition: AreaEdition | None
    measures: Measures

    @property
    def box(self) -> Box | None:
        """Return what the features cover, in degrees."""
        return self.measures.box


def find_layer(identifier: str) -> Layer:
    """Return a layer; raise NotFound `no_such_layer`."""
    found = _BY_ID.get(identifier)
    if found is None:
        raise NotFound(
            "no_such_layer", Text(f"没有图层 {identifier:.80}。", f"There is no layer {identifier[:80]!r}.")
        )
    return found


def tile_source(
    connection: Connection,
    layer: Layer,
    at: datetime,
    edition_name: str | None = None,
    measured: dict[str, Measures] | None = None,
    state: str | None = None,
) -> TileSource:
    """Return what a layer shows at an instant, or in the edition of that name.

    `measured` keeps what was measured, by version: the caller's, from call to call. `state` is the layer's
    `table_state`, where the caller has kept it.

    Raises:
        NotFound: `no_such_edition`.
    """
    collection = layer.collection
    edition = None
    if collection.level is None:
        if edition_name is not None:
            raise _no_edition(edition_name)
        rows = rows_at(connection, collection, Span.at(at))
        sql = f"SELECT * FROM ({rows.sql}) AS f WHERE {' AND '.join(('TRUE', *rows.conditions))}"
        parameters = rows.parameters
        word = version(connection, collection, at, state)
    else:
        edition = _edition(connection, collection.level, at, edition_name)
        sql = (
            "SELECT code, name, parent_code, geom AS geometry, geom_web, web_clearance"
            " FROM area WHERE edition_id = :edition_id"
        )
        parameters = {"edition_id": edition.id if edition else None}
        word = hashlib.sha256(f"{edition.id}.{edition.digest}".encode() if edition else b"").hexdigest()[:16]
    kept = {} if measured is None else measured
    key = f"{layer.id} {word}"
    if key not in kept:
        kept[key] = _measure(connection, collection, sql, parameters)
    return TileSource(layer, word, sql, parameters, edition, kept[key])


def _edition(connection: Connection, level: str, at: datetime, name: str | None) -> AreaEdition | None:
    if name is None:
        span = Span.at(at)
        return next((each.edition for each in terms(connection, level) if each.meets(span)), None)
    for edition in editions(connection, withdrawn=True):
        if edition.name == name and edition.level == level:
            return edition
    raise _no_edition(name)


def _no_edition(name: str) -> NotFound:
    return NotFound(
        "no_such_edition",
        Text(f"此图层没有版本 {name:.80}。", f"This layer has no edition {name[:80]!r}."),
    )


def _measure(
    connection: Connection, collection: Collection, sql: str, parameters: dict[str, Any]
) -> Measures:
    row = connection.execute(
        text(
            "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b), numbered"
            f" FROM (SELECT ST_Extent(geometry)::geometry, bool_and({_key(collection)}::text ~ :number)"
            f" FROM ({sql}) AS f) AS around(b, numbered)"
        ),
        parameters | {"number": _NUMBER},
    ).one()
    return Measures(None, numbered=False) if row[0] is None else Measures(Box(*row[:4]), row[4])


def _key(collection: Collection) -> str:
    return "code" if collection.level is not None else "id"


def exists(layer: Layer, z: int, x: int, y: int) -> bool:
    """Return whether a layer has a tile of that number: y counts from north to south."""
    return layer.minzoom <= z <= layer.maxzoom and 0 <= x < 1 << z and 0 <= y < 1 << z


def tile(connection: Connection, source: TileSource, z: int, x: int, y: int) -> bytes:
    """Return a tile, empty when nothing is in it."""
    if source.box is None or not _meets(source.box, z, x, y):
        return b""
    span = 2 * WORLD_M / (1 << z)
    west, north = x * span - WORLD_M, WORLD_M - y * span
    margin = span * BUFFER / EXTENT
    lon_west, lat_south = _degrees(west - margin, north - span - margin)
    lon_east, lat_north = _degrees(west + span + margin, north + margin)
    bounds = {
        "west": west, "south": north - span, "east": west + span, "north": north, "margin": margin,
        "lon_west": lon_west, "lat_south": lat_south, "lon_east": lon_east, "lat_north": lat_north,
    }  # fmt: skip
    thinned = z < source.layer.whole_from
    statement = (_thinned if thinned else _whole)(source, z)
    connection.execute(text(_SESSION))
    found = connection.execute(text(statement), source.parameters | bounds).scalar()
    return bytes(found or b"")


# Workers of PostgreSQL's own made no tile sooner (z 10–16, 100,000 cells), and took a second core for it.
# A plan made without knowing the tile would compute its box again for each cell.
_SESSION = (
    "SELECT set_config('max_parallel_workers_per_gather', '0', TRUE),"
    " set_config('plan_cache_mode', 'force_custom_plan', TRUE)"
)
_NEAR = "geometry && ST_MakeEnvelope(:lon_west, :lat_south, :lon_east, :lat_north, 4326)"
_BOUNDS = "ST_MakeEnvelope(:west, :south, :east, :north, 3857)"
_WITH_MARGIN = "ST_MakeEnvelope(:west - :margin, :south - :margin, :east + :margin, :north + :margin, 3857)"
# The same sums as in ST_AsMVTGeom, in the same order: a corner that two cells share is rounded alike in both.
_ACROSS = f"({EXTENT} / (:east - :west))"
_DOWN = f"({EXTENT} / (:north - :south))"
_ROUNDED = (
    f"ST_SnapToGrid(ST_Affine(geom_web, {_ACROSS}, 0, 0, -{_DOWN}, -:west * {_ACROSS}, :north * {_DOWN}), 1)"
)
CLEAR_STEPS = 1.5
"""In steps of a tile's grid. Rounding moves a corner by up to √½ of a step, two towards each other by √2: an
outline whose clearance is more cannot come to touch itself."""
# Fifteen digits are within what JavaScript counts exactly. A layer with any other id or code goes without.
_NUMBER = "^[1-9][0-9]{0,14}$"


def _id_sql(source: TileSource) -> str:
    # Asked of the layer, not of each feature: a regular expression costs a tenth of a tile.
    return f"{_key(source.layer.collection)}::bigint" if source.measures.numbered else "NULL::bigint"


def _whole(source: TileSource, z: int) -> str:
    # No WHERE on the shape: it would be computed twice, and ST_AsMVT passes over a null.
    fields = ", ".join(source.layer.fields_at(z))
    return (
        f"SELECT ST_AsMVT(part, '{source.layer.id}', {EXTENT}, 'shape', 'number') FROM (SELECT"
        f" {_id_sql(source)} AS number, {fields},"
        f" {_shape(source)} AS shape FROM ({source.sql}) AS feature WHERE {_NEAR}) AS part"
    )


def _shape(source: TileSource) -> str:
    """Return the SQL of a feature's shape in a tile.

    ST_AsMVTGeom builds every polygon anew, clipped and valid: six tenths of the time of a tile of cells. An
    area that lies within the tile, and stays valid when it is rounded, needs no more than that.
    """
    if source.layer.collection.level is None:
        return f"ST_AsMVTGeom(ST_Transform(geometry, 3857), {_BOUNDS}, {EXTENT}, {BUFFER}, TRUE)"
    return (
        f"CASE WHEN web_clearance > {CLEAR_STEPS} / {_ACROSS} AND geom_web @ {_WITH_MARGIN} THEN {_ROUNDED}"
        f" ELSE ST_AsMVTGeom(geom_web, {_BOUNDS}, {EXTENT}, {BUFFER}, TRUE) END"
    )


def _thinned(source: TileSource, z: int) -> str:
    fields = ", ".join(source.layer.fields_at(z))
    return (
        f"SELECT ST_AsMVT(part, '{source.layer.id}', {EXTENT}, 'shape', 'number') FROM (SELECT"
        f" DISTINCT ON (across, down) {_id_sql(source)} AS number, {fields},"
        " count(*) OVER (PARTITION BY across, down) AS count,"
        f" ST_AsMVTGeom(point, {_BOUNDS}, {EXTENT}, {BUFFER}, TRUE) AS shape"
        " FROM (SELECT *, floor((ST_X(point) - :west) / (:east - :west) * :squares) AS across,"
        " floor((ST_Y(point) - :south) / (:north - :south) * :squares) AS down FROM"
        f" (SELECT *, ST_Transform(ST_PointOnSurface(geometry), 3857) AS point FROM ({source.sql}) AS feature"
        f" WHERE {_NEAR}) AS placed) AS squared ORDER BY across, down, id) AS part"
    ).replace(":squares", str(SQUARES))


def _meets(box: Box, z: int, x: int, y: int) -> bool:
    """Return whether a tile with its margin can hold anything of a box in degrees."""
    span = 2 * WORLD_M / (1 << z)
    margin = span * BUFFER / EXTENT
    west, north = x * span - WORLD_M, WORLD_M - y * span
    lon_west, lat_south = _degrees(west - margin, north - span - margin)
    lon_east, lat_north = _degrees(west + span + margin, north + margin)
    return box.west <= lon_east and box.east >= lon_west and box.south <= lat_north and box.north >= lat_south


def _degrees(x: float, y: float) -> tuple[float, float]:
    """Return lon, lat of spherical Mercator metres (EPSG:3857), kept within the world."""
    lon = x / WORLD_M * 180
    lat = math.degrees(2 * math.atan(math.exp(y / WORLD_M * math.pi)) - math.pi / 2)
    return min(max(lon, -180.0), 180.0), lat
