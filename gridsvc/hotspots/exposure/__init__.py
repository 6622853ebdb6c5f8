"""What reports are counted against: streets, ground, people, minutes of patrol."""

from gridsvc.hotspots.exposure.exposure import Exposure
from gridsvc.hotspots.exposure.listing import list_exposures
from gridsvc.hotspots.exposure.reading import choose_exposure, read_exposure
from gridsvc.hotspots.exposure.standing import (
    FEWEST_REPORTS,
    WORDS,
    refuse_reports_without_exposure,
    remark_without_exposure,
    standing,
)

__all__ = [
    "FEWEST_REPORTS",
    "WORDS",
    "Exposure",
    "choose_exposure",
    "list_exposures",
    "read_exposure",
    "refuse_reports_without_exposure",
    "remark_without_exposure",
    "standing",
]
