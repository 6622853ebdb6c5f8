"""Areas as GeoJSON, for maps."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

# Six decimals are 0.1 m. COLLATE "C": the order of codes, not of a language.
_FEATURES = text(
    "SELECT coalesce(json_agg(json_build_object("
    "'type', 'Feature', 'id', code,"
    " 'geometry', ST_AsGeoJSON(ST_ForcePolygonCCW(geom), 6)::json,"
    " 'properties', json_build_object('code', code, 'name', name, 'parent_code', parent_code))"
    " ORDER BY code COLLATE \"C\"), '[]'::json)::text"
    " FROM area WHERE edition_id = :edition_id"
    " AND (:west ::float8 IS NULL OR geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326))"
)
_EXTENT = text(
    "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)"
    " FROM (SELECT ST_Extent(geom)::geometry AS e FROM area WHERE edition_id = :edition_id) AS extent"
)


class Box(NamedTuple):
    """A box in WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float


def features_json(connection: Connection, edition_id: int, box: Box | None = None) -> str:
    """Return the areas of an edition (that touch `box`) as a JSON array of GeoJSON features."""
    corners = box or Box(None, None, None, None)  # type: ignore[arg-type]
    found: str = connection.execute(_FEATURES, {"edition_id": edition_id, **corners._asdict()}).scalar_one()
    return found


def extent(connection: Connection, edition_id: int) -> Box | None:
    """Return the box around all areas of an edition, or None when it has none."""
    row = connection.execute(_EXTENT, {"edition_id": edition_id}).one()
    return None if row[0] is None else Box(*row)
