"""Reports: taking them in, importing history, reading them."""

from gridsvc.cases.case_import import CaseImport, import_cases
from gridsvc.cases.intake import NEEDS_LOCATION, OUTSIDE, NewReport, Once, Submitted, submit_report
from gridsvc.cases.listing import ReportFilter, ReportPage, find_report, list_reports

__all__ = [
    "NEEDS_LOCATION",
    "OUTSIDE",
    "CaseImport",
    "NewReport",
    "Once",
    "ReportFilter",
    "ReportPage",
    "Submitted",
    "find_report",
    "import_cases",
    "list_reports",
    "submit_report",
]
