"""The small city of `worlds` with a boundary road between its two streets.

The border runs north at column 3; the road's line is the border from row 0.5 to row 5.5, drawn northwards:
the street 甲 (610103001) lies left of it, 乙 (610103002) right. Its corridor is 20 m to each side.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely

from gridsvc.responsibility import Atlas, build_atlas
from gridsvc.roads import BoundarySection
from tests.responsibility import worlds

JIA, YI = "610103001", "610103002"
AT = datetime(2025, 3, 3, 10, tzinfo=worlds.ZONE)
STREET_CLASS, SQUAD_CLASS, MIXED_CLASS = "0201", "0101", "0301"


def section(code: str = "R1", rule: str = "centre_line", **changed: Any) -> BoundarySection:
    """A section of the road between the two streets; `points` are in cells from the south-west corner."""
    points: Sequence[tuple[float, float]] = changed.pop("points", [(3, 0.5), (3, 5.5)])
    given: dict[str, Any] = {
        "id": abs(hash((code, rule, str(sorted(changed.items(), key=str))))) % 10**9,
        "code": code,
        "name": "分界路",
        "rule": rule,
        "left_code": JIA,
        "right_code": YI,
        "party_code": None,
        "unit_code": None,
        "odd_code": None,
        "half_width_m": 20.0,
        "effective_from": None,
        "effective_to": None,
        "agreed_in": None,
        "source": "test",
        "imported_at": None,
        "withdrawn_at": None,
        "geometry": shapely.LineString([worlds.place(*point) for point in points]),
    }
    return BoundarySection(**given | changed)


def whole_road(party: str = JIA, **changed: Any) -> BoundarySection:
    return section(rule="whole_road", party_code=party, **changed)


def city(*sections: BoundarySection, **parts: Any) -> Atlas:
    """The whole city with these sections, and with the parts that are named exchanged."""
    return build_atlas(
        parts.get("layers", worlds.layers()),
        parts.get("classes", worlds.classes()),
        parts.get("specifications", worlds.specifications()),
        parts.get("units", worlds.units()),
        parts.get("settings", worlds.settings()),
        sections=sorted(sections, key=lambda each: each.code),
    )
