"""Zones as GeoJSON, for maps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from gridsvc.geography import Box

_HOLDING = (
    " FROM zone LEFT JOIN unit ON unit.code = unit_code"
    " WHERE withdrawn_at IS NULL AND (CAST(:kind AS text) IS NULL OR zone.kind = :kind)"
    " AND tstzrange(effective_from, effective_to) @> CAST(:at AS timestamptz)"
)
# Six decimals are 0.1 m. COLLATE "C": the order of codes, not of a language.
_FEATURES = text(
    "SELECT coalesce(json_agg(json_build_object("
    "'type', 'Feature', 'id', zone.id,"
    " 'geometry', ST_AsGeoJSON(ST_ForcePolygonCCW(geom), 6)::json,"
    " 'properties', json_build_object('kind', zone.kind, 'code', zone.code, 'name', zone.name,"
    " 'unit_code', unit_code, 'unit_name', unit.name, 'value', value, 'effective_from', effective_from,"
    " 'effective_to', effective_to, 'given_as', given_as,"
    " 'cells', (SELECT count(*) FROM zone_cell WHERE zone_id = zone.id)))"
    " ORDER BY zone.kind, zone.code COLLATE \"C\"), '[]'::json)::text"
    + _HOLDING
    + " AND (CAST(:west AS float8) IS NULL OR geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326))"
)
# A zone itself never changes, only its end; its unit may be renamed.
_STAMP = text(
    "SELECT md5(string_agg(concat_ws(' ', zone.id, effective_to, unit_code, unit.name), ','"
    " ORDER BY zone.id))" + _HOLDING
)


def zone_features_json(connection: Connection, kind: str | None, at: datetime, box: Box | None = None) -> str:
    """Return the zones (of one kind) that hold at `at` (and touch `box`) as a JSON array of features."""
    corners = box or Box(None, None, None, None)  # type: ignore[arg-type]
    asked = {"kind": kind, "at": at, **corners._asdict()}
    found: str = connection.execute(_FEATURES, asked).scalar_one()
    return found


def zones_stamp(connection: Connection, kind: str | None, at: datetime) -> str:
    """Return what changes exactly when the features without a box do; "" when no zone holds."""
    stamp: str | None = connection.execute(_STAMP, {"kind": kind, "at": at}).scalar_one()
    return stamp or ""
