"""Areas and cells: codes, editions, import, datums, and the layers that an atlas is built from."""

from gridsvc.geography.datum import DATUMS, from_wgs84, to_wgs84
from gridsvc.geography.editions import (
    LEVELS,
    SYNTHETIC_SOURCE,
    AreaEdition,
    area_counts,
    areas_in_force,
    editions,
    is_synthetic,
)
from gridsvc.geography.features import Box, extent, features_json
from gridsvc.geography.importing import AreaImport, import_areas
from gridsvc.geography.layers import Layer, load_layer, load_layers
from gridsvc.geography.vector_file import VectorFile, read_vector_file

__all__ = [
    "DATUMS",
    "LEVELS",
    "SYNTHETIC_SOURCE",
    "AreaEdition",
    "AreaImport",
    "Box",
    "Layer",
    "VectorFile",
    "area_counts",
    "areas_in_force",
    "editions",
    "extent",
    "features_json",
    "from_wgs84",
    "import_areas",
    "is_synthetic",
    "load_layer",
    "load_layers",
    "read_vector_file",
    "to_wgs84",
]
