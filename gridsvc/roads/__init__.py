"""The road layer, and who keeps the roads that are borders."""

from gridsvc.roads.ground import road_ground
from gridsvc.roads.layer import Roads, RoadSource, load_roads, road_sources
from gridsvc.roads.names import ROLES, clean_name, role_of
from gridsvc.roads.road_import import RoadImport, import_roads
from gridsvc.roads.section_import import SectionImport, import_sections
from gridsvc.roads.sections import RULES, BoundarySection, load_sections
from gridsvc.roads.suggesting import Suggestion, suggest_sections, write_suggestions

__all__ = [
    "ROLES",
    "RULES",
    "BoundarySection",
    "RoadImport",
    "RoadSource",
    "Roads",
    "SectionImport",
    "Suggestion",
    "clean_name",
    "import_roads",
    "import_sections",
    "load_roads",
    "load_sections",
    "road_ground",
    "road_sources",
    "role_of",
    "suggest_sections",
    "write_suggestions",
]
