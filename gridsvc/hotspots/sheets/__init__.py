"""One row a cell, and the files and maps that such a sheet becomes."""

from gridsvc.hotspots.sheets.provenance import Provenance
from gridsvc.hotspots.sheets.sheet import Column, Scale, Shape, Sheet, Step, Surface
from gridsvc.hotspots.sheets.writing import check_target, write_sheet

__all__ = [
    "Column",
    "Provenance",
    "Scale",
    "Shape",
    "Sheet",
    "Step",
    "Surface",
    "check_target",
    "write_sheet",
]
