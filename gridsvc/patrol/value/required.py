"""Places that must be visited, as places like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.hotspots.cells import Cells
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.dwell import DWELL
from gridsvc.patrol.value.merging import no_places
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.stop_names import stop_names

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MustStop:
    """A place to visit, and why. `name` "": named by its street. `opens`, `closes`: minutes after the shift's
    begin, None: any time. `met`: problems that are there for certain, by class. `value`: see `Places`.
    """

    key: str
    lon: float
    lat: float
    because: tuple[Text, ...]
    name: Text | None = None
    value: float = 0.0
    met: tuple[Expected, ...] = ()
    minutes: float = DWELL.usual
    opens: float | None = None
    closes: float | None = None
    required: bool = True


def places_of_stops(
    connection: Connection, cells: Cells, asked: Asked, stops: Sequence[MustStop], *remarks: Text
) -> Places:
    """Return the stops as places, in their order; kind `must_visit`, `hotspot` where not required."""
    if not stops:
        return no_places(*remarks)
    lon, lat = np.array([each.lon for each in stops]), np.array([each.lat for each in stops])
    cell = cells.locate(lon, lat)
    codes = [cells.layer.codes[each] if each >= 0 else None for each in cell.tolist()]
    windows = [_window(each, asked.minutes) for each in stops]
    names = stop_names(connection, cells, cell, lon, lat)
    return Places(
        key=np.array([each.key for each in stops], object),
        kind=np.array(["must_visit" if each.required else "hotspot" for each in stops], object),
        name=[each.name or name for each, name in zip(stops, names, strict=True)],
        lon=lon,
        lat=lat,
        cell=np.array(codes, object),
        expected=np.array([sum(one.number for one in each.met) for each in stops], np.float64),
        value=np.array([each.value for each in stops], np.float64),
        opens=np.array([opens for opens, _closes in windows]),
        closes=np.array([closes for _opens, closes in windows]),
        windowed=np.array([each.opens is not None or each.closes is not None for each in stops]),
        dwell=np.array([each.minutes for each in stops], np.float64),
        uncertainty=np.zeros(len(stops)),
        required=np.array([each.required for each in stops]),
        classes=[each.met for each in stops],
        because=[each.because for each in stops],
        remarks=remarks,
    )


def _window(stop: MustStop, length: float) -> tuple[float, float]:
    opens = 0.0 if stop.opens is None else min(max(0.0, stop.opens), length)
    closes = length if stop.closes is None else min(max(0.0, stop.closes), length)
    return opens, closes
