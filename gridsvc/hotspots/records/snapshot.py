"""A name of what was read: equal names mean equal rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gridsvc.hotspots.records.asked import Asked
from gridsvc.hotspots.records.daily import LeftOut


def snapshot_of(
    asked: Asked, channels: Sequence[str | None], left_out: LeftOut, *columns: NDArray[Any]
) -> str:
    """Return a digest of the rows themselves, of the cells under them, and of what was left out.

    A decision about a duplicate or a default coordinate changes it exactly when it changes a row.
    """
    question = asked.question
    told = (
        asked.cells.layer.digest,
        [each.as_dict() for each in asked.classes],
        (str(question.first), str(question.last), question.zone.key, question.sources, str(question.hours)),
        tuple(channels),
        (left_out.without_place, left_out.outside, left_out.quarantined),
    )
    held = hashlib.blake2b(repr(told).encode(), digest_size=8)
    for column in columns:
        held.update(column.tobytes())
    return held.hexdigest()
