"""Where patrols really went: GPX in, minutes per cell and per street out."""

from gridsvc.tracks.effort import Effort, read_effort
from gridsvc.tracks.importing import import_tracks
from gridsvc.tracks.report import ImportedTrack, TrackImport

__all__ = ["Effort", "ImportedTrack", "TrackImport", "import_tracks", "read_effort"]
