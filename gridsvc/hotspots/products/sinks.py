"""The list of default coordinates: which reports are in no count, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gridsvc.hotspots.records.sinks import Sink, find_sinks


@dataclass(frozen=True, slots=True)
class SinkList:
    """All sinks, the largest first, among `reports` reports in all."""

    reports: int
    sinks: tuple[Sink, ...]

    def reports_of(self, status: str) -> int:
        """Return how many reports lie on the sinks of a status."""
        return sum(sink.reports for sink in self.sinks if sink.status == status)

    def as_dict(self) -> dict[str, Any]:
        """Return the list as plain values, for JSON."""
        return {
            "reports": self.reports,
            "quarantined": self.reports_of("quarantined"),
            "suspected": self.reports_of("suspected"),
            "sinks": [sink.as_dict() for sink in self.sinks],
        }


def sinks(connection: Connection, *, now: datetime) -> SinkList:
    """Look for default coordinates, store what is found, and return all there are."""
    found = find_sinks(connection, now=now)
    total = connection.execute(text("SELECT count(*) FROM report")).scalar_one()
    return SinkList(total, tuple(found))
