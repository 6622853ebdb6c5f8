"""Where patrols really went: GPX in, minutes per cell and per street out."""

from gridsvc.tracks.coverage import Coverage, Covered, coverage
from gridsvc.tracks.effort import Effort, days_told, effort_by_day, read_effort
from gridsvc.tracks.importing import import_tracks
from gridsvc.tracks.passing import last_passed
from gridsvc.tracks.reading import (
    TrackTime,
    delete_track,
    list_tracks,
    show_track,
    track_feature,
    tracks_between,
)
from gridsvc.tracks.rematching import match_again
from gridsvc.tracks.report import ImportedTrack, TrackImport
from gridsvc.tracks.visits import ZONE_VISIT_MINUTES, zone_visits

__all__ = [
    "ZONE_VISIT_MINUTES",
    "Coverage",
    "Covered",
    "Effort",
    "ImportedTrack",
    "TrackImport",
    "TrackTime",
    "coverage",
    "days_told",
    "delete_track",
    "effort_by_day",
    "import_tracks",
    "last_passed",
    "list_tracks",
    "match_again",
    "read_effort",
    "show_track",
    "track_feature",
    "tracks_between",
    "zone_visits",
]
