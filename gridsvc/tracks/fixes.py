"""What a device wrote down: fixes as they stand in a file, and a track once they are cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """The fixes of one patrol in one file, in its order, shape (n,) each.

    `at`: microseconds UTC, MISSING_INSTANT where there is none. `lon`, `lat`: degrees in the datum of the
    file, NaN where there are none. `where` names them in the file, for messages.
    """

    patrol: str
    where: str
    at: Instants
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The fixes of one patrol that can be true, in the order of time, shape (n,) each.

    `at`: microseconds UTC, rising. `lon`, `lat`: degrees, WGS 84. `joined[i]`: the way from fix i to the next
    counts, shape (n − 1,); what is not joined is a gap. `dropped`: how many fixes were left out, by reason.
    """

    patrol: str
    where: str
    at: Instants
    lon: Floats
    lat: Floats
    joined: NDArray[np.bool_]
    dropped: Mapping[str, int]
    unordered: bool

    def __len__(self) -> int:
        return len(self.at)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Return the first and last fix of each run of joined fixes, both included."""
        if not len(self.joined):
            return []
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.joined, [False]]).astype(np.int8)))
        return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]

    @property
    def minutes(self) -> float:
        """Return the time that counts."""
        return float(np.diff(self.at)[self.joined].sum() / 60e6)

    @property
    def gap_minutes(self) -> float:
        """Return the time between the first and the last fix that counts nowhere."""
        return float(np.diff(self.at)[~self.joined].sum() / 60e6)


def instant(micros: int) -> datetime:
    """Return an instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


def plain(value: Any) -> Any:
    """Return an instant as ISO text, a number to three decimals, anything else as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    return round(value, 3) if isinstance(value, float) else value
