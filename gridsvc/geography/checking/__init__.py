"""The topology report of a layer, and the repair of what can be mended safely."""

from gridsvc.geography.checking.findings import CheckFinding
from gridsvc.geography.checking.kinds import KINDS, SEVERITY_NAMES
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.repairing import Change, Repair, repair_file
from gridsvc.geography.checking.report import LayerReport, check_layer, total_count
from gridsvc.geography.checking.running import FileColumns, Things, check_editions, check_file
from gridsvc.geography.checking.upper import Parents, parents_from_file, parents_in_force
from gridsvc.geography.checking.writing import check_report_target, place_of, write_report

__all__ = [
    "KINDS",
    "SEVERITY_NAMES",
    "Change",
    "CheckFinding",
    "FileColumns",
    "LayerReport",
    "Limits",
    "Parents",
    "Repair",
    "Things",
    "check_editions",
    "check_file",
    "check_layer",
    "check_report_target",
    "parents_from_file",
    "parents_in_force",
    "place_of",
    "repair_file",
    "total_count",
    "write_report",
]
