"""Where reports of a class concentrate, whether that is more than chance, and the maps of it."""

from gridsvc.hotspots.question import Hours, Question
from gridsvc.hotspots.sheets import check_target, write_sheet

__all__ = ["Hours", "Question", "check_target", "write_sheet"]
