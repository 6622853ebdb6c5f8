"""Places by hand, in metres from a corner in Xi'an."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridsvc.errors import Text
from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.places import Places

SRID = 4545
EAST_M, NORTH_M = 590_000.0, 3_790_000.0
SHIFT = 240.0


def made_places(
    at: Sequence[tuple[float, float]],
    *,
    kind: str = "hotspot",
    value: float | Sequence[float] = 1.0,
    required: bool = False,
    window: tuple[float, float] | None = None,
    dwell: float = 12.0,
    uncertainty: Sequence[float] | None = None,
    bands: Sequence[Sequence[float]] | None = None,
    label: str = "p",
) -> Places:
    """Places so many metres east and north of the corner."""
    count = len(at)
    x, y = (np.array([point[axis] for point in at]) for axis in (0, 1))
    lon, lat = to_degrees(
        SRID, np.rint((EAST_M + x) * 1000).astype(np.int64), np.rint((NORTH_M + y) * 1000).astype(np.int64)
    )
    values = np.broadcast_to(np.asarray(value, float), (count,)).copy()
    opens, closes = window or (0.0, SHIFT)
    return Places(
        key=np.array([f"{label}:{number}" for number in range(count)], object),
        kind=np.full(count, kind, object),
        name=[Text(f"{label}{number}", f"{label}{number}") for number in range(count)],
        lon=lon,
        lat=lat,
        cell=np.array([f"{label}{number:03d}" for number in range(count)], object),
        expected=values.copy(),
        value=values,
        opens=np.full(count, opens),
        closes=np.full(count, closes),
        windowed=np.full(count, window is not None),
        dwell=np.full(count, dwell),
        uncertainty=np.array(uncertainty if uncertainty is not None else [1.0] * count),
        required=np.full(count, required),
        classes=[(Expected("0201", "非法小广告", float(each)),) for each in values],
        because=[(Text(f"因为 {label}{number}", f"because of {label}{number}"),) for number in range(count)],
        bands=None if bands is None else np.array(bands),
    )
