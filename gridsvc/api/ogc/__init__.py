"""OGC API – Features at `/ogc`: Part 1 core and GeoJSON, Part 2 systems, Part 3 queryables and CQL2 filters."""

from gridsvc.api.ogc.endpoints import register

__all__ = ["register"]
