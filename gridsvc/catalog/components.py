"""The component inventory as it is stored: lists and counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

_LIST = text(
    "SELECT id, component.scheme, class_code AS class, class.name AS class_name, component.name, supervisor,"
    " supervisor_code, owner, owner_code, maintainer, maintainer_code, state, location_class, surveyed_on,"
    " ST_AsGeoJSON(geom, 7)::json AS geometry, other, component.source, imported_at"
    " FROM component JOIN class ON class.scheme = component.scheme AND class.kind = component.kind"
    " AND class.code = component.class_code"
    " WHERE (CAST(:scheme AS text) IS NULL OR component.scheme = :scheme)"
    " AND (CAST(:code AS text) IS NULL OR class_code = :code)"
    ' ORDER BY id COLLATE "C" LIMIT :most'
)
_COUNTS = text(
    "SELECT component.scheme, class_code AS class, class.name AS class_name, count(*) AS components,"
    " count(*) FILTER (WHERE state <> 'in_use') AS not_in_use,"
    " count(*) FILTER (WHERE owner IS NULL) AS without_owner,"
    " count(*) FILTER (WHERE owner IS NOT NULL AND owner_code IS NULL) AS unknown_owner"
    " FROM component JOIN class ON class.scheme = component.scheme AND class.kind = component.kind"
    " AND class.code = component.class_code"
    ' GROUP BY 1, 2, 3 ORDER BY 1, class_code COLLATE "C"'
)


def list_components(
    connection: Connection, *, scheme: str | None = None, class_code: str | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """Return the first `most` components by id as plain values; `geometry` is GeoJSON in lon, lat."""
    asked = {"scheme": scheme, "code": class_code, "most": most}
    return [dict(row) for row in connection.execute(_LIST, asked).mappings()]


def count_components(connection: Connection) -> list[dict[str, Any]]:
    """Return for each class how many components there are, and of how many nobody knows the owner."""
    return [dict(row) for row in connection.execute(_COUNTS).mappings()]
