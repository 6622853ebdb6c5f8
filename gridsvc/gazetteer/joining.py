"""Places of one name near each other are one place: the stops on both sides of a street."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from gridsvc.gazetteer.spots import Spot

_ONE_PLACE_M = 150.0


def near_ones_joined(spots: Sequence[Spot]) -> list[Spot]:
    """Return the spots, points of one name and kind near each other as one in their middle.

    A spot joins the first group whose first spot is within 150 m. Groups are looked up by squares of that
    size: the first spots of groups are farther apart than that, so that a square holds few.
    """
    joined: list[list[Spot]] = []
    squares: dict[tuple[str, str, float, int, int], list[int]] = defaultdict(list)
    for spot in spots:
        if spot.shape is not None:
            joined.append([spot])
            continue
        what = (spot.name, spot.kind, spot.score)
        column, row = math.floor(spot.x / _ONE_PLACE_M), math.floor(spot.y / _ONE_PLACE_M)
        near = sorted(
            k
            for east in (-1, 0, 1)
            for north in (-1, 0, 1)
            for k in squares.get((*what, column + east, row + north), ())
        )
        for k in near:
            first = joined[k][0]
            if math.hypot(first.x - spot.x, first.y - spot.y) <= _ONE_PLACE_M:
                joined[k].append(spot)
                break
        else:
            squares[*what, column, row].append(len(joined))
            joined.append([spot])
    return [_middle(group) for group in joined]


def _middle(group: Sequence[Spot]) -> Spot:
    first = group[0]
    if len(group) == 1:
        return first
    x, y = (sum(getattr(spot, axis) for spot in group) / len(group) for axis in ("x", "y"))
    spread = max(math.hypot(spot.x - x, spot.y - y) for spot in group)
    accuracy = math.hypot(max(spot.accuracy_m for spot in group), spread)
    n = len(group)
    return first.at(x, y, accuracy).said(f"同名 {n} 处的中间", f"the middle of {n} of this name")
