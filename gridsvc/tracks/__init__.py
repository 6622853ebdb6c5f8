"""Where patrols really went: GPX in, minutes per cell and per street out."""

from gridsvc.tracks.effort import Effort, effort_by_day, read_effort
from gridsvc.tracks.importing import import_tracks
from gridsvc.tracks.report import ImportedTrack, TrackImport
from gridsvc.tracks.visits import ZONE_VISIT_MINUTES, zone_visits

__all__ = [
    "ZONE_VISIT_MINUTES",
    "Effort",
    "ImportedTrack",
    "TrackImport",
    "effort_by_day",
    "import_tracks",
    "read_effort",
    "zone_visits",
]
