"""Building a grid: a boundary and a road network become cells of about 10,000 m², numbered and checked."""

from gridsvc.geography.building.former import Former, former_in_database, former_in_file
from gridsvc.geography.building.levels import Level, Listed
from gridsvc.geography.building.picture import draw
from gridsvc.geography.building.placeholders import read_community_list, read_offices
from gridsvc.geography.building.plan import BuiltGrid, Wish, build_grid
from gridsvc.geography.building.report_page import page
from gridsvc.geography.building.roadrules import RoadRules
from gridsvc.geography.building.sources import SourceFile, Sources, read_sources
from gridsvc.geography.building.summary import summary
from gridsvc.geography.building.writing import write_grid

__all__ = [
    "BuiltGrid",
    "Former",
    "Level",
    "Listed",
    "RoadRules",
    "SourceFile",
    "Sources",
    "Wish",
    "build_grid",
    "draw",
    "former_in_database",
    "former_in_file",
    "page",
    "read_community_list",
    "read_offices",
    "read_sources",
    "summary",
    "write_grid",
]
