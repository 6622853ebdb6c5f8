"""Reports: taking them in, importing history, reading them."""

from gridsvc.cases.addresses import ADDRESS_DISAGREES, ADDRESS_UNREAD, PLACED_BY_ADDRESS, Addresses, Reading
from gridsvc.cases.batch_datum import BatchVerdict, datum_doubts, judge_batch
from gridsvc.cases.case_import import CaseImport, import_cases
from gridsvc.cases.intake import NEEDS_LOCATION, OUTSIDE, NewReport, Once, Submitted, submit_report
from gridsvc.cases.listing import ReportFilter, ReportPage, find_report, list_reports
from gridsvc.cases.touched import TouchedReport, open_reports_touched

__all__ = [
    "ADDRESS_DISAGREES",
    "ADDRESS_UNREAD",
    "NEEDS_LOCATION",
    "OUTSIDE",
    "PLACED_BY_ADDRESS",
    "Addresses",
    "BatchVerdict",
    "CaseImport",
    "NewReport",
    "Once",
    "Reading",
    "ReportFilter",
    "ReportPage",
    "Submitted",
    "TouchedReport",
    "datum_doubts",
    "find_report",
    "import_cases",
    "judge_batch",
    "list_reports",
    "open_reports_touched",
    "submit_report",
]
