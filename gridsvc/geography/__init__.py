"""Areas and cells: codes, editions, import, datums, and the layers that an atlas is built from."""

from gridsvc.geography.codes import CodeFault, CodeProfile
from gridsvc.geography.comparing import compare_editions, write_diff
from gridsvc.geography.datum import DATUMS, from_wgs84, to_wgs84
from gridsvc.geography.datum_check import FEWEST_PLACES, DatumVerdict, judge_datum, outline_places
from gridsvc.geography.datum_report import DATUM_NAMES, finding_of, remedy_of
from gridsvc.geography.diff import KINDS, Change, LayerDiff, diff_layers
from gridsvc.geography.editions import (
    LEVELS,
    SYNTHETIC_SOURCE,
    AreaEdition,
    area_counts,
    areas_in_force,
    codes_ever_used,
    edition_named,
    editions,
    editions_to_export,
    is_synthetic,
    validity,
)
from gridsvc.geography.exporting import AreaExport, export_areas
from gridsvc.geography.features import Box, extent, features_json
from gridsvc.geography.findings import Findings, faults
from gridsvc.geography.hierarchy import LEVEL_COLUMN, import_hierarchy
from gridsvc.geography.importing import AreaImport, import_areas
from gridsvc.geography.known_ground import KnownGround
from gridsvc.geography.layers import Layer, load_layer, load_layers
from gridsvc.geography.numbering import SequenceFault, numbered, sequence_faults
from gridsvc.geography.outlines import (
    Outlines,
    outlines_in_degrees,
    outlines_in_system,
    read_outlines,
)
from gridsvc.geography.parents import loaded_ground
from gridsvc.geography.profiles import code_profile
from gridsvc.geography.publishing import spheroid_m2
from gridsvc.geography.vector_file import VectorFile, read_vector_file
from gridsvc.geography.writing import VectorLayer, write_vector_file, write_vector_layers

__all__ = [
    "DATUMS",
    "DATUM_NAMES",
    "FEWEST_PLACES",
    "KINDS",
    "LEVELS",
    "LEVEL_COLUMN",
    "SYNTHETIC_SOURCE",
    "AreaEdition",
    "AreaExport",
    "AreaImport",
    "Box",
    "Change",
    "CodeFault",
    "CodeProfile",
    "DatumVerdict",
    "Findings",
    "KnownGround",
    "Layer",
    "LayerDiff",
    "Outlines",
    "SequenceFault",
    "VectorFile",
    "VectorLayer",
    "area_counts",
    "areas_in_force",
    "code_profile",
    "codes_ever_used",
    "compare_editions",
    "diff_layers",
    "edition_named",
    "editions",
    "editions_to_export",
    "export_areas",
    "extent",
    "faults",
    "features_json",
    "finding_of",
    "from_wgs84",
    "import_areas",
    "import_hierarchy",
    "is_synthetic",
    "judge_datum",
    "load_layer",
    "load_layers",
    "loaded_ground",
    "numbered",
    "outline_places",
    "outlines_in_degrees",
    "outlines_in_system",
    "read_outlines",
    "read_vector_file",
    "remedy_of",
    "sequence_faults",
    "spheroid_m2",
    "to_wgs84",
    "validity",
    "write_diff",
    "write_vector_file",
    "write_vector_layers",
]
