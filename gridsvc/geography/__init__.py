"""Areas and cells: codes, editions, import, datums, and the layers that an atlas is built from."""

from gridsvc.geography.datum import DATUMS, from_wgs84, to_wgs84
from gridsvc.geography.editions import LEVELS, AreaEdition, area_counts, areas_in_force, editions
from gridsvc.geography.layers import Layer, load_layer, load_layers

__all__ = [
    "DATUMS",
    "LEVELS",
    "AreaEdition",
    "Layer",
    "area_counts",
    "areas_in_force",
    "editions",
    "from_wgs84",
    "load_layer",
    "load_layers",
    "to_wgs84",
]
