"""Squares over lines tell what GEOS tells of the nearest one, or leave it undecided."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.responsibility.gathering.road_squares import UNDECIDED, RoadSquares
from gridsvc.responsibility.nearest import nearest_within

REACH = 25_000
SPAN = 300_000
coordinate = st.integers(0, SPAN)
point = st.tuples(coordinate, coordinate)
line = st.lists(point, min_size=2, max_size=4, unique=True)
roads = st.lists(st.tuples(line, st.integers(0, 2)), min_size=0, max_size=6)


@settings(deadline=None, max_examples=60)
@given(roads, st.integers(0, 2**32 - 1))
def test_squares_tell_the_nearest_line_as_geos_does(
    given_roads: list[tuple[list[tuple[int, int]], int]], seed: int
) -> None:
    lines = np.array([shapely.linestrings(np.array(xy, np.float64)) for xy, _ in given_roads], object)
    value = np.array([number for _, number in given_roads], np.int64)
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-2 * REACH, SPAN + 2 * REACH, (2, 3_000))
    # Ends and bends, where several lines may be equally near.
    corners = np.array([place for xy, _ in given_roads for place in xy], np.int64).reshape(-1, 2)
    x, y = np.concatenate([x, corners[:, 0]]), np.concatenate([y, corners[:, 1]])
    expected = np.full(len(x), -1)
    if len(lines):
        place, nearest, _ = nearest_within(shapely.STRtree(lines), x, y, float(REACH), np.arange(len(lines)))
        expected[place] = value[nearest]
    found = RoadSquares(lines, value, REACH).find(x, y)
    decided = found != UNDECIDED
    np.testing.assert_array_equal(found[decided], expected[decided])
    # At random next to no place is as near to two as a micrometre, but where lines share an end.
    assert (~decided[:3_000]).mean() < 0.02 or _run_together(lines)


def _run_together(lines: np.ndarray) -> bool:
    """Return whether two lines share more than single points, so that all along they are equally near."""
    tree = shapely.STRtree(lines)
    first, second = tree.query(lines, predicate="intersects")
    common = shapely.intersection(lines[first], lines[second])
    touching = shapely.touches(lines[first], lines[second])
    return bool(((shapely.length(common) > 0) & (first != second)).any() or touching.any())
