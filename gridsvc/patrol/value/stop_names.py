"""What a stop is called: the street one stands on, and the community."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import Text
from gridsvc.geography.projection import to_millimetres
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.naming import road_names, spot_name
from gridsvc.pinyin import in_english
from gridsvc.roads import load_roads

Floats = NDArray[np.float64]

BESIDE_M = 25.0
"""A street so near is the one that one stands on; `road_names` adds its own reach."""


def stop_names(
    connection: Connection,
    cells: Cells,
    cell: NDArray[np.integer],
    lon: Floats,
    lat: Floats,
) -> list[Text]:
    """Return a name for each place, as hotspots are named: `长安路、青松社区`; in English with its letters.

    Without a street near the place the cell's streets are taken. `cell`: index in `cells.layer`, -1: in none.
    Places of one name are told apart by the last digits of their cell's code.
    """
    if len(cell) == 0:
        return []
    layer, roads = cells.layer, load_roads(connection)
    x, y = to_millimetres(layer.srid, lon, lat)
    points = np.asarray(shapely.points(x.astype(np.float64), y.astype(np.float64)), object)
    around = list(np.asarray(shapely.buffer(points, BESIDE_M * 1000), object))
    here = road_names(roads, around, layer.srid)
    bare = [number for number, names in enumerate(here) if not names and cell[number] >= 0]
    for number, names in zip(
        bare, road_names(roads, [layer.geom_mm[cell[each]] for each in bare], layer.srid), strict=True
    ):
        here[number] = names
    codes = [layer.codes[each] if each >= 0 else "" for each in cell.tolist()]
    named = [
        spot_name(streets, _above(cells, "community", each), _above(cells, "street", each), code)
        for streets, each, code in zip(here, cell.tolist(), codes, strict=True)
    ]
    twice = {name for name, count in Counter(named).items() if count > 1}
    told = [
        f"{name}（{code[-3:]}）" if name in twice and code and name != code else name
        for name, code in zip(named, codes, strict=True)
    ]
    return [Text(name, in_english(name)) for name in told]


def _above(cells: Cells, level: str, cell: int) -> str | None:
    names = cells.above.get(level)
    return names[cell] if names is not None and cell >= 0 else None
