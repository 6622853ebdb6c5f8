"""What an import of tracks did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridsvc.errors import Fault


@dataclass(frozen=True, slots=True)
class ImportedTrack:
    """One track of a file: what was kept of it. `known`: it was there before, and stays as it is."""

    id: int
    patrol: str
    begins: datetime
    ends: datetime
    fixes: int
    dropped: Mapping[str, int]
    minutes: float
    outside_minutes: float
    gap_minutes: float
    metres: float
    cells: int
    streets: int
    known: bool

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        values = {name: getattr(self, name) for name in self.__slots__}
        for name in ("minutes", "outside_minutes", "gap_minutes", "metres"):
            values[name] = round(values[name], 3)
        return values | {
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "dropped": dict(self.dropped),
        }


@dataclass(frozen=True, slots=True)
class TrackImport:
    """What an import did. `replaced`: tracks of the same patrol and time that made way."""

    file: str
    tracks: tuple[ImportedTrack, ...]
    replaced: int
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    @property
    def stored(self) -> int:
        """Return how many tracks are new."""
        return sum(not each.known for each in self.tracks)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "file": self.file,
            "stored": self.stored,
            "known": len(self.tracks) - self.stored,
            "replaced": self.replaced,
            "tracks": [each.as_dict() for each in self.tracks],
            "refused": [fault.as_dict() for fault in self.refused],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }
