"""OGC API – Features at `/ogc`: core, GeoJSON, systems, queryables and CQL2 filters."""

from gridsvc.api.ogc.endpoints import register

__all__ = ["register"]
