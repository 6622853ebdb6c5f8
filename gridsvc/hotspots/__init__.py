"""Where reports of a class concentrate: counts per cell, and maps of them."""

from gridsvc.hotspots.counting import ReportCounts, count_reports
from gridsvc.hotspots.question import Hours, Question
from gridsvc.hotspots.writing import check_target, write_map

__all__ = ["Hours", "Question", "ReportCounts", "check_target", "count_reports", "write_map"]
