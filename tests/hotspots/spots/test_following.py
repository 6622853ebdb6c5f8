"""A hotspot stays itself from week to week, splits, grows and comes back."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.hotspots.spots.following import Identity, Known, follow


def seen(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    held = np.empty(len(boxes), object)
    held[:] = [shapely.box(*each) for each in boxes]
    return held


def known(number: int, *box: float, runs_ago: int = 1) -> Known:
    return Known(number, shapely.box(*box), runs_ago)


def test_a_moved_outline_is_the_same_place() -> None:
    assert follow([known(7, 0, 0, 2, 2)], seen((0.5, 0, 2.5, 2))) == [Identity(7, "continuing")]


def test_it_grows_and_shrinks() -> None:
    assert follow([known(7, 0, 0, 2, 2)], seen((0, 0, 4, 2)))[0].change == "grown"
    assert follow([known(7, 0, 0, 2, 2)], seen((0, 0, 1, 2)))[0].change == "shrunk"


def test_elsewhere_is_new() -> None:
    assert follow([known(7, 0, 0, 2, 2)], seen((5, 5, 6, 6))) == [Identity(None, "new")]
    assert follow([], seen((0, 0, 1, 1))) == [Identity(None, "new")]
    assert follow([known(1, 0, 0, 1, 1)], seen()) == []


def test_the_larger_part_of_a_split_keeps_the_name() -> None:
    parts = seen((0, 0, 1, 2), (3, 0, 6, 2))
    assert follow([known(7, 0, 0, 6, 2)], parts) == [Identity(None, "split", 7), Identity(7, "shrunk")]


def test_two_that_merge_go_on_as_the_one_that_shares_more() -> None:
    merged = seen((0, 0, 6, 2))
    assert follow([known(1, 0, 0, 4, 2), known(2, 5, 0, 6, 2)], merged) == [Identity(1, "grown")]


def test_after_a_pause_it_returns() -> None:
    assert follow([known(3, 0, 0, 2, 2, runs_ago=4)], seen((0, 0, 2, 2))) == [Identity(3, "returned")]


def test_of_two_at_one_place_the_last_seen_goes_on() -> None:
    places = [known(1, 0, 0, 2, 2, runs_ago=3), known(2, 0, 0, 2, 2, runs_ago=1)]
    assert follow(places, seen((0, 0, 2, 2))) == [Identity(2, "continuing")]


def test_a_touch_is_not_an_overlap() -> None:
    assert follow([known(1, 0, 0, 2, 2)], seen((2, 0, 4, 2)))[0].change == "new"


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4)), max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4)), max_size=6),
)
def test_nobody_is_two(before: list[tuple[int, int, int]], now: list[tuple[int, int, int]]) -> None:
    old = [known(number, x, y, x + s, y + s) for number, (x, y, s) in enumerate(before)]
    found = follow(old, seen(*((x, y, x + s, y + s) for x, y, s in now)))
    assert len(found) == len(now)
    held = [each.id for each in found if each.id is not None]
    assert len(held) == len(set(held))
