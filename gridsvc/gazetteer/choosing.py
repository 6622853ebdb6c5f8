"""Of very many places of one name those worth looking at: any text is answered in bounded time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridsvc.gazetteer.gazetteer import Floats, Gazetteer, Meaning

MOST_SPOTS = 100
"""Places of one name that are looked at; a town has thousands of 公共厕所."""
MOST_CROSSINGS = 24
"""Crossings of two streets that are looked at: each one's corners are measured."""


def best_meanings(
    gazetteer: Gazetteer, meanings: Sequence[Meaning], around: shapely.STRtree | None
) -> tuple[Sequence[Meaning], bool]:
    """Return the 100 best meanings, of equals those nearest `around`, and whether some are left."""
    if len(meanings) <= MOST_SPOTS:
        return meanings, False
    places = np.fromiter((each.place for each in meanings), np.int64, len(meanings))
    scores = np.fromiter((each.score for each in meanings), np.float64, len(meanings))
    order = np.lexsort((distances(gazetteer.xy[places], around), -scores))[:MOST_SPOTS]
    return [meanings[k] for k in order.tolist()], True


def nearest(
    points: Sequence[tuple[float, float]], around: shapely.STRtree | None, most: int
) -> tuple[list[int], bool]:
    """Return which points, at most so many, are nearest to `around`, and whether some are left."""
    if len(points) <= most:
        return list(range(len(points))), False
    order = np.argsort(distances(np.array(points), around), kind="stable")
    return sorted(order[:most].tolist()), True


def distances(xy: Floats, around: shapely.STRtree | None) -> Floats:
    """Return how far points, shape (n, 2), are from the nearest of `around`; 0 where there is none."""
    if around is None or not len(around):
        return np.zeros(len(xy))
    (asked, _), found = around.query_nearest(shapely.points(xy), return_distance=True, all_matches=False)
    measured = np.zeros(len(xy))
    measured[asked] = found
    return measured
