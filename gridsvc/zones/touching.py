"""Which zones a change of the areas touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from gridsvc.geography import LayerDiff, outlines_in_system
from gridsvc.zones.zones import Zone, load_zones

_LEAST_M2 = 1.0


@dataclass(frozen=True, slots=True)
class TouchedZone:
    """A zone with ground for which another area answers in the later edition, and how much of it.

    `gone`: the codes of its list of cells that the later edition has not.
    """

    zone: Zone
    m2: float
    gone: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        zone = self.zone
        return {
            "kind": zone.kind,
            "code": zone.code,
            "name": zone.name,
            "unit": None if zone.unit_code is None else {"code": zone.unit_code, "name": zone.unit_name},
            "m2": round(self.m2, 1),
            "cells_gone": list(self.gone),
        }


def zones_touched(connection: Connection, diff: LayerDiff, at: datetime) -> list[TouchedZone]:
    """Return the zones in force at the instant `at` that a change of areas touches, by kind and code."""
    return touched_zones(load_zones(connection, at=at), diff)


def touched_zones(zones: Sequence[Zone], diff: LayerDiff) -> list[TouchedZone]:
    """Return those of `zones` that a change of areas touches, in their order.

    A zone that was given as cells is touched by ground that its list loses or gains (also when only a code
    changed, as the list names the old one), and where the area above its cells changed; any other where its
    outline has at least a square metre in common with the ground that changed.
    """
    ground = diff.other_answer
    present = frozenset(diff.after.codes)
    rows_of: dict[str, list[int]] = {}
    codes = [diff.codes_of(ground, row) for row in range(len(ground.m2))]
    for row, both in enumerate(codes):
        for code in {each for each in both if each is not None}:
            rows_of.setdefault(code, []).append(row)
    tree = shapely.STRtree(ground.shapes)
    found = []
    for zone in zones:
        if zone.given_as == "cells" and diff.after.level == "cell":
            mine = frozenset(zone.cells)
            rows = {row for code in mine for row in rows_of.get(code, ())}
            m2 = sum(
                float(ground.m2[row])
                for row in rows
                if (codes[row][0] in mine) != (codes[row][1] in mine) or codes[row][0] == codes[row][1]
            )
            gone = tuple(code for code in zone.cells if code not in present and code in rows_of)
            if m2 > 0:
                found.append(TouchedZone(zone, m2, gone))
            continue
        shape = outlines_in_system(np.array([zone.geom_mm], dtype=object), zone.srid, diff.srid)[0]
        near = ground.shapes[tree.query(shape, predicate="intersects")]
        m2 = float(shapely.area(shapely.intersection(near, shape)).sum()) / 1e6
        if m2 >= _LEAST_M2:
            found.append(TouchedZone(zone, m2, ()))
    return found
