"""Feature collections and vector tiles out of PostGIS: what is served at `/ogc` and `/tiles`."""

from gridsvc.features.boxes import read_bbox
from gridsvc.features.collections import COLLECTIONS, Collection, find_collection
from gridsvc.features.compiling import compile_filter
from gridsvc.features.cql import LANGUAGES, read_filter
from gridsvc.features.crs import CRS84, DEFAULT, System, find_system, offered
from gridsvc.features.moments import Span, read_instant, read_span
from gridsvc.features.reading import Page, Question, Reach, projected_srids, reach, read_feature, read_page
from gridsvc.features.rows import ALL_TIME
from gridsvc.features.tiling import LAYERS, Layer, Measures, TileSource, exists, find_layer, tile, tile_source
from gridsvc.features.versions import table_state, version

__all__ = [
    "ALL_TIME",
    "COLLECTIONS",
    "CRS84",
    "DEFAULT",
    "LANGUAGES",
    "LAYERS",
    "Collection",
    "Layer",
    "Measures",
    "Page",
    "Question",
    "Reach",
    "Span",
    "System",
    "TileSource",
    "compile_filter",
    "exists",
    "find_collection",
    "find_layer",
    "find_system",
    "offered",
    "projected_srids",
    "reach",
    "read_bbox",
    "read_feature",
    "read_filter",
    "read_instant",
    "read_page",
    "read_span",
    "table_state",
    "tile",
    "tile_source",
    "version",
]
