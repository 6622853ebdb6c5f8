from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.patrol.value.recurring import recurrences
from gridsvc.patrol.value.standing import weighted_medians


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-50, 50), st.integers(1, 5)), min_size=1, max_size=40)
)
def test_weighted_medians_are_those_of_repeated_values(rows: list[tuple[int, int, int]]) -> None:
    group, values, weights = (np.array(each) for each in zip(*rows, strict=True))
    found = weighted_medians(group, values.astype(float), weights.astype(float), 5)
    for number in range(5):
        repeated = sorted(v for g, v, w in rows if g == number for _ in range(w))
        if repeated:
            assert found[number] == repeated[(len(repeated) - 1) // 2]
        else:
            assert np.isnan(found[number])


def test_three_days_at_one_place_recur_and_a_burst_does_not() -> None:
    x = np.array([0.0, 25, 50, 500, 500, 500, 900, 905])
    y = np.zeros(8)
    day = np.array([1, 9, 20, 5, 5, 5, 1, 2])
    (found,) = recurrences(x, y, day)
    assert (found.incidents, found.days, found.last) == (3, 3, 20)
    assert x[found.row] == 25.0


def test_a_chain_along_a_street_is_not_one_place() -> None:
    x = np.arange(0.0, 300, 20)
    found = recurrences(x, np.zeros(len(x)), np.arange(len(x)))
    assert all(each.incidents == 3 for each in found)
    assert len(found) == 5


def test_a_burst_does_not_hide_the_days_around_it() -> None:
    """Fifty of one day at one door, and three days' worth some steps beside it."""
    x = np.concatenate([np.zeros(50), [25.0, 25.0, 30.0, 45.0]])
    day = np.concatenate([np.full(50, 7), [7, 8, 9, 11]])
    found = recurrences(x, np.zeros(len(x)), day)
    assert found[0].days >= 3


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60), st.integers(0, 30)), max_size=60),
    st.integers(2, 4),
)
def test_no_incident_counts_twice(rows: list[tuple[int, int, int]], fewest: int) -> None:
    x, y, day = (np.array([row[k] for row in rows], float) for k in range(3))
    found = recurrences(x, y, day.astype(np.int64), most=1000, fewest=fewest)
    assert sum(each.incidents for each in found) <= len(rows)
    assert all(each.days >= fewest for each in found)
    counts = [each.incidents for each in found]
    assert counts == sorted(counts, reverse=True)
    for each in found:
        near = np.hypot(x - x[each.row], y - y[each.row]) <= 30
        assert near.sum() >= each.incidents
