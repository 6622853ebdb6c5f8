"""Classes of counts cover every count once, and are told apart by lightness."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.hotspots.breaks import break_of, count_breaks
from gridsvc.hotspots.page import HEAT_GRADIENT


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=200))
def test_every_count_is_in_one_class(values: list[int]):
    counts = np.array(values, np.int64)
    breaks = count_breaks(counts)
    assert len(breaks) <= 6
    assert (breaks[0].low, breaks[0].high) == (0, 0)
    assert all(after.low == before.high + 1 for before, after in pairwise(breaks))
    assert breaks[-1].high == counts.max()
    assert sum(each.cells for each in breaks) == len(counts)
    for count, index in zip(values, break_of(breaks, counts), strict=True):
        assert breaks[index].low <= count <= breaks[index].high
    lightness = [_lightness(each.colour) for each in breaks]
    assert all(after < before - 0.03 for before, after in pairwise(lightness))


def test_zero_is_a_class_of_its_own():
    breaks = count_breaks(np.array([0, 0, 1, 2, 3, 3, 9, 40]))
    assert [each.label() for each in breaks] == ["0", "1", "2", "3", "4–9", "10–40"]
    assert [each.cells for each in breaks] == [2, 1, 1, 2, 1, 1]


def test_without_reports_there_is_only_zero():
    assert [each.label() for each in count_breaks(np.zeros(4, np.int64))] == ["0"]


def test_the_heat_grows_darker_too():
    lightness = [_lightness(colour) for _, colour in sorted(HEAT_GRADIENT.items())]
    assert lightness == sorted(lightness, reverse=True)
